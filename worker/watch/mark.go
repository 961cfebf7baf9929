package watch

import (
	"context"
	"time"

	"hikeshi/activities"
	"hikeshi/workflows"
)

const (
	lookAge  = 5 * time.Second // how long it is remembered whether a queue is held
	lookTime = 2 * time.Second // bounds the question
	// heldRetry is when a long activity is tried again while a vendor is down: its own queue is not held.
	heldRetry = time.Minute
)

// look is what was seen of a queue, and when.
type look struct {
	held bool
	at   time.Time
}

// mark says in an error that its vendor is down for everybody, so that the step which met it does not get stuck. It
// matters for the long activities, which work across vendors while one of them is held.
func (w *Watch) mark(ctx context.Context, queue string, err error) error {
	if err == nil {
		return nil
	}
	f := activities.FaultOf(err)
	vendor := w.vendor(queue, f)
	if vendor == "" || f.Op == "" || f.Class.Final() || f.Class == activities.RateLimited || !w.held(ctx, vendor) {
		return err
	}
	f.Held = true
	if w.queues[queue] == "" {
		f.After = heldRetry
	}
	return f.Error()
}

// held reports whether the vendor's queue is held. Who cannot find out says no: then all is as without a breaker.
func (w *Watch) held(ctx context.Context, vendor string) bool {
	w.mu.Lock()
	seen := w.looks[vendor]
	w.mu.Unlock()
	if time.Since(seen.at) < lookAge {
		return seen.held
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	rate, err := w.ops.Queues.Look(ctx, workflows.VendorQueue(vendor))
	seen = look{held: err == nil && rate.Held(), at: time.Now()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks[vendor] = seen
	return seen.held
}
