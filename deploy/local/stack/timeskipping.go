package stack

import (
	"context"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
)

// TimeSkippingDialOption makes every workflow that a client starts skip its timers when it has nothing else to do, so
// that a case of ninety days ends in seconds on a real server, with real histories, roll-overs and lists. Children and
// the runs after a roll-over inherit it. Only the workflow's clock skips: activities, fakes and tests stay in real time.
//
// It goes into ConnectionOptions.DialOptions of the client that starts the workflow, and needs [Options].TimeSkipping.
// The SDK has no option for it yet, and the server calls it experimental.
func TimeSkippingDialOption() grpc.DialOption {
	return grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn,
		invoke grpc.UnaryInvoker, opts ...grpc.CallOption,
	) error {
		skipTimers(req)
		return invoke(ctx, method, req, reply, cc, opts...)
	})
}

func skipTimers(req any) {
	switch req := req.(type) {
	case *workflowservice.StartWorkflowExecutionRequest:
		req.TimeSkippingConfig = skipping()
	case *workflowservice.SignalWithStartWorkflowExecutionRequest:
		req.TimeSkippingConfig = skipping()
	case *workflowservice.ExecuteMultiOperationRequest: // update with start
		for _, op := range req.GetOperations() {
			if start := op.GetStartWorkflow(); start != nil {
				start.TimeSkippingConfig = skipping()
			}
		}
	}
}

// skipping asks for as many skips as a session may make; the default of 200 ends a long case in the middle.
func skipping() *commonpb.TimeSkippingConfig {
	return &commonpb.TimeSkippingConfig{Enabled: true, MaxSessionSkipCount: 10000}
}
