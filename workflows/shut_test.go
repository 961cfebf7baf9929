package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// archivedByHand has somebody archive the case's channel in Slack.
func (w *world) archivedByHand(state *workflows.CaseState) (channel string, next *workflows.CaseState) {
	w.Helper()
	status, next := w.live(state, time.Minute)
	channel = status.Links.Channel
	w.slack.Archive("U0AOI0001", channel)
	_, next = w.live(next, time.Minute, during(time.Second, func(env *testsuite.TestWorkflowEnvironment) {
		env.SignalWorkflow(workflows.ChannelSignal, workflows.ChannelEvent{Channel: channel, Did: "archived", User: "U0AOI0001"})
	}))
	return channel, next
}

// An update for a channel that somebody has archived is stuck where everybody sees it, and nobody has to wait for the
// channel to close the case.
func TestAnUpdateForAnArchivedChannelIsStuck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Operators = "C0CSIRTOPS"
	state, _ := w.intake(report("req-shut-update"))
	_, next := w.archivedByHand(state)
	status, next := w.tell(next, act{workflows.PublishUpdate, workflows.PublishCommand{Text: "It was a false alarm", By: aoi}, "", ""},
		act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: aoi}, "", ""})
	stuck := step(t, status, "update.u1.channel")
	require.Equal(t, workflows.StepStuck, stuck.State)
	require.Contains(t, stuck.Cause, "is_archived")
	require.Contains(t, stuck.Actions, workflows.ActionSkip)
	require.Len(t, w.stuckNotices("C0CSIRTOPS"), 1)
	require.Equal(t, incident.PhaseArchive, status.Phase)

	status, _ = w.tell(next, resolve(stuck.ID, stuck.Generation, workflows.ActionSkip, aoi, "", ""))
	require.NotContains(t, status.Debts, stuck.ID)
}

// It is posted when the channel is in use again.
func TestAnUpdateIsPostedWhenTheChannelIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-shut-back"))
	channel, next := w.archivedByHand(state)
	status, next := w.tell(next, act{workflows.PublishUpdate, workflows.PublishCommand{Text: "Payroll is safe", By: aoi}, "", ""})
	require.Equal(t, workflows.StepStuck, step(t, status, "update.u1.channel").State)
	w.slack.Unarchive("U0AOI0001", channel)
	status, _ = w.live(next, time.Hour)
	require.Empty(t, status.Debts)
	require.Equal(t, 1, w.inChannel(channel)("Payroll is safe"))
}

// It is posted at once, however seldom it was tried before.
func TestAnUpdateDoesNotWaitWhenTheChannelIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-shut-soon"))
	channel, next := w.archivedByHand(state)
	_, next = w.tell(next, act{workflows.PublishUpdate, workflows.PublishCommand{Text: "Payroll is safe", By: aoi}, "", ""})
	var before, after int
	look := func(n *int) func(*testsuite.TestWorkflowEnvironment) {
		return func(*testsuite.TestWorkflowEnvironment) { *n = w.inChannel(channel)("Update on SEC-1") }
	}
	w.live(next, 48*time.Hour, during(36*time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
		look(&before)(env)
		w.slack.Unarchive("U0AOI0001", channel)
		env.SignalWorkflow(workflows.ChannelSignal, workflows.ChannelEvent{Channel: channel, Did: "unarchived", User: "U0AOI0001"})
	}), during(36*time.Hour+time.Minute, look(&after)))
	require.Zero(t, before)
	require.Equal(t, 1, after)
}

// A closed case whose channel is archived brings nobody into it any more, and does not get stuck with that either.
func TestTheLatePeopleOfADuplicateOfAClosedCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.ReopenWindow = 30 * 24 * time.Hour
	state, _ := w.intake(report("req-shut-closed"))
	status, next := w.live(state, 5*time.Minute)
	w.slack.Archive("U0AOI0001", status.Links.Channel)
	next.Archive.Shut, next.Archive.Done, next.Phase, next.Resolution, next.Closed = true, true, incident.PhaseClosed, "false positive", time.Now()
	require.NoError(t, json.Unmarshal([]byte(`[{"from":"case/SEC-9","number":"SEC-9","by":"x","people":["U0LENA006"],"invites":1}]`), &next.Merged))
	require.NoError(t, json.Unmarshal([]byte(`[{"id":"merge.1.invite.1","kind":"merge.invite","ref":"case/SEC-9"}]`), &next.Errands))
	status, _ = w.live(next, 2*time.Hour)
	require.Equal(t, incident.PhaseClosed, status.Phase)
	require.NotEqual(t, "stuck", string(status.Status))
}

// The people of a duplicate cannot be brought into an archived channel: that is stuck, too, and can be skipped.
func TestThePeopleOfADuplicateAndAnArchivedChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	original, duplicate := w.two()
	_, original = w.archivedByHand(original)
	_, status, _, original := w.merged(duplicate, original, workflows.MergeCommand{Into: "SEC-1", Reason: "the same mail", By: aoi})
	stuck := step(t, status, "merge.1.invite.1")
	require.Equal(t, workflows.StepStuck, stuck.State)
	status, _ = w.tell(original, resolve(stuck.ID, stuck.Generation, workflows.ActionSkip, aoi, "", ""))
	require.NotContains(t, status.Debts, stuck.ID)
}
