package cases

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hikeshi/workflows/settings"
)

// idle is a server whose workers are away: no request becomes a case.
type idle struct {
	client.Client
	asked *atomic.Int64
}

func (s idle) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	s.asked.Add(1)
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING},
	}, nil
}

// However many wait, Temporal is asked at one pace; whoever waits alone is told soon; and each one's time ends when it is over.
func TestManyWhoWaitAskAtOnePace(t *testing.T) {
	for _, tt := range []struct{ waiting, least, most int }{
		{1, 15, 30}, {1000, asksPerSecond * 8, asksAtOnce + asksPerSecond*10},
	} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int64
			c := New(idle{asked: &asked}, client.Options{}, &settings.Config{})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			began := time.Now()
			var all sync.WaitGroup
			for range tt.waiting {
				all.Go(func() {
					if _, _, err := c.Wait(ctx, "r-1", Ready); !IsUnknown(err) {
						t.Errorf("%v: want that it is not known yet", err)
					}
				})
			}
			all.Wait()
			if n := int(asked.Load()); n < tt.least || n > tt.most || time.Since(began) > 10*time.Second {
				t.Errorf("%d who wait asked %d times within %s, want %d to %d times in 10 s", tt.waiting, n, time.Since(began), tt.least, tt.most)
			}
		})
	}
}
