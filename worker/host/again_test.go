package host

import (
	"context"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// header reads what a task brings.
type header map[string]*commonpb.Payload

func (h header) Get(key string) (*commonpb.Payload, bool) { p, ok := h[key]; return p, ok }

func (h header) ForEachKey(f func(string, *commonpb.Payload) error) error {
	for key, p := range h {
		if err := f(key, p); err != nil {
			return err
		}
	}
	return nil
}

// Only a first attempt that was scheduled later than its activity is none: the others have a number that says so.
func TestAFirstAttemptThatIsNoneIsMarked(t *testing.T) {
	then := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		attempt int32
		now     time.Time
		marked  bool
	}{
		"first":           {1, then, false},
		"retry":           {2, then.Add(time.Minute), false},
		"after a reset":   {1, then.Add(time.Minute), true},
		"an older server": {1, time.Time{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			answer := func(_ context.Context, _ string, _, reply any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
				task := reply.(*workflowservice.PollActivityTaskQueueResponse)
				task.Attempt, task.ScheduledTime = test.attempt, timestamppb.New(then)
				if !test.now.IsZero() {
					task.CurrentAttemptScheduledTime = timestamppb.New(test.now)
				}
				return nil
			}
			var task workflowservice.PollActivityTaskQueueResponse
			if err := markAgain(t.Context(), "", nil, &task, nil, answer); err != nil {
				t.Fatal(err)
			}
			ctx, err := again{}.Extract(t.Context(), header(task.GetHeader().GetFields()))
			if err != nil {
				t.Fatal(err)
			}
			if marked := ctx != t.Context(); marked != test.marked {
				t.Errorf("marked: %t, want %t", marked, test.marked)
			}
		})
	}
}

// The SDK must be given both halves: one without the other does nothing.
func TestTellAgain(t *testing.T) {
	var o client.Options
	tellAgain(&o)
	if len(o.ConnectionOptions.DialOptions) != 1 || len(o.ContextPropagators) != 1 {
		t.Errorf("options = %+v", o)
	}
}
