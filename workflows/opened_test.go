package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
)

// Whoever makes a case's private channel public is named there and to the operators, once, with what to do.
func TestAChannelThatIsMadePublicIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Operators = "C0CSIRTOPS"
	state, _ := w.intake(report("req-public"))
	channel := ""
	w.live(state, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		for i, did := range []string{"public", "public", "private", "private", "public"} {
			env.RegisterDelayedCallback(func() {
				value, err := env.QueryWorkflow(workflows.StatusQuery)
				require.NoError(t, err)
				var status workflows.Status
				require.NoError(t, value.Get(&status))
				channel = status.Links.Channel
				env.SignalWorkflow(workflows.ChannelSignal, workflows.ChannelEvent{Channel: channel, Did: did, User: "U0BEN0002", Called: "ben"})
			}, time.Minute+time.Duration(i)*time.Second)
		}
	})
	for where, want := range map[string]int{channel: 2, "C0CSIRTOPS": 2} {
		public, private := 0, 0
		for _, m := range w.slack.Messages(where) {
			public += strings.Count(m.Text, "public: everybody in the workspace can read")
			private += strings.Count(m.Text, "private again.")
		}
		require.Equal(t, want, public, where)
		require.Equal(t, want-1, private, where)
	}
}
