package host

import (
	"context"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"

	"hikeshi/activities"
)

// againHeader marks, on its way from the server to the activity, a first attempt that was scheduled anew.
const againHeader = "hikeshi-started-again"

// tellAgain makes activities know when their first attempt is none: somebody reset the activity, and with it perhaps the
// record of what came before. The server says so by the time at which the attempt was scheduled; the SDK does not pass
// it on.
func tellAgain(o *client.Options) {
	o.ConnectionOptions.DialOptions = append(o.ConnectionOptions.DialOptions, grpc.WithChainUnaryInterceptor(markAgain))
	o.ContextPropagators = append(o.ContextPropagators, again{})
}

// markAgain looks at the tasks that the server hands out.
func markAgain(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := call(ctx, method, req, reply, conn, opts...)
	task, ok := reply.(*workflowservice.PollActivityTaskQueueResponse)
	if err == nil && ok && isAgain(task) {
		if task.Header == nil {
			task.Header = &commonpb.Header{}
		}
		if task.Header.Fields == nil {
			task.Header.Fields = map[string]*commonpb.Payload{}
		}
		task.Header.Fields[againHeader] = &commonpb.Payload{}
	}
	return err
}

// isAgain reports whether an attempt is called the first but was not scheduled when the activity was.
func isAgain(task *workflowservice.PollActivityTaskQueueResponse) bool {
	first, now := task.GetScheduledTime(), task.GetCurrentAttemptScheduledTime()
	return task.GetAttempt() <= 1 && first != nil && now != nil && now.AsTime().After(first.AsTime())
}

// again carries the mark from the task into the activity's context.
type again struct{}

func (again) Inject(context.Context, workflow.HeaderWriter) error              { return nil }
func (again) InjectFromWorkflow(workflow.Context, workflow.HeaderWriter) error { return nil }
func (again) ExtractToWorkflow(ctx workflow.Context, _ workflow.HeaderReader) (workflow.Context, error) {
	return ctx, nil
}

func (again) Extract(ctx context.Context, header workflow.HeaderReader) (context.Context, error) {
	if _, marked := header.Get(againHeader); marked {
		ctx = activities.StartedAgain(ctx)
	}
	return ctx, nil
}
