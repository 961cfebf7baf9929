package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

var (
	record = flag.Bool("record", false, "record the histories of some cases for the replay test of workflows")
	before = flag.String("before", "", "with -record: record what code did that did not know this `change` yet (its id in workflow.GetVersion)")
)

// histories is where the replay test of workflows finds recorded histories, and the keys to read them.
const histories = "../../workflows/testdata/histories"

// recordCase stores the histories of a case for the replay test, when asked for with -record. Cases on their way to a
// release may be recorded anew; from the first release on they bind.
func (in *install) recordCase(t *testing.T, request, name string) {
	t.Helper()
	if *record {
		in.recordRuns(t, name, workflowsOf(request, in.wait(t, request, cases.Linked)))
	}
}

// recordBreaker stores the histories of a vendor's breaker.
func (in *install) recordBreaker(t *testing.T, vendor, name string) {
	t.Helper()
	in.recordRuns(t, name, map[string]string{vendor: workflows.BreakerWorkflowID(vendor)})
}

// recordRuns stores the histories of all runs of workflows, which are named by what they are. What older code did is found
// by the change that it did not know; the rest of a test is not about that.
func (in *install) recordRuns(t *testing.T, name string, ids map[string]string) {
	t.Helper()
	if !*record {
		return
	}
	dir := filepath.Join(histories, "unreleased")
	if *before != "" {
		dir, name = filepath.Join(histories, "before"), strings.ReplaceAll(*before, " ", "-")
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	old, err := filepath.Glob(filepath.Join(dir, name+"-*"))
	require.NoError(t, err)
	for _, file := range old { // it may have had more runs
		require.NoError(t, os.Remove(file))
	}
	for kind, id := range ids {
		for i, h := range in.runs(t, id) {
			text, err := protojson.MarshalOptions{Multiline: true}.Marshal(h)
			require.NoError(t, err)
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			_, err = w.Write(text)
			require.NoError(t, errors.Join(err, w.Close()))
			require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.json.gz", name, kind, i)), packed.Bytes(), 0o644))
		}
	}
	if *before != "" {
		t.Skip("recorded")
	}
}

// olderCode has the workflows decide as they did before the change of -before; none: as they do today.
func olderCode() []interceptor.WorkerInterceptor {
	if *before == "" {
		return nil
	}
	return []interceptor.WorkerInterceptor{&older{}}
}

type older struct {
	interceptor.WorkerInterceptorBase
}

func (o *older) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &olderInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type olderInbound struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (o *olderInbound) Init(out interceptor.WorkflowOutboundInterceptor) error {
	return o.Next.Init(&olderOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: out}})
}

type olderOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (o *olderOutbound) GetVersion(ctx workflow.Context, change string, oldest, newest workflow.Version) workflow.Version {
	if change == *before {
		return workflow.DefaultVersion
	}
	return o.Next.GetVersion(ctx, change, oldest, newest)
}
