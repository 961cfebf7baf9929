package workflows

import (
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// child is a workflow that belongs to the case and is told what to do.
type child struct {
	id, kind string
	told     *string              // digest of the last order that was sent; empty: it has not been started
	order    func() any           // what it should do; the newest counts
	input    func(again bool) any // again: an earlier one has done part of the work, and has ended
	summary  func() string
	over     func() bool // it has come to its end by itself; nil: it goes on as long as its case
	lost     func()      // it has come to its end, and its case did not hear of it; nil: that cannot be
}

func (ch child) ended() bool { return ch.over != nil && ch.over() }

// childPulse is how often a child hears from its case at least: whoever terminates one by mistake is found out by then.
const childPulse = 24 * time.Hour

// keepChild starts a child and keeps it informed. One that somebody has terminated is started again, and finds what is
// there.
func (c *caseRun) keepChild(ctx workflow.Context, ch child) error {
	if *ch.told == "" {
		now := digest(ch.order())
		if _, err := c.startChild(ctx, ch, false); err != nil {
			return err
		}
		*ch.told = now
	}
	for {
		news := func() bool { return ch.ended() || digest(ch.order()) != *ch.told }
		if err := c.awaitFor(ctx, childPulse, "see whether "+ch.id+" is there", news); err != nil {
			return err
		}
		if ch.ended() {
			return nil
		}
		now := ch.order()
		err := workflow.SignalExternalWorkflow(ctx, ch.id, "", orderSignal, now).Get(ctx, nil)
		if temporal.IsCanceledError(err) {
			return err
		}
		if err != nil && !c.Archive.Ended && !ch.ended() {
			workflow.GetLogger(ctx).Warn("a child has ended before its case: it is started again", "child", ch.id, "error", err)
			started, err := c.startChild(ctx, ch, true)
			if err != nil {
				return err
			}
			if !started && ch.lost != nil {
				ch.lost()
				return nil
			}
		}
		*ch.told = digest(now)
	}
}

// startChild starts a workflow that outlives the run that starts it. If it is there already, this case was reset after
// it had started it: they go on together. One that has come to its end by itself is not started again.
func (c *caseRun) startChild(ctx workflow.Context, ch child, again bool) (started bool, err error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // the end of this run is none of the child's business
	starting := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            ch.id,
		TaskQueue:             TaskQueue,
		ParentClosePolicy:     abandon,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		TypedSearchAttributes: temporal.NewSearchAttributes(keyword(CaseNumber).ValueSet(c.Number)),
		StaticSummary:         ch.summary(),
	}), ch.kind, ch.input(again))
	err = starting.GetChildWorkflowExecution().Get(ctx, nil)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return false, nil
	}
	return err == nil, err
}

// runID tells apart a child's reports: another run is another story, also after a reset, which begins its numbers anew.
func runID(ctx workflow.Context) string { return workflow.GetInfo(ctx).WorkflowExecution.RunID }
