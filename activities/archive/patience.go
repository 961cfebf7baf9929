package archive

import (
	"context"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/pulse"
)

// A vendor that asks us to wait is obeyed here, up to these bounds. Elsewhere Temporal waits; but the next attempt would
// have to page back through a whole channel before it comes to where this one was, and in a long channel it would be
// asked to wait again before that.
const (
	longestWait = 2 * time.Minute
	mostWaits   = 20 // in a row
)

// patient makes a reading call, and makes it again after the wait that is asked for.
func patient[T any](ctx context.Context, beat func(), read func() (T, error)) (T, error) {
	for waits := 0; ; waits++ {
		beat()
		got, err := read()
		if !activities.Is(err, activities.RateLimited) {
			return got, err
		}
		after := activities.FaultOf(err).After
		if after <= 0 || after > longestWait || waits == mostWaits {
			return got, err
		}
		if err := pause(ctx, beat, after); err != nil {
			return got, err
		}
	}
}

// pause waits, and says that we are alive.
func pause(ctx context.Context, beat func(), d time.Duration) error {
	for end := time.Now().Add(d); ; beat() {
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		select {
		case <-time.After(min(left, pulse.Quiet)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
