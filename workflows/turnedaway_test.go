package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Who is turned away is in the history: once a day for each person and act, of no more than twenty, also when the case has
// rolled over.
func TestWhoIsTurnedAwayIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-turned"))
	var recorded, rejected []string
	tell := func(env *testsuite.TestWorkflowEnvironment, at time.Duration, id, who, act string) {
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflow(workflows.TurnedAwayUpdate, id, &testsuite.TestUpdateCallback{
				OnAccept: func() {}, OnReject: func(err error) { rejected = append(rejected, id+": "+err.Error()) },
				OnComplete: func(a any, err error) {
					require.NoError(t, err)
					answer := a.(workflows.Answer)
					require.NotNil(t, answer.Refused)
					require.Contains(t, answer.Text, fmt.Sprintf("%s asked for %s of case %s, and may not see it: private", who, act, answer.Number))
					recorded = append(recorded, id)
				},
			}, workflows.TurnedAwayCommand{Act: act, Why: "private", By: incident.By{Who: who, Door: incident.DoorSlack, Assurance: incident.SlackSigned}})
		}, at)
	}
	_, next := w.live(state, 30*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		tell(env, time.Minute, "u1", "U0LENA006", "status")
		for i := range 5 {
			tell(env, 2*time.Minute, fmt.Sprintf("again%d", i), "U0LENA006", "status")
		}
		tell(env, 3*time.Minute, "u2", "U0LENA006", "audit")
		tell(env, 3*time.Minute, "bad", "U0LENA006", " ")
	})
	require.Equal(t, []string{"u1", "u2"}, recorded)
	require.Len(t, rejected, 6)
	require.Contains(t, strings.Join(rejected, "\n"), "the act is missing")
	require.Len(t, next.Turned, 2)

	recorded, rejected = nil, nil
	_, next = w.live(next, 30*time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
		tell(env, time.Minute, "u3", "U0LENA006", "status") // the run before has it
		for i := range 25 {
			tell(env, 2*time.Minute, fmt.Sprintf("many%d", i), fmt.Sprintf("U0MANY%03d", i), "status")
		}
		tell(env, 26*time.Hour, "tomorrow", "U0LENA006", "status")
	})
	require.Len(t, recorded, 18+1, "%v", rejected)
	require.Equal(t, "tomorrow", recorded[18])
	require.Len(t, next.Turned, 1)
}
