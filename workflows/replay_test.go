package workflows_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"hikeshi/workflows"
	"hikeshi/workflows/wire"
)

// Histories recorded from real cases must replay with today's code. They were recorded with the key ring beside them
// (see the end-to-end tests: -record); from the first release on they bind. Those in unreleased are of today's code or
// a little older; those in before are of code that did not know one change yet, by which they are called.
func TestRecordedHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/histories/*/*.json.gz")
	require.NoError(t, err)
	require.NotEmpty(t, files, "no recorded history found: run make record")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			require.NoError(t, replay(t, nil, workflows.Recorded(t, file)))
		})
	}
}

// replay replays a history with today's code.
func replay(t *testing.T, logger log.Logger, h *historypb.History, around ...interceptor.WorkerInterceptor) error {
	t.Helper()
	dc := recordedWith(t)
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DataConverter: dc, FailureConverter: wire.FailureConverter(dc), Interceptors: around,
		DisableDeadlockDetection: true, // a slow machine may need more than a second for a turn
	})
	require.NoError(t, err)
	workflows.RegisterWorkflows(replayer, workflows.Deps{})
	return replayer.ReplayWorkflowHistory(logger, h)
}

// recordedWith reads what was recorded.
func recordedWith(t *testing.T) converter.DataConverter {
	t.Helper()
	ring, err := wire.LoadKeyRing("testdata/histories/keys.yaml")
	require.NoError(t, err)
	return wire.DataConverter(ring)
}
