package watch

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"

	"hikeshi/activities"
	"hikeshi/activities/ops"
	"hikeshi/workflows"
)

// Temporal is what is needed of a client.Client.
type Temporal interface {
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any, options client.StartWorkflowOptions, workflow any, workflowArgs ...any) (client.WorkflowRun, error)
	DescribeWorkflow(ctx context.Context, workflowID, runID string) (*client.WorkflowExecutionDescription, error)
	QueryWorkflow(ctx context.Context, workflowID, runID, queryType string, args ...any) (converter.EncodedValue, error)
}

// Watch is the interceptor of a worker's activities. Make it with New, end it with Stop.
type Watch struct {
	interceptor.WorkerInterceptorBase
	temporal Temporal
	ops      *ops.Activities
	desk     workflows.Desk
	log      *slog.Logger
	queues   map[string]string // task queue → vendor

	mu     sync.Mutex
	counts map[string]*count // by vendor
	looks  map[string]look   // by vendor
	life   context.Context
	end    context.CancelFunc
	work   sync.WaitGroup
}

// New makes the watch of a worker that does those deeds.
func New(t Temporal, o *ops.Activities, desk workflows.Desk, log *slog.Logger) *Watch {
	w := &Watch{temporal: t, ops: o, desk: desk, log: log, queues: map[string]string{}, counts: map[string]*count{}, looks: map[string]look{}}
	for _, v := range workflows.Vendors() {
		w.queues[workflows.VendorQueue(v)], w.counts[v] = v, &count{}
	}
	w.life, w.end = context.WithCancel(context.Background())
	return w
}

// Stop returns when nothing is under way any more. Without Patrol there is nothing to stop but reports.
func (w *Watch) Stop() {
	w.end()
	w.work.Wait()
}

// InterceptActivity lets the watch see what becomes of an activity.
func (w *Watch) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	i := &inbound{watch: w}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.ActivityInboundInterceptorBase
	watch *Watch
}

// ExecuteActivity runs the activity as it is, and looks at its outcome.
func (i *inbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	began := time.Now()
	out, err := i.Next.ExecuteActivity(ctx, in)
	if !errors.Is(ctx.Err(), context.Canceled) { // else nobody wants it any more, or the worker ends
		info := activity.GetInfo(ctx)
		i.watch.saw(info.TaskQueue, callTime(info.StartedTime, time.Since(began)), err)
		err = i.watch.mark(ctx, info.TaskQueue, err)
	}
	return out, err
}

// longCall is more than the calls of one step take.
const longCall = 30 * time.Second

// callTime is when the calls that failed were made, or somewhat earlier, by Temporal's clock. Mirror and archive work for
// hours, and fail at their last call.
func callTime(started time.Time, took time.Duration) time.Time {
	return started.Add(max(0, took-longCall))
}

// vendor is whose trouble it is: that of the queue, else that of the system which the error names; empty: nobody's.
func (w *Watch) vendor(queue string, f activities.Fault) string {
	return cmp.Or(w.queues[queue], workflows.System(f.System).Vendor())
}

func (w *Watch) saw(queue string, at time.Time, err error) {
	var fault activities.Fault
	if err != nil {
		fault = activities.FaultOf(err)
	}
	vendor := w.vendor(queue, fault)
	if vendor == "" {
		return // a long activity has succeeded, or failed at nobody's
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.counts[vendor].saw(fault.Class, time.Now()) {
		return
	}
	t := workflows.Trouble{System: fault.System, Class: string(fault.Class), Cause: fault.Cause, Hint: fault.Hint, At: at}
	w.work.Go(func() { w.report(vendor, t) })
}

// reportTime bounds one report.
const reportTime = 10 * time.Second

// report tells the vendor's breaker, and starts it if there is none.
func (w *Watch) report(vendor string, t workflows.Trouble) {
	ctx, cancel := context.WithTimeout(w.life, reportTime)
	defer cancel()
	w.log.Warn("trouble at a vendor: its breaker looks into it", "vendor", vendor, "class", t.Class, "cause", t.Cause)
	id := workflows.BreakerWorkflowID(vendor)
	_, err := w.temporal.SignalWithStartWorkflow(ctx, id, workflows.TroubleSignal, t, client.StartWorkflowOptions{
		ID: id, TaskQueue: workflows.TaskQueue, WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, workflows.BreakerType, workflows.BreakerInput{Vendor: vendor, Desk: w.desk})
	if err == nil {
		return
	}
	w.log.Error("the breaker could not be told: the next trouble will be", "vendor", vendor, "error", err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[vendor].untold()
}
