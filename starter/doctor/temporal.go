package doctor

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// dialTime is how long Temporal may take to answer.
const dialTime = 15 * time.Second

func (a *area) temporal(ctx context.Context) {
	if a.cfg.KeyRing == "" {
		a.unchecked("connection", "nothing in Temporal can be read without a key ring")
		return
	}
	dialing, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	found, err := cases.Dial(dialing, a.cfg, "doctor")
	if err != nil {
		a.trouble("connection", err)
		return
	}
	defer found.Close()
	a.ok("connection", "Temporal answers at %s", found.Address())
	a.namespace(ctx, found)
	a.workers(ctx, found)
	a.holds(ctx, found)
	a.temporalClock(ctx, found)
}

// reach is what to do about an error of Temporal's that does not say it.
const reach = "see that Temporal runs at its address, and that this client's credentials and namespace are right; then run doctor again"

// trouble tells of an error of package cases, which mostly says what to do.
func (a *area) trouble(check string, err error) {
	var known *cases.Error
	if errors.As(err, &known) {
		// That nothing was done is of no use to whoever only looked.
		do := strings.TrimLeft(strings.TrimPrefix(known.Hint, "Nothing was done"), ":. ")
		a.mend(check, cmp.Or(do, reach), "%s", known.Message)
		return
	}
	a.mend(check, reach, "%v", err)
}

func (a *area) namespace(ctx context.Context, found *cases.Cases) {
	p, err := found.Setup(ctx, true)
	if err != nil {
		a.trouble("namespace", err)
		return
	}
	for _, problem := range p.Problems {
		what, do, _ := strings.Cut(problem, ": ")
		if strings.Contains(problem, "ended workflows are kept") && a.cfg.Audit.ShortRetention {
			a.warn("retention", do, "%s, which audit.short_retention allows: a seal that is stuck for longer loses what it has to seal", what)
			continue
		}
		a.mend("namespace "+p.Namespace, do, "%s", what)
	}
	if len(p.Problems) == 0 {
		a.ok("namespace "+p.Namespace, "%d search attributes are registered, ended workflows are kept for %s", len(p.Present), p.Retention)
	}
}

func (a *area) workers(ctx context.Context, found *cases.Cases) {
	counts, err := found.Pollers(ctx)
	if err != nil {
		a.trouble("workers", err)
		return
	}
	var idle []string
	for _, queue := range append([]string{workflows.TaskQueue}, workflows.Queues()...) {
		if counts[queue] == 0 {
			idle = append(idle, queue)
		}
	}
	slices.Sort(idle)
	if len(idle) > 0 {
		a.mend("workers", "start `worker` with this configuration", "nobody works on %s", strings.Join(idle, ", "))
		return
	}
	a.ok("workers", "all %d task queues are worked on", len(counts))
}

// holds looks whether the breaker can hold a vendor's queue, and whether it does now.
func (a *area) holds(ctx context.Context, found *cases.Cases) {
	if why, err := found.CanHold(ctx); err != nil {
		a.trouble("breaker", err)
	} else if why != "" {
		a.warn("breaker", "give the worker the right to write in the namespace, or use a server that has the call (seen working with 1.32)",
			"%s: while a vendor is down, each step tries on its own and may get stuck", why)
	} else {
		a.ok("breaker", "a vendor's task queue can be held while it is down (UpdateTaskQueueConfig)")
	}
	held, err := found.Held(ctx)
	if err != nil {
		a.trouble("held vendors", err)
	}
	for _, h := range held {
		a.warn("held vendors", "see `starter stuck --held`", "everything waits for %s: %s", h.Vendor, h.Cause)
	}
}
