package workflows_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func TestAnOrdinaryCaseOpens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, opened := w.intake(report("req-1"))
	require.Equal(t, "SEC-1", opened.Number)
	status, next := w.live(state, time.Minute)

	require.Empty(t, status.Debts)
	require.Equal(t, incident.PhaseTriage, status.Phase)
	require.Equal(t, incident.Waiting, status.Status)
	require.Empty(t, status.Notes)
	require.ElementsMatch(t, []string{"U0AOI0001", "U0BEN0002", "U0CHIE003"}, status.Members)
	require.NotEmpty(t, status.Links.Ticket)
	require.NotEmpty(t, status.Links.FolderURL)
	require.NotEmpty(t, status.Links.SheetURL)
	channel, ok := w.slack.Channel(status.Links.Channel)
	require.True(t, ok)
	require.Equal(t, "sec-1-suspicious-mail-at-payroll", channel.Name)
	require.Len(t, w.slack.Bookmarks(channel.ID), 1)
	require.Len(t, channel.Pins, 1)

	w.once(t)
	again, _ := w.live(next, time.Minute)
	require.Empty(t, again.Debts)
	w.once(t)
}

// once checks that there is exactly one of everything.
func (w *world) once(t *testing.T) {
	t.Helper()
	require.Len(t, w.jira.Issues(), 1, "tickets")
	require.Equal(t, 1, w.count("conversations.create"), "channels")
	var folders, sheets int
	for _, f := range w.drive.Files() {
		if f.AppProperties["hikeshiRole"] == "folder" {
			folders++
		}
		if f.AppProperties["hikeshiRole"] == "tasks" {
			sheets++
		}
	}
	require.Equal(t, 1, folders, "folders")
	require.Equal(t, 1, sheets, "sheets")
	var cards int
	for _, c := range w.slack.Channels() {
		for _, m := range w.slack.Messages(c.ID) {
			if m.BotID != "" && m.Subtype == "" && m.ThreadTS == "" {
				cards++
			}
		}
	}
	require.Equal(t, 1, cards, "messages of the bot")
}

// count is the number of calls of that name that Slack answered with success.
func (w *world) count(name string) int {
	n := 0
	for _, c := range w.slack.Calls() {
		if c.Name == name && c.Status == 200 && c.Fault == "" {
			n++
		}
	}
	return n
}

func TestJiraIsSilent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue", Mode: "before"}))
	state, opened := w.intake(report("req-2"))
	require.Regexp(t, `^P-\d{8}-[A-Z2-7]{4}$`, opened.Number)

	var early workflows.Status
	status, _ := w.live(state, 2*time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			v, err := env.QueryWorkflow(workflows.StatusQuery)
			require.NoError(t, err)
			require.NoError(t, v.Get(&early))
			w.jira.ClearFaults()
		}, 45*time.Minute)
	})
	require.NotEmpty(t, early.Links.Channel, "people are together without a ticket")
	require.Equal(t, incident.Stuck, early.Status)
	require.Contains(t, early.Debts, "open.ticket")
	require.Contains(t, early.Debts, "open.bookmark")

	require.Empty(t, status.Debts, "the outage healed by itself")
	require.Equal(t, "SEC-1", status.Number)
	require.Equal(t, workflows.CaseWorkflowID(opened.Number), status.WorkflowID)
	require.Equal(t, "sec-1-suspicious-mail-at-payroll", status.Links.ChannelName)
	w.once(t)
}

// JIRA is slow, and Slack dislikes the title: the channel keeps what it can, and no step gets stuck.
func TestSlackRefusesTheTitle(t *testing.T) {
	t.Parallel()
	const title = "invalid_name_specials"
	w := newWorld(t)
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue", Mode: "before"}))
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.create", Mode: "status", Error: title, Times: 1}))
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.rename", Mode: "status", Error: title, Times: 1}))
	req := report("req-refused-title")
	req.Title = "経理部に不審なメール"
	state, opened := w.intake(req)
	var early workflows.Status
	status, _ := w.live(state, 2*time.Hour, during(45*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		v, err := env.QueryWorkflow(workflows.StatusQuery)
		require.NoError(t, err)
		require.NoError(t, v.Get(&early))
		w.jira.ClearFaults()
	}))
	require.Equal(t, strings.ToLower(opened.Number), early.Links.ChannelName)
	require.Empty(t, status.Debts)
	require.Equal(t, "sec-1", status.Links.ChannelName)
}

func TestJiraRefuses(t *testing.T) {
	t.Parallel()
	for project, class := range map[string]string{"LOCKED": "Denied", "STRICT": "Invalid", "NOPE": "NotFound"} {
		t.Run(project, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.place.Project = project
			state, opened := w.intake(report("req-3"))
			require.Contains(t, opened.Number, "P-")
			status, next := w.live(state, time.Minute)
			require.Equal(t, incident.Stuck, status.Status)
			ticket := step(t, status, "open.ticket")
			require.Equal(t, workflows.StepStuck, ticket.State)
			require.NotEmpty(t, ticket.Cause)
			require.NotEmpty(t, ticket.Hint)
			t.Log(class, ticket.Class, ticket.Cause, ticket.Hint)

			w.place.Project = "SEC" // somebody corrects the configuration
			healed, _ := w.live(next, time.Hour)
			require.Empty(t, healed.Debts)
			require.Equal(t, "SEC-1", healed.Number)
			w.once(t)
		})
	}
}

func step(t testing.TB, s workflows.Status, id string) workflows.StepStatus {
	t.Helper()
	for _, step := range s.Steps {
		if step.ID == id {
			return step
		}
	}
	t.Fatalf("no step %s in %+v", id, s.Steps)
	return workflows.StepStatus{}
}

func TestLostReplies(t *testing.T) {
	t.Parallel()
	for _, call := range []struct{ vendor, match string }{
		{"jira", "POST /rest/api/2/issue"}, {"slack", "conversations.create"}, {"slack", "conversations.invite"}, {"slack", "chat.postMessage"},
		{"slack", "pins.add"}, {"slack", "bookmarks.add"}, {"google", "POST /drive/v3/files"}, {"google", "POST /v4/spreadsheets"},
	} {
		for _, mode := range []string{"after", "drop", "garbage", "before"} {
			t.Run(call.match+" "+mode, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				controls := map[string]*fake.Control{"jira": w.jira.Control, "slack": w.slack.Control, "google": w.drive.Control}
				require.NoError(t, controls[call.vendor].Inject(fake.Fault{Match: call.match, Mode: mode, Times: 1}))
				state, _ := w.intake(report("req-4"))
				status, _ := w.live(state, time.Hour)
				require.Empty(t, status.Debts)
				require.Len(t, status.Members, 3)
				require.Len(t, w.slack.Bookmarks(status.Links.Channel), 1)
				require.Len(t, w.jira.Issues(), 1)
				require.Len(t, w.sheets.Tabs(status.Links.Sheet), 4)
			})
		}
	}
}

func TestPeopleWhoCannotBeInvited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := report("req-5")
	req.Invite = []string{"@nobody", "lena@bravo.example"}
	state, _ := w.intake(req)
	status, _ := w.live(state, time.Minute)
	require.Empty(t, status.Debts)
	require.Contains(t, status.Members, "U0LENA006")
	require.Len(t, status.Notes, 1)
	require.Contains(t, status.Notes[0], "@nobody")
}

func TestTriageMovesTheCaseOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-6"))
	by := incident.By{Who: "ben", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
	update := func(env *testsuite.TestWorkflowEnvironment, at time.Duration, id string, cmd workflows.TriageCommand, got *workflows.Answer) {
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflow(workflows.TriageUpdate, id, &testsuite.TestUpdateCallback{
				OnAccept: func() {}, OnReject: func(err error) { require.NoError(t, err) },
				OnComplete: func(v any, err error) { require.NoError(t, err); *got = v.(workflows.Answer) },
			}, cmd)
		}, at)
	}
	var first, second workflows.Answer
	status, _ := w.live(state, 10*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		update(env, time.Minute, "u1", workflows.TriageCommand{Scope: "three mailboxes", By: by}, &first)
		update(env, 2*time.Minute, "u2", workflows.TriageCommand{Commander: "@ben", Severity: incident.Sev1, By: by}, &second)
	})
	require.Contains(t, first.Text, "SEC-1")
	require.Equal(t, incident.PhaseAnalysis, status.Phase)
	require.Equal(t, "Ben Okafor", status.Commander)
	require.Equal(t, incident.Sev1, status.Severity)
	require.Equal(t, "three mailboxes", status.Scope)
	require.Empty(t, status.Debts)
	require.Equal(t, "SEC-1", second.Number)
}

// A step that stays stuck is news once: trying it again must not rewrite the card each time.
func TestAStuckStepIsQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Folder = "fld-foreign"
	state, _ := w.intake(report("req-quiet"))
	status, _ := w.live(state, 24*time.Hour)
	folder := step(t, status, "open.folder")
	require.Equal(t, workflows.StepStuck, folder.State)
	require.Less(t, folder.Since.Sub(status.Opened), time.Minute, "it has been stuck since it first was")
	require.Greater(t, len(w.drive.Calls()), 7, "it was tried ever less often, but it was tried")
	require.LessOrEqual(t, w.count("chat.update"), 3, "the card, and again with the notice when the cause is another: the second try looks first")
	require.Len(t, w.stuckNotices(status.Links.Channel), 1)
}

// The last try of a step makes the sheet and dies without a word, after tries that could not even reach Drive: what they
// knew of themselves does not count for it.
func TestTheLastTryDiesSilently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Retry.Attempts, w.place.SearchLag = 2, 3*time.Hour
	state, _ := w.intake(report("req-silent"))
	tries := 0
	status, next := w.live(state, time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
		env.OnActivity("OpenSheet", mock.Anything, mock.Anything).Return(func(ctx context.Context, in drive.OpenSheet) (drive.Sheet, error) {
			unreached := activities.Fault{Class: activities.Unavailable, System: "drive", Op: "open sheet", Cause: "connection refused", Told: true}.Error()
			switch tries++; tries {
			case 1:
				return drive.Sheet{}, unreached
			case 2:
				made := func() bool { _, err := w.deps.Drive.OpenSheet(ctx, in); return err == nil }
				require.Eventually(t, made, time.Minute, time.Millisecond, "Drive's lists lag a little")
				return drive.Sheet{}, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, unreached)
			}
			return w.deps.Drive.OpenSheet(ctx, in)
		})
	})
	require.Equal(t, 3, tries)
	require.Empty(t, status.Debts)
	w.once(t)
	require.Len(t, next.Doubts.List, 1, "a list that lags may have hidden it: somebody looks again")
}

// JIRA answers while the case is being started without its number: the case hears of its ticket all the same.
func TestTheTicketComesWhileTheCaseStarts(t *testing.T) {
	t.Parallel()
	place := func(incident.Request) (workflows.Placement, error) {
		return workflows.Placement{Language: "en", Patience: time.Millisecond}, nil
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(2 * time.Minute)
	worked(env)
	env.RegisterWorkflowWithOptions((&workflows.Flows{Place: place}).Intake, workflow.RegisterOptions{Name: workflows.IntakeType})
	told := false
	env.RegisterWorkflowWithOptions(func(ctx workflow.Context, in workflows.CaseInput) error {
		require.True(t, in.State.TicketPending)
		told, _ = workflow.GetSignalChannel(ctx, "ticketSettled").ReceiveWithTimeout(ctx, time.Hour, nil)
		return nil
	}, workflow.RegisterOptions{Name: workflows.CaseType})
	starting, answered := make(chan struct{}), make(chan struct{})
	env.SetOnChildWorkflowStartedListener(func(*workflow.Info, workflow.Context, converter.EncodedValues) { close(starting); <-answered })
	env.RegisterActivityWithOptions(func(context.Context, jira.OpenTicket) (jira.Ticket, error) {
		<-starting
		defer close(answered)
		return jira.Ticket{ID: "1", Key: "SEC-1"}, nil
	}, activity.RegisterOptions{Name: "OpenTicket"})
	env.ExecuteWorkflow(workflows.IntakeType, report("req-meanwhile"))
	require.NoError(t, env.GetWorkflowError())
	require.True(t, told)
}
