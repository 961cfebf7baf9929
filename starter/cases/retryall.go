package cases

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// Retried is what became of one step of [Cases.RetryAll].
type Retried struct {
	Number     string `json:"number"`
	Step       string `json:"step"`
	WorkflowID string `json:"workflow_id"`
	Generation int    `json:"generation"`
	System     string `json:"system"`
	Class      string `json:"class"`
	Cause      string `json:"cause"`
	Result     string `json:"result"` // one of the Retry constants
	Why        string `json:"why"`    // it is not RetryTaken
}

// What RetryAll says of a step. Would: nothing was done, it was a dry run.
const (
	RetryWould   = "would retry"
	RetryTaken   = "retried"
	RetryRefused = "refused"
	RetryFailed  = "failed"
	RetryUnknown = "not confirmed"
)

// RetryAll has all stuck steps tried again that the filter lets through and the viewer may see, at most so many a
// second. Each decision has its own id, made of the given one: the same command again
// decides nothing twice. It returns them in the order of the list.
func (c *Cases) RetryAll(ctx context.Context, viewer settings.Viewer, f StuckFilter, d Decision, o RetryOptions) ([]Retried, error) {
	found, err := c.Stuck(ctx, viewer, f)
	if err != nil {
		return nil, err
	}
	list := []Retried{}
	for _, s := range found {
		for _, step := range s.Steps {
			list = append(list, Retried{Number: s.Number, Step: step.ID, WorkflowID: step.WorkflowID, Generation: step.Generation, System: step.System, Class: step.Class,
				Cause: incident.CleanLine(step.Cause), Result: RetryWould}.allowed(s, step))
		}
	}
	if o.DryRun {
		return list, nil
	}
	c.retry(ctx, viewer, list, d, o)
	return list, nil
}

// RetryOptions say how RetryAll goes about it.
type RetryOptions struct {
	ID     string  // of the whole command
	Rate   float64 // decisions a second
	DryRun bool    // only say what would be done
}

// allowed notes what is known before anything is sent.
func (r Retried) allowed(s StuckCase, step workflows.StepStatus) Retried {
	switch {
	case s.Partial:
		r.Result, r.Why = RetryFailed, "no worker answered: nothing was done"
	case !slices.Contains(step.Actions, workflows.ActionRetry):
		r.Result, r.Why = RetryRefused, "this step cannot be retried"
	}
	return r
}

func (c *Cases) retry(ctx context.Context, viewer settings.Viewer, list []Retried, d Decision, o RetryOptions) {
	pace := rate.NewLimiter(rate.Limit(o.Rate), 1)
	var group errgroup.Group
	group.SetLimit(asked)
	for i := range list {
		r := &list[i]
		if r.Result != RetryWould {
			continue
		}
		group.Go(func() error {
			c.retryOne(ctx, viewer, r, d, o.ID, pace)
			return nil
		})
	}
	_ = group.Wait() // what went wrong stands with each
}

func (c *Cases) retryOne(ctx context.Context, viewer settings.Viewer, r *Retried, d Decision, id string, pace *rate.Limiter) {
	r.Result = RetryFailed
	if err := pace.Wait(ctx); err != nil {
		r.Why = "nothing was done: the command was stopped before"
		return
	}
	d.Step, d.Workflow, d.Generation, d.Action = r.Step, r.WorkflowID, r.Generation, workflows.ActionRetry
	_, err := c.Decide(ctx, r.Number, viewer, d, id+"/"+r.WorkflowID+"/"+r.Step)
	switch {
	case err == nil:
		r.Result = RetryTaken
		return
	case IsUnknown(err):
		r.Result = RetryUnknown
	case isRefusal(err):
		r.Result = RetryRefused
	}
	r.Why = err.Error()
}
