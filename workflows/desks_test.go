package workflows

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each workflow about whose steps people decide keeps what it has answered in its state, and not without end.
func TestEachDeskKeepsItsAnswersInTheState(t *testing.T) {
	c, a, m, b := &caseRun{CaseState: &CaseState{}}, &analysisRun{AnalysisState: &AnalysisState{}}, &mirrorRun{MirrorState: &MirrorState{}}, &bookRun{RunState: &RunState{}}
	for _, of := range []struct {
		desk  desk
		state any
	}{{c.desk(), c.CaseState}, {a.desk(), a.AnalysisState}, {m.desk(), m.MirrorState}, {b.desk(), b.RunState}} {
		t.Run(fmt.Sprintf("%T", of.state), func(t *testing.T) {
			for i := range 2 * maxSeen {
				of.desk.memory.remember(fmt.Sprintf("update %d", i), Answer{Text: "it is tried again"})
			}
			newest := fmt.Sprintf("update %d", 2*maxSeen-1)
			kept, ok := of.desk.memory.answered(newest)
			require.True(t, ok)
			require.Equal(t, "it is tried again", kept.Text)
			_, ok = of.desk.memory.answered("update 0")
			require.False(t, ok)
			require.Contains(t, string(encode(of.state)), newest)
		})
	}
}
