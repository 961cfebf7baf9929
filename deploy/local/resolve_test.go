package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// patiently keeps what is stuck as it is until somebody decides.
func patiently(o *options) {
	shortened(o)
	o.probe = time.Hour
}

// decide sends a decision as somebody, and returns what came of it.
func (in *install) decide(t *testing.T, number string, d cases.Decision, by incident.By) error {
	t.Helper()
	d.By = by
	if d.Reason == "" {
		d.Reason = "it was tried out"
	}
	_, err := in.desk.Decide(t.Context(), number, in.cfg.Viewer, d, trigger())
	return err
}

// saidIn reports whether the machine has said something in a channel, or in a thread of it.
func (in *install) saidIn(channel string, words ...string) bool {
	for _, m := range in.site.Slack.Messages(channel) {
		text, all := m.Text+string(m.Blocks), m.BotID != ""
		for _, word := range words {
			all = all && strings.Contains(text, word)
		}
		if all {
			return true
		}
	}
	return false
}

// Steps of an analysis and of a mirror are decided about where they are, and the case hears of it: it says so, writes it
// down, and tells both channels when somebody acts without a verified identity.
func TestStepsOfChildrenAreResolved(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), patiently)
	request, s := in.open(t, "aoi", "open steps of children", cases.Linked)
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "pins.add", Mode: "status", Error: "no_permission"}))
	require.NoError(t, in.site.Jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "status", Status: 400, Body: `{"errorMessages":[],"errors":{"customfield_1":"Team is required."}}`}))
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", By: principal()})
	in.says(t, "aoi", s.Links.Channel, "", "something to be logged")
	s = in.settle(t, request, "a step of each is stuck", func(s workflows.Status) bool { return stuckIn(s, "a1/analysis.pin") && stuckIn(s, "mirror.log") })
	require.Equal(t, incident.Stuck, s.Status)
	require.Contains(t, stepOf(s, "mirror.log").Cause, "Team is required.")

	skip := cases.Decision{Step: "a1/analysis.pin", Action: workflows.ActionSkip}
	require.ErrorContains(t, in.decide(t, s.Number, skip, tester()), "needs somebody whose identity is verified")
	bold := tester()
	bold.BreakGlass = "the commander is on a plane"
	require.NoError(t, in.decide(t, s.Number, skip, bold))
	in.site.Jira.ClearFaults()
	require.NoError(t, in.decide(t, s.Number, cases.Decision{Step: "mirror.log", Action: workflows.ActionRetry, Reason: "the team has a default now"}, tester()))
	s = in.settle(t, request, "nothing is stuck", func(s workflows.Status) bool { return len(s.Debts) == 0 && len(s.BrokenGlass) == 1 })
	require.Equal(t, "the commander is on a plane", s.BrokenGlass[0].Reason)
	in.settleLog(t, s, "it is logged", func(m workflows.MirrorStatus) bool { return m.Messages == 1 })
	for _, channel := range []string{s.Links.Channel, slacktest.Ops} {
		require.Eventually(t, func() bool { return in.saidIn(channel, "the commander is on a plane") }, patient, 50*time.Millisecond, "broken glass is told in %s", channel)
	}
	require.Eventually(t, func() bool { return in.saidIn(s.Links.Channel, "a1", "it was tried out") }, patient, 50*time.Millisecond, "the case says what was skipped")
	require.Eventually(t, func() bool {
		rows := in.timeline(s)
		return strings.Contains(rows, "the team has a default now") && strings.Contains(rows, "the commander is on a plane")
	}, patient, 100*time.Millisecond, "the timeline has all of it")
	require.NoError(t, in.world(t, request).exactlyOne())
}

// timeline is what the case's sheet shows of it.
func (in *install) timeline(s workflows.Status) (text string) {
	for _, tab := range in.site.Sheets.Tabs(s.Links.Sheet) {
		for _, row := range in.site.Sheets.Grid(s.Links.Sheet, tab.ID) {
			text += strings.Join(row, "\t") + "\n"
		}
	}
	return text
}

// An analysis that cannot have a channel is given up: it is dropped, and the case can be closed.
func TestAbortDropsAnAnalysis(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), patiently)
	request, s := in.open(t, "aoi", "open an analysis without a channel", cases.Linked)
	in.triaged(t, s.Number)
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: openChannel, Mode: "status", Error: "restricted_action"}))
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "laptop", Lead: "@chie", By: principal()})
	in.settle(t, request, "its channel is stuck", func(s workflows.Status) bool { return stuckIn(s, "a1/analysis.channel") })
	require.ErrorContains(t, in.decide(t, s.Number, cases.Decision{Step: "a1/analysis.channel", Action: workflows.ActionSkip}, principal()), `does not allow "skip"`)
	require.NoError(t, in.decide(t, s.Number, cases.Decision{Step: "a1/analysis.channel", Action: workflows.ActionAbort, Reason: "it is looked at in a1 of another case"}, principal()))
	s = in.settle(t, request, "the analysis is dropped", func(s workflows.Status) bool {
		return analysisOf(s, "a1").State == incident.AnalysisDropped && len(s.Debts) == 0
	})
	require.Equal(t, "it is looked at in a1 of another case", analysisOf(s, "a1").Reason)
	require.ErrorContains(t, in.decide(t, s.Number, cases.Decision{Step: "a1/analysis.channel", Generation: 1, Action: workflows.ActionRetry}, principal()), "")
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.closed(t, request)
	require.Empty(t, in.world(t, request).rooms("a1"))
}

// Two people decide about the same step at the same time, each through a door of their own: one wins, the other is told
// who did.
func TestTwoPeopleDecide(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), patiently)
	other := &install{local: in.local, cfg: in.cfg}
	require.NoError(t, other.connect())
	t.Cleanup(other.client.Close)
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "status", Error: "no_permission"}))
	request, s := in.open(t, "aoi", "open two people decide", cases.Ready)
	for round := range 5 {
		s = in.settle(t, request, "the bookmark is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") })
		d := cases.Decision{Step: "open.bookmark", Generation: stepOf(s, "open.bookmark").Generation, Action: workflows.ActionRetry, Reason: "who is first?"}
		answers := make(chan error, 2)
		for who, door := range map[string]*install{"ben": in, "chie": other} {
			go func() {
				by := principal()
				by.Who = who
				answers <- door.decide(t, s.Number, d, by)
			}()
		}
		first, second := <-answers, <-answers
		if first != nil {
			first, second = second, first
		}
		require.NoError(t, first, "round %d: one wins", round)
		require.ErrorContains(t, second, "before you", "round %d: the other is told", round)
		require.ErrorContains(t, second, "who is first?")
	}
}

// What cannot be decided is answered at once, with the reason.
func TestBadDecisions(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { patiently(o); o.reopen = time.Second })
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "status", Error: "no_permission"}))
	request, _ := in.open(t, "aoi", "open bad decisions", cases.Ready)
	s := in.settle(t, request, "the bookmark is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") })
	g := stepOf(s, "open.bookmark").Generation
	for name, c := range map[string]struct {
		number string
		d      cases.Decision
		says   string
	}{
		"unknown case":       {"SEC-90009", cases.Decision{Step: "open.bookmark", Action: workflows.ActionRetry}, "SEC-90009"},
		"unknown step":       {s.Number, cases.Decision{Step: "open.door", Generation: 1, Action: workflows.ActionRetry}, `no step "open.door"`},
		"unknown analysis":   {s.Number, cases.Decision{Step: "a7/analysis.pin", Generation: 1, Action: workflows.ActionRetry}, "a7"},
		"wrong generation":   {s.Number, cases.Decision{Step: "open.bookmark", Generation: g + 7, Action: workflows.ActionRetry}, "is at generation"},
		"no reason":          {s.Number, cases.Decision{Step: "open.bookmark", Generation: g, Action: workflows.ActionRetry, Reason: " \n "}, "step open.bookmark of case " + s.Number + ": the reason is missing"},
		"unknown action":     {s.Number, cases.Decision{Step: "open.bookmark", Generation: g, Action: "explode"}, "step open.bookmark of case " + s.Number + ": unknown action"},
		"action not allowed": {s.Number, cases.Decision{Step: "open.bookmark", Generation: g, Action: workflows.ActionAbort}, "does not allow"},
		"not stuck":          {s.Number, cases.Decision{Step: "open.channel", Generation: 1, Action: workflows.ActionRetry}, "not stuck"},
		"field not known":    {s.Number, cases.Decision{Step: "open.bookmark", Generation: g, Action: workflows.ActionRetry, Input: []byte(`{"title":"x"}`)}, "cannot be changed"},
	} {
		require.ErrorContains(t, in.decide(t, c.number, c.d, principal()), c.says, name)
	}
	_, err := in.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: "case/nowhere", UpdateName: workflows.ResolveUpdate, Args: []any{workflows.ResolveCommand{}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.ErrorAs(t, err, new(*serviceerror.NotFound))
	require.True(t, stuckIn(in.wait(t, request, cases.Settled), "open.bookmark"), "nothing of this has changed anything")

	in.site.Slack.ClearFaults()
	in.retry(t, s, "open.bookmark")
	in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: principal()})
	require.NoError(t, in.client.GetWorkflow(t.Context(), s.WorkflowID, "").Get(t.Context(), nil), "the case has ended")
	require.ErrorContains(t, in.decide(t, s.Number, cases.Decision{Step: "open.bookmark", Generation: g, Action: workflows.ActionRetry}, principal()), "has ended")
}

// shortened lets a step be stuck after a second.
func shortened(o *options) {
	o.rewrite = func(config string) string { return strings.Replace(config, "timing:\n", fmt.Sprintf(hour, "10m"), 1) }
}
