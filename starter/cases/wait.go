package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"hikeshi/workflows"
)

// Until says how far a case must be for Wait to return.
type Until string

// The ends of waiting. None: the request is recorded. Ready: people are in the channel and the card is there. Linked:
// nothing is owed any more. Settled: ready, or one of the steps to it is stuck and will not be soon.
const (
	None    Until = "none"
	Ready   Until = "ready"
	Linked  Until = "linked"
	Settled Until = "settled"
)

// usable lists the steps after which a channel can be used.
var usable = [...]string{"open.channel", "open.invite", "open.card"}

// Wait follows a request that Open has recorded until its case is that far, or ctx ends. It returns what it has seen
// last, also with an error; the status is nil if the case has not answered yet. A request that cannot be a case ends
// with its refusal. If ctx ends first, the error says that the case exists, its number and what is owed (NotReady),
// or, if not even a number is known, that it is not known yet what became of the request (UnknownOutcome).
//
// It takes the caller for the opener and asks for no rights. Where anybody can give an id of their choice, use Follow.
func (c *Cases) Wait(ctx context.Context, requestID string, until Until) (workflows.Opened, *workflows.Status, error) {
	if until == None {
		return workflows.Opened{}, nil, nil
	}
	opened, err := c.opened(ctx, requestID, c.unhurried)
	if err != nil {
		return opened, nil, err
	}
	var last *workflows.Status
	err = c.unhurried(ctx, func() (bool, error) {
		status, err := c.query(ctx, opened.WorkflowID)
		if err != nil {
			return false, temporary(err)
		}
		last = &status
		return until.reached(status), nil
	})
	if last != nil {
		opened.Number = last.Number // it changes once, when a late ticket comes
	}
	if err == nil {
		return opened, last, nil
	}
	if errors.Is(err, errEnded) {
		return opened, last, notReady(opened, last)
	}
	return opened, last, c.explain(err, "follow case "+opened.Number)
}

// Follow is Wait for a door where the request's id was chosen by whoever asks. Of a request that was recorded before
// nothing is told unless the configuration's viewer may see its case: an id is no proof of having opened it.
func (c *Cases) Follow(ctx context.Context, recorded OpenedRequest, until Until) (workflows.Opened, *workflows.Status, error) {
	if recorded.Again && until != None {
		opened, err := c.opened(ctx, recorded.RequestID, poll)
		if err := c.mayKnow(ctx, recorded.RequestID, opened, err); err != nil {
			return workflows.Opened{}, nil, err
		}
	}
	return c.Wait(ctx, recorded.RequestID, until)
}

func (u Until) reached(s workflows.Status) bool {
	done, stuck := 0, 0
	for _, id := range usable {
		switch stateOf(s, id) {
		case workflows.StepDone:
			done++
		case workflows.StepStuck:
			stuck++
		}
	}
	ready := done == len(usable)
	switch u {
	case Linked:
		return ready && len(s.Debts) == 0
	case Settled:
		return ready || stuck > 0
	}
	return ready
}

func stateOf(s workflows.Status, id string) workflows.StepState {
	for _, step := range s.Steps {
		if step.ID == id {
			return step.State
		}
	}
	return workflows.StepOwed
}

// opened waits until the request has a case. It does not wait for Intake's end: Intake may still be busy with a slow
// ticket while the case it has started is at work.
func (c *Cases) opened(ctx context.Context, requestID string, until polling) (workflows.Opened, error) {
	var opened workflows.Opened
	err := until(ctx, func() (bool, error) {
		intake, err := c.client.DescribeWorkflowExecution(ctx, workflows.IntakeWorkflowID(requestID), "")
		if err != nil {
			return false, temporary(err)
		}
		for _, child := range intake.GetPendingChildren() {
			if id := child.GetWorkflowId(); child.GetRunId() != "" && strings.HasPrefix(id, workflows.CaseWorkflowID("")) {
				opened = workflows.Opened{Number: strings.TrimPrefix(id, workflows.CaseWorkflowID("")), WorkflowID: id}
				return true, nil
			}
		}
		if intake.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return false, nil
		}
		return true, c.client.GetWorkflow(ctx, workflows.IntakeWorkflowID(requestID), "").Get(ctx, &opened)
	})
	if errors.Is(err, errEnded) {
		return opened, &Error{Code: UnknownOutcome, Message: fmt.Sprintf("request %s is not confirmed yet: no worker has taken it up in time", requestID),
			Hint: "It may still become a case: ask again with --request-id " + requestID + ", and check that a worker runs", cause: err}
	}
	return opened, c.explain(err, "open the case of request "+requestID)
}

// notReady says what is known of a case that was not as far as one waited for.
func notReady(o workflows.Opened, s *workflows.Status) error {
	e := &Error{Code: NotReady, Message: fmt.Sprintf("case %s exists, but no worker has said how far it is", o.Number),
		Hint: "Check that a worker runs, then run `starter status " + o.Number + "`", cause: errEnded}
	if s != nil {
		e.Message = fmt.Sprintf("case %s exists; still owed: %s", o.Number, strings.Join(s.Debts, ", "))
		e.Hint = "It goes on by itself; see `starter status " + o.Number + "`"
	}
	return e
}

// errEnded is the end of the time one was ready to wait.
var errEnded = errors.New("the time to wait is over")

// Pauses between questions: short at first, because most cases are open within a second.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 500 * time.Millisecond
)

// How often one process asks after cases that somebody waits for: all of them together.
const (
	asksPerSecond = 25
	asksAtOnce    = 25
)

// polling asks until it is done or fails, or until ctx ends.
type polling func(ctx context.Context, ask func() (done bool, err error)) error

// unhurried is poll at the pace of this process. Without it everybody who waits would ask twice a second, most of all
// while no worker is there to end the waiting, and keep Temporal from what is new.
func (c *Cases) unhurried(ctx context.Context, ask func() (done bool, err error)) error {
	return poll(ctx, func() (bool, error) {
		if c.pace != nil && c.pace.Wait(ctx) != nil {
			return false, nil // there is no time left for another question
		}
		return ask()
	})
}

// poll asks until it is done or fails, or until ctx ends: then the error is errEnded.
func poll(ctx context.Context, ask func() (done bool, err error)) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		done, err := ask()
		if ctx.Err() != nil && !done {
			return errEnded
		}
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errEnded
		case <-time.After(pause):
		}
	}
}

// temporary swallows errors that pass: a worker that is just starting, a server that is, too much at once. A not-found
// of the request itself is not one.
func temporary(err error) error {
	var (
		exhausted *serviceerror.ResourceExhausted
		notReady  *serviceerror.WorkflowNotReady
		failed    *serviceerror.QueryFailed
		condition *serviceerror.FailedPrecondition
	)
	if timedOut(err) || unreachable(err) || errors.As(err, &exhausted) || errors.As(err, &notReady) || errors.As(err, &failed) || errors.As(err, &condition) {
		return nil
	}
	return err
}
