package cases

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func TestExplain(t *testing.T) {
	c := &Cases{address: "temporal.example:7233", namespace: "csirt"}
	for _, tt := range []struct {
		err        error
		code       Code
		text, hint string
	}{
		{serviceerror.NewNamespaceNotFound("csirt"), Namespace, `list: the namespace "csirt" is not there`, "starter setup"},
		{&serviceerror.ResourceExhausted{Message: "rps"}, Busy, "too much to do", "few seconds"},
		{serviceerror.NewPermissionDenied("no", ""), Permission, "does not allow it", "TEMPORAL_API_KEY"},
		{serviceerror.NewInvalidArgument("Namespace csirt has no mapping defined for search attribute CaseNumber"), Attributes, "CaseNumber", "starter setup"},
		{serviceerror.NewUnavailable("connection refused"), Unreachable, "cannot be reached at temporal.example:7233", "TEMPORAL_ADDRESS"},
		{serviceerror.NewDeadlineExceeded(`context deadline exceeded: connection error: desc = "refused"`), Unreachable, "cannot be reached", ""},
		{serviceerror.NewDeadlineExceeded("too late"), UnknownOutcome, "did not answer in time", "same id"},
		{context.DeadlineExceeded, UnknownOutcome, "did not answer in time", "same id"},
		{errors.New("strange"), Internal, "list: strange", ""},
	} {
		err := c.explain(tt.err, "list")
		var e *Error
		if !errors.As(err, &e) || e.Code != tt.code || !strings.Contains(e.Message, tt.text) || !strings.Contains(e.Hint, tt.hint) || !errors.Is(err, tt.err) {
			t.Errorf("%v: %#v, want %s with %q and %q", tt.err, err, tt.code, tt.text, tt.hint)
		}
	}
	if err := c.explain(nil, "list"); err != nil {
		t.Errorf("no error became %v", err)
	}
}

func TestExplainKeepsRefusals(t *testing.T) {
	c := &Cases{}
	want := incident.Refuse(incident.Rule, "Ask", "no place")
	var got *incident.Refusal
	wired := temporal.GetDefaultFailureConverter()
	ended := wired.FailureToError(wired.ErrorToFailure(temporal.NewNonRetryableApplicationError("no place", workflows.RefusedError, nil, want)))
	if err := c.explain(ended, "open"); !errors.As(err, &got) || got.Code != want.Code || got.Hint != want.Hint {
		t.Errorf("from a workflow: %v, want %v", err, want)
	}
	if err := c.explain(want, "open"); err != error(want) {
		t.Errorf("as it is: %v, want %v", err, want)
	}
}

func TestUntil(t *testing.T) {
	status := func(channel, invite, card workflows.StepState, debts ...string) workflows.Status {
		return workflows.Status{Debts: debts, Steps: []workflows.StepStatus{
			{ID: "open.channel", State: channel}, {ID: "open.invite", State: invite}, {ID: "open.card", State: card}, {ID: "open.sheet", State: workflows.StepStuck}}}
	}
	const d, o, s = workflows.StepDone, workflows.StepOwed, workflows.StepStuck
	for _, tt := range []struct {
		name                   string
		status                 workflows.Status
		ready, linked, settled bool
	}{
		{"nothing known", workflows.Status{}, false, false, false},
		{"no card yet", status(d, d, o, "open.card"), false, false, false},
		{"ready, the sheet owed", status(d, d, d, "open.sheet"), true, false, true},
		{"all done", status(d, d, d), true, true, true},
		{"no channel for now", status(s, o, o, "open.channel"), false, false, true},
	} {
		if r, l, e := Ready.reached(tt.status), Linked.reached(tt.status), Settled.reached(tt.status); r != tt.ready || l != tt.linked || e != tt.settled {
			t.Errorf("%s: ready %t, linked %t, settled %t; want %t, %t, %t", tt.name, r, l, e, tt.ready, tt.linked, tt.settled)
		}
	}
}

func TestFilterQuery(t *testing.T) {
	for _, tt := range []struct {
		filter Filter
		want   string
	}{
		{Filter{}, "WorkflowType = 'Case' AND ExecutionStatus = 'Running' AND CaseStatus != 'closed'"},
		{Filter{All: true}, "WorkflowType = 'Case' AND ExecutionStatus != 'ContinuedAsNew'"},
		{Filter{Phase: incident.PhaseTriage, Stuck: true}, "WorkflowType = 'Case' AND ExecutionStatus = 'Running' AND CaseStatus != 'closed' AND CasePhase = 'triage' AND CaseStatus = 'stuck'"},
		{Filter{Phase: incident.PhaseClosed}, "WorkflowType = 'Case' AND ExecutionStatus = 'Running' AND CasePhase = 'closed'"},
		{Filter{Phase: "x' OR '"}, "WorkflowType = 'Case' AND ExecutionStatus = 'Running' AND CaseStatus != 'closed' AND CasePhase = 'x OR '"},
	} {
		if got := tt.filter.query(); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.filter, got, tt.want)
		}
	}
}

func TestCausesOfRetriedSteps(t *testing.T) {
	c := &Cases{failures: temporal.GetDefaultFailureConverter()}
	failure := c.failures.ErrorToFailure(temporal.NewApplicationError("jira: open ticket: HTTP 503", "Unavailable"))
	s := workflows.Status{Steps: []workflows.StepStatus{
		{ID: "open.ticket", State: workflows.StepTrying}, {ID: "open.channel", State: workflows.StepDone}, {ID: "open.folder", State: workflows.StepTrying}}}
	c.addCauses(&s, []*workflowpb.PendingActivityInfo{
		{ActivityId: "open.ticket#2", Attempt: 3, LastFailure: failure}, {ActivityId: "open.channel", LastFailure: failure}, {ActivityId: "open.folder", Attempt: 1}})
	if got := s.Steps[0]; got.Class != "Unavailable" || got.Cause != "attempt 3; the last one: jira: open ticket: HTTP 503" {
		t.Errorf("retried step: class %q, cause %q", got.Class, got.Cause)
	}
	if s.Steps[1].Cause != "" || s.Steps[2].Cause != "" {
		t.Errorf("causes of steps that have none: %q, %q", s.Steps[1].Cause, s.Steps[2].Cause)
	}
}

func TestStepsThatWaitForAVendor(t *testing.T) {
	s := workflows.Status{Steps: []workflows.StepStatus{
		{ID: "open.ticket", System: "jira", State: workflows.StepTrying}, {ID: "open.channel", System: "slack", State: workflows.StepTrying},
		{ID: "open.folder", System: "drive", State: workflows.StepTrying, Cause: "attempt 3; the last one: HTTP 503"}}}
	at := time.Date(2026, 11, 22, 5, 32, 0, 0, time.UTC)
	held := workflows.HeldVendor{Vendor: "jira", Phase: workflows.BreakerHeld, Class: "Credentials", Cause: "HTTP 401", Since: at}
	blame(&s, held, "en")
	if got := s.Steps[0]; got.Class != "Credentials" || got.Cause != "HTTP 401" || s.Steps[1].Cause != "" {
		t.Errorf("steps: %+v", s.Steps)
	}
	if len(s.Notes) != 1 || !strings.HasPrefix(s.Notes[0], "JIRA has not accepted our credentials since ") {
		t.Errorf("notes: %q", s.Notes)
	}
	held.Phase = workflows.BreakerReleased
	blame(&s, held, "en")
	blame(&s, workflows.HeldVendor{Vendor: "google", Phase: workflows.BreakerUnheld, Class: "Unavailable", Cause: "HTTP 502", Since: at}, "ja")
	if len(s.Notes) != 2 || s.Steps[2].Cause != "attempt 3; the last one: HTTP 503" {
		t.Errorf("after a release and an outage: %+v", s)
	}
	for vendor, want := range map[string]bool{"jira": true, "google": true, "nobody": false} {
		if got := waitsFor(&s, vendor); got != want {
			t.Errorf("waits for %s: %t", vendor, got)
		}
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	asked := 0
	if err := poll(ctx, func() (bool, error) { asked++; return false, nil }); !errors.Is(err, errEnded) || asked == 0 {
		t.Errorf("asked %d times, error %v: want errEnded", asked, err)
	}
	wrong := errors.New("wrong")
	if err := poll(t.Context(), func() (bool, error) { return false, wrong }); !errors.Is(err, wrong) {
		t.Errorf("error %v, want the one of the question", err)
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	c := &Cases{} // no client: these must not reach it
	for _, number := range []string{"", "SEC", "12", "SEC-1' OR ''='", "-", "case/SEC-1"} {
		if _, err := c.find(t.Context(), number); !isNotFound(err) {
			t.Errorf("%q: %v, want not found", number, err)
		}
	}
}

// Programs read lists in a status also when no worker has answered: none of them is null.
func TestAStatusWithoutAnAnswerHasLists(t *testing.T) {
	s := reflect.ValueOf(statusOf(workflows.Head{}, &workflowpb.WorkflowExecutionInfo{}))
	for i := range s.NumField() {
		f, name := s.Field(i), s.Type().Field(i)
		if f.Kind() == reflect.Slice && f.IsNil() && !strings.Contains(name.Tag.Get("json"), "omitempty") {
			t.Errorf("%s is null", name.Name)
		}
	}
}
