package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
)

// A step that was refused before it wrote anything is done at once when somebody retries it: there is nothing to look for,
// and nothing to wait for.
func TestARefusedStepIsRetriedWithoutALookUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Settle = time.Hour
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "before", Error: "too_many_bookmarks"}))
	state, _ := w.intake(report("req-clean"))
	status, next := w.live(state, 5*time.Minute)
	again := resolve("open.bookmark", step(t, status, "open.bookmark").Generation, workflows.ActionRetry, somebody, "", "")
	looks := w.count("bookmarks.list")
	status, _ = w.live(next, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() { w.slack.ClearFaults(); w.perform(env, "again", again) }, time.Minute)
	})
	require.Equal(t, workflows.StepDone, step(t, status, "open.bookmark").State)
	require.Equal(t, looks, w.count("bookmarks.list"))
}

// A message of which no answer came is looked for until the vendor has had its time. That is waiting, and no failure: the
// step does not get stuck for it, however many looks come too early.
func TestAStepInDoubtWaitsForTheVendor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Settle = time.Hour // of the real time: all looks come too early
	w.awaitSlack(2 * time.Second)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "chat.postMessage", Mode: "hang", Times: 1}))
	state, _ := w.intake(report("req-doubt"))
	status, _ := w.live(state, 40*time.Minute)
	require.Equal(t, workflows.StepTrying, step(t, status, "open.card").State)
}
