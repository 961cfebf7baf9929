package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Whoever is offered command at night is not written to before the morning, and not at all when it is theirs by then.
func TestCommandIsOfferedAtNight(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) {
		gap := time.Now().UTC().Minute() + 30 // it is quiet but for that minute of one hour, in every time zone of whole hours
		hours := time.Date(2026, 1, 1, 0, gap%60, 0, 0, time.UTC)
		o.rewrite = func(config string) string {
			return replaceOnce(config, "slack:\n", "slack:\n  quiet_hours: "+hours.Add(time.Minute).Format("15:04")+"-"+hours.Format("15:04")+"\n")
		}
	})
	request, s := in.open(t, "aoi", "open sev3 it is late", cases.Linked)
	chie := cast(t, "chie")
	in.send(t, s.Number, workflows.HandoverUpdate, workflows.HandoverCommand{To: "@chie", By: principal()})
	in.eventually(t, "the hand-over is in the thread", func() bool { return in.saidIn(s.Links.Channel, "offers you command") })
	in.settle(t, request, "it waits", func(workflows.Status) bool { return true })
	in.send(t, s.Number, workflows.AcceptUpdate, workflows.AcceptCommand{By: incident.By{Who: "chie", Door: incident.DoorCLI, Assurance: incident.TemporalPrincipal}})
	in.settle(t, request, "chie commands it", func(s workflows.Status) bool { return s.CommanderID == chie.ID && !s.ProvisionalCommander })
	in.recordRuns(t, "quiet", map[string]string{"case": s.WorkflowID})
	_, written := in.site.Slack.Direct(chie.ID)
	require.False(t, written)
}

// A message that somebody marks twice is one entry, once more also in a new run.
func TestAMessageIsMarkedTwice(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open sev3 it is marked", cases.Linked)
	entries := func() int { return strings.Count(in.timeline(s), "the server is off") }
	mark := workflows.NoteCommand{Text: "the server is off", Message: s.Links.Channel + "/1700000000.000100", By: principal()}
	in.send(t, s.Number, workflows.NoteUpdate, mark)
	in.eventually(t, "it is in the sheet", func() bool { return entries() == 1 })
	in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	in.send(t, s.Number, workflows.NoteUpdate, mark)
	in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	in.recordRuns(t, "marked", map[string]string{"case": s.WorkflowID})
	in.roll(t, s.WorkflowID)
	in.send(t, s.Number, workflows.NoteUpdate, mark)
	in.send(t, s.Number, workflows.NoteUpdate, workflows.NoteCommand{Text: "it is on again", By: principal()})
	in.eventually(t, "the sheet has what came later", func() bool { return strings.Contains(in.timeline(s), "it is on again") })
	require.Equal(t, 1, entries())
}

// A ticket that is not there opens no case for whoever asks in Slack.
func TestATicketThatIsNotThere(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	aoi := incident.By{Who: cast(t, "aoi").ID, Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true, GroupsKnown: true}
	request := incident.Request{ID: trigger(), Asked: time.Now(), Title: "a slip of the pen", Ticket: "SEC-404", Consent: true, By: aoi}
	_, err := in.desk.Open(t.Context(), request)
	intake := workflows.IntakeWorkflowID(request.ID)
	ended := enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	in.eventually(t, "its Intake has ended", func() bool {
		d, err := in.client.DescribeWorkflowExecution(t.Context(), intake, "")
		ended = d.GetWorkflowExecutionInfo().GetStatus()
		return err == nil && ended != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	})
	in.recordRuns(t, "no-ticket", map[string]string{"intake": intake})
	if err != nil { // else it was not known in time, and whoever waits is told later
		require.ErrorContains(t, err, "SEC-404 cannot be taken over")
	}
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, ended, "nothing was opened")
}

// A case that has as many lessons as it may have takes no duplicate that brings more; the duplicate stays a case.
func TestThereIsNoRoomForLessons(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	first, original := in.open(t, "aoi", "open sev3 many lessons", cases.Linked)
	second, duplicate := in.open(t, "ben", "open sev3 one lesson more", cases.Linked)
	lessons := make([]incident.Lesson, 100) // as many as a case may have
	for i := range lessons {
		lessons[i] = incident.Lesson{ID: fmt.Sprintf("l%d", i+1), Text: "block macros"}
	}
	require.NoError(t, in.client.SignalWorkflow(t.Context(), original.WorkflowID, "", "duplicate", // another one brought them
		map[string]any{"from": in.deafCase(t), "number": "SEC-77", "round": 1, "seq": 1, "what": "move", "audience": incident.AudienceGroup, "lessons": lessons}))
	in.send(t, duplicate.Number, workflows.LessonUpdate, workflows.LessonCommand{Text: "train people", By: principal()})
	in.settle(t, first, "it has them all", func(s workflows.Status) bool { return len(s.Lessons) == 100 && len(s.Debts) == 0 })
	in.send(t, duplicate.Number, workflows.MergeUpdate, workflows.MergeCommand{Into: original.Number, By: principal()})
	d := in.settle(t, second, "it is known what becomes of the merge", func(s workflows.Status) bool { return s.Merging == "" })
	in.settle(t, first, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	in.recordRuns(t, "no-room", map[string]string{"original": original.WorkflowID})
	require.Empty(t, d.Resolution)
	in.eventually(t, "it is said why", func() bool { return in.saidIn(duplicate.Links.Channel, "has room for 0 more lessons") })
}

// Somebody deletes what the operators were told: they are told once more.
func TestTheNoticeIsDeleted(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	o := in.revoked(t, workflows.BreakerHeld)
	in.eventually(t, "the operators know", func() bool { return len(in.notices()) == 1 })
	in.deleteNotice(t)
	in.site.Jira.Token.Issue("sandbox-jira-second")
	require.NoError(t, write(in.dir+"/secrets/jira-token", []byte("sandbox-jira-second\n")))
	in.eventually(t, "nothing is owed", func() bool { return !in.owes(t)(o) })
	in.took(t, workflows.BreakerWorkflowID("jira"), "that it is deleted", func(e *historypb.HistoryEvent) bool {
		return e.GetActivityTaskFailedEventAttributes().GetFailure().GetApplicationFailureInfo().GetType() == string(activities.NotFound)
	})
	in.recordBreaker(t, "jira", "deleted-notice")
	in.eventually(t, "they are told once more", func() bool { n := in.notices(); return len(n) == 1 && strings.Contains(n[0], "can be used again") })
}

// A case is closed while its card is slow to change, and while it believes that a channel is being set up whose analysis has
// forgotten that: it asks, and its card says in the end that it is closed.
func TestACaseAsksWhatHoldsItUp(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open sev3 it is held up", cases.Linked)
	in.triaged(t, s.Number)
	in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	fault(t, in.at.Slack, fake.Fault{Match: "pins.add", Mode: "latency", LatencyMS: 1500, Times: 1})
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", By: principal()})
	in.settle(t, request, "the analysis has its channel", func(s workflows.Status) bool {
		return analysisOf(s, "a1").Channel != "" && len(s.Debts) == 0 && !settingUp(s)
	})
	s = in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	analysis := analysisOf(s, "a1").WorkflowID
	in.leaveNews(t, request, analysis, s)
	fault(t, in.at.Slack, fake.Fault{Match: "chat.update", Mode: "latency", LatencyMS: 2000})
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	if *before == "ask analyses how they are" { // it waits for ever
		in.reaches(t, request, incident.PhaseArchive)
	} else {
		in.closed(t, request)
	}
	in.recordRuns(t, "held-up", map[string]string{"case": s.WorkflowID, "analysis": analysis})
	require.Contains(t, in.cardOf(t, s), `"case_reopen"`, "the card says that the case is closed")
}

// deleteNotice deletes what the operators were told, as an administrator of Slack can.
func (in *install) deleteNotice(t *testing.T) {
	t.Helper()
	token, err := os.ReadFile(filepath.Join(in.dir, "secrets", "slack-bot-token"))
	require.NoError(t, err)
	for _, m := range in.site.Slack.Messages(slacktest.Ops) {
		var done struct{ OK bool }
		byHand(t, in.at.Slack+"/api/chat.delete", "application/x-www-form-urlencoded", url.Values{"channel": {slacktest.Ops}, "ts": {m.TS}}.Encode(),
			func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token))) }, &done)
		require.True(t, done.OK || m.BotID == "")
	}
	require.Empty(t, in.notices())
}
