package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/settings"
)

// floor is a Temporal with cases some of whose steps are stuck. Decisions are taken as a case takes them.
type floor struct {
	client.Client
	mu     sync.Mutex
	cases  []*workflows.Status
	taken  []client.UpdateWorkflowOptions
	silent bool              // no worker answers
	after  func(*stuckCase)  // what becomes of a step after a decision
	fail   map[string]error  // of updates, by step
	query  string            // the last one
	audits map[string]string // who decided first, by step
}

type stuckCase = workflows.StepStatus

func stuckStep(workflowID, id, system, class string, actions ...workflows.Action) stuckCase {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	return stuckCase{ID: id, WorkflowID: workflowID, State: workflows.StepStuck, Generation: 2, System: system, Class: class, Cause: "no", Since: &at, Actions: actions}
}

func newFloor(t *testing.T, audience incident.Audience, all ...*workflows.Status) (*Cases, *floor) {
	t.Helper()
	f := &floor{cases: all, fail: map[string]error{}, audits: map[string]string{}, after: func(s *stuckCase) { s.State = workflows.StepDone }}
	for _, s := range all {
		s.Audience, s.WorkflowID, s.Members = audience, workflows.CaseWorkflowID(s.Number), []string{"U1"}
	}
	c := casesOf(server{}, everything)
	c.client = f
	return c, f
}

// one is a case with a step of its own, of an analysis and of its mirror.
func one(number string) *workflows.Status {
	id := workflows.CaseWorkflowID(number)
	return &workflows.Status{Number: number, Links: workflows.Links{Channel: "C0CASE"}, Steps: []stuckCase{
		stuckStep(id, "open.ticket", "jira", "Invalid", workflows.ActionRetry, workflows.ActionSupply),
		stuckStep(id+"/a1", "a1/analysis.channel", "slack", "Denied", workflows.ActionRetry, workflows.ActionSkip),
		stuckStep(id+"/mirror", "mirror.log", "jira", "Denied", workflows.ActionRetry),
		{ID: "open.folder", WorkflowID: id, State: workflows.StepDone, Generation: 1},
	}}
}

func (f *floor) find(id string) *workflows.Status {
	for _, s := range f.cases {
		if s.WorkflowID == id {
			return s
		}
	}
	return nil
}

func (f *floor) info(s *workflows.Status) *workflowpb.WorkflowExecutionInfo {
	head := headOf(*s)
	raw, _ := json.Marshal(head)
	memo, _ := converter.GetDefaultDataConverter().ToPayload(json.RawMessage(raw))
	return &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: s.WorkflowID}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		Memo: &commonpb.Memo{Fields: map[string]*commonpb.Payload{workflows.HeadMemo: memo}}}
}

func (f *floor) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.find(id)
	if s == nil {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	info := f.info(s)
	if s.Status == incident.Ended {
		info.Status = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}, nil
}

func (f *floor) ListWorkflow(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.query = r.GetQuery()
	from, found := len(r.GetNextPageToken()), &workflowservice.ListWorkflowExecutionsResponse{}
	if !strings.Contains(f.query, workflows.StuckStep) {
		return found, nil
	}
	const most = 50
	for _, s := range f.cases[from:min(from+most, len(f.cases))] {
		found.Executions = append(found.Executions, f.info(s))
	}
	if from+most < len(f.cases) {
		found.NextPageToken = make([]byte, from+most)
	}
	return found, nil
}

func (f *floor) QueryWorkflow(ctx context.Context, id, _, _ string, _ ...any) (converter.EncodedValue, error) {
	f.mu.Lock()
	silent := f.silent
	f.mu.Unlock()
	if silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.find(id)
	if s == nil {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	raw, err := json.Marshal(s)
	return said(raw), err
}

type said []byte

func (s said) HasValue() bool     { return true }
func (s said) Get(into any) error { return json.Unmarshal(s, into) }

func (f *floor) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o.UpdateName == workflows.TurnedAwayUpdate {
		return given{}, nil
	}
	f.taken = append(f.taken, o)
	cmd := o.Args[0].(workflows.ResolveCommand)
	if err := f.fail[cmd.Step]; err != nil {
		return nil, err
	}
	if f.silent {
		return nil, context.DeadlineExceeded
	}
	for _, s := range f.cases {
		for i := range s.Steps {
			if step := &s.Steps[i]; step.WorkflowID == o.WorkflowID && notice.OwnStep(step.ID) == cmd.Step {
				return given{answer: f.decide(s, step, cmd)}, nil
			}
		}
	}
	no := incident.Refuse(incident.Rule, "", "no such step")
	return nil, wired(temporal.NewNonRetryableApplicationError(no.Error(), workflows.RefusedError, nil, no))
}

func (f *floor) decide(s *workflows.Status, step *stuckCase, cmd workflows.ResolveCommand) workflows.Answer {
	a := workflows.Answer{Number: s.Number, Text: fmt.Sprintf("%s: %s", cmd.Step, cmd.Action)}
	switch {
	case step.Generation != cmd.Generation:
		a.Refused = incident.Refuse(incident.Rule, "", "%s decided before you", f.audits[step.WorkflowID+step.ID])
	case !slices.Contains(step.Actions, cmd.Action):
		a.Refused = incident.Refuse(incident.Rule, "", "not allowed")
	default:
		step.Generation++
		f.audits[step.WorkflowID+step.ID] = cmd.By.Who
		f.after(step)
	}
	return a
}

func retry(step string, generation int) Decision {
	return Decision{Step: step, Generation: generation, Action: workflows.ActionRetry, Reason: "x", By: incident.By{Who: "aoi", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}}
}

func TestADecisionGoesToWhomTheStepBelongs(t *testing.T) {
	for _, tt := range []struct{ step, workflow, own string }{
		{"open.ticket", "case/SEC-1", "open.ticket"}, {"a1/analysis.channel", "case/SEC-1/a1", "analysis.channel"}, {"analysis.channel", "case/SEC-1/a1", "analysis.channel"},
		{"mirror.log", "case/SEC-1/mirror", "mirror.log"}, {" open.ticket ", "case/SEC-1", "open.ticket"},
	} {
		c, f := newFloor(t, incident.AudienceGroup, one("SEC-1"))
		taken, err := c.Decide(t.Context(), "sec-1", everything, retry(tt.step, 0), "r-1")
		if err != nil || taken.WorkflowID != tt.workflow || taken.Generation != 2 {
			t.Errorf("%s: %+v, %v", tt.step, taken, err)
			continue
		}
		if cmd := f.taken[0].Args[0].(workflows.ResolveCommand); f.taken[0].WorkflowID != tt.workflow || cmd.Step != tt.own || cmd.Generation != 2 || f.taken[0].UpdateName != "resolveStep" {
			t.Errorf("%s: sent %+v", tt.step, f.taken[0])
		}
	}
}

func TestWhatCannotBeDecided(t *testing.T) {
	for _, tt := range []struct {
		name   string
		number string
		d      Decision
		viewer settings.Viewer
		change func(*floor)
		code   string
		says   string
		sent   int
	}{
		{"an unknown step", "SEC-1", retry("open.nothing", 0), everything, nil, "rule", "has no step", 0},
		{"an unknown step with a generation", "SEC-1", retry("open.nothing", 1), everything, nil, "rule", "no such step", 1},
		{"a step that is done", "SEC-1", retry("open.folder", 0), everything, nil, "rule", "it is done", 0},
		{"an old generation", "SEC-1", retry("open.ticket", 1), everything, func(f *floor) { f.audits["case/SEC-1open.ticket"] = "ben" }, "rule", "ben decided before you", 1},
		{"an action that the step does not allow", "SEC-1", Decision{Step: "open.ticket", Action: workflows.ActionSkip, Reason: "x"}, everything, nil, "rule", "not allowed", 1},
		{"an unknown case", "SEC-9", retry("open.ticket", 1), everything, nil, "not_found", "no case SEC-9", 0},
		{"a case that they may not see", "SEC-1", retry("open.ticket", 2), settings.Viewer{SlackUser: "U9", Channel: "C9"}, func(f *floor) { f.cases[0].Audience = "restricted" }, "not_found", "no case SEC-1", 0},
		{"a case that has ended", "SEC-1", retry("open.ticket", 2), everything, func(f *floor) { f.cases[0].Status = incident.Ended }, "rule", "Open a new case", 0},
		{"a step without its generation while no worker runs", "SEC-1", retry("open.ticket", 0), everything, func(f *floor) { f.silent = true }, "not_ready", "Nothing was done", 0},
		{"a step while no worker runs", "SEC-1", retry("a1/analysis.channel", 2), everything, func(f *floor) { f.silent = true }, "unknown_outcome", "may have been recorded", 1},
		{"an analysis that has ended", "SEC-1", retry("a7/analysis.channel", 2), everything, func(f *floor) { f.fail["analysis.channel"] = serviceerror.NewNotFound("completed") }, "rule", "has ended", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := newFloor(t, incident.AudienceGroup, one("SEC-1"))
				if tt.change != nil {
					tt.change(f)
				}
				_, err := c.Decide(t.Context(), tt.number, tt.viewer, tt.d, "r-1")
				if codeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) || len(f.taken) != tt.sent {
					t.Errorf("%v (%s) after %d updates; want %s, %q after %d", err, codeOf(err), len(f.taken), tt.code, tt.says, tt.sent)
				}
				if tt.sent > 0 && strings.HasPrefix(tt.d.Step, "a") && f.taken[0].WorkflowID != "case/SEC-1/"+tt.d.Step[:2] {
					t.Errorf("sent to %s", f.taken[0].WorkflowID)
				}
			})
		})
	}
}

// In the operators' channel people decide about steps of cases that they may not read.
func TestOperatorsDecideInTheirChannel(t *testing.T) {
	c, _ := newFloor(t, incident.AudienceRestricted, one("SEC-1"))
	c.config.Slack.Operators = "C0OPS"
	if _, err := c.Decide(t.Context(), "SEC-1", settings.Viewer{SlackUser: "U9", Channel: "C0OPS"}, retry("open.ticket", 2), "r"); err != nil {
		t.Error(err)
	}
	if _, err := c.Decide(t.Context(), "SEC-1", settings.Viewer{SlackUser: "U9"}, retry("mirror.log", 2), "r"); codeOf(err) != "not_found" {
		t.Error(err)
	}
	c.config.Slack.Operators = ""
	if _, err := c.Decide(t.Context(), "SEC-1", settings.Viewer{SlackUser: "U9"}, retry("mirror.log", 2), "r"); codeOf(err) != "not_found" {
		t.Errorf("without an operators' channel: %v", err)
	}
}

func TestAStepThatIsMeantTwiceIsAskedFor(t *testing.T) {
	s := one("SEC-1")
	s.Steps = append(s.Steps, stuckStep("case/SEC-1/a2", "a2/analysis.channel", "slack", "Denied", workflows.ActionRetry))
	c, f := newFloor(t, incident.AudienceGroup, s)
	if _, err := c.Decide(t.Context(), "SEC-1", everything, retry("analysis.channel", 0), "r"); codeOf(err) != "usage" || !strings.Contains(err.Error(), "a1/analysis.channel, a2/analysis.channel") {
		t.Error(err)
	}
	d := retry("analysis.channel", 2)
	d.Workflow = "case/SEC-1/a2"
	if _, err := c.Decide(t.Context(), "SEC-1", everything, d, "r"); err != nil || f.taken[0].WorkflowID != "case/SEC-1/a2" {
		t.Errorf("%v, %+v", err, f.taken)
	}
}

func TestBecame(t *testing.T) {
	for name, tt := range map[string]struct {
		step   string
		action workflows.Action
		after  func(*stuckCase)
		want   string
	}{
		"done":           {"open.ticket", workflows.ActionRetry, func(s *stuckCase) { s.State = workflows.StepDone }, OutcomeDone},
		"still tried":    {"open.ticket", workflows.ActionRetry, func(s *stuckCase) { s.State = workflows.StepTrying }, OutcomeGoing},
		"stuck again":    {"open.ticket", workflows.ActionSupply, func(s *stuckCase) { s.Cause = "SEC-99 is not there" }, OutcomeStuck},
		"skipped":        {"a1/analysis.channel", workflows.ActionSkip, func(s *stuckCase) { s.ID = "gone" }, OutcomeSkipped},
		"of an analysis": {"a1/analysis.channel", workflows.ActionRetry, func(s *stuckCase) { s.ID = "gone" }, OutcomeGoing},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := newFloor(t, incident.AudienceGroup, one("SEC-1"))
				f.after = tt.after
				d := retry(tt.step, 2)
				d.Action = tt.action
				taken, err := c.Decide(t.Context(), "SEC-1", everything, d, "r")
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				if got := c.Became(ctx, "SEC-1", taken); got.Outcome != tt.want {
					t.Errorf("%+v, want %s", got, tt.want)
				}
			})
		})
	}
}

func TestTwoHundredStuckCasesAreRetriedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []*workflows.Status
		for i := range 200 {
			all = append(all, one(fmt.Sprintf("SEC-%d", i+1)))
		}
		c, f := newFloor(t, incident.AudienceGroup, all...)
		filter, o := StuckFilter{System: "jira", Class: "Invalid"}, RetryOptions{ID: "r-1", Rate: 20, DryRun: true}
		d := Decision{Reason: "the field has a default", By: incident.By{Who: "aoi", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}}
		list, err := c.RetryAll(t.Context(), everything, filter, d, o)
		if err != nil || len(list) != 200 || len(f.taken) != 0 || list[0].Result != RetryWould || list[0].Cause != "no" {
			t.Fatalf("dry run: %d steps, %d updates, %v", len(list), len(f.taken), err)
		}
		if want := "WorkflowType = 'Case' AND ExecutionStatus = 'Running' AND StuckStep IS NOT NULL AND StuckStep = 'jira:Invalid'"; f.query != want {
			t.Errorf("query %s", f.query)
		}
		o.DryRun = false
		begun := time.Now()
		list, err = c.RetryAll(t.Context(), everything, filter, d, o)
		ids := map[string]bool{}
		for _, u := range f.taken {
			ids[u.UpdateID] = true
		}
		if err != nil || len(f.taken) != 200 || len(ids) != 200 || slices.ContainsFunc(list, func(r Retried) bool { return r.Result != RetryTaken }) {
			t.Errorf("%d updates with %d ids, %v", len(f.taken), len(ids), err)
		}
		if took := time.Since(begun); took < 9*time.Second {
			t.Errorf("200 decisions took %s at 20 a second", took)
		}
		if list, err = c.RetryAll(t.Context(), everything, filter, d, o); err != nil || len(list) != 0 {
			t.Errorf("again: %d steps, %v", len(list), err)
		}
	})
}

// A case that continues in a new run while pages are read stands on two of them: it is one case.
func TestACaseOnTwoPagesIsOne(t *testing.T) {
	var all []*workflows.Status
	for i := range 60 {
		all = append(all, one(fmt.Sprintf("SEC-%d", i+1)))
	}
	c, f := newFloor(t, incident.AudienceGroup, all...)
	f.cases = append(f.cases, f.cases[3])
	if list, err := c.Stuck(t.Context(), everything, StuckFilter{}); err != nil || len(list) != 60 {
		t.Errorf("%d cases, %v", len(list), err)
	}
}

func TestRetryAllTellsWhatWasNotDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := one("SEC-1"), one("SEC-2")
		a.Steps[0].Actions = []workflows.Action{workflows.ActionSkip}
		c, f := newFloor(t, incident.AudienceGroup, a, b)
		f.fail["analysis.channel"], f.fail["mirror.log"] = context.DeadlineExceeded, serviceerror.NewPermissionDenied("no", "")
		list, err := c.RetryAll(t.Context(), everything, StuckFilter{}, Decision{Reason: "x"}, RetryOptions{ID: "r", Rate: 100})
		var got []string
		for _, r := range list {
			got = append(got, r.Number+" "+r.Step+" "+r.Result)
		}
		want := []string{"SEC-1 open.ticket refused", "SEC-1 a1/analysis.channel not confirmed", "SEC-1 mirror.log failed",
			"SEC-2 open.ticket retried", "SEC-2 a1/analysis.channel not confirmed", "SEC-2 mirror.log failed"}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v", got, err)
		}
		if why := list[1].Why; !strings.Contains(why, "retry a1/analysis.channel to case SEC-1: not confirmed") {
			t.Errorf("it does not say which decision is not confirmed: %q", why)
		}
	})
}

// A slip in a filter is refused: it must not look as if nothing were stuck.
func TestAFilterThatFitsNothing(t *testing.T) {
	c, f := newFloor(t, incident.AudienceGroup, one("SEC-1"))
	if list, err := c.Stuck(t.Context(), everything, StuckFilter{System: "JIRA", Class: " denied"}); err != nil || len(list) != 1 || list[0].Steps[0].ID != "mirror.log" {
		t.Errorf("%+v, %v", list, err)
	}
	if want := "StuckStep = 'jira:Denied'"; !strings.Contains(f.query, want) {
		t.Errorf("asked for %s, not %s", f.query, want)
	}
	for _, filter := range []StuckFilter{{System: "jria"}, {Class: "Forbidden"}, {System: "google"}} {
		var refused *incident.Refusal
		if _, err := c.Stuck(t.Context(), everything, filter); !errors.As(err, &refused) || refused.Code != incident.Usage || !strings.Contains(refused.Hint, "Use one of: ") {
			t.Errorf("%+v: %v", filter, err)
		}
	}
}

// Without a worker a list still says which steps are stuck, and nothing is sent.
func TestStuckWithoutAWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newFloor(t, incident.AudienceGroup, one("SEC-1"))
		f.silent = true
		list, err := c.Stuck(t.Context(), everything, StuckFilter{System: "jira", Step: "analysis.channel"})
		if err != nil || len(list) != 1 || !list[0].Partial || len(list[0].Steps) != 1 || list[0].Steps[0].ID != "a1/analysis.channel" {
			t.Errorf("%+v, %v", list, err)
		}
		all, err := c.RetryAll(t.Context(), everything, StuckFilter{}, Decision{Reason: "x"}, RetryOptions{ID: "r", Rate: 5})
		if err != nil || len(all) != 3 || all[0].Result != RetryFailed || len(f.taken) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestStuckShowsOnlyWhatTheViewerMaySee(t *testing.T) {
	c, _ := newFloor(t, incident.AudienceRestricted, one("SEC-1"))
	if list, err := c.Stuck(t.Context(), settings.Viewer{Organisations: []string{"*"}}, StuckFilter{}); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}
