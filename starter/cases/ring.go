package cases

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/time/rate"

	"hikeshi/workflows"
)

// ringRate is how many mirrors are rung a second when all are: none of them is in a hurry, and each begins to read.
const ringRate = 20

// ErrNoCaseYet is returned for a channel of which it is not known for long that it belongs to no case.
var ErrNoCaseYet = errors.New("no case is known for the channel yet")

// Ring tells the mirror of a channel's case that there is something to log. Ringing twice is harmless: the mirror reads
// from where it is. A channel without a case is no error, but ErrNoCaseYet as long as its case may only not be known yet:
// Temporal's lists are behind when much happens. A mirror that is not there is no error neither: what was said before it
// starts it finds by itself, and after its end nothing is logged any more.
func (c *Cases) Ring(ctx context.Context, channel string, bell workflows.Bell) error {
	late := longestMiss
	if len(bell.Hints) > 0 { // of replies and edits a mirror finds by itself only when it reads everything again
		late = shortMiss
	}
	told, err := c.signalChannel(ctx, channel, late, workflows.MirrorWorkflowID, workflows.BellSignal, bell)
	if err == nil && !told && plainChannel.MatchString(channel) && !c.channels.sure(channel) {
		return ErrNoCaseYet
	}
	return err
}

// Happened tells a channel's case what somebody did to the channel. Telling twice is harmless: the case compares it
// with what it knows. A channel without a case, or whose case has ended, is no error.
func (c *Cases) Happened(ctx context.Context, event workflows.ChannelEvent) error {
	_, err := c.signalChannel(ctx, event.Channel, shortMiss, func(id string) string { return id }, workflows.ChannelSignal, event)
	return err
}

// signalChannel signals a workflow of the channel's case, of which it may be that late to learn, and reports whether there
// is a case.
func (c *Cases) signalChannel(ctx context.Context, channel string, late time.Duration, receiver func(caseID string) string, signal string, payload any) (found bool, err error) {
	id, err := c.heardIn(ctx, channel, late)
	if err != nil || id == "" {
		return false, c.explain(err, "find the case of channel "+channel)
	}
	err = insist(ctx, func() error { return c.client.SignalWorkflow(ctx, receiver(id), "", signal, payload) })
	if gone(err) {
		c.channels.forget(channel)
		return true, nil
	}
	return true, c.explain(err, fmt.Sprintf("signal %s to %s", signal, receiver(id)))
}

// RingAll rings every running mirror, so that it looks for what nobody told it of: events of the time in which no
// gateway was there are lost. It returns how many were rung. If Temporal goes away it ends with the error; a single
// mirror that cannot be rung is logged and left to its own sweep.
func (c *Cases) RingAll(ctx context.Context) (rung int, err error) {
	pace := rate.NewLimiter(ringRate, 1)
	err = c.eachMirror(ctx, func(mirror string) error {
		if err := pace.Wait(ctx); err != nil {
			return c.explain(err, "ring the mirrors")
		}
		err := insist(ctx, func() error { return c.client.SignalWorkflow(ctx, mirror, "", workflows.BellSignal, workflows.Bell{}) })
		switch {
		case err == nil:
			rung++
		case unreachable(err), timedOut(err), busy(err):
			return c.explain(err, "ring "+mirror)
		case !gone(err):
			slog.Warn("a mirror is not rung", "workflow", mirror, "error", c.explain(err, "ring"))
		}
		return nil
	})
	return rung, err
}

// eachMirror does it for the workflow id of every running mirror.
func (c *Cases) eachMirror(ctx context.Context, do func(mirror string) error) error {
	request := &workflowservice.ListWorkflowExecutionsRequest{PageSize: pageSize, Query: "WorkflowType = '" + workflows.MirrorType + "' AND ExecutionStatus = 'Running'"}
	for {
		page, err := c.client.ListWorkflow(ctx, request)
		if err != nil {
			return c.explain(err, "list the mirrors")
		}
		for _, info := range page.GetExecutions() {
			if err := do(info.GetExecution().GetWorkflowId()); err != nil {
				return err
			}
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return nil
		}
	}
}
