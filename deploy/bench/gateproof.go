package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"golang.org/x/sync/errgroup"

	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
)

// bellTime is how long the bench waits for what the gateway has still to tell: it rings again after its quiet time, and
// again when nobody has heard it.
const bellTime = 30 * time.Second

// settleLosses waits until everything that was acknowledged is known to Temporal, or until nothing more can come, and
// counts what is not.
func (p *product) settleLosses(ctx context.Context, r *gateRun, all *deeds, list []slacktest.Delivery) error {
	began := time.Now()
	for {
		missing, err := p.missing(ctx, all)
		if err != nil {
			return err
		}
		r.Settled = time.Since(began).Seconds()
		if len(missing.said)+len(missing.commands) == 0 || time.Since(began) > bellTime {
			r.lose(missing, list)
			return nil
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// missing is what people did, and Temporal does not know of.
func (p *product) missing(ctx context.Context, all *deeds) (*deeds, error) {
	in := map[string][]said{} // by case
	for _, s := range all.said {
		in[s.in.workflow] = append(in[s.in.workflow], s)
	}
	var missing deeds
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(askers)
	for _, c := range all.commands {
		asking.Go(func() error {
			known, err := patiently(ctx, func() (bool, error) { return p.knows(ctx, workflows.IntakeWorkflowID(c.request)) })
			if err == nil && !known {
				missing.mu.Lock()
				defer missing.mu.Unlock()
				missing.commands = append(missing.commands, c)
			}
			return err
		})
	}
	for workflow, list := range in {
		asking.Go(func() error {
			e, err := patiently(ctx, func() (*ear, error) { return p.ear(ctx, workflows.MirrorWorkflowID(workflow)) })
			missing.mu.Lock()
			defer missing.mu.Unlock()
			for _, s := range list {
				if err == nil && !e.heard(s) {
					missing.said = append(missing.said, s)
				}
			}
			return err
		})
	}
	return &missing, asking.Wait()
}

// askers is how many questions are put to Temporal at a time.
const askers = 16

// patiently asks a Temporal that has just had much to do again when it does not answer in time.
func patiently[T any](ctx context.Context, ask func() (T, error)) (answer T, err error) {
	for range 10 {
		if answer, err = ask(); err == nil || pause(ctx, time.Second) != nil {
			break
		}
	}
	return answer, err
}

// knows reports whether Temporal has such a workflow.
func (p *product) knows(ctx context.Context, id string) (bool, error) {
	_, err := p.client.DescribeWorkflowExecution(ctx, id, "")
	var unknown *serviceerror.NotFound
	if errors.As(err, &unknown) {
		return false, nil
	}
	return err == nil, err
}

// ear is what a mirror was told.
type ear struct {
	bells map[string]time.Time            // by channel: when its bell was rung last
	hints map[string]map[string]time.Time // by channel and message: when it was last named
}

// heard reports whether the mirror was told of it, after it was said: a bell that rings later is for it too.
func (e *ear) heard(s said) bool {
	if s.hint {
		return e.hints[s.in.channel][s.ts].After(s.at)
	}
	return e.bells[s.in.channel].After(s.at)
}

// ear reads the signals in a mirror's history.
func (p *product) ear(ctx context.Context, mirror string) (*ear, error) {
	e := &ear{bells: map[string]time.Time{}, hints: map[string]map[string]time.Time{}}
	events := p.client.GetWorkflowHistory(ctx, mirror, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, fmt.Errorf("read the history of %s: %w", mirror, err)
		}
		signal := event.GetWorkflowExecutionSignaledEventAttributes()
		if signal.GetSignalName() != workflows.BellSignal {
			continue
		}
		var bell workflows.Bell
		if err := p.options.DataConverter.FromPayloads(signal.GetInput(), &bell); err != nil {
			return nil, fmt.Errorf("read a bell in the history of %s: %w", mirror, err)
		}
		at := event.GetEventTime().AsTime()
		for _, channel := range bell.Channels {
			e.bells[channel] = at
		}
		for _, h := range bell.Hints {
			if e.hints[h.Channel] == nil {
				e.hints[h.Channel] = map[string]time.Time{}
			}
			e.hints[h.Channel][h.TS] = at
		}
	}
	return e, nil
}
