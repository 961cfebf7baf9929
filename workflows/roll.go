package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// When a run rolls over: the server's own suggestion, and these. Signals are counted because the server refuses the
// 10,000th of a run without a warning; a week bounds the age of the code that a run depends on.
const (
	maxSignals = 8000
	maxRunAge  = 7 * 24 * time.Hour
	rollGrace  = 30 * time.Second // for attempts that are running
)

func (c *caseRun) wantsRoll() bool { return c.asked || c.signals > maxSignals }

// watchAge makes an old run roll, and one of which the server says that its history grows too long.
func (c *caseRun) watchAge(ctx workflow.Context) error {
	suggested := func() bool { return workflow.GetInfo(ctx).GetContinueAsNewSuggested() }
	if err := c.awaitFor(ctx, maxRunAge, "continue in a new run", suggested); err != nil {
		return err
	}
	c.asked = true
	return nil
}

// roll continues the case in a new run. Nothing new is scheduled; attempts that are running get a while to end, then
// they are cancelled (what they may have done stays known: tried); signals are drained after the last wait, because
// whatever arrives later makes the server hand this task back to us.
func (c *caseRun) roll(ctx workflow.Context, stop workflow.CancelFunc) error {
	c.rolling = true
	if err := awaitUpTo(ctx, rollGrace, "let running attempts end", func() bool { return c.inFlight == 0 }); err != nil {
		return err
	}
	stop()
	if err := workflow.Await(ctx, func() bool { return c.running == 0 && workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	c.drain(ctx)
	c.Rolls++
	return workflow.NewContinueAsNewError(ctx, CaseType, CaseInput{State: c.CaseState})
}
