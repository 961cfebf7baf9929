package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// People do not wait for JIRA: they get together under a provisional number, and everything is renamed when the ticket
// is there.
func TestSlowTicket(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), hasty)
	fault(t, in.at.Jira, fake.Fault{Match: "POST /rest/api/2/issue", Mode: "latency", LatencyMS: 8000, Times: 1})
	request, s := in.open(t, "aoi", "open slow ticket", cases.Ready)
	require.True(t, strings.HasPrefix(s.Number, "P-"), s.Number)
	require.Empty(t, s.Links.Ticket, "people are together before the ticket is there")
	require.Contains(t, s.Debts, "open.ticket")
	provisional := s.Number

	s = in.settle(t, request, "the ticket comes, and the names follow", func(s workflows.Status) bool { return s.Links.Ticket != "" && len(s.Debts) == 0 })
	require.Equal(t, "SEC-1", s.Number)
	require.Equal(t, workflows.CaseWorkflowID(provisional), s.WorkflowID)
	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	require.Equal(t, "sec-1-slow-ticket", w.Channels[0].Name)
	for _, f := range w.Files {
		require.Contains(t, f.Name, "SEC-1")
	}
	for _, number := range []string{"SEC-1", provisional} {
		require.Eventually(t, func() bool {
			view, err := in.desk.Status(t.Context(), number, in.cfg.Viewer)
			return err == nil && view.Number == "SEC-1"
		}, patient, 50*time.Millisecond, "it is found by %s", number)
	}
	in.recordCase(t, request, "slow-ticket")
}

// A case that rolls over into a new run does nothing twice and forgets nothing.
func TestRoll(t *testing.T) {
	in := shared(t)
	require.NoError(t, in.site.Drive.Inject(fake.Fault{Match: "POST /drive/v3/files", Mode: "latency", LatencyMS: 300, Times: 2}))
	request := trigger()
	in.command(t, "aoi", "open it rolls", request)
	first := in.wait(t, request, cases.Ready)
	runs := map[string]bool{in.run(t, first.WorkflowID): true}
	roll := func() {
		before := in.run(t, first.WorkflowID)
		require.NoError(t, in.client.SignalWorkflow(t.Context(), first.WorkflowID, "", workflows.RollSignal, nil))
		require.Eventually(t, func() bool { return in.run(t, first.WorkflowID) != before }, patient, 20*time.Millisecond, "a new run")
		runs[in.run(t, first.WorkflowID)] = true
	}
	roll()
	s := in.wait(t, request, cases.Linked)
	roll()
	roll()
	require.Len(t, runs, 4)
	after := in.wait(t, request, cases.Linked)
	require.Equal(t, s.Links, after.Links)
	require.Equal(t, s.Members, after.Members)
	require.NoError(t, in.world(t, request).exactlyOne())
	cards := 0
	for _, m := range in.site.Slack.Messages(s.Links.Channel) {
		if m.BotID != "" && m.Subtype == "" && m.ThreadTS == "" {
			cards++
		}
	}
	require.Equal(t, 1, cards, "one card")
	answer, err := in.desk.Triage(t.Context(), s.Number, workflows.TriageCommand{Severity: 3, By: tester()}, request+"-triage")
	require.NoError(t, err)
	again, err := in.desk.Triage(t.Context(), s.Number, workflows.TriageCommand{Severity: 3, By: tester()}, request+"-triage")
	require.NoError(t, err)
	require.Equal(t, answer, again)
	roll()
	again, err = in.desk.Triage(t.Context(), s.Number, workflows.TriageCommand{Severity: 3, By: tester()}, request+"-triage")
	require.NoError(t, err)
	require.Equal(t, answer, again, "a command is remembered over a roll")
	in.recordCase(t, request, "roll")
}

// run is the id of the case's current run.
func (in *install) run(t *testing.T, workflowID string) string {
	t.Helper()
	d, err := in.client.DescribeWorkflowExecution(t.Context(), workflowID, "")
	require.NoError(t, err)
	return d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}
