package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// shelf is a Temporal that lists cases, and in which some answer.
type shelf struct {
	client.Client
	page   []*workflowpb.WorkflowExecutionInfo
	status map[string]workflows.Status // by workflow id
}

func (s *shelf) QueryWorkflow(_ context.Context, id, _, _ string, _ ...any) (converter.EncodedValue, error) {
	status, known := s.status[id]
	if !known {
		return nil, errors.New("no worker answers")
	}
	raw, err := json.Marshal(status)
	return answered(raw), err
}

// answered is an answer to a query.
type answered []byte

func (a answered) HasValue() bool     { return true }
func (a answered) Get(into any) error { return json.Unmarshal(a, into) }

func (s *shelf) ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	return &workflowservice.ListWorkflowExecutionsResponse{Executions: s.page}, nil
}

func (s *shelf) put(t *testing.T, number, commander string, audience incident.Audience, members ...string) {
	t.Helper()
	payload := func(v any) *commonpb.Payload {
		p, err := converter.GetDefaultDataConverter().ToPayload(v)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	raw, err := json.Marshal(workflows.Head{Number: number, WorkflowID: workflows.CaseWorkflowID(number), Audience: audience, Members: members})
	if err != nil {
		t.Fatal(err)
	}
	info := &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: workflows.CaseWorkflowID(number)}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		Memo: &commonpb.Memo{Fields: map[string]*commonpb.Payload{workflows.HeadMemo: payload(json.RawMessage(raw))}}}
	if commander != "" {
		info.SearchAttributes = &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{workflows.CaseCommander: payload(commander)}}
	}
	s.page = append(s.page, info)
}

// Somebody's own cases are those that they command or are in, of those that they may see.
func TestListOfOnePerson(t *testing.T) {
	s := &shelf{}
	s.put(t, "SEC-1", "U1", incident.AudienceGroup)
	s.put(t, "SEC-2", "U2", incident.AudienceGroup, "U1", "U2")
	s.put(t, "SEC-3", "U2", incident.AudienceGroup, "U2")
	s.put(t, "SEC-4", "", incident.AudienceRestricted, "U2")
	s.put(t, "SEC-5", "", incident.AudienceRestricted, "U1")
	c := casesOf(server{}, everything)
	c.client = s
	for who, want := range map[string][]string{"": {"SEC-1", "SEC-2", "SEC-3", "SEC-5"}, "U1": {"SEC-1", "SEC-2", "SEC-5"}, "U9": nil} {
		heads, err := c.List(t.Context(), settings.Viewer{SlackUser: "U1"}, Filter{Of: who})
		var got []string
		for _, h := range heads {
			got = append(got, h.Number)
		}
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Errorf("cases of %q: %q, %v, want %q", who, got, err, want)
		}
	}
	if heads, _ := c.List(t.Context(), everything, Filter{}); heads[0].CommanderID != "U1" {
		t.Errorf("commanded by %q", heads[0].CommanderID)
	}
}

// Those that somebody commands come first, and are asked how they stand. One that does not answer is shown as far as lists
// know it, one that they may see no more is not shown at all.
func TestOwn(t *testing.T) {
	s := &shelf{status: map[string]workflows.Status{}}
	s.put(t, "SEC-1", "U2", incident.AudienceGroup, "U1")
	s.put(t, "SEC-2", "U1", incident.AudienceGroup)
	s.put(t, "SEC-3", "U2", incident.AudienceGroup)
	s.put(t, "SEC-4", "", incident.AudienceRestricted, "U1")
	s.put(t, "SEC-5", "", incident.AudienceRestricted, "U2")
	s.status["case/SEC-2"] = workflows.Status{Number: "SEC-2", WorkflowID: "case/SEC-2", Audience: incident.AudienceGroup, CommanderID: "U1", Scope: "all of it"}
	s.status["case/SEC-4"] = workflows.Status{Number: "SEC-4", WorkflowID: "case/SEC-4", Audience: incident.AudienceRestricted, Members: []string{"U2"}}
	c := casesOf(server{}, settings.Viewer{})
	c.client = s
	own, err := c.Own(t.Context(), settings.Viewer{SlackUser: "U1"})
	if err != nil || len(own.Mine) != 2 || len(own.Others) != 1 || own.Others[0].Number != "SEC-3" || own.More != 0 {
		t.Fatalf("%+v, %v", own, err)
	}
	if first, second := own.Mine[0], own.Mine[1]; first.Scope != "all of it" || first.Partial || second.Number != "SEC-1" || !second.Partial {
		t.Errorf("%+v, %+v", first, second)
	}
	for i := range 30 {
		s.put(t, fmt.Sprintf("SEC-1%02d", i), "U1", incident.AudienceGroup)
	}
	if own, err := c.Own(t.Context(), settings.Viewer{SlackUser: "U1"}); err != nil || len(own.Mine) != maxOwn || own.More != 33-maxOwn {
		t.Errorf("of many: %d, %d more, %v", len(own.Mine), own.More, err)
	}
}
