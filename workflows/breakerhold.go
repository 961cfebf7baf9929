package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/ops"
	"hikeshi/activities/pager"
	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// How often a vendor that is down is asked: soon, then every minute. Retries cost no history; a round of them does, and
// makes sure that the queue is still held.
const (
	firstAsk   = 2 * time.Second
	laterAsk   = 30 * time.Second
	longestAsk = time.Minute
	roundAsks  = 12
	askTime    = 15 * time.Second
	holdTries  = 5 // what Temporal refuses for longer must not keep the vendor from being asked
)

var opsActivities *ops.Activities

// heal holds the queue and asks the vendor, until it lets us in.
func (b *breakerRun) heal(ctx workflow.Context) error {
	if err := b.hold(ctx); err != nil {
		return err
	}
	first := firstAsk
	if b.Rounds > 0 {
		first = laterAsk
	}
	err := b.ask(ctx, first, roundAsks)
	if b.rolling || temporal.IsCanceledError(err) {
		return errRolling
	}
	b.Trouble, b.Heard = nil, workflow.Now(ctx) // we know
	if err == nil {
		return b.release(ctx)
	}
	b.Rounds++
	b.because(activities.FaultOf(err))
	return b.awaitFor(ctx, laterAsk, "ask again", func() bool { return false })
}

// hold holds the queue, again if it is held already: somebody may have released it, or Temporal was restored.
func (b *breakerRun) hold(ctx workflow.Context) error {
	var held ops.Held
	in := ops.HoldQueue{Queue: VendorQueue(b.Vendor), By: b.id, Why: b.Class}
	retry := &temporal.RetryPolicy{InitialInterval: firstRetry, BackoffCoefficient: 2, MaximumInterval: longestAsk, MaximumAttempts: holdTries}
	err := b.do(ctx, "breaker_hold", retry, opsActivities.HoldQueue, in, &held)
	switch {
	case b.rolling || temporal.IsCanceledError(err):
		return errRolling
	case err != nil: // the vendor is asked all the same, and the next round holds
		held = ops.Held{Why: activities.FaultOf(err).Cause}
	}
	if b.Open() {
		b.Phase, b.Cannot = BreakerHeld, held.Why
		if !held.Held {
			b.Phase = BreakerUnheld
		}
		b.changed()
	}
	return nil
}

// release lets the steps go on.
func (b *breakerRun) release(ctx workflow.Context) error {
	var released ops.Released
	if err := b.do(ctx, "breaker_release", nil, opsActivities.ReleaseQueue, ops.ReleaseQueue{Queue: VendorQueue(b.Vendor)}, &released); err != nil {
		return err
	}
	now := workflow.Now(ctx)
	b.Good, b.Heard, b.Doubt = now, now, time.Time{}
	if b.Standing() {
		b.Phase, b.Until, b.Waiting = BreakerReleased, now, released.Waiting
	}
	b.changed()
	return nil
}

// ask asks the vendor whether it lets us in, that often at most.
func (b *breakerRun) ask(ctx workflow.Context, first time.Duration, tries int32) error {
	retry := &temporal.RetryPolicy{InitialInterval: first, BackoffCoefficient: 2, MaximumInterval: longestAsk, MaximumAttempts: tries}
	return b.do(ctx, "breaker_ask", retry, opsActivities.CheckAccess, ops.CheckAccess{Vendor: b.Vendor}, nil)
}

// do runs one activity on the queue ops. Without a retry policy it goes on until it succeeds.
func (b *breakerRun) do(ctx workflow.Context, title string, retry *temporal.RetryPolicy, activity, in, out any) error {
	if retry == nil {
		retry = &temporal.RetryPolicy{InitialInterval: firstRetry, BackoffCoefficient: 2, MaximumInterval: longestAsk}
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: Ops.Queue(), StartToCloseTimeout: askTime, WaitForCancellation: true, RetryPolicy: retry,
		Summary: notice.BreakerTitle(b.desk.Language, title, b.Vendor), Priority: temporal.Priority{PriorityKey: urgent},
	})
	err := workflow.ExecuteActivity(ctx, activity, in).Get(ctx, out)
	if temporal.IsCanceledError(err) && b.rolling {
		return errRolling
	}
	return err
}

// tell keeps the one notice to the operators true. What Slack refuses for good is given up: the breaker's page in the
// Temporal UI says the same.
func (b *breakerRun) tell(ctx workflow.Context) error {
	for {
		if err := b.await(ctx, func() bool { return b.sayable() && !b.told() }); err != nil {
			return err
		}
		text := b.text()
		err := b.say(ctx, text)
		b.Notice.Last = workflow.Now(ctx)
		switch {
		case temporal.IsCanceledError(err):
			return err
		case b.deleted(ctx, err):
			b.Notice = tellState{} // the next one is new
		case err == nil || activities.FaultOf(err).Class.Final():
			b.Notice.Said = text
		default:
			if err := b.awaitFor(ctx, b.desk.Probe, "try again to tell the operators", func() bool { return false }); err != nil {
				return err
			}
		}
		b.changed()
	}
}

// deleted reports whether somebody has deleted the notice.
func (b *breakerRun) deleted(ctx workflow.Context, err error) bool {
	if b.Notice.TS == "" || !activities.Is(err, activities.NotFound) {
		return false
	}
	return workflow.GetVersion(ctx, "post a deleted notice anew", workflow.DefaultVersion, 1) == 1
}

// sayable reports whether there is anything to say and a way to say it. While Slack itself is down, it is not.
func (b *breakerRun) sayable() bool {
	return b.desk.Channel != "" && b.Phase != BreakerQuiet && !(b.Vendor == string(Slack) && b.Open())
}

// told reports whether the operators know what there is to know.
func (b *breakerRun) told() bool { return !b.sayable() || b.Notice.Said == b.text() }

// say posts the notice, or changes it.
func (b *breakerRun) say(ctx workflow.Context, text string) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: Slack.Queue(), StartToCloseTimeout: stepTimeout, WaitForCancellation: true,
		Summary:     notice.BreakerTitle(b.desk.Language, "breaker_tell", b.Vendor),
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: firstRetry, BackoffCoefficient: 2, MaximumInterval: longestRetry, MaximumAttempts: attempts},
		Priority:    temporal.Priority{PriorityKey: ordinary, FairnessKey: b.id},
	})
	if b.Notice.TS != "" {
		in := slack.UpdateNotice{Channel: b.desk.Channel, TS: b.Notice.TS, Message: slack.Message{Text: text}}
		return workflow.ExecuteActivity(ctx, slackActivities.UpdateNotice, in).Get(ctx, nil)
	}
	first := b.Notice.Asked.IsZero()
	if first {
		b.Notice.Asked = workflow.Now(ctx)
	}
	effect := activities.Effect{Key: b.id + "." + b.Notice.Asked.UTC().Format("20060102T150405"), First: first && !everReset(ctx), Since: b.Notice.Asked, Last: b.Notice.Last}
	var posted slack.Notice
	err := workflow.ExecuteActivity(ctx, slackActivities.PostNotice, slack.PostNotice{Effect: effect, Channel: b.desk.Channel, Message: slack.Message{Text: text}}).Get(ctx, &posted)
	if err == nil {
		b.Notice.TS = posted.TS
	}
	return err
}

// page calls people when Slack itself is down, once: there nobody can be told.
func (b *breakerRun) page(ctx workflow.Context) error {
	if !b.desk.Pager || b.Vendor != string(Slack) || !b.Paged.IsZero() {
		return nil
	}
	refused := func() bool { return b.Open() && b.Class == string(activities.Credentials) }
	for !refused() && !(b.Open() && workflow.Now(ctx).Sub(b.Since) >= pageAfter) {
		if err := b.await(ctx, func() bool { return b.Open() }); err != nil { // not b.Open: that would ask a copy
			return err
		}
		left := b.Since.Add(pageAfter).Sub(workflow.Now(ctx))
		if err := b.awaitFor(ctx, left, "see whether Slack comes back by itself", func() bool { return refused() || !b.Open() }); err != nil {
			return err
		}
	}
	b.Paged = workflow.Now(ctx)
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: Pager.Queue(), StartToCloseTimeout: stepTimeout, WaitForCancellation: true, Priority: temporal.Priority{PriorityKey: urgent},
		Summary:     notice.BreakerTitle(b.desk.Language, "breaker_page", b.Vendor),
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: firstRetry, BackoffCoefficient: 2, MaximumInterval: longestRetry, MaximumAttempts: attempts},
	})
	err := workflow.ExecuteActivity(ctx, pagerActivities.PageOnCall, pager.PageOnCall{
		Effect: activities.Effect{Key: b.id + ".page." + b.Since.UTC().Format("20060102T150405"), Since: b.Paged},
		Number: b.id, Reason: pager.ReasonHeld, Text: b.view().Sentence(), Link: temporalPage(Placement{UI: b.desk.UI}, b.id), At: b.Paged,
	}).Get(ctx, nil)
	if temporal.IsCanceledError(err) {
		b.Paged = time.Time{} // the next run goes on with it
		return err
	}
	return nil // a page that cannot be sent holds up nobody
}
