package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"hikeshi/activities/internal/transport"
)

// Effect is part of the input of every activity that creates something. The workflow fills it in.
type Effect struct {
	// Key names the effect: case (or request) + step + generation. It never holds a run id, a time or an attempt,
	// so that a reset or a roll of the workflow asks for the same thing again, not for another one.
	Key string `json:"key"`
	// First says that the workflow has provably never tried this effect, so the look-up may be left out.
	First bool `json:"first,omitempty"`
	// Since is when the effect was first asked for. Look-ups that read a vendor's newest things stop there.
	Since time.Time `json:"since"`
	// Last is when the newest earlier execution of this effect ended; zero if this is the first. Within an execution,
	// heartbeats tell of earlier attempts.
	Last time.Time `json:"last,omitzero"`
}

// Attempt is one try of an activity, kept in heartbeat details so that later tries know of it.
type Attempt struct {
	Number  int32     `json:"n"`
	At      time.Time `json:"at"`
	Class   Class     `json:"class,omitempty"` // empty: still running, or it died without an answer
	Cause   string    `json:"cause,omitempty"`
	Looking bool      `json:"looking,omitempty"` // it ended while looking: it wrote nothing
	Unsent  bool      `json:"unsent,omitempty"`  // a rate kept back every request of it: it wrote nothing
}

// Receipt is part of the result of every activity that creates something.
type Receipt struct {
	Adopted  bool      `json:"adopted,omitempty"`  // the thing was already there, made by an earlier try
	Attempts []Attempt `json:"attempts,omitempty"` // the tries before the one that succeeded
}

// Once makes one effect happen exactly once. lookUp finds the thing an earlier try may have made (found is false
// where there is none; last is the latest time at which an earlier try may have written, for look-ups that lag);
// act makes it. The look-up is left out only if this is provably the first try that can write: the workflow says so
// (First), and each earlier attempt is on record as unsent. The attempt is therefore recorded in a heartbeat before
// anything is written; the record survives an activity reset.
//
// Both functions return errors built by Fault.Error; Once adds the list of attempts to them.
func Once[T any](ctx context.Context, e Effect, lookUp func(ctx context.Context, last time.Time) (found bool, thing T, err error), act func(context.Context) (T, error)) (T, Receipt, error) {
	earlier := earlierAttempts(ctx)
	this := Attempt{Number: activity.GetInfo(ctx).Attempt, At: time.Now().UTC().Truncate(time.Millisecond)}
	activity.RecordHeartbeat(ctx, append(earlier, this))

	if !e.First || !allUnsent(earlier, this.Number-1) {
		found, thing, err := lookUp(ctx, lastWrite(e, earlier))
		if err != nil {
			this.Looking = true
			return thing, Receipt{}, failed(ctx, err, earlier, this)
		}
		if found {
			return thing, Receipt{Adopted: true, Attempts: earlier}, nil
		}
	}
	counted, tally := transport.WithTally(ctx)
	thing, err := act(counted)
	if err != nil {
		this.Unsent = Is(err, RateLimited) && tally.Unsent()
		return thing, Receipt{}, failed(ctx, err, earlier, this)
	}
	return thing, Receipt{Attempts: earlier}, nil
}

// allUnsent reports whether the list accounts for all n earlier attempts and none of them sent anything. The class alone
// does not tell: an act of several calls may meet the rate at its second one. An attempt that is missing from the list
// (its heartbeat was lost, the list was cut) or that the count does not know (an activity reset) may have written.
func allUnsent(earlier []Attempt, n int32) bool {
	if len(earlier) != int(n) {
		return false
	}
	for i, a := range earlier {
		if a.Number != int32(i)+1 || !a.Unsent {
			return false
		}
	}
	return true
}

// lastWrite is the latest time at which an earlier try may have written something; zero if none can have.
func lastWrite(e Effect, earlier []Attempt) time.Time {
	var last time.Time
	if !e.First {
		last = e.Since
		if e.Last.After(last) {
			last = e.Last
		}
	}
	for _, a := range earlier {
		if a.mayHaveWritten() && a.At.After(last) {
			last = a.At
		}
	}
	return last
}

// mayHaveWritten is false for an attempt that ended before it wrote, or that the vendor turned away whole.
func (a Attempt) mayHaveWritten() bool {
	return !a.Looking && a.Class != RateLimited && a.Class != Credentials && !a.Class.Final()
}

// maxAttempts bounds the list that travels in heartbeats and errors: the newest are kept.
const maxAttempts = 20

func earlierAttempts(ctx context.Context) []Attempt {
	var list []Attempt
	if activity.HasHeartbeatDetails(ctx) {
		// Details of another shape are an older version's: knowing that there were some is what counts.
		if err := activity.GetHeartbeatDetails(ctx, &list); err != nil || len(list) == 0 {
			list = []Attempt{{}}
		}
	}
	if len(list) >= maxAttempts {
		list = list[len(list)-maxAttempts+1:]
	}
	return list
}

// failed records how this attempt ended, for the next one, and returns its error with all attempts in it.
func failed(ctx context.Context, err error, earlier []Attempt, this Attempt) error {
	f := FaultOf(err)
	this.Class, this.Cause = f.Class, f.Cause
	f.Attempts = append(earlier, this)
	activity.RecordHeartbeat(ctx, f.Attempts)
	return f.Error()
}
