package ops_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"hikeshi/activities"
	"hikeshi/activities/ops"
)

const queue = "hikeshi-slack"

// temporal keeps the rate of one queue as a server does.
type temporal struct {
	rate    *taskqueuepb.RateLimitConfig
	waiting int64
	err     error // of every update
	updates int
}

func (t *temporal) DescribeTaskQueue(_ context.Context, in *workflowservice.DescribeTaskQueueRequest, _ ...grpc.CallOption) (*workflowservice.DescribeTaskQueueResponse, error) {
	if in.GetTaskQueue().GetName() != queue || !in.GetReportConfig() {
		return nil, serviceerror.NewInvalidArgument("another question")
	}
	return &workflowservice.DescribeTaskQueueResponse{
		Config: &taskqueuepb.TaskQueueConfig{QueueRateLimit: t.rate}, Stats: &taskqueuepb.TaskQueueStats{ApproximateBacklogCount: t.waiting},
	}, nil
}

func (t *temporal) UpdateTaskQueueConfig(_ context.Context, in *workflowservice.UpdateTaskQueueConfigRequest, _ ...grpc.CallOption) (*workflowservice.UpdateTaskQueueConfigResponse, error) {
	t.updates++
	if t.err != nil {
		return nil, t.err
	}
	u := in.GetUpdateQueueRateLimit()
	t.rate = &taskqueuepb.RateLimitConfig{RateLimit: u.GetRateLimit(), Metadata: &taskqueuepb.ConfigMetadata{Reason: u.GetReason(), UpdateTime: timestamppb.Now()}}
	return &workflowservice.UpdateTaskQueueConfigResponse{}, nil
}

// byHand sets a rate as a person does.
func (t *temporal) byHand(rate float32) {
	t.rate = &taskqueuepb.RateLimitConfig{RateLimit: &taskqueuepb.RateLimit{RequestsPerSecond: rate}, Metadata: &taskqueuepb.ConfigMetadata{Reason: "month's end"}}
}

func (t *temporal) activities() *ops.Activities {
	return &ops.Activities{Queues: ops.Queues{Service: t}}
}

func (t *temporal) look(tb testing.TB) ops.Rate {
	tb.Helper()
	r, err := t.activities().Queues.Look(context.Background(), queue)
	require.NoError(tb, err)
	return r
}

var hold = ops.HoldQueue{Queue: queue, By: "breaker/slack", Why: "Credentials"}

func TestHoldAndRelease(t *testing.T) {
	server := &temporal{waiting: 7}
	a := server.activities()
	for range 2 {
		held, err := a.HoldQueue(t.Context(), hold)
		require.NoError(t, err)
		require.Equal(t, ops.Held{Held: true}, held)
		r := server.look(t)
		require.True(t, r.Held())
		require.Equal(t, "breaker/slack", r.By)
		require.False(t, r.Since.IsZero())
	}
	for _, waited := range []int64{7, 0} {
		released, err := a.ReleaseQueue(t.Context(), ops.ReleaseQueue{Queue: queue})
		require.NoError(t, err)
		require.Equal(t, waited, released.Waiting)
		require.False(t, server.look(t).Limited)
	}
	require.Equal(t, 3, server.updates, "a queue that nobody holds is left alone")
}

// What a person has set comes back, and what a person holds stays held.
func TestAPersonsRate(t *testing.T) {
	server := &temporal{}
	a := server.activities()
	server.byHand(2.5)
	for range 2 {
		_, err := a.HoldQueue(t.Context(), hold)
		require.NoError(t, err)
		require.True(t, server.look(t).Held())
	}
	_, err := a.ReleaseQueue(t.Context(), ops.ReleaseQueue{Queue: queue})
	require.NoError(t, err)
	require.Equal(t, float32(2.5), server.look(t).PerSec)
	require.False(t, server.look(t).Held())

	server.byHand(0)
	before := server.updates
	held, err := a.HoldQueue(t.Context(), hold)
	require.NoError(t, err)
	require.True(t, held.Held)
	require.False(t, server.look(t).Held(), "it is not ours")
	_, err = a.ReleaseQueue(t.Context(), ops.ReleaseQueue{Queue: queue})
	require.NoError(t, err)
	require.Equal(t, before, server.updates)
}

// What a server cannot do is an answer; what passes is an error that is tried again.
func TestAServerThatCannot(t *testing.T) {
	for _, c := range []struct {
		err    error
		cannot string
	}{
		{serviceerror.NewUnimplemented("unknown method"), "has no call UpdateTaskQueueConfig"},
		{serviceerror.NewPermissionDenied("no", ""), "may not call UpdateTaskQueueConfig"},
		{serviceerror.NewInvalidArgument("zero"), "refuses UpdateTaskQueueConfig: zero"},
		{serviceerror.NewUnavailable("later"), ""},
		{errors.New("connection reset"), ""},
	} {
		server := &temporal{err: c.err}
		held, err := server.activities().HoldQueue(t.Context(), hold)
		require.False(t, held.Held)
		if c.cannot != "" {
			require.NoError(t, err)
			require.Contains(t, held.Why, c.cannot)
			_, err = server.activities().ReleaseQueue(t.Context(), ops.ReleaseQueue{Queue: queue})
			require.NoError(t, err)
			continue
		}
		fault := activities.FaultOf(err)
		require.Equal(t, activities.Unavailable, fault.Class)
		require.Contains(t, fault.Cause, c.err.Error())
	}
}

func TestCheckAccess(t *testing.T) {
	refused := activities.Fault{Class: activities.Credentials, System: "slack", Cause: "token_revoked"}.Error()
	var timed bool
	a := &ops.Activities{Checks: map[string]func(context.Context) error{
		"slack": func(ctx context.Context) error { _, timed = ctx.Deadline(); return refused },
		"jira":  func(context.Context) error { return nil },
	}}
	require.NoError(t, a.CheckAccess(t.Context(), ops.CheckAccess{Vendor: "jira"}))
	require.Equal(t, refused, a.CheckAccess(t.Context(), ops.CheckAccess{Vendor: "slack"}))
	require.True(t, timed, "a vendor that never answers must not keep the breaker waiting")
	require.Equal(t, activities.Invalid, activities.FaultOf(a.CheckAccess(t.Context(), ops.CheckAccess{Vendor: "nobody"})).Class)
}
