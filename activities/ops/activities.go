package ops

import (
	"context"
	"fmt"
	"time"

	"hikeshi/activities"
)

// Activities are the breaker's deeds, registered on the queue ops. They hold no secret of a vendor.
type Activities struct {
	Queues    Queues
	Workflows Workflows // whom the breaker tells
	// Checks ask each vendor, by name, whether it lets us in.
	Checks map[string]func(context.Context) error
}

// HoldQueue asks for a task queue to be held.
type HoldQueue struct {
	Queue string `json:"queue"`
	By    string `json:"by"`  // workflow id of the breaker
	Why   string `json:"why"` // one word; it is not encrypted
}

// Held says whether the queue is held now.
type Held struct {
	Held bool   `json:"held"`
	Why  string `json:"why,omitempty"` // why this server cannot hold a queue
}

// HoldQueue keeps a queue's tasks from being given out, until ReleaseQueue. Running it twice is harmless: the rate is
// zero again, and what a person had set before stays remembered. No error is final: a server that cannot do it is an
// answer, and anything else passes.
func (a *Activities) HoldQueue(ctx context.Context, in HoldQueue) (Held, error) {
	err := a.Queues.hold(ctx, in.Queue, in.By, in.Why)
	if why := cannot(err); why != "" {
		return Held{Why: why}, nil
	}
	if err != nil {
		return Held{}, trouble("hold the queue "+in.Queue, err)
	}
	return Held{Held: true}, nil
}

// ReleaseQueue asks for a task queue to be released.
type ReleaseQueue struct {
	Queue string `json:"queue"`
}

// Released says what there was to release.
type Released struct {
	Waiting int64 `json:"waiting"` // tasks in the queue, about
}

// ReleaseQueue lets a queue that a breaker holds give out its tasks again, in order of their priority; what a person has
// set it leaves alone. Running it twice is harmless: nothing holds the queue any more. No error is final.
func (a *Activities) ReleaseQueue(ctx context.Context, in ReleaseQueue) (Released, error) {
	waiting, err := a.Queues.Release(ctx, in.Queue)
	if err == nil || cannot(err) != "" {
		return Released{Waiting: waiting}, nil
	}
	return Released{}, trouble("release the queue "+in.Queue, err)
}

func trouble(op string, err error) error {
	return activities.Fault{Class: activities.Unavailable, System: "temporal", Op: op, Cause: err.Error()}.Error()
}

// CheckAccess asks whether a vendor lets us in.
type CheckAccess struct {
	Vendor string `json:"vendor"`
}

// checkTime bounds one question: a vendor that is so slow is not there.
const checkTime = 10 * time.Second

// CheckAccess asks a vendor who we are, with the secret as it is now. Running it twice is harmless: it only reads. No
// error is final for those who wait for the vendor: whatever it says, it may say something else later.
func (a *Activities) CheckAccess(ctx context.Context, in CheckAccess) error {
	check := a.Checks[in.Vendor]
	if check == nil {
		return activities.Fault{Class: activities.Invalid, System: in.Vendor, Op: "check access", Cause: fmt.Sprintf("no vendor %q", in.Vendor)}.Error()
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	return check(ctx)
}
