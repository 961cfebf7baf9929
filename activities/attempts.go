package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
)

// Attempt is one try of an activity, kept in heartbeat details so that later tries know of it.
type Attempt struct {
	Number int32     `json:"n"`
	At     time.Time `json:"at"`
	// Until is when it ended or, while nobody knows, when its time runs out.
	Until     time.Time `json:"until,omitzero"`
	Class     Class     `json:"class,omitempty"` // empty: still running, or it died without an answer
	Cause     string    `json:"cause,omitempty"`
	Looking   bool      `json:"looking,omitempty"`   // it ended while looking: it wrote nothing
	Unwritten bool      `json:"unwritten,omitempty"` // each write of it was held back, never sent or turned away: it wrote nothing
	Silent    bool      `json:"silent,omitempty"`    // a write of it got no answer in time: it may still be carried out
	Gap       bool      `json:"gap,omitempty"`       // there were attempts before it, since the one before it in the list, that left no record
}

// mayHaveWritten is false for an attempt that ended before it wrote, or that the vendor turned away whole. Its class alone
// does not tell.
func (a Attempt) mayHaveWritten() bool { return !a.Looking && !a.Unwritten }

// lastWrite is when the attempt may last have written, or may yet; next is the one that followed.
func (a Attempt) lastWrite(settle time.Duration, next Attempt) time.Time {
	end := a.At
	if a.Until.After(end) {
		end = a.Until
	}
	if end.After(next.At) { // it was over by then, whatever its time
		end = next.At
	}
	if a.Class == "" || a.Silent {
		end = end.Add(settle)
	}
	return end
}

// tries are the attempts at one effect, as one of them knows them.
type tries struct {
	effect  Effect
	earlier []Attempt
	this    Attempt
}

// misses reports whether attempts right before this one left no record. A number that does not follow the one before is
// that of a reset activity.
func (t *tries) misses() bool {
	last := int32(0)
	if n := len(t.earlier); n > 0 {
		last = t.earlier[n-1].Number
	}
	return t.this.Number != last+1
}

// gaps counts the places where attempts are missing from the list. The oldest of a long list were cut.
func (t *tries) gaps() (n int) {
	for i, a := range append(t.earlier, t.this) {
		if a.Gap || i == 0 && a.Number > 1 {
			n++
		}
	}
	return n
}

// mustLook is false only if nothing can have been written yet.
func (t *tries) mustLook() bool { return t.writers() > 0 }

// writers is how many earlier tries may have written. Of an execution before this one nobody knows how many it had.
func (t *tries) writers() int {
	n := 2 * t.gaps()
	if !t.effect.First {
		n += 2
	}
	for _, a := range t.earlier {
		if a.mayHaveWritten() {
			n++
		}
	}
	return n
}

// lastWrite is the latest time at which an earlier try may have written something, or may yet; zero if none can have.
func (t *tries) lastWrite() time.Time {
	var last time.Time
	later := func(at time.Time) {
		if at.After(last) {
			last = at
		}
	}
	switch {
	case t.effect.First:
	case !t.effect.Doubt.IsZero():
		later(t.effect.Doubt)
	default:
		later(t.effect.Since.Add(t.effect.Settle))
		later(t.effect.Last.Add(t.effect.Settle))
	}
	all := append(t.earlier, t.this)
	for i, a := range all {
		if a.Gap || i == 0 && a.Number > 1 {
			later(a.At.Add(t.effect.Settle))
		}
		if i+1 < len(all) && a.mayHaveWritten() {
			later(a.lastWrite(t.effect.Settle, all[i+1]))
		}
	}
	return last
}

// doubt is the time of Receipt.Doubt, if at least so many tries may have written.
func (t *tries) doubt(writers int) time.Time {
	if t.writers() < writers {
		return time.Time{}
	}
	return t.lastWrite()
}

// failed records how this attempt ended, for the next one, and returns its error with all attempts in it.
func (t *tries) failed(ctx context.Context, err error) error {
	f := FaultOf(err)
	t.this.Class, t.this.Cause = f.Class, f.Cause
	t.this.Until = time.Now().UTC().Truncate(time.Millisecond)
	f.Attempts = append(t.earlier, t.this)
	f.Told, f.Doubt = true, t.doubt(1)
	if t.this.mayHaveWritten() {
		f.Doubt = t.this.Until
		if t.this.Silent {
			f.Doubt = f.Doubt.Add(t.effect.Settle)
		}
	}
	activity.RecordHeartbeat(ctx, f.Attempts)
	return f.Error()
}

// maxAttempts bounds the list that travels in heartbeats and errors: the newest are kept.
const maxAttempts = 20

// earlierAttempts are those on record; lost: there were some whose record cannot be read, such as an older version's.
func earlierAttempts(ctx context.Context) (list []Attempt, lost bool) {
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &list); err != nil || len(list) == 0 {
			return nil, true
		}
	}
	if len(list) >= maxAttempts {
		list = list[len(list)-maxAttempts+1:]
	}
	return list, false
}

type startedAgainKey struct{}

// StartedAgain returns the context of an attempt that was scheduled anew though its number is 1, as after an activity
// reset: the attempts before it may have left no record. Whoever runs activities and can tell says so.
func StartedAgain(ctx context.Context) context.Context {
	return context.WithValue(ctx, startedAgainKey{}, true)
}

func startedAgain(ctx context.Context) bool {
	again, _ := ctx.Value(startedAgainKey{}).(bool)
	return again
}
