package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/pager"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// ben and chie are members of the fake workspace.
var (
	ben  = incident.By{Who: "U0BEN0002", Name: "ben", Door: incident.DoorSlack, Assurance: incident.SlackSigned}
	chie = incident.By{Who: "U0CHIE003", Name: "chie", Door: incident.DoorSlack, Assurance: incident.SlackSigned}
)

// said reports whether one of the messages in a channel has these words.
func (w *world) said(channel, words string) bool {
	for _, m := range w.slack.Messages(channel) {
		if strings.Contains(m.Text, words) {
			return true
		}
	}
	return false
}

// asking sends a case commands of one name, a second apart, and keeps what it answers.
func (w *world) asking(answers *[]string, update string, commands ...any) func(*testsuite.TestWorkflowEnvironment) {
	return func(env *testsuite.TestWorkflowEnvironment) {
		for i, command := range commands {
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflow(update, fmt.Sprintf("asking-%s-%d", update, i), &testsuite.TestUpdateCallback{
					OnAccept: func() {}, OnReject: func(err error) { *answers = append(*answers, err.Error()) },
					OnComplete: func(v any, err error) {
						require.NoError(w, err)
						*answers = append(*answers, v.(workflows.Answer).Text)
					},
				}, command)
			}, time.Minute+time.Duration(i)*time.Second)
		}
	}
}

// Severity is said in any phase before the archive, and is everywhere at once.
func TestSeverityInAnyPhase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-severity"))
	rate := func(s incident.Severity, reason, refused string) act {
		return act{workflows.SeverityUpdate, workflows.SeverityCommand{Severity: s, Reason: reason, By: somebody}, refused, ""}
	}
	status, next := w.tell(state, rate(0, "", "unknown severity 0"), rate(5, "", "unknown severity 5"), rate(3, strings.Repeat("x", 1001), "at most 1000 fit"),
		rate(2, "", ""), rate(1, "a second company", ""))
	require.Equal(t, incident.Sev1, status.Severity)
	require.Equal(t, incident.PhaseTriage, status.Phase, "severity alone moves nothing on")
	status, _ = w.tell(next, triaged(),
		act{workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: aoi}, "", ""},
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: aoi}, "", ""},
		act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: aoi}, "", ""},
		rate(4, "only one mailbox", ""),
	)
	require.Equal(t, incident.Sev4, status.Severity)
	require.True(t, w.said(status.Links.Channel, "ben rated the severity Sev1 (before: Sev2), because: a second company."), "%v", w.slack.Messages(status.Links.Channel))
	require.True(t, w.said(status.Links.Channel, "Sev4 (before: Sev2)"))
}

// Back in triage, saying how bad it is counts as the new assessment, even if it stays the same.
func TestSeverityAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-anew"))
	status, _ := w.tell(state, triaged(),
		act{workflows.BackUpdate, workflows.BackCommand{Phase: incident.PhaseTriage, Reason: "a second company is concerned", By: aoi}, "", ""},
		act{workflows.SeverityUpdate, workflows.SeverityCommand{Severity: 2, By: aoi}, "", ""})
	require.Equal(t, incident.PhaseAnalysis, status.Phase)
}

// A case that grows severe while people are still apart calls them again.
func TestRaisedSeverityCallsAgain(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	silent(t, w.slack.Control)
	req := report("req-raised")
	req.Severity = incident.Sev3
	state, _ := w.intake(req)
	w.live(state, 2*time.Hour, during(time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
		require.Len(t, w.pager.Pages(), 1)
		w.perform(env, "raise", act{workflows.SeverityUpdate, workflows.SeverityCommand{Severity: incident.Sev1, By: somebody}, "", ""})
	}))
	pages := w.pager.Pages()
	require.Len(t, pages, 2)
	require.Equal(t, pager.ReasonAlone, pages[1].Reason)
	require.Equal(t, "Sev1", pages[1].Severity)
}

// The opener commands provisionally, until somebody takes command or is named.
func TestTakingCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-take"))
	status, next := w.tell(state)
	require.True(t, status.ProvisionalCommander)
	take := func(by incident.By) act { return act{workflows.TakeUpdate, workflows.TakeCommand{By: by}, "", ""} }
	status, next = w.tell(next, take(aoi))
	require.False(t, status.ProvisionalCommander, "the opener has taken command")
	status, next = w.tell(next, take(ben), take(ben))
	require.Equal(t, "ben", status.Commander)
	require.Contains(t, status.Members, ben.Who, "whoever commands is in the channel")
	require.True(t, w.said(status.Links.Channel, "ben has taken command; until now it was aoi."))
	status, _ = w.tell(next, take(somebody))
	require.Equal(t, "ben", status.Commander)
	require.False(t, status.ProvisionalCommander)
	require.Empty(t, status.Notes, "somebody at a command line is nobody whom Slack should know")
}
