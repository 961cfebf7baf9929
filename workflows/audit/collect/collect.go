// Package collect reads the histories of a case from Temporal, all runs of all its workflows, for those who seal and
// export them. It reads and writes nothing else.
package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"hikeshi/workflows/audit"
)

// Opener decodes payloads with a data converter.
func Opener(dc converter.DataConverter) audit.Opener {
	return func(p *commonpb.Payload) ([]byte, error) {
		var text json.RawMessage
		err := dc.FromPayload(p, &text)
		return text, err
	}
}

// Wanted says which histories are read.
type Wanted struct {
	Case string
	Of   []string // workflow ids, in the order in which their histories are wanted
	// Closed are the runs that need not be read any more: earlier seals hold them to their end.
	Closed map[string]bool
	Known  map[string]bool // runs that earlier seals hold in part or whole
	// UntilRun's history ends with the schedule of UntilActivity: the seal's own. Empty: read all.
	UntilRun, UntilActivity string
}

// Gather reads the histories of all runs that can be found from the current ones: those that they continue, those that
// they were reset from, and those that went on from there until the reset. gone are runs that Temporal has deleted. beat
// is called after each run.
func Gather(ctx context.Context, c client.Client, w Wanted, beat func()) (histories []audit.History, gone []audit.Missing, err error) {
	for _, workflow := range w.Of {
		g := gathering{c: c, w: w, workflow: workflow, beat: beat, seen: map[string]bool{}}
		if err := g.all(ctx); err != nil {
			return nil, nil, fmt.Errorf("read the history of %s: %w", workflow, err)
		}
		slices.SortStableFunc(g.found, func(a, b audit.History) int {
			return a.Events[0].GetEventTime().AsTime().Compare(b.Events[0].GetEventTime().AsTime())
		})
		histories, gone = append(histories, g.found...), append(gone, g.gone...)
	}
	return histories, gone, nil
}

// gathering follows the runs of one workflow.
type gathering struct {
	c        client.Client
	w        Wanted
	workflow string
	beat     func()
	seen     map[string]bool
	next     []string
	found    []audit.History
	gone     []audit.Missing
}

func (g *gathering) all(ctx context.Context) error {
	current, err := g.c.DescribeWorkflowExecution(ctx, g.workflow, "")
	if absent(err) {
		g.gone = append(g.gone, audit.Missing{Workflow: g.workflow})
		return nil
	}
	if err != nil {
		return err
	}
	g.want(current.GetWorkflowExecutionInfo().GetExecution().GetRunId())
	for len(g.next) > 0 {
		run := g.next[0]
		g.next = g.next[1:]
		if err := g.run(ctx, run); err != nil {
			return err
		}
		g.beat()
	}
	return nil
}

func (g *gathering) want(run string) {
	if run != "" && !g.seen[run] {
		g.seen[run] = true
		g.next = append(g.next, run)
	}
}

func (g *gathering) run(ctx context.Context, run string) error {
	events, err := Events(ctx, g.c, g.workflow, run)
	if absent(err) || err == nil && len(events) == 0 {
		if !g.w.Known[run] {
			g.gone = append(g.gone, audit.Missing{Workflow: g.workflow, Run: run})
		}
		return nil
	}
	if err != nil {
		return err
	}
	if run == g.w.UntilRun {
		events = until(events, g.w.UntilActivity)
	}
	if !g.w.Closed[run] {
		g.found = append(g.found, audit.History{Case: g.w.Case, Workflow: g.workflow, Run: run, Events: events})
	}
	g.follow(run, events)
	return nil
}

// follow finds the runs that this one leads to. What a run that is sealed to its end continues is sealed too; but what
// it became is looked for, because a reset may have gone back to before that.
func (g *gathering) follow(run string, events []*historypb.HistoryEvent) {
	if before := events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId(); !g.w.Closed[before] {
		g.want(before)
	}
	for _, e := range events {
		if a := e.GetWorkflowTaskFailedEventAttributes(); a.GetNewRunId() != "" {
			g.want(a.GetBaseRunId())
			g.want(a.GetNewRunId())
		}
	}
	last := events[len(events)-1]
	g.want(last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId())
}

// until cuts a history off after the schedule of an activity.
func until(events []*historypb.HistoryEvent, activity string) []*historypb.HistoryEvent {
	for i, e := range slices.Backward(events) {
		if e.GetActivityTaskScheduledEventAttributes().GetActivityId() == activity {
			return events[:i+1]
		}
	}
	return events
}

// Events reads the history of one run, from the first event to the last that there is now.
func Events(ctx context.Context, c client.Client, workflow, run string) (events []*historypb.HistoryEvent, err error) {
	for pages := c.GetWorkflowHistory(ctx, workflow, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); pages.HasNext(); {
		e, err := pages.Next()
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func absent(err error) bool {
	var missing *serviceerror.NotFound
	return errors.As(err, &missing)
}
