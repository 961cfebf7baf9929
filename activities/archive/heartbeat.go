package archive

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"hikeshi/activities"
)

// quiet is how often an activity says that it is alive while it makes no progress worth noting. Details can be large.
const quiet = 5 * time.Second

// maxAttempts bounds the list that travels in heartbeats and errors: the newest are kept.
const maxAttempts = 20

// note is what an activity leaves in its heartbeats for the attempt after it: where it is, and who tried before.
type note[T any] struct {
	At       T                    `json:"at"`
	Attempts []activities.Attempt `json:"attempts,omitempty"`
}

// pulse records the notes of one attempt.
type pulse[T any] struct {
	ctx  context.Context
	last note[T]
	this activities.Attempt
	when time.Time
}

// takeUp begins an attempt with what the earlier ones have left. Details of another shape are an older version's: then
// everything begins anew.
func takeUp[T any](ctx context.Context) *pulse[T] {
	p := &pulse[T]{ctx: ctx, this: activities.Attempt{Number: activity.GetInfo(ctx).Attempt, At: time.Now().UTC().Truncate(time.Millisecond)}}
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &p.last); err != nil {
			p.last = note[T]{}
		}
	}
	if len(p.last.Attempts) >= maxAttempts {
		p.last.Attempts = p.last.Attempts[len(p.last.Attempts)-maxAttempts+1:]
	}
	p.last.Attempts = append(p.last.Attempts, p.this)
	p.send()
	return p
}

func (p *pulse[T]) send() {
	activity.RecordHeartbeat(p.ctx, p.last)
	p.when = time.Now()
}

// at notes where the activity is.
func (p *pulse[T]) at(where T) {
	p.last.At = where
	p.send()
}

// beat says that the activity is alive.
func (p *pulse[T]) beat() {
	if time.Since(p.when) >= quiet {
		p.send()
	}
}

// end notes how the attempt went, and returns its error with all attempts in it.
func (p *pulse[T]) end(err error) error {
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
