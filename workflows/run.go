package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// run is one run of a workflow that lives long: its steps, its branches, and what makes it roll over into the next
// run. Case, Analysis and Mirror are each built on one.
type run struct {
	*runner
	id      string // of the workflow
	signals int    // received in this run: the server bounds them and does not warn
	asked   bool   // to roll, by a person or by age
	over    bool   // nothing is left to do for this workflow, ever
	running int    // branches that have not ended
	changes int    // of anything that people see

	configured func() Authority // what the configuration says; nil: the run goes by no rights
}

// When a run rolls over: the server's own suggestion, and these. Signals are counted because the server refuses the
// 10,000th of a run without a warning; a week bounds the age of the code that a run depends on.
const (
	maxSignals = 8000
	maxRunAge  = 7 * 24 * time.Hour
	rollGrace  = 30 * time.Second // for attempts that are running
)

// branch runs f beside the others. f ends when its work is done, when nobody wants it any more and its context was
// cancelled, or with the error of a roll; everything else waits inside its steps. Any other error is a bug: the workflow
// task fails, and the workflow waits for the code that mends it.
func (r *run) branch(ctx workflow.Context, name string, f func(workflow.Context) error) {
	r.running++
	workflow.GoNamed(ctx, name, func(ctx workflow.Context) {
		defer func() { r.running-- }()
		err := f(ctx)
		dropped := temporal.IsCanceledError(err) && ctx.Err() != nil
		if err != nil && !dropped && !r.rolling {
			panic(fmt.Sprintf("branch %q of %s: %v", name, r.id, err))
		}
	})
}

// whileWanted does something in a branch until it is done, or until nobody wants it any more: then it is cancelled, and
// what it began has ended when whileWanted returns. What nobody wants any more is not begun: after a roll a branch comes
// here again. Older runs began it, and have what came of that in their histories: a configuration that was read for a
// stuck step, an announcement, a step's next activity id.
func (r *run) whileWanted(ctx workflow.Context, name string, wanted func() bool, do func(workflow.Context) error) error {
	if !wanted() && workflow.GetVersion(ctx, "begin only what is wanted", workflow.DefaultVersion, 1) == 1 {
		return nil
	}
	ended := false
	one, drop := workflow.WithCancel(ctx)
	r.branch(one, name, func(ctx workflow.Context) error {
		defer func() { ended = true }()
		if err := do(ctx); !temporal.IsCanceledError(err) {
			return err
		}
		return nil
	})
	if err := r.await(ctx, func() bool { return ended || !wanted() }); err != nil {
		return err
	}
	drop()
	return r.await(ctx, func() bool { return ended })
}

// await waits inside a branch; it returns an error when the run rolls or is cancelled.
func (r *run) await(ctx workflow.Context, condition func() bool) error {
	if err := workflow.Await(ctx, func() bool { return r.rolling || condition() }); err != nil {
		return err
	}
	if r.rolling {
		return errRolling
	}
	return nil
}

// awaitFor is await for a limited time, whose end is no error. The summary stands at the timer in the Web UI.
func (r *run) awaitFor(ctx workflow.Context, long time.Duration, summary string, condition func() bool) error {
	err := awaitUpTo(ctx, long, summary, func() bool { return r.rolling || condition() })
	if err == nil && r.rolling {
		err = errRolling
	}
	return err
}

// awaitUpTo waits for the condition or the end of the time, and then cancels its timer: the SDK's own
// AwaitWithTimeout leaves it running, and each timer that fires for nothing wakes the workflow up again.
func awaitUpTo(ctx workflow.Context, long time.Duration, summary string, condition func() bool) error {
	if long <= 0 || condition() {
		return nil
	}
	timed, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timed, long, workflow.TimerOptions{Summary: summary})
	if err := workflow.Await(ctx, func() bool { return condition() || timer.IsReady() }); err != nil {
		return err
	}
	return ctx.Err() // cancelling makes the timer ready too
}

// live lets the branches work until the run rolls or the workflow is over. drain takes in the last signals; next is the
// error that continues the workflow.
func (r *run) live(ctx workflow.Context, stop workflow.CancelFunc, drain func(workflow.Context), next func(workflow.Context) error) error {
	if err := workflow.Await(ctx, func() bool { return r.over || r.asked || r.signals > maxSignals }); err != nil {
		return err
	}
	over := r.over
	r.rolling = true
	if err := awaitUpTo(ctx, rollGrace, "let running attempts end", func() bool { return r.inFlight == 0 }); err != nil {
		return err
	}
	stop()
	if err := workflow.Await(ctx, func() bool { return r.running == 0 && workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	drain(ctx)
	if over && r.over {
		return nil
	}
	return next(ctx)
}

// watchAge makes an old run roll, and one of which the server says that its history grows too long.
func (r *run) watchAge(ctx workflow.Context) error {
	suggested := func() bool { return workflow.GetInfo(ctx).GetContinueAsNewSuggested() }
	if err := r.awaitFor(ctx, maxRunAge, "continue in a new run", suggested); err != nil {
		return err
	}
	r.asked = true
	return nil
}

// hearRoll takes the signal with which somebody asks for a new run.
func (r *run) hearRoll(ctx workflow.Context) {
	workflow.GoNamed(ctx, "roll signal", func(ctx workflow.Context) {
		for workflow.GetSignalChannelWithOptions(ctx, RollSignal, workflow.SignalChannelOptions{
			Description: "Continues this workflow in a new run, for example to leave old code behind. Carries nothing.",
		}).Receive(ctx, nil) {
			r.signals++
			r.asked = true
		}
	})
}

// hear takes every signal of a name, as it comes.
func hear[T any](ctx workflow.Context, r *run, name, description string, take func(T)) {
	workflow.GoNamed(ctx, name+" signal", func(ctx workflow.Context) {
		for {
			var told T
			if more := workflow.GetSignalChannelWithOptions(ctx, name, workflow.SignalChannelOptions{Description: description}).Receive(ctx, &told); !more {
				return
			}
			r.signals++
			take(told)
		}
	})
}

// drained takes in the signals of a name that have arrived since the last wait, so that a roll loses none.
func drained[T any](ctx workflow.Context, name string, take func(T)) {
	for {
		var told T
		if !workflow.GetSignalChannel(ctx, name).ReceiveAsync(&told) {
			return
		}
		take(told)
	}
}
