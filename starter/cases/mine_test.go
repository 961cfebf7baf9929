package cases

import (
	"context"
	"encoding/json"
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

// shelf is a Temporal that only lists cases.
type shelf struct {
	client.Client
	page []*workflowpb.WorkflowExecutionInfo
}

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
