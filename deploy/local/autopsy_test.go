package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
)

// lastWords is how many events of a workflow are told of when a test has failed.
const lastWords = 15

// autopsy says, when a test has failed, where every workflow was: what it waits for, and what happened to it last. Slow
// machines find faults that do not come again when somebody looks for them.
func (in *install) autopsy(t *testing.T) {
	if !t.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patient/4)
	defer cancel()
	page, err := in.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "ExecutionStatus = 'Running'"})
	if err != nil {
		t.Logf("where its workflows were is not known: %v", err)
		return
	}
	for _, info := range page.GetExecutions() {
		t.Log(in.stateOf(ctx, info.GetExecution().GetWorkflowId()))
	}
}

func (in *install) stateOf(ctx context.Context, id string) string {
	found, err := in.client.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return fmt.Sprintf("%s: %v", id, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d events", id, found.GetWorkflowExecutionInfo().GetHistoryLength())
	if task := found.GetPendingWorkflowTask(); task != nil {
		fmt.Fprintf(&b, "; a workflow task %s, attempt %d", task.GetState(), task.GetAttempt())
	}
	for _, a := range found.GetPendingActivities() {
		fmt.Fprintf(&b, "; %s %s, attempt %d, last started %s, heard of %s, %s", a.GetActivityType().GetName(), a.GetState(), a.GetAttempt(),
			clock(a.GetLastStartedTime().AsTime()), clock(a.GetLastHeartbeatTime().AsTime()), a.GetLastFailure().GetMessage())
	}
	events, err := eventsOf(ctx, in.client, id, "")
	if err != nil {
		fmt.Fprintf(&b, "; not all of them could be read: %v", err)
	}
	for _, e := range events[max(0, len(events)-lastWords):] {
		fmt.Fprintf(&b, "\n  %d %s %s %s", e.GetEventId(), clock(e.GetEventTime().AsTime()), strings.TrimPrefix(e.GetEventType().String(), "EVENT_TYPE_"), about(e))
	}
	return b.String()
}

func clock(at time.Time) string { return at.Format("15:04:05.000") }

// about is what an event concerns, in plain words of Temporal's.
func about(e *historypb.HistoryEvent) string {
	if timer := e.GetTimerStartedEventAttributes(); timer != nil {
		return timer.GetStartToFireTimeout().AsDuration().String()
	}
	return e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() + e.GetWorkflowExecutionSignaledEventAttributes().GetSignalName() +
		e.GetSignalExternalWorkflowExecutionInitiatedEventAttributes().GetSignalName() + e.GetWorkflowTaskFailedEventAttributes().GetFailure().GetMessage()
}
