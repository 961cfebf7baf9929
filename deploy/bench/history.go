package main

import (
	"context"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"hikeshi/workflows"
)

// execution is one activity in a history: the times at which the server took note of each of its stages.
type execution struct {
	id        string
	scheduled time.Time
	started   time.Time // of the last attempt
	completed time.Time
	decided   time.Time // the workflow has answered to the completion: what comes next is scheduled at this moment
	attempt   int32
	input     *commonpb.Payloads
}

// engine is what the engine took: from scheduled to started, and from completed to the workflow's answer.
func (e execution) engine() time.Duration {
	return e.started.Sub(e.scheduled) + e.decided.Sub(e.completed)
}

// chronicle is what a workflow's history tells.
type chronicle struct {
	began      time.Time
	executions []*execution // in the order in which they were scheduled
}

// find returns the first execution of a step.
func (r chronicle) find(id string) (*execution, error) {
	for _, e := range r.executions {
		if e.id == id && !e.completed.IsZero() {
			return e, nil
		}
	}
	return nil, fmt.Errorf("the history holds no finished step %s", id)
}

// last is when the last activity was completed.
func (r chronicle) last() (last time.Time) {
	for _, e := range r.executions {
		if e.completed.After(last) {
			last = e.completed
		}
	}
	return last
}

// histories reads the two runs of a case: that of its Intake and its own.
func (p *product) histories(ctx context.Context, c *opened) (intake, own chronicle, err error) {
	if intake, err = p.history(ctx, workflows.IntakeWorkflowID(c.request)); err == nil {
		own, err = p.history(ctx, c.workflow)
	}
	return intake, own, err
}

func (p *product) history(ctx context.Context, workflow string) (chronicle, error) {
	var events []*historypb.HistoryEvent
	pages := p.client.GetWorkflowHistory(ctx, workflow, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for pages.HasNext() {
		e, err := pages.Next()
		if err != nil {
			return chronicle{}, fmt.Errorf("read the history of %s: %w", workflow, err)
		}
		events = append(events, e)
	}
	return readHistory(events), nil
}

// readHistory finds the activities in a history. A completion that arrives while the workflow is busy stands in the
// history behind the end of that task, so the next end of a task is always the one that answers to it.
func readHistory(events []*historypb.HistoryEvent) chronicle {
	var r chronicle
	byEvent := map[int64]*execution{} // under the id of the scheduling event
	var waiting []*execution          // completed, not yet answered to
	for _, e := range events {
		at := e.GetEventTime().AsTime()
		switch e.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
			r.began = at
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			a := e.GetActivityTaskScheduledEventAttributes()
			x := &execution{id: a.GetActivityId(), scheduled: at, input: a.GetInput()}
			byEvent[e.GetEventId()] = x
			r.executions = append(r.executions, x)
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
			a := e.GetActivityTaskStartedEventAttributes()
			if x := byEvent[a.GetScheduledEventId()]; x != nil {
				x.started, x.attempt = at, a.GetAttempt()
			}
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			if x := byEvent[e.GetActivityTaskCompletedEventAttributes().GetScheduledEventId()]; x != nil {
				x.completed = at
				waiting = append(waiting, x)
			}
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			for _, x := range waiting {
				x.decided = at
			}
			waiting = nil
		}
	}
	return r
}
