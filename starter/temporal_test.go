package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	updatepb "go.temporal.io/api/update/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// temporal is a server that knows one case, SEC-12, and takes every update.
type temporal struct {
	workflowservice.UnimplementedWorkflowServiceServer
	convert converter.DataConverter

	mu       sync.Mutex
	answer   workflows.Answer
	lost     bool                  // updates get no answer
	status   *workflows.Status     // nil: no worker answers queries
	audience incident.Audience     // of the case
	held     *workflows.HeldVendor // what JIRA's breaker says; nil: there is none
	taken    map[string]json.RawMessage
	ids      []string
}

// newTemporal starts the server and returns the environment of a machine whose configuration names it.
func newTemporal(t *testing.T, more string) (*temporal, func(string) string) {
	t.Helper()
	withoutTemporalVariables(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := wire.GenerateKeyRing(filepath.Join(dir, "keys.yaml")); err != nil {
		t.Fatal(err)
	}
	getenv := inFile(t, dir, "key_ring: keys.yaml\njira: {project: SEC}\naudiences: {group: {folder: f}}\nenvironment: {TEMPORAL_ADDRESS: '"+l.Addr().String()+"'}\n"+more)
	config, err := settings.Load(getenv("HIKESHI_CONFIG"), getenv)
	if err != nil {
		t.Fatal(err)
	}
	options, err := cases.Options(config, "test")
	if err != nil {
		t.Fatal(err)
	}
	s := &temporal{convert: options.DataConverter, audience: incident.AudienceGroup, taken: map[string]json.RawMessage{}}
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, s)
	healthy := health.NewServer()
	healthy.SetServingStatus("temporal.api.workflowservice.v1.WorkflowService", healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(server, healthy)
	go func() { _ = server.Serve(l) }() // it ends with Stop
	t.Cleanup(server.Stop)
	return s, getenv
}

func (s *temporal) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (s *temporal) DescribeWorkflowExecution(_ context.Context, r *workflowservice.DescribeWorkflowExecutionRequest) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if s.held != nil && r.GetExecution().GetWorkflowId() == workflows.BreakerWorkflowID("jira") {
		return s.describe(r, workflows.HeldMemo, s.held)
	}
	if r.GetExecution().GetWorkflowId() != workflows.CaseWorkflowID("SEC-12") {
		return nil, serviceerror.ToStatus(serviceerror.NewNotFound("no such workflow")).Err()
	}
	return s.describe(r, workflows.HeadMemo, workflows.Head{Number: "SEC-12", Audience: s.audience})
}

// describe is a running workflow with something in its memo.
func (s *temporal) describe(r *workflowservice.DescribeWorkflowExecutionRequest, key string, value any) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	memo, err := s.convert.ToPayload(json.RawMessage(raw))
	if err != nil {
		return nil, err
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
		Execution: r.GetExecution(), Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		Memo: &commonpb.Memo{Fields: map[string]*commonpb.Payload{key: memo}},
	}}, nil
}

// ListWorkflowExecutions knows the case as one in which something is stuck.
func (s *temporal) ListWorkflowExecutions(ctx context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	if s.status == nil || !strings.Contains(r.GetQuery(), workflows.StuckStep) && !strings.Contains(r.GetQuery(), "= 'C0SEC12CH'") {
		return &workflowservice.ListWorkflowExecutionsResponse{}, nil
	}
	found, err := s.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{Execution: &commonpb.WorkflowExecution{WorkflowId: workflows.CaseWorkflowID("SEC-12")}})
	return &workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflowpb.WorkflowExecutionInfo{found.GetWorkflowExecutionInfo()}}, err
}

func (s *temporal) QueryWorkflow(context.Context, *workflowservice.QueryWorkflowRequest) (*workflowservice.QueryWorkflowResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == nil {
		return nil, serviceerror.ToStatus(serviceerror.NewWorkflowNotReady("no worker")).Err()
	}
	answer, err := s.convert.ToPayloads(s.status)
	return &workflowservice.QueryWorkflowResponse{QueryResult: answer}, err
}

func (s *temporal) UpdateWorkflowExecution(_ context.Context, r *workflowservice.UpdateWorkflowExecutionRequest) (*workflowservice.UpdateWorkflowExecutionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		return nil, serviceerror.ToStatus(serviceerror.NewDeadlineExceeded("too late")).Err()
	}
	var command json.RawMessage
	if err := s.convert.FromPayload(r.GetRequest().GetInput().GetArgs().GetPayloads()[0], &command); err != nil {
		return nil, err
	}
	s.taken[r.GetRequest().GetInput().GetName()] = command
	s.carryOut(r.GetRequest().GetInput().GetName())
	s.ids = append(s.ids, r.GetRequest().GetMeta().GetUpdateId())
	answer, err := s.convert.ToPayloads(s.answer)
	if err != nil {
		return nil, err
	}
	return &workflowservice.UpdateWorkflowExecutionResponse{
		UpdateRef: &updatepb.UpdateRef{WorkflowExecution: r.GetWorkflowExecution(), UpdateId: r.GetRequest().GetMeta().GetUpdateId()},
		Stage:     enumspb.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
		Outcome:   &updatepb.Outcome{Value: &updatepb.Outcome_Success{Success: answer}},
	}, nil
}

// line runs a command line within a time.
func line(t *testing.T, getenv func(string) string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var out, problems bytes.Buffer
	status = run(ctx, args, getenv, &out, &problems)
	return status, out.String(), problems.String()
}

func TestVerbsSendWhatWasTyped(t *testing.T) {
	s, getenv := newTemporal(t, "")
	s.answer = workflows.Answer{Number: "SEC-12", Phase: incident.PhaseAnalysis, Text: "SEC-12: recorded", ID: "x1"}
	for _, tt := range []struct {
		args string // separated by |
		want string // the command, without its sender
	}{
		{"triage|sec-12|--severity|2|--scope|payroll", `{"severity":2,"scope":"payroll"}`},
		{"accept|SEC-12|--decline|--reason|asleep", `{"decline":true,"reason":"asleep"}`},
		{"accept|SEC-12|--decline=false", `{}`},
		{"details|SEC-12|--unclear=false|--invite|@ben|--invite|S0NET", `{"unclear":false,"invite":["@ben","S0NET"]}`},
		{"note|SEC-12|--text|seen|--at|2026-11-30T09:15:00+09:00", `{"text":"seen","at":"2026-11-30T09:15:00+09:00"}`},
		{"contain|SEC-12|--state|Not-Applicable", `{"state":"not applicable"}`},
		{"analyze|SEC-12|--name|mailbox|--lead|@ben|--hypothesis|one account", `{"name":"mailbox","lead":"@ben","hypothesis":"one account"}`},
		{"analyze|SEC-12|--analysis|A1|--invite|@chie|--invite|S0NET", `{"analysis":"a1","invite":["@chie","S0NET"]}`},
		{"conclude|SEC-12|--analysis|a1|--finding|nothing", `{"analysis":"a1","finding":"nothing"}`},
		{"conclude|SEC-12|--analysis|a1|--drop|no logs", `{"analysis":"a1","drop":"no logs"}`},
		{"run|SEC-12|phishing|mail", `{"runbook":"phishing mail"}`},
		{"run|SEC-12|--abort|R1|--reason|a false alarm", `{"abort":"r1","reason":"a false alarm"}`},
		{"task|SEC-12|--title|Collect logs|--owner|Ben|--due|Friday", `{"title":"Collect logs","owner":"Ben","due":"Friday"}`},
		{"task|SEC-12|--done|T1", `{"task":"t1","status":"done"}`},
		{"task|SEC-12|--task|t2|--status|doing", `{"task":"t2","status":"doing"}`},
		{"update|SEC-12|--text|locked|--next|2h", `{"text":"locked","next":7200000000000}`},
		{"lesson|SEC-12|--text|who owns it?", `{"text":"who owns it?"}`},
		{"decide|SEC-12|--lesson|l1|--as|join:sec-7", `{"lesson":"l1","as":"join:sec-7"}`},
		{"decide|SEC-12|--lesson|l1|--as|accept|--reason|old", `{"lesson":"l1","as":"accept","reason":"old"}`},
		{"waive|SEC-12|conclude|a1|--reason|gone", `{"gate":"conclude a1","reason":"gone"}`},
		{"back|SEC-12|Triage|--reason|news", `{"phase":"triage","reason":"news"}`},
		{"close|SEC-12|--resolution|contained", `{"resolution":"contained"}`},
		{"reopen|SEC-12|--reason|again", `{"reason":"again"}`},
		{"merge|SEC-12|--into|sec-12|--reason|again", `{"into":"SEC-12","into_id":"case/SEC-12","reason":"again"}`},
	} {
		args := strings.Split(tt.args, "|")
		status, stdout, stderr := line(t, getenv, append(args, "-o", "json", "--request-id", "r-1", "--break-glass", "it cannot wait")...)
		var answer workflows.Answer
		if err := json.Unmarshal([]byte(stdout), &answer); err != nil || status != done || answer.ID != "x1" {
			t.Errorf("%s: status %d, %q, %q, %v", tt.args, status, stdout, stderr, err)
		}
		checkCommand(t, tt.args, s.taken[args[0]], tt.want, needsVerified(args[0]))
		delete(s.taken, args[0])
	}
	if slices.ContainsFunc(s.ids, func(id string) bool { return !strings.HasPrefix(id, "r-1.") }) || len(slices.Compact(slices.Sorted(slices.Values(s.ids)))) != len(s.ids) {
		t.Errorf("update ids %q, want the request's, and no two commands under one", s.ids)
	}
}

// checkCommand compares a command, and its sender, who is not verified.
func checkCommand(t *testing.T, what string, got json.RawMessage, want string, glass bool) {
	t.Helper()
	var command, expected map[string]any
	var sender struct{ By incident.By }
	if json.Unmarshal(got, &command) != nil || json.Unmarshal(got, &sender) != nil || json.Unmarshal([]byte(want), &expected) != nil {
		t.Errorf("%s: sent %q", what, got)
		return
	}
	delete(command, "by")
	if diff := cmp.Diff(expected, command); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	if by := sender.By; !by.Valid() || by.Verified() || (by.BreakGlass != "") != glass {
		t.Errorf("%s: sent by %+v; breaks glass: want %t", what, by, glass)
	}
}

func TestAnswersOfACase(t *testing.T) {
	s, getenv := newTemporal(t, "trust_local_user: true\n")
	s.answer = workflows.Answer{Text: "SEC-12: contained; before it is archived: decide l1", Missing: []string{"decide l1"}}
	closing := []string{"close", "SEC-12", "--resolution", "contained"}
	if status, stdout, stderr := line(t, getenv, closing...); status != done || stdout != s.answer.Text+"\n  missing: decide l1\n" {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	var sender struct{ By incident.By }
	if err := json.Unmarshal(s.taken["close"], &sender); err != nil || !sender.By.Verified() {
		t.Errorf("sent by %+v, %v; want the local user trusted", sender.By, err)
	}
	s.answer.Refused = incident.Refuse(incident.Rule, "Reopen it first", "case SEC-12 is closed")
	if status, stdout, stderr := line(t, getenv, closing...); status != refused || stdout != "" || stderr != "error: case SEC-12 is closed\nhint: Reopen it first\n" {
		t.Errorf("refused: status %d, %q, %q", status, stdout, stderr)
	}
	if status, stdout, _ := line(t, getenv, append(closing, "-o", "json")...); status != refused || !strings.Contains(stdout, `"code": "rule"`) {
		t.Errorf("refused: status %d, %q", status, stdout)
	}
	if status, _, stderr := line(t, getenv, "reopen", "SEC-99", "--reason", "x"); status != notFound || !strings.Contains(stderr, "there is no case SEC-99") {
		t.Errorf("no such case: status %d, %q", status, stderr)
	}
	s.lost = true
	if status, _, stderr := line(t, getenv, append(closing, "--request-id", "r-7")...); status != unknown || !strings.Contains(stderr, "--request-id r-7") {
		t.Errorf("lost: status %d, %q", status, stderr)
	}
}
