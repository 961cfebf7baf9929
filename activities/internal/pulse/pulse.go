// Package pulse keeps an activity's notes in its heartbeats for the attempt after it: where it is, and who tried before.
package pulse

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"hikeshi/activities"
)

// Quiet is how often an activity says that it is alive while it makes no progress worth noting. Details can be large.
const Quiet = 5 * time.Second

// maxAttempts bounds the list that travels in heartbeats and errors: the newest are kept.
const maxAttempts = 20

type note[T any] struct {
	At       T                    `json:"at,omitempty"`
	Attempts []activities.Attempt `json:"attempts,omitempty"`
}

// Pulse records the notes of one attempt. T is where the activity is.
type Pulse[T any] struct {
	ctx  context.Context
	last note[T]
	this activities.Attempt
	when time.Time
}

// TakeUp begins an attempt with what the earlier ones have left. Details of another shape are an older version's: then
// everything begins anew.
func TakeUp[T any](ctx context.Context) *Pulse[T] {
	p := &Pulse[T]{ctx: ctx, this: activities.Attempt{Number: activity.GetInfo(ctx).Attempt, At: time.Now().UTC().Truncate(time.Millisecond)}}
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &p.last); err != nil {
			p.last = note[T]{}
		}
	}
	if len(p.last.Attempts) >= maxAttempts {
		p.last.Attempts = p.last.Attempts[len(p.last.Attempts)-maxAttempts+1:]
	}
	p.last.Attempts = append(p.last.Attempts, p.this)
	p.Send()
	return p
}

// Send says that the activity is alive, now.
func (p *Pulse[T]) Send() {
	activity.RecordHeartbeat(p.ctx, p.last)
	p.when = time.Now()
}

// Where is where the activity is, as far as is known.
func (p *Pulse[T]) Where() T { return p.last.At }

// At notes where the activity is.
func (p *Pulse[T]) At(where T) {
	p.last.At = where
	p.Send()
}

// Beat says that the activity is alive, if it has not said so lately.
func (p *Pulse[T]) Beat() {
	if time.Since(p.when) >= Quiet {
		p.Send()
	}
}

// End notes how the attempt went, and returns its error with all attempts in it.
func (p *Pulse[T]) End(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(p.ctx.Err(), context.Canceled) {
		return p.ctx.Err() // nobody wants it any more: that is no failure
	}
	f := activities.FaultOf(err)
	p.this.Class, p.this.Cause = f.Class, f.Cause
	p.this.Until, p.this.Silent = time.Now().UTC().Truncate(time.Millisecond), f.Class == activities.Ambiguous
	p.last.Attempts[len(p.last.Attempts)-1] = p.this
	p.Send()
	f.Attempts = p.last.Attempts
	return f.Error()
}

// Settles is when what earlier attempts asked for can no longer come about; zero: nothing is on its way. An attempt that
// died needs no time: it was silent for longer before the next one began.
func (p *Pulse[T]) Settles(e activities.Effect) time.Time {
	var until time.Time
	if !e.First && !e.Last.IsZero() {
		until = e.Last.Add(e.Settle)
	}
	if n := len(p.last.Attempts); n > 1 && p.last.Attempts[n-2].Silent {
		if end := p.last.Attempts[n-2].Until.Add(e.Settle); end.After(until) {
			until = end
		}
	}
	return until
}
