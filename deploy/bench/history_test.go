package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"hikeshi/activities/fake"
)

// Two activities run at once; the first to end is answered to while the second ends, whose completion the server
// writes behind that answer. The third was tried twice.
func TestReadHistory(t *testing.T) {
	start := time.Unix(1000, 0).UTC()
	var events []*historypb.HistoryEvent
	add := func(ms int, kind enumspb.EventType) *historypb.HistoryEvent {
		e := &historypb.HistoryEvent{EventId: int64(len(events) + 1), EventType: kind, EventTime: timestamppb.New(start.Add(time.Duration(ms) * time.Millisecond))}
		events = append(events, e)
		return e
	}
	schedule := func(ms int, id string) int64 {
		e := add(ms, enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
		e.Attributes = &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{ActivityId: id}}
		return e.EventId
	}
	begin := func(ms int, of int64, attempt int32) {
		add(ms, enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED).Attributes = &historypb.HistoryEvent_ActivityTaskStartedEventAttributes{
			ActivityTaskStartedEventAttributes: &historypb.ActivityTaskStartedEventAttributes{ScheduledEventId: of, Attempt: attempt}}
	}
	end := func(ms int, of int64) {
		add(ms, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED).Attributes = &historypb.HistoryEvent_ActivityTaskCompletedEventAttributes{
			ActivityTaskCompletedEventAttributes: &historypb.ActivityTaskCompletedEventAttributes{ScheduledEventId: of}}
	}
	add(0, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
	add(4, enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
	a, b, c := schedule(4, "a"), schedule(4, "b"), schedule(4, "c")
	begin(7, a, 1)
	end(107, a)
	add(112, enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
	begin(9, b, 1)
	end(110, b)
	add(118, enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
	begin(1004, c, 2)
	end(1100, c)
	add(1103, enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)

	r := readHistory(events)
	if !r.began.Equal(start) || !r.last().Equal(start.Add(1100*time.Millisecond)) {
		t.Errorf("began %s, last step %s", r.began, r.last())
	}
	want := engine{
		Steps: 2, Retried: 1,
		Dispatch: span{N: 2, Median: 3, P90: 5, P99: 5, Max: 5},
		Decision: span{N: 2, Median: 5, P90: 8, P99: 8, Max: 8},
		Step:     span{N: 2, Median: 8, P90: 13, P99: 13, Max: 13},
	}
	if diff := cmp.Diff(want, measureEngine([]chronicle{r})); diff != "" {
		t.Errorf("engine (-want +got):\n%s", diff)
	}
	if _, err := r.find("d"); err == nil {
		t.Error("a step that never was is found")
	}
}

// People are together when the later of the two answers left; other channels and refusals do not count.
func TestTogether(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	calls := []fake.Call{
		{Name: "conversations.invite", Object: "C2", Status: 200, Done: at(1)},
		{Name: "conversations.invite", Object: "C1", Status: 429, Done: at(2)},
		{Name: "chat.postMessage", Object: "C1", Status: 200, Done: at(3)},
		{Name: "conversations.invite", Object: "C1", Status: 200, Done: at(5)},
		{Name: "chat.postMessage", Object: "C1", Status: 200, Done: at(9)},
	}
	if got, err := together(calls, "C1"); err != nil || !got.Equal(at(5)) {
		t.Errorf("together = %v, %v, want 5", got, err)
	}
	if _, err := together(calls, "C2"); err == nil {
		t.Error("a channel without a post counts as together")
	}
}

func TestSpan(t *testing.T) {
	var list []time.Duration
	for i := 20; i > 0; i-- {
		list = append(list, time.Duration(i)*time.Millisecond)
	}
	if got, want := spanOf(list), (span{N: 20, Median: 10, P90: 18, P99: 20, Max: 20}); got != want {
		t.Errorf("spanOf = %+v, want %+v", got, want)
	}
	if got := spanOf(nil); got != (span{}) {
		t.Errorf("spanOf(nil) = %+v", got)
	}
}
