package stack_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/deploy/local/stack"
	"hikeshi/workflows/wire"
)

// A vendor that asks for a longer wait than the retry policy knows gets it: the server must not cut it to the policy's
// longest interval.
func TestTheVendorsWaitIsKept(t *testing.T) {
	const asked, longest = 90 * time.Second, time.Second
	dir := t.TempDir()
	ring, err := wire.GenerateKeyRing(filepath.Join(dir, "keys.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, start(t, stack.Options{DataDir: dir, NoUI: true}), ring)
	limited := func(context.Context) error {
		return activities.Fault{Class: activities.RateLimited, System: "slack", Op: "post", Cause: "HTTP 429", After: asked}.Error()
	}
	calls := func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: 10 * time.Second, RetryPolicy: &temporal.RetryPolicy{InitialInterval: longest, MaximumInterval: longest},
		}), "limited").Get(ctx, nil)
	}
	w := worker.New(c, "queue", worker.Options{})
	w.RegisterWorkflowWithOptions(calls, workflow.RegisterOptions{Name: "calls"})
	w.RegisterActivityWithOptions(limited, activity.RegisterOptions{Name: "limited"})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	execution, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "limited", TaskQueue: "queue"}, "calls")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = c.TerminateWorkflow(context.WithoutCancel(t.Context()), execution.GetID(), "", "the test is over")
	}() // the server stops anyway
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the activity never failed")
		}
		d, err := c.DescribeWorkflowExecution(t.Context(), execution.GetID(), "")
		if err != nil {
			t.Fatal(err)
		}
		if len(d.PendingActivities) == 0 || d.PendingActivities[0].Attempt < 2 || d.PendingActivities[0].State != enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
			continue
		}
		p := d.PendingActivities[0]
		if wait := p.NextAttemptScheduleTime.AsTime().Sub(p.LastAttemptCompleteTime.AsTime()); wait < asked-time.Second {
			t.Errorf("the next attempt is %s after the last one, want %s", wait, asked)
		}
		return
	}
}
