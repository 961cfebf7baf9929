package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
)

// What a case has answered it answers again after a roll, also to whoever does not know any more what it was aimed at.
func TestWhatWasAnsweredIsNotCheckedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-again"))
	var first, again workflows.Answer
	send := func(cmd workflows.LessonCommand, got *workflows.Answer) func(env *testsuite.TestWorkflowEnvironment) {
		return func(env *testsuite.TestWorkflowEnvironment) {
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflow(workflows.LessonUpdate, "same", &testsuite.TestUpdateCallback{
					OnAccept: func() {}, OnReject: func(err error) { t.Error(err) },
					OnComplete: func(v any, err error) { require.NoError(t, err); *got = v.(workflows.Answer) },
				}, cmd)
			}, time.Minute)
		}
	}
	_, state = w.live(state, 5*time.Minute, send(workflows.LessonCommand{Text: "lock it", By: aoi}, &first))
	w.live(state, 5*time.Minute, send(workflows.LessonCommand{By: aoi}, &again))
	require.NotEmpty(t, first.ID)
	require.Equal(t, first, again)
}
