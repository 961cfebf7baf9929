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
	// First says that no earlier execution of this effect can have written anything, so the look-up may be left out.
	First bool `json:"first,omitempty"`
	// Run is the run of the workflow that asked. Another run that carries out what this one scheduled came of a reset, and
	// what it carries out may have been done in the meantime. Empty: nobody can tell.
	Run string `json:"run,omitempty"`
	// Since is when the effect was first asked for. Look-ups that read a vendor's newest things stop there.
	Since time.Time `json:"since"`
	// Last is when the newest earlier execution of this effect ended; zero if this is the first. Within an execution,
	// heartbeats tell of earlier attempts.
	Last time.Time `json:"last,omitzero"`
	// Doubt is the latest time at which an earlier execution may have written, as it told; zero: nobody knows, and Last counts.
	Doubt time.Time `json:"doubt,omitzero"`
	// Settle is how long after we gave up a request that got no answer the vendor may still carry it out; 0: not at all.
	Settle time.Duration `json:"settle,omitempty"`
}

// Fresh reports whether this is provably the first execution of the effect: no other run has carried it out, and nobody
// has reset the activity.
func (e Effect) Fresh(ctx context.Context) bool {
	return e.First && !startedAgain(ctx) && !e.elsewhere(ctx)
}

// elsewhere reports whether another run of the workflow has asked for this: somebody reset the workflow while the
// activity was pending. What became of it there is not on record here.
func (e Effect) elsewhere(ctx context.Context) bool {
	return e.Run != "" && e.Run != activity.GetInfo(ctx).WorkflowExecution.RunID
}

// Receipt is part of the result of every activity that creates something.
type Receipt struct {
	Adopted  bool      `json:"adopted,omitempty"`  // the thing was already there, made by an earlier try
	Attempts []Attempt `json:"attempts,omitempty"` // the tries before the one that succeeded
	// Doubt is the latest time at which another try may have made the thing as well, unseen; zero: none can have. Where a
	// vendor's search lags, a sweep some time after it finds what was made twice.
	Doubt time.Time `json:"doubt,omitzero"`
}

// Once makes one effect happen exactly once. lookUp finds the thing an earlier try may have made (found is false
// where there is none; last is the latest time at which an earlier try may have written, for look-ups that lag);
// act makes it. The look-up is left out only if this is provably the first try that can write: the workflow says so
// (First), and each earlier attempt is on record as one that wrote nothing. The attempt is therefore recorded in a
// heartbeat before anything is written; the record survives an activity reset, unless that throws it away.
//
// An attempt is believed to have written nothing only if its requests say so: an act of several calls may be refused at
// its second one, and have made the thing with its first. A request that got no answer is given time (Effect.Settle):
// finding nothing before that proves nothing, whatever the vendor.
//
// Both functions return errors built by Fault.Error; Once adds the list of attempts to them.
func Once[T any](ctx context.Context, e Effect, lookUp func(ctx context.Context, last time.Time) (found bool, thing T, err error), act func(context.Context) (T, error)) (T, Receipt, error) {
	t := begin(ctx, e)
	if t.mustLook() {
		found, thing, err := lookUp(ctx, t.lastWrite())
		if err == nil && !found {
			err = t.unsettled()
		}
		if err != nil {
			t.this.Looking = true
			return thing, Receipt{}, t.failed(ctx, err)
		}
		if found {
			return thing, Receipt{Adopted: true, Attempts: t.earlier, Doubt: t.doubt(2)}, nil
		}
	}
	counted, tally := transport.WithTally(ctx)
	thing, err := act(counted)
	if err != nil {
		t.this.Unwritten, t.this.Silent = tally.Unwritten(), tally.Silent()
		return thing, Receipt{}, t.failed(ctx, err)
	}
	return thing, Receipt{Attempts: t.earlier, Doubt: t.doubt(1)}, nil
}

// begin reads what is known of earlier attempts and puts this one on record.
func begin(ctx context.Context, e Effect) *tries {
	info := activity.GetInfo(ctx)
	earlier, lost := earlierAttempts(ctx)
	t := &tries{effect: e, earlier: earlier}
	t.this = Attempt{Number: info.Attempt, At: time.Now().UTC().Truncate(time.Millisecond)}
	if deadline, ok := ctx.Deadline(); ok {
		t.this.Until = deadline.UTC().Truncate(time.Millisecond)
	}
	t.this.Gap = lost || (startedAgain(ctx) || e.elsewhere(ctx)) && len(earlier) == 0 || t.misses()
	activity.RecordHeartbeat(ctx, append(earlier, t.this))
	return t
}

// lookAgain is the longest that an attempt which cannot tell yet lets the next one wait.
const lookAgain = 20 * time.Second

// unsettled is the error of a look-up that came too early to prove that there is nothing; nil: it has.
func (t *tries) unsettled() error {
	until := t.lastWrite()
	rest := time.Until(until)
	if t.effect.Settle == 0 || rest <= 0 {
		return nil
	}
	return Fault{
		Class: Ambiguous, Early: true, Op: "look for what an earlier try may have made", After: min(rest, lookAgain),
		Cause: "an earlier request got no answer; the vendor is given until " + until.UTC().Format("2006-01-02 15:04:05Z") + " to carry it out",
	}.Error()
}
