package mirror

import (
	"cmp"
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"hikeshi/activities"
)

// quiet is how often a call says that it is alive while it writes nothing.
const quiet = 5 * time.Second

// maxAttempts bounds the list that travels in heartbeats and errors: the newest are kept.
const maxAttempts = 20

// note is what an attempt leaves in its heartbeats for the one after it: what it would have returned, had it stopped
// after its last digest, and who tried before. It saves reading: what has been logged, the log tells.
type note struct {
	At       *Mirrored            `json:"at,omitempty"`
	Attempts []activities.Attempt `json:"attempts,omitempty"`
}

// pulse records the notes of one attempt.
type pulse struct {
	ctx   context.Context
	again bool // something may have been logged before this attempt
	last  note
	this  activities.Attempt
	when  time.Time
}

// takeUp begins an attempt with what the earlier ones have left. Details of another shape are an older version's: that
// there are some is what counts.
func takeUp(ctx context.Context, first bool) *pulse {
	p := &pulse{ctx: ctx, this: activities.Attempt{Number: activity.GetInfo(ctx).Attempt, At: time.Now().UTC().Truncate(time.Millisecond)}}
	p.again = !first || p.this.Number > 1
	if activity.HasHeartbeatDetails(ctx) {
		p.again = true
		if err := activity.GetHeartbeatDetails(ctx, &p.last); err != nil {
			p.last = note{}
		}
	}
	if len(p.last.Attempts) >= maxAttempts {
		p.last.Attempts = p.last.Attempts[len(p.last.Attempts)-maxAttempts+1:]
	}
	p.last.Attempts = append(p.last.Attempts, p.this)
	p.send()
	return p
}

func (p *pulse) send() {
	activity.RecordHeartbeat(p.ctx, p.last)
	p.when = time.Now()
}

// at notes what was logged.
func (p *pulse) at(so Mirrored) {
	p.last.At = &so
	p.send()
}

// beat says that the attempt is alive.
func (p *pulse) beat() {
	if time.Since(p.when) >= quiet {
		p.send()
	}
}

// end notes how the attempt went, and returns its error with all attempts in it.
func (p *pulse) end(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(p.ctx.Err(), context.Canceled) {
		return p.ctx.Err() // nobody wants it any more: that is no failure
	}
	f := activities.FaultOf(err)
	p.this.Class, p.this.Cause = f.Class, f.Cause
	p.last.Attempts[len(p.last.Attempts)-1] = p.this
	p.send()
	f.Attempts = p.last.Attempts
	return f.Error()
}

// patience is how often in a row a call that was turned away is made again, and how long it may wait each time, before
// the whole attempt gives up. A long walk through a channel must not begin anew at each full bucket.
const (
	patience = 6
	longest  = time.Minute
)

// patiently makes a call, again if the vendor's rate turned it away: it was not made then.
func (p *pulse) patiently(call func() error) error {
	for turn := 1; ; turn++ {
		p.beat()
		err := call()
		if !activities.Is(err, activities.RateLimited) || turn == patience {
			return err
		}
		wait := cmp.Or(activities.FaultOf(err).After, time.Second)
		if wait > longest || !p.wait(wait) {
			return err
		}
	}
}

// wait reports whether the attempt is still wanted afterwards.
func (p *pulse) wait(d time.Duration) bool {
	timer, tick := time.NewTimer(d), time.NewTicker(quiet)
	defer timer.Stop()
	defer tick.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case <-tick.C:
			p.send()
		case <-p.ctx.Done():
			return false
		}
	}
}
