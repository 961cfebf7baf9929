package transport

import (
	"context"
	"sync/atomic"
)

// Tally counts what became of the requests made under one context. Safe for concurrent use.
type Tally struct {
	held   atomic.Int32 // held back by our own buckets, or turned away whole with a 429
	passed atomic.Int32 // anything else: it may have done something
}

type tallyKey struct{}

// WithTally returns a context whose requests are counted.
func WithTally(ctx context.Context) (context.Context, *Tally) {
	t := &Tally{}
	return context.WithValue(ctx, tallyKey{}, t), t
}

// Unsent reports whether there were requests and each of them was held back or turned away by a rate, so that none
// can have changed anything. It is false if no request was seen: a call that does not hand its context on proves
// nothing.
func (t *Tally) Unsent() bool { return t.held.Load() > 0 && t.passed.Load() == 0 }

func tally(ctx context.Context, held bool) {
	t, ok := ctx.Value(tallyKey{}).(*Tally)
	switch {
	case !ok:
	case held:
		t.held.Add(1)
	default:
		t.passed.Add(1)
	}
}
