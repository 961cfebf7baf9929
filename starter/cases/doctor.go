package cases

import (
	"context"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/workflows"
)

// Address is where Temporal is.
func (c *Cases) Address() string { return c.address }

// Pollers counts who takes work from each task queue now, or did so within the last minutes.
func (c *Cases) Pollers(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := c.eachQueue(ctx, func(queue string, told *workflowservice.DescribeTaskQueueResponse) {
		counts[queue] = len(told.GetPollers())
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// eachQueue looks at all task queues.
func (c *Cases) eachQueue(ctx context.Context, look func(queue string, told *workflowservice.DescribeTaskQueueResponse)) error {
	kinds := map[string]enumspb.TaskQueueType{workflows.TaskQueue: enumspb.TASK_QUEUE_TYPE_WORKFLOW}
	for _, queue := range workflows.Queues() {
		kinds[queue] = enumspb.TASK_QUEUE_TYPE_ACTIVITY
	}
	for queue, kind := range kinds {
		told, err := c.client.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
			Namespace: c.namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: queue, Kind: enumspb.TASK_QUEUE_KIND_NORMAL}, TaskQueueType: kind,
		})
		if err != nil {
			return c.explain(err, "look at the task queue "+queue)
		}
		look(queue, told)
	}
	return nil
}

// CanHold says why the breaker cannot hold a vendor's task queue; empty: it can, as far as this process's rights are the
// worker's. It changes nothing: it asks for what every server that has the call refuses, after it has looked whether we
// may call it.
func (c *Cases) CanHold(ctx context.Context) (string, error) {
	_, err := c.client.WorkflowService().UpdateTaskQueueConfig(ctx, &workflowservice.UpdateTaskQueueConfigRequest{
		Namespace: c.namespace, TaskQueue: workflows.TaskQueue, TaskQueueType: enumspb.TASK_QUEUE_TYPE_WORKFLOW,
		UpdateQueueRateLimit: &workflowservice.UpdateTaskQueueConfigRequest_RateLimitUpdate{RateLimit: &taskqueuepb.RateLimit{RequestsPerSecond: -1}, Reason: "hikeshi doctor looks whether it may"},
	})
	var missing *serviceerror.Unimplemented
	var denied *serviceerror.PermissionDenied
	var refused *serviceerror.InvalidArgument
	switch {
	case err == nil, errors.As(err, &refused):
		return "", nil
	case errors.As(err, &missing):
		return "this Temporal server has no call UpdateTaskQueueConfig", nil
	case errors.As(err, &denied):
		return "we may not call UpdateTaskQueueConfig", nil
	}
	return "", c.explain(err, "look whether task queues can be held")
}
