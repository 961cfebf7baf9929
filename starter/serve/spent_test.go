package serve

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"hikeshi/starter/cases"
	"hikeshi/starter/slackbot"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// server is a Temporal with one case, SEC-1. An update id gets its first answer again; a request id opens once.
type server struct {
	client.Client
	no      *incident.Refusal // what is new is answered with it; nil: it is done
	invalid bool              // it is rejected with it, and nothing is recorded
	answers map[string]workflows.Answer
	started map[string]*incident.Refusal
}

func (s *server) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	info := &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING}
	if id != workflows.CaseWorkflowID("SEC-1") {
		info.Status = enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
		return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}, nil
	}
	head, err := converter.GetDefaultDataConverter().ToPayload(workflows.Head{Number: "SEC-1", Audience: incident.AudienceGroup})
	info.Memo = &commonpb.Memo{Fields: map[string]*commonpb.Payload{workflows.HeadMemo: head}}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}, err
}

func (s *server) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return status{}, nil
}

type status struct{}

func (status) HasValue() bool { return true }
func (status) Get(into any) error {
	return json.Unmarshal([]byte(`{"number":"SEC-1","audience":"group","workflow_id":"case/SEC-1","steps":[{"id":"open.folder","workflow_id":"case/SEC-1","state":"done","generation":2}]}`), into)
}

func (s *server) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	if s.invalid {
		return nil, rejected(s.no)
	}
	if _, known := s.answers[o.UpdateID]; !known {
		s.answers[o.UpdateID] = workflows.Answer{Number: "SEC-1", Refused: s.no}
	}
	return update{answer: s.answers[o.UpdateID]}, nil
}

type update struct {
	client.WorkflowUpdateHandle
	answer workflows.Answer
}

func (u update) Get(_ context.Context, into any) error {
	*into.(*workflows.Answer) = u.answer
	return nil
}

func (s *server) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	if _, known := s.started[o.ID]; known {
		return nil, serviceerror.NewWorkflowExecutionAlreadyStarted("known", "", "")
	}
	s.started[o.ID] = s.no
	return nil, nil
}

func (s *server) GetWorkflow(_ context.Context, id, _ string) client.WorkflowRun {
	return run{no: s.started[id]}
}

type run struct {
	client.WorkflowRun
	no *incident.Refusal
}

func (r run) Get(context.Context, any) error {
	if r.no == nil {
		return nil
	}
	return rejected(r.no)
}

// rejected is a workflow's refusal as the client reads it.
func rejected(no *incident.Refusal) error {
	c := temporal.GetDefaultFailureConverter()
	return c.FailureToError(c.ErrorToFailure(temporal.NewNonRetryableApplicationError(no.Error(), workflows.RefusedError, nil, no)))
}

func newServer() (*server, deskOf) {
	s := &server{answers: map[string]workflows.Answer{}, started: map[string]*incident.Refusal{}}
	cfg := &settings.Config{DefaultAudience: incident.AudienceGroup}
	cfg.Jira.Project, cfg.Audiences.Group.Folder = "SEC", "f"
	return s, deskOf{Cases: cases.New(s, client.Options{DataConverter: converter.GetDefaultDataConverter()}, cfg)}
}

var slackUser = incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Team: "T0SANDBOX"}

// What a workflow has answered under an id, and no other refusal, uses the id up: only then nothing can have been done
// under it.
func TestWhatUsesUpAnID(t *testing.T) {
	no := incident.Refuse(incident.Rule, "", "containment is missing")
	ticket := incident.Request{ID: "V1", Title: "mail", Ticket: "SEC-7", Consent: true, By: slackUser}
	for name, ask := range map[string]func(d deskOf) error{
		"an act": func(d deskOf) error {
			_, err := d.Do(t.Context(), slackbot.Act{ID: "V1", Verb: "close", Number: "SEC-1", Fields: map[string][]string{"resolution": {"contained"}}, By: slackUser, Viewer: slackbot.Viewer{User: "U0AOI0001", Channel: "C0CASE001"}})
			return err
		},
		"a decision": func(d deskOf) error { return decide(t.Context(), d, "V1") },
	} {
		s, d := newServer()
		s.no, s.invalid = no, true
		wantSpent(t, name+" that is rejected", ask(d), false)
		s.invalid = false
		wantSpent(t, name+" that is refused", ask(d), true)
		s.no = nil
		wantSpent(t, name+" that is asked for again", ask(d), true)
		s, d = newServer()
		if err := ask(d); err != nil {
			t.Errorf("%s that is done: %v", name, err)
		}
		s.no = no
		if err := ask(d); err != nil {
			t.Errorf("%s that was done: %v", name, err)
		}
	}
	s, d := newServer()
	wantSpent(t, "a request that is refused at the door", d.Open(t.Context(), incident.Request{ID: "V1", By: slackUser}), false)
	s.no = no
	wantSpent(t, "a request that is refused", d.Open(t.Context(), ticket), true)
	if err := d.Open(t.Context(), ticket); err != nil {
		t.Errorf("a request that is recorded already: %v", err)
	}
	_, err := d.Follow(t.Context(), "V1")
	wantSpent(t, "a request that is followed", err, true)
}

func decide(ctx context.Context, d deskOf, id string) error {
	decision := slackbot.Decision{ID: id, Action: "retry", Reason: "x", By: slackUser}
	decision.WorkflowID, decision.Step, decision.Generation = "case/SEC-1", "open.folder", 1
	_, err := d.Decide(ctx, decision, slackbot.Viewer{User: "U0AOI0001", Channel: "C0CASE001"})
	return err
}

func wantSpent(t *testing.T, what string, err error, want bool) {
	t.Helper()
	var refusal *incident.Refusal
	if used := (slackbot.Spent{}); errors.As(err, &used) != want || !errors.As(err, &refusal) {
		t.Errorf("%s: %#v; used up: want %t", what, err, want)
	}
}

// Slack's button, the gateway, and a case that lets somebody retry a step only after it has refused: the next press is
// taken, and those after it are the same one.
func TestARefusedPressIsTakenLater(t *testing.T) {
	s, d := newServer()
	told := make(chan string, 10)
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		told <- string(raw)
	}))
	defer web.Close()
	ctx, cancel := context.WithCancel(t.Context())
	g := slackbot.New(ctx, slackbot.Options{Desk: d, Lang: "en", Team: "T0SANDBOX", App: "A0HIKESHI", APIHost: strings.TrimPrefix(web.URL, "http://"), APIURL: web.URL,
		Secret: func() (string, error) { return "secret", nil }, Log: slog.New(slog.DiscardHandler), KnowTime: time.Millisecond,
		Token: func() (string, error) { return "", errors.New("there is none") }})
	defer func() { cancel(); g.Wait() }()
	s.no = incident.Refuse(incident.Rule, "", "Slack did not say who you are")
	for _, want := range []string{"did not say who you are", "is done", "is done"} {
		out := httptest.NewRecorder()
		g.ServeHTTP(out, retryPress(web.URL))
		if got := <-told; out.Code != http.StatusOK || !strings.Contains(got, want) {
			t.Errorf("status %d, told %q, want %s", out.Code, got, want)
		}
		s.no = nil
	}
	if len(s.answers) != 2 {
		t.Errorf("%d updates, want the refused one and one more: %+v", len(s.answers), s.answers)
	}
}

// retryPress is Slack's request for the press of a button.
func retryPress(answers string) *http.Request {
	payload := `{"type":"block_actions","api_app_id":"A0HIKESHI","team":{"id":"T0SANDBOX"},"user":{"id":"U0AOI0001","username":"aoi"},"channel":{"id":"C0CASE001"},"response_url":"` + answers +
		`/actions/1","actions":[{"action_id":"resolve_retry:1","value":"{\"workflow_id\":\"case/SEC-1\",\"step\":\"open.folder\",\"generation\":1}","action_ts":"1700000000.000100"}]}`
	body, at := url.Values{"payload": {payload}}.Encode(), strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte("v0:" + at + ":" + body))
	r := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}
