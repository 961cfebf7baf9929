package cases

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// errAsked is what the server answers to queries and updates: the door let the viewer through.
var errAsked = errors.New("the case was asked")

// server is a Temporal that holds one case, SEC-1, which the request r-1 has opened.
type server struct {
	client.Client
	head *commonpb.Payload // nil: the case has none
	gone bool              // retention has taken the case
}

func (s server) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	running := &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING}
	switch {
	case id == workflows.IntakeWorkflowID("r-1"):
		return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: running,
			PendingChildren: []*workflowpb.PendingChildExecutionInfo{{WorkflowId: "case/SEC-1", RunId: "run"}}}, nil
	case id != workflows.CaseWorkflowID("SEC-1") || s.gone:
		return nil, serviceerror.NewNotFound("no such workflow " + id)
	}
	if s.head != nil {
		running.Memo = &commonpb.Memo{Fields: map[string]*commonpb.Payload{workflows.HeadMemo: s.head}}
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: running}, nil
}

func (server) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return nil, errAsked
}

func (server) UpdateWorkflow(context.Context, client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return nil, errAsked
}

func headPayload(t *testing.T, audience incident.Audience) *commonpb.Payload {
	t.Helper()
	head, err := json.Marshal(workflows.Head{Number: "SEC-1", Audience: audience, Organisations: []incident.Organisation{{ID: "acme"}}, Members: []string{"U1"}})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := converter.GetDefaultDataConverter().ToPayload(json.RawMessage(head))
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func casesOf(s server, viewer settings.Viewer) *Cases {
	return &Cases{client: s, config: &settings.Config{Viewer: viewer}, convert: converter.GetDefaultDataConverter()}
}

// everything is the viewer of a configuration that names none.
var everything = settings.Viewer{Organisations: []string{settings.Everything}, Restricted: true}

func TestOnlyThoseWhoMaySeeACaseFollowOrTriageIt(t *testing.T) {
	restricted := server{head: headPayload(t, incident.AudienceRestricted)}
	acme := server{head: headPayload(t, incident.AudienceOrganisation)}
	unreadable := server{head: &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("binary/of-another-key-ring")}}}
	for _, tt := range []struct {
		name           string
		server         server
		viewer         settings.Viewer
		follow, triage string // code, or empty: let through
	}{
		{"the opener on a machine that may see all", restricted, everything, "", ""},
		{"a member", restricted, settings.Viewer{SlackUser: "U1"}, "", ""},
		{"a stranger to a restricted case", restricted, settings.Viewer{Organisations: []string{settings.Everything}}, "rule", "not_found"},
		{"the organisation's", acme, settings.Viewer{Organisations: []string{"acme"}}, "", ""},
		{"another organisation's", acme, settings.Viewer{Organisations: []string{"bravo"}}, "rule", "not_found"},
		{"a case of the group", server{head: headPayload(t, incident.AudienceGroup)}, settings.Viewer{}, "", ""},
		{"keys that do not fit", unreadable, everything, "internal", "internal"},
		{"no head", server{}, everything, "internal", "internal"},
		{"a case that is gone", server{gone: true}, everything, "rule", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := casesOf(tt.server, tt.viewer)
			opened, status, err := c.Follow(t.Context(), OpenedRequest{RequestID: "r-1", Again: true}, Ready)
			checkLetIn(t, "follow", err, tt.follow)
			if tt.follow != "" && (opened != workflows.Opened{} || status != nil || strings.Contains(err.Error(), "SEC-1")) {
				t.Errorf("follow told of %+v, %+v, %v", opened, status, err)
			}
			if tt.server.gone {
				return
			}
			_, err = c.Triage(t.Context(), "SEC-1", workflows.TriageCommand{}, "u-1")
			checkLetIn(t, "triage", err, tt.triage)
		})
	}
}

func checkLetIn(t *testing.T, did string, err error, code string) {
	t.Helper()
	var refusal *incident.Refusal
	var problem *Error
	switch {
	case code == "":
		if !errors.Is(err, errAsked) {
			t.Errorf("%s: %v, want to be let through", did, err)
		}
	case code == "internal":
		if !errors.As(err, &problem) || problem.Code != Internal || !strings.Contains(problem.Hint, "key_ring") {
			t.Errorf("%s: %#v, want an internal error that names the key ring", did, err)
		}
	case !errors.As(err, &refusal) || string(refusal.Code) != code:
		t.Errorf("%s: %#v, want a refusal %s", did, err, code)
	}
}

func TestTheFirstRequestIsItsOpeners(t *testing.T) {
	c := casesOf(server{head: headPayload(t, incident.AudienceRestricted)}, settings.Viewer{})
	opened, _, err := c.Follow(t.Context(), OpenedRequest{RequestID: "r-1"}, Ready)
	if opened.Number != "SEC-1" || !errors.Is(err, errAsked) {
		t.Errorf("told of %+v, %v: want the case just opened", opened, err)
	}
}

func TestWhyARequestWasRefused(t *testing.T) {
	why := incident.Refuse(incident.Rule, "", "Acme Foods has no folder")
	for _, tt := range []struct {
		viewer settings.Viewer
		tells  bool
	}{{everything, true}, {settings.Viewer{Organisations: []string{"acme"}}, false}} {
		err := casesOf(server{}, tt.viewer).mayKnow(t.Context(), "r-1", workflows.Opened{}, why)
		if err == nil || strings.Contains(err.Error(), "Acme") != tt.tells {
			t.Errorf("viewer %+v: %v; tell why: %t", tt.viewer, err, tt.tells)
		}
	}
}
