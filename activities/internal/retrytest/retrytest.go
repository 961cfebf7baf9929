// Package retrytest runs activities in tests as Temporal does: attempt after attempt, each with the number and the
// heartbeats that it would have. The SDK's test environment knows attempt 1 only.
package retrytest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
)

// Execution is one execution of an activity: what its attempts share.
type Execution struct {
	Activities any   // the struct whose method is run
	Attempt    int32 // of the next try; 0: the first
	Heartbeat  any   // what the attempts before it left; nil: nothing
	// Longest bounds the wait before a retry; 0: a second. Who waits longer in a test has set up a lag that is too long.
	Longest time.Duration
}

// Once makes one attempt, and prepares for the next.
func (e *Execution) Once(activity, in, out any) error {
	e.Attempt = max(e.Attempt, 1)
	env := e.environment()
	var args []any
	if in != nil {
		args = []any{in}
	}
	value, err := env.ExecuteActivity(activity, args...)
	e.Attempt++
	if err == nil && out != nil {
		err = value.Get(out)
	}
	return err
}

// Run makes attempts until one succeeds, its error is final, or there were ten. It waits as long as an error asks to.
func (e *Execution) Run(activity, in, out any) error {
	const most = 10
	for n := 1; ; n++ {
		err := e.Once(activity, in, out)
		var fault *temporal.ApplicationError
		if err == nil || n == most || errors.As(err, &fault) && fault.NonRetryable() {
			return err
		}
		if errors.As(err, &fault) {
			time.Sleep(min(fault.NextRetryDelay(), max(e.Longest, time.Second)))
		}
	}
}

func (e *Execution) environment() *testsuite.TestActivityEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler))) // errors are the caller's to show
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	Numbered(env, e.Attempt)
	env.RegisterActivity(e.Activities)
	if e.Heartbeat != nil {
		env.SetHeartbeatDetails(e.Heartbeat)
	}
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		var kept json.RawMessage
		if details.Get(&kept) == nil {
			e.Heartbeat = kept
		}
	})
	return env
}

// Numbered makes an environment run its activities as that attempt.
func Numbered(env *testsuite.TestActivityEnvironment, attempt int32) {
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&numbering{number: attempt}}})
}

type numbering struct {
	interceptor.WorkerInterceptorBase
	number int32
}

func (n *numbering) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &inbound{interceptor.ActivityInboundInterceptorBase{Next: next}, n.number}
}

type inbound struct {
	interceptor.ActivityInboundInterceptorBase
	number int32
}

func (i *inbound) Init(out interceptor.ActivityOutboundInterceptor) error {
	return i.Next.Init(&outbound{interceptor.ActivityOutboundInterceptorBase{Next: out}, i.number})
}

type outbound struct {
	interceptor.ActivityOutboundInterceptorBase
	number int32
}

func (o *outbound) GetInfo(ctx context.Context) activity.Info {
	info := o.Next.GetInfo(ctx)
	info.Attempt = o.number
	return info
}
