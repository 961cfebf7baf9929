package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// principal is somebody whom Temporal vouches for.
func principal() incident.By {
	return incident.By{Who: "tester", Door: incident.DoorCLI, Assurance: incident.TemporalPrincipal}
}

// send gives a case a command and expects that it is done. As long as nobody knows what became of it, or the case is too
// busy, it is sent again: it is the same command.
func (in *install) send(t *testing.T, number, update string, command any) (answer workflows.Answer) {
	t.Helper()
	id := trigger()
	in.insist(t, update, func() (err error) {
		answer, err = in.desk.Send(t.Context(), number, update, command, id)
		return err
	})
	return answer
}

// insist does something again while its outcome is unknown or there is too much to do, and expects that it is done.
func (in *install) insist(t *testing.T, what string, do func() error) {
	t.Helper()
	err := do()
	for end := time.Now().Add(patient); passing(err) && time.Now().Before(end); {
		err = do()
	}
	require.NoError(t, err, what)
}

// passing reports whether an error says that a slow machine, and nothing else, may be to blame.
func passing(err error) bool {
	var e *cases.Error
	return errors.As(err, &e) && (e.Code == cases.UnknownOutcome || e.Code == cases.Busy)
}

// says posts a message as somebody of the cast.
func (in *install) says(t *testing.T, who, channel, thread, text string) string {
	t.Helper()
	var posted struct{ TS string }
	in.acts(t, "message", map[string]string{"user": who, "channel": channel, "text": text, "thread_ts": thread}, &posted)
	return posted.TS
}

// acts is what somebody does in Slack beside posting.
func (in *install) acts(t *testing.T, deed string, what map[string]string, into any) {
	t.Helper()
	require.NoError(t, call(t.Context(), http.MethodPost, control(in.at.Slack)+deed, what, into), deed)
}

// roll continues a workflow in a new run, and waits for that run.
func (in *install) roll(t *testing.T, workflowID string) {
	t.Helper()
	before := in.run(t, workflowID)
	require.NoError(t, in.client.SignalWorkflow(t.Context(), workflowID, "", workflows.RollSignal, nil))
	require.Eventually(t, func() bool { return in.run(t, workflowID) != before }, patient, 50*time.Millisecond, "%s rolls", workflowID)
}

// ready gives a case all that closing it needs, but for its analyses.
func (in *install) triaged(t *testing.T, number string) {
	t.Helper()
	in.send(t, number, workflows.TriageUpdate, workflows.TriageCommand{Severity: incident.Sev3, Commander: "@ben", Scope: "one laptop", By: principal()})
	in.send(t, number, workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: principal()})
}

// reaches waits until the case is in that phase: it goes on to it when nothing keeps it any more.
func (in *install) reaches(t *testing.T, request string, phase incident.Phase) {
	t.Helper()
	in.settle(t, request, "the case is in "+string(phase), func(s workflows.Status) bool { return s.Phase == phase })
}

// closed waits until the case is archived, and nothing is owed.
func (in *install) closed(t *testing.T, request string) workflows.Status {
	t.Helper()
	return in.settle(t, request, "the case is closed", func(s workflows.Status) bool { return s.Phase == incident.PhaseClosed && len(s.Debts) == 0 })
}

// A case that rolls over again and again in the middle of its analyses, is sent back from its lessons, and is reopened
// after its end, is one case with one of everything.
func TestAWholeLife(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open sev3 a whole life --invite @kenji", cases.Linked)
	number := s.Number
	in.send(t, number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", Hypothesis: "the password was used", By: principal()})
	s = in.settle(t, request, "the analysis has a channel, and its lead in it", func(s workflows.Status) bool {
		return within(t, analysisOf(s, "a1"), "chie") && analysisOf(s, "a1").Lead == "中村 千恵"
	})
	require.Equal(t, incident.PhaseTriage, s.Phase, "an analysis begins while the scope is unknown")

	room := analysisOf(s, "a1").Channel
	for i := range 5 {
		in.says(t, "chie", room, "", fmt.Sprintf("finding %d", i))
		in.roll(t, s.WorkflowID)
		in.roll(t, workflows.AnalysisWorkflowID(s.WorkflowID, "a1"))
		if i%2 == 0 {
			in.roll(t, workflows.MirrorWorkflowID(s.WorkflowID))
		}
	}
	in.send(t, number, workflows.TaskUpdate, workflows.TaskCommand{Title: "reset the password", Owner: "@kenji", By: principal()})
	in.send(t, number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Analysis: "a1", Lead: "@ben", By: principal()})
	s = in.settle(t, request, "the analysis is handed over", func(s workflows.Status) bool { return analysisOf(s, "a1").Lead == "Ben Okafor" })
	in.triaged(t, number)
	in.send(t, number, workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: principal()})
	in.send(t, number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: principal()})
	in.send(t, number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.reaches(t, request, incident.PhaseLessons)

	in.send(t, number, workflows.BackUpdate, workflows.BackCommand{Phase: incident.PhaseAnalysis, Reason: "a second mailbox", By: principal()})
	in.reaches(t, request, incident.PhaseAnalysis)
	in.send(t, number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "second mailbox", Lead: "@chie", By: principal()})
	in.settle(t, request, "the second analysis has a channel", func(s workflows.Status) bool { return analysisOf(s, "a2").Channel != "" })
	in.send(t, number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a2", Drop: "the mail was never opened", By: principal()})
	in.send(t, number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.send(t, number, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: principal()})
	s = in.closed(t, request)
	require.Contains(t, in.cardOf(t, s), `"case_reopen"`, "the card says that the case is closed")
	in.checkLife(t, request, s, 1)

	in.send(t, number, workflows.ReopenUpdate, workflows.ReopenCommand{Reason: "the same sender again", By: principal()})
	in.settle(t, request, "the channels are open again", func(s workflows.Status) bool {
		return s.Phase == incident.PhaseAnalysis && len(s.Debts) == 0 && !slices.ContainsFunc(in.world(t, request).Channels, archived)
	})
	in.says(t, "ben", s.Links.Channel, "", "the sender is blocked now")
	in.send(t, number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	s = in.closed(t, request)
	in.checkLife(t, request, s, 2)
	in.recordCase(t, request, "life")
}

// checkLife looks at what a life has left outside.
func (in *install) checkLife(t *testing.T, request string, s workflows.Status, archives int) {
	t.Helper()
	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	require.Len(t, w.Channels, 3)
	for _, c := range w.Channels {
		require.True(t, archived(c), c.Name)
	}
	require.Len(t, w.made("mirror-log"), 1)
	require.Len(t, w.made("lesson-l1-theme"), 1)
	require.Len(t, w.role("archive"), archives)
	require.Equal(t, "Done", w.made("open-ticket")[0].Status)
	require.NoError(t, w.logHolds(), "the log against Slack")
	require.NotEmpty(t, s.Archive.SHA256)
	require.Equal(t, 0, s.Mirror.Gaps)
	require.LessOrEqual(t, w.posts(), maxPosts)
}

// What ends early needs no analysis and no lessons, but it passes the archive and keeps its number.
func TestEarlyEnds(t *testing.T) {
	t.Parallel()
	in := shared(t)
	for _, resolution := range []string{"false positive", "duplicate of SEC-90001", "opened by mistake"} {
		t.Run(resolution, func(t *testing.T) {
			t.Parallel()
			request, s := in.open(t, "aoi", "open it ends early: "+resolution, cases.Linked)
			in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: resolution, Reason: "a slip of the hand", By: principal()})
			s = in.closed(t, request)
			require.Len(t, in.world(t, request).role("archive"), 1)
			require.Equal(t, incident.Ended, s.Status)
			_, err := in.desk.Send(t.Context(), s.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: "too late", By: principal()}, trigger())
			require.ErrorContains(t, err, "is closed")
		})
	}
}

// What cannot be done is let go of, or mended: a lesson that names a ticket which is not there is decided again, and a
// case whose channel somebody has archived goes on when it is back in use.
func TestLettingGo(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open a wrong theme", cases.Linked)
	in.triaged(t, s.Number)
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "quick look", By: principal()})
	in.settle(t, request, "the analysis has a channel", func(s workflows.Status) bool { return analysisOf(s, "a1").Channel != "" })
	in.send(t, s.Number, workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: principal()})
	in.send(t, s.Number, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "join:SEC-90002", By: principal()})
	s = in.settle(t, request, "the theme is not found", func(s workflows.Status) bool { return stuckIn(s, "lesson.l1.join.1") })
	_, err := in.desk.Send(t.Context(), s.Number, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "join:" + s.Number, By: principal()}, trigger())
	require.ErrorContains(t, err, "own")
	in.send(t, s.Number, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: principal()})
	_, err = in.desk.Send(t.Context(), s.Number, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "accept", Reason: "no", By: principal()}, trigger())
	require.ErrorContains(t, err, "is decided already")
	s = in.settle(t, request, "the theme has a ticket", func(s workflows.Status) bool { return s.Lessons[0].ThemeURL != "" })
	require.Len(t, in.world(t, request).made("lesson-l1-theme"), 1)

	in.acts(t, "archive", map[string]string{"user": "aoi", "channel": s.Links.Channel}, nil)
	in.settle(t, request, "somebody has archived the channel", func(s workflows.Status) bool { return len(s.Notes) > 0 })
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Drop: "nothing", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.acts(t, "unarchive", map[string]string{"user": "aoi", "channel": s.Links.Channel}, nil)
	in.closed(t, request)
}

// When the time to reopen is over, the case's workflows complete; its number still answers.
func TestTheEndOfACase(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { o.reopen = time.Second })
	request, s := in.open(t, "aoi", "open and soon over", cases.Linked)
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "quick look", Lead: "@chie", By: principal()})
	in.settle(t, request, "the analysis has a channel", func(s workflows.Status) bool { return analysisOf(s, "a1").Channel != "" })
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Drop: "nothing", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: principal()})
	for _, id := range []string{s.WorkflowID, workflows.AnalysisWorkflowID(s.WorkflowID, "a1"), workflows.MirrorWorkflowID(s.WorkflowID)} {
		require.NoError(t, in.client.GetWorkflow(t.Context(), id, "").Get(t.Context(), nil), "%s completes", id)
	}
	_, err := in.desk.Send(t.Context(), s.Number, workflows.ReopenUpdate, workflows.ReopenCommand{Reason: "too late", By: principal()}, trigger())
	var refusal *incident.Refusal
	require.ErrorAs(t, err, &refusal)
}

// A channel that is still being set up when everybody has finished is set up first, and archived then.
func TestTheArchiveWaitsForAnalysesChannels(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open over before it has begun", cases.Linked)
	in.triaged(t, s.Number)
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "conversations.setPurpose", Mode: "hang", Times: 1}))
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "conversations.setPurpose", Mode: "status", Status: 503, Times: 2}))
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "laptop", Lead: "@chie", By: principal()})
	in.settle(t, request, "its channel is there", func(s workflows.Status) bool { return analysisOf(s, "a1").Channel != "" })
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "nothing", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: principal()})
	in.closed(t, request)
	rooms := in.world(t, request).rooms("a1")
	require.Len(t, rooms, 1, "the channel has its mark")
	require.True(t, rooms[0].Archived)
}
