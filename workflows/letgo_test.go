package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// A page that came too late was let go. The case rolls on, and nobody is called any more.
func TestALatePageIsNotSentAfterARoll(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	silent(t, w.slack.Control)
	silent(t, w.pager.Control)
	state, _ := w.intake(report("req-letgo-page"))
	_, next := w.live(state, time.Hour, during(2*time.Minute, func(*testsuite.TestWorkflowEnvironment) { w.slack.ClearFaults() }),
		during(5*time.Minute, func(*testsuite.TestWorkflowEnvironment) { w.pager.ClearFaults() }))
	require.Empty(t, next.Steps["reach.page"].Result)
	for range 2 {
		var status workflows.Status
		status, next = w.live(next, time.Hour)
		require.Empty(t, status.Debts)
	}
	require.Empty(t, w.pager.Pages())
}

// A run that began for nothing what nobody wanted goes on doing so, as its history has it, and does not fail at that.
func TestWhatIsNotWantedInAnOlderRun(t *testing.T) {
	t.Parallel()
	older := func(env *testsuite.TestWorkflowEnvironment) {
		env.OnGetVersion("begin only what is wanted", workflow.DefaultVersion, workflow.Version(1)).Return(workflow.DefaultVersion)
	}
	w := onCall(t)
	silent(t, w.slack.Control)
	silent(t, w.pager.Control)
	state, _ := w.intake(report("req-letgo-older"))
	_, next := w.live(state, time.Hour, during(2*time.Minute, func(*testsuite.TestWorkflowEnvironment) { w.slack.ClearFaults() }),
		during(5*time.Minute, func(*testsuite.TestWorkflowEnvironment) { w.pager.ClearFaults() }))
	status, _ := w.live(next, time.Hour, older)
	require.Empty(t, status.Debts)
	require.Empty(t, w.pager.Pages())

	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.create", Mode: "status", Error: "restricted_action"}))
	a := w.analysis(next, "SEC-1", "mailbox")
	a = w.liveAnalysis(a, time.Hour, abandoned(a))
	a = w.liveAnalysis(a, time.Hour, older)
	require.True(t, a.Order.Abandoned)
}

// A page that was let go because the case was closed early is sent after all when the case is back and rolls, and Slack
// still brings nobody together.
func TestAPageIsWantedAgain(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	silent(t, w.slack.Control)
	silent(t, w.pager.Control)
	state, _ := w.intake(report("req-letgo-back"))
	_, next := w.tell(state, act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: aoi}, "", ""},
		act{workflows.BackUpdate, workflows.BackCommand{Phase: incident.PhaseAnalysis, Reason: "no, it is one", By: aoi}, "", ""})
	require.Empty(t, next.Steps["reach.page"].Result)
	w.pager.ClearFaults()
	_, _ = w.live(next, 10*time.Minute)
	require.Len(t, w.pager.Pages(), 1)
}

// An analysis that was given up, because it cannot have a channel, rolls like any other and makes none.
func TestAnAbandonedAnalysisRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.create", Mode: "status", Error: "restricted_action"}))
	state, _ := w.intake(report("req-letgo-analysis"))
	a := w.analysis(state, "SEC-1", "mailbox")
	a = w.liveAnalysis(a, time.Hour, abandoned(a))
	w.slack.ClearFaults()
	channels := len(w.slack.Channels())
	a = w.liveAnalysis(a, time.Hour)
	require.True(t, a.Order.Abandoned)
	require.Len(t, w.slack.Channels(), channels)
}

// abandoned has the case tell an analysis that it needs no channel.
func abandoned(a *workflows.AnalysisState) func(*testsuite.TestWorkflowEnvironment) {
	return during(time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		order := a.Order
		order.Abandoned, order.Analysis.State = true, incident.AnalysisDropped
		env.SignalWorkflow("order", order)
	})
}

// liveAnalysis runs an analysis for that long, then rolls it, and returns the state it rolled with.
func (w *world) liveAnalysis(state *workflows.AnalysisState, long time.Duration, during ...func(*testsuite.TestWorkflowEnvironment)) *workflows.AnalysisState {
	w.Helper()
	env := w.hearing(w.bare())
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.RollSignal, nil) }, long)
	for _, f := range during {
		f(env)
	}
	env.ExecuteWorkflow(workflows.AnalysisType, workflows.AnalysisInput{State: state})
	var in workflows.AnalysisInput
	w.continued(env, &in)
	return in.State
}

// An offer that was accepted stays accepted, also when the case rolls before its message says so.
func TestAnAcceptedOfferRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-letgo-offer"))
	_, next := w.tell(state, triaged(), handing("@chie", "", ben))
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "chat.update", Mode: "before"}))
	status, next := w.tell(next, accepting(chie, ""))
	require.Equal(t, "中村 千恵", status.Commander)
	w.slack.ClearFaults()
	status, _ = w.live(next, 10*time.Minute)
	posted := w.handovers(status.Links.Channel)
	require.Len(t, posted, 1)
	require.Contains(t, posted[0], "accepted command")
	require.Empty(t, w.saidInThread(status.Links.Channel, "commands the case already"))
}

// A hand-over that the archived channel did not take is let go; its branch goes on, and the case rolls.
func TestAnOfferIsLetGoWithTheChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-letgo-shut"))
	_, next := w.tell(state, triaged(), handing("@chie", "", ben))
	require.Len(t, next.Offers, 1)
	o := next.Offers[0]
	rec := next.Steps["handover."+o.ID+".post"]
	rec.Result, o.Became = nil, notice.OfferClosed // as the run before left them that shut the channel
	next.Archive.Shut = true
	status, next := w.live(next, time.Hour)
	require.Empty(t, next.Offers)
	require.Empty(t, status.Offer)
}
