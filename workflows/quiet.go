package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// QuietHours are the hours in which nobody is written to directly about what can wait, on each person's own clock.
type QuietHours struct {
	From int `json:"from"` // minutes after midnight
	To   int `json:"to"`   // not From; earlier than From: of the next day
}

// left is how long they last from now on for somebody whose clock is that many seconds ahead of UTC; 0: it is not quiet, or
// nobody knows: the clock is not known, or there are no such hours.
func (q *QuietHours) left(now time.Time, ahead *int) time.Duration {
	if q == nil || ahead == nil {
		return 0
	}
	const day = 24 * time.Hour
	local := now.UTC().Add(time.Duration(*ahead) * time.Second)
	clock := local.Sub(local.Truncate(day))
	from, to := time.Duration(q.From)*time.Minute, time.Duration(q.To)*time.Minute
	return max(0, (to-from+day)%day-(clock-from+day)%day)
}

// urgent reports whether the case goes on at night: it is bad, or nobody has said yet that it is not.
func (c *caseRun) urgent() bool { return c.Severity < incident.Sev3 }

// noteQuiet notes until when whoever is offered command is left in peace; the hand-over in the thread says so.
func (c *caseRun) noteQuiet(ctx workflow.Context, o *offer) {
	left := c.Placement.Quiet.left(workflow.Now(ctx), o.To.Offset)
	if left > 0 && o.To.ID != "" && !c.urgent() && workflow.GetVersion(ctx, "ask when it is not quiet", workflow.DefaultVersion, 1) == 1 {
		o.QuietUntil = workflow.Now(ctx).Add(left)
	}
}

// untilAwake waits for that hour, unless the case becomes urgent or nobody needs to be asked any more.
func (c *caseRun) untilAwake(ctx workflow.Context, o *offer) error {
	if o.QuietUntil.IsZero() {
		return nil
	}
	err := c.awaitFor(ctx, o.QuietUntil.Sub(workflow.Now(ctx)), "let whoever is offered command sleep", func() bool { return o.Became != "" || c.urgent() })
	if err == nil && o.Waited.IsZero() {
		o.Waited = workflow.Now(ctx)
	}
	return err
}
