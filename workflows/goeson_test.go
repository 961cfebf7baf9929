package workflows_test

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/workflows"
)

// goesOn makes sure that a workflow that rolled goes on: every branch begins again from what was carried, none of them
// fails, and it rolls once more. All vendors are silent meanwhile and nobody hears it, so that nothing comes of it in
// the test's world.
func (w *world) goesOn(next *workflow.ContinueAsNewError, kind reflect.Type) {
	w.Helper()
	in := reflect.New(kind)
	require.NoError(w, converter.GetDefaultDataConverter().FromPayloads(next.Input, in.Interface()))
	aside := &world{TB: w.TB, deps: w.deps}
	env := aside.bare()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&silence{}}})
	aside.alone(env)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.RollSignal, nil) }, time.Minute)
	env.ExecuteWorkflow(next.WorkflowType.Name, in.Elem().Interface())
	require.True(w, env.IsWorkflowCompleted())
	err := env.GetWorkflowError()
	var again *workflow.ContinueAsNewError
	require.True(w, err == nil || errors.As(err, &again), "after a roll: %v", err)
}

// silence is all vendors as they are in an outage.
type silence struct {
	interceptor.WorkerInterceptorBase
	interceptor.ActivityInboundInterceptorBase
}

func (s *silence) InterceptActivity(context.Context, interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return s
}

func (s *silence) Init(interceptor.ActivityOutboundInterceptor) error { return nil }

func (s *silence) ExecuteActivity(context.Context, *interceptor.ExecuteActivityInput) (any, error) {
	return nil, activities.Fault{Class: activities.Unavailable, Op: "anything", Cause: "no answer"}.Error()
}
