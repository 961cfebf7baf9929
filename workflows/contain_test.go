package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Whoever says that nothing is contained is answered in words.
func TestNotContainedIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-uncontained"))
	var answer workflows.Answer
	w.live(state, 5*time.Minute, sending(t, "u1", time.Minute, workflows.ContainUpdate, workflows.ContainCommand{State: incident.NotContained, By: aoi}, &answer))
	require.Equal(t, "SEC-1: recorded as not contained", answer.Text)
}
