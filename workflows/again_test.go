package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
)

// sending is an update with an id of its own, that far into a run; its answer is written to got.
func sending(t *testing.T, id string, at time.Duration, update string, cmd any, got *workflows.Answer) func(*testsuite.TestWorkflowEnvironment) {
	return during(at, func(env *testsuite.TestWorkflowEnvironment) {
		env.UpdateWorkflow(update, id, &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { t.Error(err) },
			OnComplete: func(v any, err error) { require.NoError(t, err); *got = v.(workflows.Answer) },
		}, cmd)
	})
}

// What a case has answered it answers again after a roll, also to whoever does not know any more what it was aimed at.
func TestWhatWasAnsweredIsNotCheckedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-again"))
	var first, again workflows.Answer
	_, state = w.live(state, 5*time.Minute, sending(t, "same", time.Minute, workflows.LessonUpdate, workflows.LessonCommand{Text: "lock it", By: aoi}, &first))
	w.live(state, 5*time.Minute, sending(t, "same", time.Minute, workflows.LessonUpdate, workflows.LessonCommand{By: aoi}, &again))
	require.NotEmpty(t, first.ID)
	require.Equal(t, first, again)
}

// A decision that is sent again after a roll gets its answer again, also when its step is gone.
func TestADecisionAboutAStepThatIsGoneIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.ThemeType = "Nonsense"
	state, _ := w.intake(report("req-gone"))
	status, state := w.tell(state,
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: aoi}, "", ""},
		act{workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: aoi}, "", ""})
	theme := step(t, status, "lesson.l1.theme.1")
	unproven := workflows.ResolveCommand{Step: theme.ID, Generation: theme.Generation, Action: workflows.ActionAbort, Reason: "because", By: somebody}
	proven := unproven
	proven.By = aoi
	var refused, done, refusedAgain, doneAgain workflows.Answer
	_, state = w.live(state, 2*time.Minute,
		sending(t, "unproven", time.Minute, workflows.ResolveUpdate, unproven, &refused), sending(t, "proven", 80*time.Second, workflows.ResolveUpdate, proven, &done))
	require.NotNil(t, refused.Refused)
	require.Nil(t, done.Refused)
	w.live(state, 2*time.Minute,
		sending(t, "unproven", time.Minute, workflows.ResolveUpdate, unproven, &refusedAgain), sending(t, "proven", time.Minute, workflows.ResolveUpdate, proven, &doneAgain))
	require.Equal(t, refused, refusedAgain)
	require.Equal(t, done, doneAgain)
}

// It gets its answer again also when somebody has decided about the step anew meanwhile: in a case, and in its children.
func TestADecisionBeforeTheNewestIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Project = "STRICT"
	state, _ := w.intake(report("req-before"))
	status, state := w.live(state, 5*time.Minute)
	earlier := workflows.ResolveCommand{Step: "open.ticket", Generation: step(t, status, "open.ticket").Generation, Action: workflows.ActionRetry, Reason: "because", By: aoi}
	later := earlier
	later.Generation++
	later.By = somebody
	both := func(first, second *workflows.Answer) []func(*testsuite.TestWorkflowEnvironment) {
		return []func(*testsuite.TestWorkflowEnvironment){
			sending(t, "a", time.Minute, workflows.ResolveUpdate, earlier, first), sending(t, "b", 80*time.Second, workflows.ResolveUpdate, later, second)}
	}
	var first, second, again workflows.Answer
	_, state = w.live(state, 2*time.Minute, both(&first, &second)...)
	w.live(state, 2*time.Minute, sending(t, "a", time.Minute, workflows.ResolveUpdate, earlier, &again))
	require.Nil(t, first.Refused)
	require.Nil(t, second.Refused)
	require.Equal(t, first, again)

	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.create", Mode: "status", Error: "restricted_action"}))
	a := w.analysis(state, "SEC-1", "mailbox")
	play := func(acts ...func(*testsuite.TestWorkflowEnvironment)) {
		env := w.hearing(w.bare())
		for _, f := range slices.Concat(acts, []func(*testsuite.TestWorkflowEnvironment){during(2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
			env.SignalWorkflow(workflows.RollSignal, nil)
		})}) {
			f(env)
		}
		env.ExecuteWorkflow(workflows.AnalysisType, workflows.AnalysisInput{State: a})
		var in workflows.AnalysisInput
		w.continued(env, &in)
		a = in.State
	}
	earlier.Step, earlier.Generation = "a1/analysis.channel", 1
	later.Step, later.Generation = earlier.Step, 2
	first, second, again = workflows.Answer{}, workflows.Answer{}, workflows.Answer{}
	play(both(&first, &second)...)
	play(sending(t, "a", time.Minute, workflows.ResolveUpdate, earlier, &again))
	require.Equal(t, "a1/analysis.channel", second.ID)
	require.Nil(t, second.Refused)
	require.Equal(t, first, again)
}
