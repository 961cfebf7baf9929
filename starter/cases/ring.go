package cases

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/time/rate"

	"hikeshi/workflows"
)

// ringRate is how many mirrors are rung a second when all are: none of them is in a hurry, and each begins to read.
const ringRate = 20

// Ring tells the mirror of a channel's case that there is something to log. Ringing twice is harmless: the mirror reads
// from where it is. A channel without a case is no error, and a mirror that is not there neither: what was said before
// it starts it finds by itself, and after its end nothing is logged any more.
func (c *Cases) Ring(ctx context.Context, channel string, bell workflows.Bell) error {
	return c.signalChannel(ctx, channel, workflows.MirrorWorkflowID, workflows.BellSignal, bell)
}

// Happened tells a channel's case what somebody did to the channel. Telling twice is harmless: the case compares it
// with what it knows. A channel without a case, or whose case has ended, is no error.
func (c *Cases) Happened(ctx context.Context, event workflows.ChannelEvent) error {
	return c.signalChannel(ctx, event.Channel, func(id string) string { return id }, workflows.ChannelSignal, event)
}

// signalChannel signals a workflow of the channel's case.
func (c *Cases) signalChannel(ctx context.Context, channel string, receiver func(caseID string) string, signal string, payload any) error {
	id, err := c.caseOfChannel(ctx, channel)
	if err != nil || id == "" {
		return c.explain(err, "find the case of channel "+channel)
	}
	err = insist(ctx, func() error { return c.client.SignalWorkflow(ctx, receiver(id), "", signal, payload) })
	if gone(err) {
		c.channels.forget(channel)
		return nil
	}
	return c.explain(err, fmt.Sprintf("signal %s to %s", signal, receiver(id)))
}

// RingAll rings every running mirror, so that it looks for what nobody told it of: events of the time in which no
// gateway was there are lost. It goes on when one mirror cannot be rung, and returns how many were.
func (c *Cases) RingAll(ctx context.Context) (rung int, err error) {
	pace := rate.NewLimiter(ringRate, 1)
	request := &workflowservice.ListWorkflowExecutionsRequest{PageSize: pageSize, Query: "WorkflowType = '" + workflows.MirrorType + "' AND ExecutionStatus = 'Running'"}
	var failed []error
	for {
		page, err := c.client.ListWorkflow(ctx, request)
		if err != nil {
			return rung, errors.Join(append(failed, c.explain(err, "list the mirrors"))...)
		}
		for _, info := range page.GetExecutions() {
			if err := pace.Wait(ctx); err != nil {
				return rung, errors.Join(append(failed, c.explain(err, "ring the mirrors"))...)
			}
			switch err := c.ringOne(ctx, info.GetExecution().GetWorkflowId()); {
			case err == nil:
				rung++
			case !gone(err):
				failed = append(failed, c.explain(err, "ring "+info.GetExecution().GetWorkflowId()))
			}
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return rung, errors.Join(failed...)
		}
	}
}

func (c *Cases) ringOne(ctx context.Context, mirror string) error {
	return insist(ctx, func() error { return c.client.SignalWorkflow(ctx, mirror, "", workflows.BellSignal, workflows.Bell{}) })
}
