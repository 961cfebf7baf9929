package watch

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"hikeshi/activities"
	"hikeshi/activities/ops"
	"hikeshi/workflows"
)

const (
	patrolInterval = time.Minute
	// forgotten is how old a hold is when nobody has renewed it: a breaker that works does so every quarter of an hour.
	forgotten = 45 * time.Minute
)

// Patrol looks after held queues, at once and then every minute, until Stop.
func (w *Watch) Patrol() {
	w.work.Go(func() {
		for w.life.Err() == nil {
			w.Round(w.life)
			select {
			case <-time.After(patrolInterval + rand.N(patrolInterval/4)):
			case <-w.life.Done():
			}
		}
	})
}

// Round looks at each vendor's queue once.
func (w *Watch) Round(ctx context.Context) {
	for _, vendor := range workflows.Vendors() {
		if err := w.lookAfter(ctx, vendor, time.Now()); err != nil && ctx.Err() == nil {
			w.log.Warn("look whether a queue is held by mistake", "vendor", vendor, "error", err)
		}
	}
}

// lookAfter makes sure that somebody will release the vendor's queue if it is held by us. What a person has set is that
// person's. A breaker that runs may not know of the hold: where a worker dies while it sets the rate, Temporal can keep
// it unseen, show it minutes later, and say meanwhile that nothing is held.
func (w *Watch) lookAfter(ctx context.Context, vendor string, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, 2*reportTime)
	defer cancel()
	queue := workflows.VendorQueue(vendor)
	rate, err := w.ops.Queues.Look(ctx, queue)
	if err != nil || !rate.Held() {
		return err
	}
	running, err := w.running(ctx, workflows.BreakerWorkflowID(vendor))
	if err != nil {
		return err
	}
	meant, silent := true, error(nil)
	if running {
		meant, silent = w.meant(ctx, workflows.BreakerWorkflowID(vendor))
	}
	switch {
	case !running || !meant:
		w.report(vendor, workflows.Trouble{System: vendor, Class: string(activities.Unavailable), Cause: "its queue was held, and nobody would have released it", At: now, Orphan: true})
		return nil
	case now.Sub(rate.Since) < forgotten:
		return silent
	}
	if w.ops.CheckAccess(ctx, ops.CheckAccess{Vendor: vendor}) != nil {
		return nil
	}
	w.log.Warn("a queue was held for long by a breaker that does not work, and the vendor is well: released it; look at the breaker in the Temporal UI",
		"vendor", vendor, "breaker", rate.By, "since", rate.Since)
	_, err = w.ops.Queues.Release(ctx, queue)
	return err
}

// meant reports whether the breaker knows that the vendor is down. One that does not answer may.
func (w *Watch) meant(ctx context.Context, workflowID string) (bool, error) {
	answer, err := w.temporal.QueryWorkflow(ctx, workflowID, "", workflows.StatusQuery)
	if err != nil {
		return true, err
	}
	var h workflows.HeldVendor
	if err := answer.Get(&h); err != nil {
		return true, err
	}
	return h.Open(), nil
}

func (w *Watch) running(ctx context.Context, workflowID string) (bool, error) {
	d, err := w.temporal.DescribeWorkflow(ctx, workflowID, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return d.Status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}
