package cases

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// desk is a Temporal whose case answers updates with what is next in line, the last for ever.
type desk struct {
	server
	next   []any // an error, or an Answer
	taken  []client.UpdateWorkflowOptions
	turned []client.UpdateWorkflowOptions // those that nobody waits for: who was turned away
	closed bool
}

func (d *desk) DescribeWorkflowExecution(ctx context.Context, id, run string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	found, err := d.server.DescribeWorkflowExecution(ctx, id, run)
	if err == nil && d.closed {
		found.WorkflowExecutionInfo.Status = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	}
	return found, err
}

func (d *desk) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	list := &d.taken
	if o.UpdateName == workflows.TurnedAwayUpdate {
		list = &d.turned
	}
	next := d.next[min(len(*list), len(d.next)-1)]
	*list = append(*list, o)
	if err, ok := next.(error); ok {
		return nil, err
	}
	return given{answer: next.(workflows.Answer)}, nil
}

type given struct {
	client.WorkflowUpdateHandle
	answer workflows.Answer
}

func (g given) Get(_ context.Context, into any) error {
	*into.(*workflows.Answer) = g.answer
	return nil
}

func newDesk(t *testing.T, next ...any) (*Cases, *desk) {
	d := &desk{server: server{head: headPayload(t, incident.AudienceGroup)}, next: next}
	c := casesOf(server{}, everything)
	c.client = d
	return c, d
}

var closing = &serviceerror.ResourceExhausted{Cause: enumspb.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW, Message: "the workflow is closing"}

func TestSend(t *testing.T) {
	done := workflows.Answer{Number: "SEC-1", Text: "SEC-1: analysis a1 is open", ID: "a1"}
	refusal := incident.Refuse(incident.Rule, "Ask", "not now")
	ofType := func(name string) error { return temporal.NewNonRetryableApplicationError("no", name, nil) }
	for _, tt := range []struct {
		name  string
		next  []any
		code  string // of the error; empty: none
		tries int
	}{
		{"answered", []any{done}, "", 1},
		{"while the case rolls over", []any{closing, closing, done}, "", 3},
		{"refused by a rule", []any{workflows.Answer{Refused: refusal}}, "rule", 1},
		{"refused by the validator", []any{wired(incident.Refuse(incident.Usage, "Say it", "empty"))}, "usage", 1},
		{"a verb of newer code", []any{ofType("")}, "usage", 1},
		{"ended meanwhile", []any{serviceerror.NewNotFound("workflow execution already completed")}, "rule", 1},
		{"the answer is lost", []any{context.DeadlineExceeded}, "unknown_outcome", 1},
		{"the server breaks", []any{serviceerror.NewUnavailable("gone")}, "unknown_outcome", 1},
		{"given up by the server", []any{serviceerror.NewAborted("workflow update was aborted")}, "unknown_outcome", 1},
		{"accepted by a run that ended", []any{ofType("AcceptedUpdateCompletedWorkflow")}, "unknown_outcome", 1},
		{"not taken up by the worker", []any{ofType("UnprocessedUpdate")}, "unknown_outcome", 1},
		{"not allowed", []any{serviceerror.NewPermissionDenied("no", "")}, "permission", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, d := newDesk(t, tt.next...)
				answer, err := c.Send(t.Context(), "sec-1", workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox"}, "u-1")
				if codeOf(err) != tt.code || len(d.taken) != tt.tries || tt.code == "" && answer.ID != "a1" {
					t.Errorf("%+v, %v after %d tries; want code %q after %d", answer, err, len(d.taken), tt.code, tt.tries)
				}
				if tt.code == "unknown_outcome" && (!strings.Contains(err.Error(), "send analyze to case") || !strings.Contains(err.Error(), "u-1")) {
					t.Errorf("error %q names neither the verb nor how to ask again", err)
				}
				for _, o := range d.taken {
					if o.UpdateID != commandID("analyze", workflows.AnalyzeCommand{Name: "mailbox"}, "u-1") || o.WorkflowID != "case/SEC-1" || o.UpdateName != "analyze" {
						t.Errorf("sent %+v, want the same update to the same case each time", o)
					}
				}
			})
		})
	}
}

func TestSendGivesUpOnACaseThatStaysBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := newDesk(t, closing)
		if _, err := c.Send(t.Context(), "SEC-1", workflows.ContainUpdate, workflows.ContainCommand{}, "u-1"); codeOf(err) != "busy" || len(d.taken) < 3 {
			t.Errorf("%v after %d tries, want it busy after some", err, len(d.taken))
		}
	})
}

func TestSendToACaseThatHasEnded(t *testing.T) {
	c, d := newDesk(t, workflows.Answer{})
	d.closed = true
	if _, err := c.Send(t.Context(), "SEC-1", workflows.ReopenUpdate, workflows.ReopenCommand{}, "u-1"); codeOf(err) != "rule" || len(d.taken) > 0 {
		t.Errorf("%v after %d tries, want a refusal without one", err, len(d.taken))
	}
}

// wired is an error as it comes out of Temporal.
func wired(err error) error {
	c := temporal.GetDefaultFailureConverter()
	return c.FailureToError(c.ErrorToFailure(err))
}

func codeOf(err error) string {
	var refusal *incident.Refusal
	var problem *Error
	switch {
	case errors.As(err, &refusal):
		return string(refusal.Code)
	case errors.As(err, &problem):
		return string(problem.Code)
	case err != nil:
		return err.Error()
	}
	return ""
}
