package audit_test

import (
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"hikeshi/workflows/audit"
)

// Who gave away a channel and a ticket, and that they agreed to it, stands in the record; so does who merged a case.
func TestAdoptionAndMergeAreRecorded(t *testing.T) {
	p := newTape(t, "intake/req-1", "run-1", began)
	request := map[string]any{"id": "req-1", "title": "mail", "channel": "C0WARROOM", "ticket": "SEC-7", "consent": true, "by": by}
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
		WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
			WorkflowType: &commonpb.WorkflowType{Name: "Intake"}, Identity: "hikeshi-gateway@g1", Input: payloads(p, request),
		}}})
	p.update("merge", map[string]any{"into": "SEC-12", "reason": "the same mail", "by": by}, map[string]any{"text": "SEC-7: becomes a duplicate of SEC-12"})
	records := audit.Project(p.h, plain)
	if len(records) != 2 {
		t.Fatalf("got %d records, want 2", len(records))
	}
	for i, want := range []string{`{"channel":"C0WARROOM","ticket":"SEC-7","consent":true}`, `{"into":"SEC-12","reason":"the same mail"}`} {
		if r := records[i]; string(r.Said) != want || r.Actor == "" || r.Sure == "" || r.Outcome != audit.Done {
			t.Errorf("record %d: %+v said %s; want %s, and who did it", i, r, r.Said, want)
		}
	}
	ordinary := newTape(t, caseID, "run-1", began)
	ordinary.start("")
	if r := audit.Project(ordinary.h, plain)[0]; r.Said != nil {
		t.Errorf("a case that takes nothing over says %s", r.Said)
	}
}
