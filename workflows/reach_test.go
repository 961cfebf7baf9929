package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/activities/pager"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// onCall is a world in which people are called when Slack does not bring them together.
func onCall(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.place.Pager, w.place.OnCall, w.place.Escalation = true, "chie", 30*time.Second
	return w
}

// during does something at a time of the case's life.
func during(after time.Duration, do func(*testsuite.TestWorkflowEnvironment)) func(*testsuite.TestWorkflowEnvironment) {
	return func(env *testsuite.TestWorkflowEnvironment) { env.RegisterDelayedCallback(func() { do(env) }, after) }
}

// seen is what the case shows.
func seen(t *testing.T, env *testsuite.TestWorkflowEnvironment) (s workflows.Status) {
	t.Helper()
	v, err := env.QueryWorkflow(workflows.StatusQuery)
	require.NoError(t, err)
	require.NoError(t, v.Get(&s))
	return s
}

func notesOf(s workflows.Status) string { return strings.Join(s.Notes, "\n") }

// silent makes a vendor answer nothing.
func silent(t *testing.T, c *fake.Control) {
	t.Helper()
	require.NoError(t, c.Inject(fake.Fault{Match: "*", Mode: "before"}))
}

func TestNobodyIsCalledWhenSlackWorks(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	state, _ := w.intake(report("req-reach-0"))
	status, _ := w.live(state, time.Hour)
	require.Empty(t, w.pager.Pages())
	require.Empty(t, w.jira.Issues()[0].Assignee)
	require.Empty(t, status.Notes)
	require.Empty(t, status.Debts)
}

func TestSlackIsSilent(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	silent(t, w.slack.Control)
	state, opened := w.intake(report("req-reach-1"))
	require.Equal(t, "SEC-1", opened.Number)
	var early workflows.Status
	status, next := w.live(state, 90*time.Minute, during(3*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		early = seen(t, env)
		w.slack.ClearFaults()
	}))
	require.Contains(t, early.Debts, "open.channel")
	require.NotEmpty(t, early.Links.TicketURL)
	require.NotEmpty(t, early.Links.FolderURL)
	require.NotEmpty(t, early.Links.SheetURL)
	require.Contains(t, notesOf(early), "Slack did not answer: 3 people were called by the pager")
	require.Contains(t, notesOf(early), "given to chie")

	pages := w.pager.Pages()
	require.Len(t, pages, 1, "once, although Slack was silent for long")
	require.Equal(t, 1, pages[0].Deliveries)
	require.Equal(t, "SEC-1", pages[0].Number)
	require.Equal(t, "Sev2", pages[0].Severity)
	require.Equal(t, pager.ReasonSilent, pages[0].Reason)
	require.False(t, pages[0].Drill)
	require.Contains(t, pages[0].Text, "Suspicious mail at payroll")
	require.Equal(t, early.Links.TicketURL, pages[0].Link)
	require.Equal(t, "chie", w.jira.Issues()[0].Assignee)
	require.Equal(t, 1, w.jira.MailsTo("chie"))

	require.Empty(t, status.Debts, "Slack is back, and nothing is owed")
	require.Len(t, status.Members, 3)
	require.Contains(t, notesOf(status), "called by the pager", "the card says what happened")
	w.once(t)
	after, _ := w.live(next, 90*time.Minute)
	require.Empty(t, after.Debts)
	require.Len(t, w.pager.Pages(), 1, "and no roll calls anybody again")
	w.once(t)
}

// A severe case calls a second time when nobody has come together for long, and never a third.
func TestCalledAgain(t *testing.T) {
	t.Parallel()
	for severity, reasons := range map[incident.Severity][]string{
		incident.Sev1: {pager.ReasonSilent, pager.ReasonAlone}, incident.Sev2: {pager.ReasonSilent, pager.ReasonAlone},
		incident.Sev3: {pager.ReasonSilent}, incident.SeverityUnknown: {pager.ReasonSilent},
	} {
		t.Run(severity.String(), func(t *testing.T) {
			t.Parallel()
			w := onCall(t)
			silent(t, w.slack.Control)
			req := report("req-reach-2")
			req.Severity = severity
			state, _ := w.intake(req)
			status, next := w.live(state, 2*time.Hour)
			require.Contains(t, status.Debts, "open.channel")
			_, _ = w.live(next, 2*time.Hour)
			var got []string
			for _, p := range w.pager.Pages() {
				require.Equal(t, 1, p.Deliveries)
				got = append(got, p.Reason)
			}
			require.Equal(t, reasons, got)
			require.Equal(t, 1, w.jira.MailsTo("chie"))
		})
	}
}

func TestSlackRefuses(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.create", Mode: "status", Error: "restricted_action"}))
	state, _ := w.intake(report("req-reach-3"))
	status, _ := w.live(state, 20*time.Second)
	require.Equal(t, workflows.StepStuck, step(t, status, "open.channel").State)
	require.Len(t, w.pager.Pages(), 1, "nobody waits when Slack has said no")
	require.Equal(t, pager.ReasonRefused, w.pager.Pages()[0].Reason)
}

// Of a restricted case a page tells the number and how bad it is, and nothing else.
func TestAPageOfARestrictedCase(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	w.place.Audience, w.place.HideTitle, w.place.SecurityLevel = incident.AudienceRestricted, true, "CSIRT only"
	silent(t, w.slack.Control)
	state, _ := w.intake(report("req-reach-4"))
	_, _ = w.live(state, 5*time.Minute)
	require.Len(t, w.pager.Pages(), 1)
	p := w.pager.Pages()[0]
	require.Equal(t, "SEC-1", p.Number)
	require.Equal(t, "Sev2", p.Severity)
	require.Empty(t, p.Link)
	for _, secret := range []string{"payroll", "Ito", "aoi", "http"} {
		require.NotContains(t, p.Text, secret)
	}
}

func TestADrillSaysSo(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	silent(t, w.slack.Control)
	req := report("req-reach-5")
	req.Drill = true
	state, _ := w.intake(req)
	_, _ = w.live(state, 5*time.Minute)
	require.Len(t, w.pager.Pages(), 1)
	require.True(t, w.pager.Pages()[0].Drill)
	require.Contains(t, w.pager.Pages()[0].Text, "DRILL")
}

// Everything is silent: the pager is what is left, and it knows the provisional number.
func TestNothingButThePager(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	for _, c := range []*fake.Control{w.slack.Control, w.jira.Control, w.drive.Control} {
		silent(t, c)
	}
	state, opened := w.intake(report("req-reach-6"))
	status, _ := w.live(state, 2*time.Hour, during(time.Hour, func(*testsuite.TestWorkflowEnvironment) {
		for _, c := range []*fake.Control{w.slack.Control, w.jira.Control, w.drive.Control} {
			c.ClearFaults()
		}
	}))
	require.NotEmpty(t, w.pager.Pages())
	require.Equal(t, opened.Number, w.pager.Pages()[0].Number)
	require.Empty(t, status.Debts, "all of it healed by itself")
	require.Equal(t, "SEC-1", status.Number)
	w.once(t)
}

// A pager that cannot be reached, and an account that may not have the ticket, get no case stuck.
func TestThePagerFails(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fake.Fault{
		"refuses": {Match: "*", Mode: "status", Status: 404}, "is silent": {Match: "*", Mode: "before"}, "does not believe us": {Match: "*", Mode: "status", Status: 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onCall(t)
			w.place.OnCall = "nobody"
			silent(t, w.slack.Control)
			require.NoError(t, w.pager.Inject(f))
			req := report("req-reach-7")
			req.Severity = incident.Sev3
			state, _ := w.intake(req)
			var early workflows.Status
			status, _ := w.live(state, 2*time.Hour, during(30*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
				early = seen(t, env)
				w.slack.ClearFaults()
			}))
			require.Contains(t, notesOf(early), "the pager could not be reached")
			for _, s := range early.Steps {
				require.False(t, strings.HasPrefix(s.ID, "reach.") && s.State == workflows.StepStuck, "%+v", s)
			}
			require.Empty(t, status.Debts)
			require.Equal(t, incident.Waiting, status.Status)
		})
	}
}

// When Slack comes back while the pager is still being tried, nobody is called any more.
func TestSlackIsBackBeforeThePager(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	silent(t, w.slack.Control)
	silent(t, w.pager.Control)
	state, _ := w.intake(report("req-reach-8"))
	status, _ := w.live(state, time.Hour, during(2*time.Minute, func(*testsuite.TestWorkflowEnvironment) { w.slack.ClearFaults() }),
		during(5*time.Minute, func(*testsuite.TestWorkflowEnvironment) { w.pager.ClearFaults() }))
	require.Empty(t, w.pager.Pages())
	require.Empty(t, status.Debts)
	require.Len(t, status.Members, 3)
}

// The ticket comes after Slack was silent for long: whoever is on call gets it then.
func TestTheTicketComesLate(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	w.place.Pager = false
	silent(t, w.slack.Control)
	silent(t, w.jira.Control)
	state, _ := w.intake(report("req-reach-9"))
	_, _ = w.live(state, time.Hour, during(20*time.Minute, func(*testsuite.TestWorkflowEnvironment) { w.jira.ClearFaults() }))
	require.Equal(t, "chie", w.jira.Issues()[0].Assignee)
	require.Empty(t, w.pager.Pages())
}
