package ops

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
)

// Service is what is needed of Temporal: client.Client's WorkflowService has it.
type Service interface {
	DescribeTaskQueue(context.Context, *workflowservice.DescribeTaskQueueRequest, ...grpc.CallOption) (*workflowservice.DescribeTaskQueueResponse, error)
	UpdateTaskQueueConfig(context.Context, *workflowservice.UpdateTaskQueueConfigRequest, ...grpc.CallOption) (*workflowservice.UpdateTaskQueueConfigResponse, error)
}

// Queues are the activity task queues of one namespace. Safe for concurrent use.
type Queues struct {
	Service   Service
	Namespace string
	Identity  string // of this process, as it stands beside the rate
}

// Rate is what limits a queue.
type Rate struct {
	Limited bool
	PerSec  float32   // tasks a second; 0: none
	By      string    // workflow id of the breaker that holds it; empty: a person has set it
	Before  *float32  // what a person had set before the breaker
	Since   time.Time // of the last change
	Waiting int64     // tasks in the queue, about
}

// Held reports whether one of our breakers holds the queue.
func (r Rate) Held() bool { return r.Limited && r.PerSec == 0 && r.By != "" }

// Look reads what limits a queue. A server that knows no such limits says that there is none.
func (q Queues) Look(ctx context.Context, queue string) (Rate, error) {
	told, err := q.Service.DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
		Namespace: q.Namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: queue, Kind: enumspb.TASK_QUEUE_KIND_NORMAL},
		TaskQueueType: enumspb.TASK_QUEUE_TYPE_ACTIVITY, ReportConfig: true, ReportStats: true,
	})
	if err != nil {
		return Rate{}, err
	}
	r := rateOf(told.GetConfig().GetQueueRateLimit())
	r.Waiting = told.GetStats().GetApproximateBacklogCount()
	return r, nil
}

func rateOf(c *taskqueuepb.RateLimitConfig) Rate {
	if c.GetRateLimit() == nil {
		return Rate{}
	}
	r := Rate{Limited: true, PerSec: c.GetRateLimit().GetRequestsPerSecond(), Since: c.GetMetadata().GetUpdateTime().AsTime()}
	r.By, r.Before = readReason(c.GetMetadata().GetReason())
	return r
}

// hold sets the rate to zero, unless a person has done that already, and remembers a person's rate.
func (q Queues) hold(ctx context.Context, queue, by, why string) error {
	now, err := q.Look(ctx, queue)
	if err != nil {
		return err
	}
	before := now.Before
	if now.Limited && now.By == "" {
		if now.PerSec == 0 {
			return nil // it is held, and only that person will release it
		}
		before = &now.PerSec
	}
	return q.set(ctx, queue, new(float32), reason(by, why, before))
}

// Release takes a breaker's hold away, or puts a person's rate back in its place, and says how many tasks waited. What a
// person has set it leaves alone.
func (q Queues) Release(ctx context.Context, queue string) (waiting int64, err error) {
	now, err := q.Look(ctx, queue)
	if err != nil || !now.Held() {
		return 0, err
	}
	return now.Waiting, q.set(ctx, queue, now.Before, "released by "+now.By)
}

// set sets the rate; nil: none.
func (q Queues) set(ctx context.Context, queue string, rate *float32, why string) error {
	update := &workflowservice.UpdateTaskQueueConfigRequest_RateLimitUpdate{Reason: why}
	if rate != nil {
		update.RateLimit = &taskqueuepb.RateLimit{RequestsPerSecond: *rate}
	}
	_, err := q.Service.UpdateTaskQueueConfig(ctx, &workflowservice.UpdateTaskQueueConfigRequest{
		Namespace: q.Namespace, Identity: q.Identity, TaskQueue: queue, TaskQueueType: enumspb.TASK_QUEUE_TYPE_ACTIVITY, UpdateQueueRateLimit: update,
	})
	return err
}

// The reason of a hold is the only place where it can say whose it is. It is plain text for all who can see the
// namespace: a workflow id, a class, a rate.
const heldBy, rateBefore = "held by ", "; rate before: "

func reason(by, why string, before *float32) string {
	text := heldBy + by + ": " + why
	if before != nil {
		text += rateBefore + strconv.FormatFloat(float64(*before), 'g', -1, 32)
	}
	return text
}

func readReason(text string) (by string, before *float32) {
	rest, ours := strings.CutPrefix(text, heldBy)
	if !ours {
		return "", nil
	}
	by, rest, _ = strings.Cut(rest, ": ")
	if _, rate, ok := strings.Cut(rest, rateBefore); ok {
		if n, err := strconv.ParseFloat(rate, 32); err == nil {
			r := float32(n)
			before = &r
		}
	}
	return by, before
}

// cannot says why this server will never do what was asked; empty: the error may pass.
func cannot(err error) string {
	var missing *serviceerror.Unimplemented
	var denied *serviceerror.PermissionDenied
	var invalid *serviceerror.InvalidArgument
	switch {
	case errors.As(err, &missing):
		return "this Temporal server has no call UpdateTaskQueueConfig"
	case errors.As(err, &denied):
		return "this worker may not call UpdateTaskQueueConfig: it needs the right to write in the namespace"
	case errors.As(err, &invalid):
		return fmt.Sprintf("this Temporal server refuses UpdateTaskQueueConfig: %v", err)
	}
	return ""
}
