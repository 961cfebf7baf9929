package stack

import (
	"context"
	"testing"

	"go.temporal.io/server/common/dynamicconfig"
	"google.golang.org/grpc"
)

// Services look for search attributes with every call only after these may have changed: it costs more than the calls.
func TestAttributesAreLookedForWhenTheyMayHaveChanged(t *testing.T) {
	settings := dynamicConfig(Options{})
	forced := func() bool {
		values := settings.GetValue(dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key())
		return len(values) > 0 && values[0].Value == true
	}
	through := learning(settings)
	for _, tt := range []struct {
		method string
		want   bool
	}{
		{"/temporal.api.workflowservice.v1.WorkflowService/SignalWorkflowExecution", false},
		{"/temporal.api.operatorservice.v1.OperatorService/AddSearchAttributes", true},
	} {
		_, err := through(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: tt.method}, func(context.Context, any) (any, error) { return nil, nil })
		if err != nil || forced() != tt.want {
			t.Errorf("after %s: %v, looked for with every call: %v, want %v", tt.method, err, forced(), tt.want)
		}
	}
	if v := settings.GetValue(dynamicconfig.TransferProcessorMaxPollRPS.Key()); len(v) != 1 || v[0].Value != 2000 {
		t.Errorf("the other settings: %v", v)
	}
}
