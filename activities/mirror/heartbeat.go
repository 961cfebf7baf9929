package mirror

import (
	"cmp"
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"hikeshi/activities"
	"hikeshi/activities/internal/pulse"
)

// attempt records the notes of one attempt: what it would have returned, had it stopped after its last digest. It saves
// reading: what has been logged, the log tells.
type attempt struct {
	*pulse.Pulse[*Mirrored]
	ctx   context.Context
	again bool // something may have been logged before this attempt
}

// takeUp begins an attempt with what the earlier ones have left. That they have left something, readable or not, is
// what counts.
func takeUp(ctx context.Context, fresh bool) *attempt {
	again := !fresh || activity.GetInfo(ctx).Attempt > 1 || activity.HasHeartbeatDetails(ctx)
	return &attempt{pulse.TakeUp[*Mirrored](ctx), ctx, again}
}

// patience is how often in a row a call that was turned away is made again, and how long it may wait each time, before
// the whole attempt gives up. A long walk through a channel must not begin anew at each full bucket.
const (
	patience = 6
	longest  = time.Minute
)

// patiently makes a call, again if the vendor's rate turned it away: it was not made then.
func (a *attempt) patiently(call func() error) error {
	for turn := 1; ; turn++ {
		a.Beat()
		err := call()
		if !activities.Is(err, activities.RateLimited) || turn == patience {
			return err
		}
		wait := cmp.Or(activities.FaultOf(err).After, time.Second)
		if wait > longest || !a.wait(wait) {
			return err
		}
	}
}

// wait reports whether the attempt is still wanted afterwards.
func (a *attempt) wait(d time.Duration) bool {
	timer, tick := time.NewTimer(d), time.NewTicker(pulse.Quiet)
	defer timer.Stop()
	defer tick.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case <-tick.C:
			a.Send()
		case <-a.ctx.Done():
			return false
		}
	}
}
