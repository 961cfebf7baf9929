package audit_test

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	updatepb "go.temporal.io/api/update/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"hikeshi/activities/timestamp/timestamptest"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/incident"
)

const (
	caseID = "case/SEC-7"
	worker = "hikeshi-worker@w1"
)

var began = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// plain is how payloads are read here: they are not encrypted.
func plain(p *commonpb.Payload) ([]byte, error) { return p.GetData(), nil }

func payloads(t testing.TB, values ...any) *commonpb.Payloads {
	t.Helper()
	var list commonpb.Payloads
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		list.Payloads = append(list.Payloads, &commonpb.Payload{Data: text, Metadata: map[string][]byte{"encoding": []byte("json/plain")}})
	}
	return &list
}

// tape writes the history of a run.
type tape struct {
	testing.TB
	h  audit.History
	at time.Time
}

func newTape(t testing.TB, workflow, run string, at time.Time) *tape {
	return &tape{TB: t, h: audit.History{Case: caseID, Workflow: workflow, Run: run}, at: at}
}

// event adds an event ten seconds after the last one, and returns its id.
func (p *tape) event(e *historypb.HistoryEvent) int64 {
	p.at = p.at.Add(10 * time.Second)
	e.EventId, e.EventTime = int64(len(p.h.Events)+1), timestamppb.New(p.at)
	p.h.Events = append(p.h.Events, e)
	return e.EventId
}

func (p *tape) start(from string) {
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
		WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
			WorkflowType: &commonpb.WorkflowType{Name: "Case"}, ContinuedExecutionRunId: from, Identity: "hikeshi-gateway@g1", Input: payloads(p, map[string]any{"state": 1}),
		}}})
}

func (p *tape) roll(into string) {
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, Attributes: &historypb.HistoryEvent_WorkflowExecutionContinuedAsNewEventAttributes{
		WorkflowExecutionContinuedAsNewEventAttributes: &historypb.WorkflowExecutionContinuedAsNewEventAttributes{NewExecutionRunId: into}}})
}

func (p *tape) terminate(by, why string) {
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, Attributes: &historypb.HistoryEvent_WorkflowExecutionTerminatedEventAttributes{
		WorkflowExecutionTerminatedEventAttributes: &historypb.WorkflowExecutionTerminatedEventAttributes{Reason: why, Identity: by}}})
}

// reset begins another run with what this one has so far.
func (p *tape) reset(run string, at time.Time) *tape {
	next := newTape(p.TB, p.h.Workflow, run, at)
	next.h.Events = append(next.h.Events, p.h.Events...)
	next.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED, Attributes: &historypb.HistoryEvent_WorkflowTaskFailedEventAttributes{
		WorkflowTaskFailedEventAttributes: &historypb.WorkflowTaskFailedEventAttributes{
			Cause: enumspb.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW, BaseRunId: p.h.Run, NewRunId: run, Identity: "history-service", Failure: &failurepb.Failure{Message: "poisoned"},
		}}})
	return next
}

// update is a command and its answer.
func (p *tape) update(name string, args, answer any) {
	accepted := p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, Attributes: &historypb.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes{
		WorkflowExecutionUpdateAcceptedEventAttributes: &historypb.WorkflowExecutionUpdateAcceptedEventAttributes{AcceptedRequest: &updatepb.Request{
			Meta: &updatepb.Meta{UpdateId: "u", Identity: "hikeshi-cli@h"}, Input: &updatepb.Input{Name: name, Args: payloads(p, args)},
		}}}})
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowExecutionUpdateCompletedEventAttributes{
		WorkflowExecutionUpdateCompletedEventAttributes: &historypb.WorkflowExecutionUpdateCompletedEventAttributes{
			AcceptedEventId: accepted, Outcome: &updatepb.Outcome{Value: &updatepb.Outcome_Success{Success: payloads(p, answer)}},
		}}})
}

func (p *tape) schedule(step, activity string) int64 {
	return p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, Attributes: &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{
		ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{
			ActivityId: step, ActivityType: &commonpb.ActivityType{Name: activity}, Input: payloads(p, map[string]any{"key": "k"}),
		}}})
}

func (p *tape) started(scheduled int64, attempt int32, last *failurepb.Failure) {
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED, Attributes: &historypb.HistoryEvent_ActivityTaskStartedEventAttributes{
		ActivityTaskStartedEventAttributes: &historypb.ActivityTaskStartedEventAttributes{ScheduledEventId: scheduled, Identity: worker, Attempt: attempt, LastFailure: last}}})
}

func (p *tape) completed(scheduled int64, by string, result any) {
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, Attributes: &historypb.HistoryEvent_ActivityTaskCompletedEventAttributes{
		ActivityTaskCompletedEventAttributes: &historypb.ActivityTaskCompletedEventAttributes{ScheduledEventId: scheduled, Identity: by, Result: payloads(p, result)}}})
}

func (p *tape) failed(scheduled int64, by string, class string, fault any) {
	p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED, Attributes: &historypb.HistoryEvent_ActivityTaskFailedEventAttributes{
		ActivityTaskFailedEventAttributes: &historypb.ActivityTaskFailedEventAttributes{ScheduledEventId: scheduled, Identity: by, Failure: &failurepb.Failure{
			Message: "it said no", FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: class, Details: payloads(p, fault)}},
		}}}})
}

// step is one that the worker has done at once.
func (p *tape) step(step, activity string, result any) {
	s := p.schedule(step, activity)
	p.started(s, 1, nil)
	p.completed(s, worker, result)
}

// by is a verified sender.
var by = map[string]any{"who": "U0AOI0001", "name": "aoi", "door": "slack", "assurance": "slack-signed"}

// notary makes seals and timestamps, as a case and an authority do.
type notary struct {
	testing.TB
	tsa     *timestamptest.Server
	files   map[string][]byte
	heads   []audit.Seal
	through map[string]int64
	branch  string
	ledger  *audit.Ledger
	keys    []incident.Key // of gateways, for the page
}

func newNotary(t testing.TB) *notary {
	t.Helper()
	tsa, err := timestamptest.Open(timestamptest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &notary{TB: t, tsa: tsa, files: map[string][]byte{}, through: map[string]int64{}}
}

func (n *notary) roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(n.tsa.CA)
	return p
}

// seal seals histories, a minute after their newest event.
func (n *notary) seal(histories ...audit.History) audit.Seal {
	n.Helper()
	o := audit.Order{Case: caseID, Number: "SEC-7", Seal: len(n.heads) + 1, Branch: n.branch, Why: "roll", Asked: began, Through: n.through, Ledger: n.ledger}
	if len(n.heads) > 0 {
		last := n.heads[len(n.heads)-1]
		o.Prev, o.Token = last.Head, sum(n.files[audit.FileName(last.Seal, last.Branch, "tsr")])
	}
	made, err := audit.Make(o, histories, plain)
	if err != nil {
		n.Fatal(err)
	}
	s := made.Seal
	n.heads = append(n.heads, s)
	n.files[audit.FileName(s.Seal, s.Branch, "json")] = made.Text
	n.files[s.History.Name], n.files[s.Records.Name] = made.History, made.Records
	n.files[audit.FileName(s.Seal, s.Branch, "tsr")] = n.stamp(s.Head, s.Through.Add(time.Minute))
	n.through = maps.Clone(n.through)
	for _, part := range s.Segments {
		n.through[part.Run] = part.Through
	}
	return s
}

func (n *notary) stamp(head string, at time.Time) []byte {
	n.Helper()
	imprint, err := hex.DecodeString(head)
	if err != nil {
		n.Fatal(err)
	}
	answer, err := n.tsa.Stamp(imprint, nil, at)
	if err != nil {
		n.Fatal(err)
	}
	stamp, err := timestamp.ParseResponse(answer)
	if err != nil {
		n.Fatal(err)
	}
	return stamp.RawToken
}

// export adds what people read, and the list of all files.
func (n *notary) export(lang string) map[string][]byte {
	n.Helper()
	files := maps.Clone(n.files)
	var lines []byte
	for _, s := range audit.SealLine(n.heads) {
		lines = append(lines, files[s.Records.Name]...)
	}
	lines = append(lines, files[audit.TailRecordsFile]...)
	records, err := audit.Records(lines)
	if err != nil {
		n.Fatal(err)
	}
	page, err := audit.Page(records, lang, n.keys)
	if err != nil {
		n.Fatal(err)
	}
	files[audit.LinesFile], files[audit.PageFile] = lines, page
	list := audit.Export{Case: caseID, Number: "SEC-7", At: began, By: "tester", Gone: []audit.Missing{}}
	list.List(files)
	if files[audit.ExportFile], err = list.Text(); err != nil {
		n.Fatal(err)
	}
	return files
}

// ticket is what the log ticket says of the seals.
func (n *notary) ticket() []byte {
	text := "comments of SEC-8\n"
	for _, s := range n.heads {
		branch := s.Branch
		if branch == "" {
			branch = "-"
		}
		text += fmt.Sprintf("hikeshi-seal %d %s %s %s\n", s.Seal, branch, caseID, s.Head)
	}
	return []byte(text)
}

// life is a small case in two runs, with two seals.
func life(t testing.TB) (*notary, []audit.History) {
	t.Helper()
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	one.step("open.ticket", "OpenTicket", map[string]any{"id": "10007", "key": "SEC-7"})
	one.update("triage", map[string]any{"severity": 2, "by": by}, map[string]any{"text": "SEC-7: Sev2"})
	one.roll("run-2")
	two := newTape(t, caseID, "run-2", one.at)
	two.start("run-1")
	n := newNotary(t)
	n.seal(one.h, two.h)
	two.update("waive", map[string]any{"gate": "scope", "by": map[string]any{"who": "root", "door": "cli", "assurance": "self-declared", "break_glass": "it burns"}}, map[string]any{"text": "waived"})
	n.seal(one.h, two.h)
	return n, []audit.History{one.h, two.h}
}

// small is a case of which hardly anything is sealed, with a tail that is not.
func small(t testing.TB) *notary {
	t.Helper()
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	n := newNotary(t)
	n.seal(one.h)
	one.update("note", map[string]any{"by": by}, map[string]any{"text": "ok"})
	history, records, err := audit.Tail(n.heads, []audit.History{one.h}, plain)
	if err != nil {
		t.Fatal(err)
	}
	n.files[audit.TailHistoryFile], n.files[audit.TailRecordsFile] = history, records
	return n
}
