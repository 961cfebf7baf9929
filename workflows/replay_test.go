package workflows_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"hikeshi/workflows"
	"hikeshi/workflows/wire"
)

// Histories recorded from real cases must replay with today's code. They were recorded with the key ring beside them
// (see the end-to-end tests: -record); from the first release on they bind.
func TestRecordedHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/histories/*/*.json.gz")
	require.NoError(t, err)
	require.NotEmpty(t, files, "no recorded history found: run make record")
	ring, err := wire.LoadKeyRing("testdata/histories/keys.yaml")
	require.NoError(t, err)
	dc := wire.DataConverter(ring)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
				DataConverter: dc, FailureConverter: wire.FailureConverter(dc),
				DisableDeadlockDetection: true, // a slow machine may need more than a second for a turn
			})
			require.NoError(t, err)
			workflows.RegisterWorkflows(replayer, workflows.Deps{})
			require.NoError(t, replayer.ReplayWorkflowHistory(nil, workflows.Recorded(t, file)))
		})
	}
}
