package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/wire"
)

var manyResets = flag.Int("resets", 4, "to how many tasks of a history the reset tests go back")

// tasks are the workflow tasks of a run that somebody can reset it to.
func tasks(h *historypb.History) (ids []int64) {
	for _, e := range h.GetEvents() {
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			ids = append(ids, e.GetEventId())
		}
	}
	return ids
}

// some are so many of the list, evenly spread, the first and the last among them.
func some(list []int64, n int) (chosen []int64) {
	if n >= len(list) {
		return list
	}
	for i := range n {
		chosen = append(chosen, list[i*(len(list)-1)/max(1, n-1)])
	}
	return chosen
}

// resetTo sends a run back to one of its workflow tasks, and returns the run that goes on from there.
func (in *install) resetTo(t *testing.T, workflowID, run string, task int64) string {
	t.Helper()
	done, err := in.service().ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: in.stack.Namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: workflowID, RunId: run},
		Reason: "tried out", WorkflowTaskFinishEventId: task, RequestId: trigger(), Identity: operator,
	})
	require.NoError(t, err, "reset %s to event %d", workflowID, task)
	return done.GetRunId()
}

// unharmed looks for workflow tasks that failed: what is not deterministic hangs so.
func (in *install) unharmed(t *testing.T, workflowID string) {
	t.Helper()
	for _, h := range in.runs(t, workflowID) {
		for _, e := range h.GetEvents() {
			a := e.GetWorkflowTaskFailedEventAttributes()
			if a == nil || a.GetCause() == enumspb.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW ||
				a.GetCause() == enumspb.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND { // a message came while a run was ending: the task is done again
				continue
			}
			require.Failf(t, "a workflow task has failed", "%s, event %d: %s: %s", workflowID, e.GetEventId(), a.GetCause(), a.GetFailure().GetMessage())
		}
	}
}

// resettable replays every run of a workflow as if it had been reset to its end: all that the run does may depend only on
// what its history holds, not on the run that it is.
func (in *install) resettable(t *testing.T, workflowID string) {
	t.Helper()
	ring, err := wire.LoadKeyRing(in.keys())
	require.NoError(t, err)
	dc := wire.DataConverter(ring)
	for i, h := range in.runs(t, workflowID) {
		replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DataConverter: dc, FailureConverter: wire.FailureConverter(dc)})
		require.NoError(t, err)
		workflows.RegisterWorkflows(replayer, workflows.Deps{})
		as := worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: workflowID, RunID: "another-run"}}
		require.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(nil, h, as), "run %d of %s", i, workflowID)
	}
}

// deepCase is a case in the middle of its analysis, with something of everything.
func (in *install) deepCase(t *testing.T, title string) (request string, s workflows.Status) {
	t.Helper()
	request, s = in.open(t, "aoi", "open sev3 "+title, cases.Linked)
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", Invite: []string{"@ben"}, By: principal()})
	s = in.settle(t, request, "the analysis has a channel, and its lead and ben in it", func(s workflows.Status) bool {
		return analysisOf(s, "a1").Lead == "中村 千恵" && within(t, analysisOf(s, "a1"), "chie", "ben")
	})
	in.says(t, "aoi", s.Links.Channel, "", "said in the case")
	in.says(t, "chie", analysisOf(s, "a1").Channel, "", "said in the analysis")
	in.send(t, s.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: "reset the password", Owner: "@ben", By: principal()})
	in.send(t, s.Number, workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: principal()})
	in.send(t, s.Number, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: principal()})
	in.send(t, s.Number, workflows.PublishUpdate, workflows.PublishCommand{Text: "we look into it", By: principal()})
	in.triaged(t, s.Number)
	in.settleLog(t, s, "both channels are logged", func(m workflows.MirrorStatus) bool { return m.Messages >= 2 })
	return request, in.settle(t, request, "nothing is owed", deep)
}

func deep(s workflows.Status) bool {
	return s.Phase == incident.PhaseAnalysis && len(s.Debts) == 0 && len(s.Lessons) == 1 && s.Lessons[0].ThemeURL != "" && s.Commander == "Ben Okafor" &&
		analysisOf(s, "a1").Lead == "中村 千恵" && len(s.Tasks) == 1 && s.Containment == incident.Contained
}

// within reports whether people of the cast are in the channel of an analysis: known by name they are a moment before.
func within(t *testing.T, a workflows.AnalysisStatus, who ...string) bool {
	return !slices.ContainsFunc(who, func(who string) bool { return !slices.Contains(a.Members, cast(t, who).ID) })
}

// oneOfAll looks at what is there outside of a deep case.
func (in *install) oneOfAll(t *testing.T, request string) {
	t.Helper()
	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	require.Len(t, w.rooms("a1"), 1, "channels of the analysis")
	require.Len(t, w.made("mirror-log"), 1, "logs")
	require.Len(t, w.made("lesson-l1-theme"), 1, "themes")
	require.NoError(t, w.logHolds())
	said := 0
	for _, m := range w.Messages {
		if m.BotID != "" && m.Channel == w.rooms("")[0].ID && strings.Contains(m.Text+string(m.Blocks), "we look into it") && m.ThreadTS == "" && m.Subtype == "" && m.TS != w.rooms("")[0].Pins[0] {
			said++
		}
	}
	require.Equal(t, 1, said, "the update in the channel")
}

// A case is reset in the middle of its analysis, with its children running, to its first task, to tasks in between and to
// its last; then its analysis and its mirror are. Each time it goes on to where it was, without hanging and with one of
// everything, and in the end it is closed.
func TestResetInMidAnalysis(t *testing.T) {
	in := newInstall(t, t.TempDir(), func(o *options) { // after a reset each step gives the run before it time to end its requests
		o.rewrite = func(config string) string { return replaceOnce(config, "timing:\n", "timing:\n  settle: 500ms\n") }
	})
	request, s := in.deepCase(t, "it is reset in mid-analysis")
	analysis, mirror, intake := workflows.AnalysisWorkflowID(s.WorkflowID, "a1"), workflows.MirrorWorkflowID(s.WorkflowID), workflows.IntakeWorkflowID(request)
	all := []string{intake, s.WorkflowID, analysis, mirror}
	for _, id := range all {
		in.resettable(t, id)
	}
	for _, id := range all {
		run, h := in.run(t, id), in.runs(t, id)[0]
		points := some(tasks(h), *manyResets)
		for _, task := range points {
			t.Logf("%s: to event %d of %d", id, task, len(h.GetEvents()))
			in.resetTo(t, id, run, task)
			again := in.settle(t, request, fmt.Sprintf("%s goes on from event %d", id, task), deep)
			require.Equal(t, s.Links, again.Links)
			for _, other := range all {
				in.unharmed(t, other)
			}
			in.oneOfAll(t, request)
		}
	}
	in.says(t, "ben", s.Links.Channel, "", "said after all the resets")
	in.settleLog(t, s, "it is logged", func(m workflows.MirrorStatus) bool { return m.Messages >= 3 })
	require.Equal(t, 1, in.countCases(t))
	in.leaveNews(t, request, analysis, s)
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.closed(t, request)
	in.oneOfAll(t, request)
	for _, id := range all {
		in.resettable(t, id)
	}
}

// leaveNews tells a case what a run of its analysis would have told that was replaced while it set up its channel, by one
// that has nothing new to tell.
func (in *install) leaveNews(t *testing.T, request, analysis string, s workflows.Status) {
	t.Helper()
	a := analysisOf(s, "a1")
	require.NoError(t, in.client.SignalWorkflow(t.Context(), s.WorkflowID, "", "analysisReport", map[string]any{
		"analysis": a.ID, "run": in.run(t, analysis) + "-replaced", "seq": 1, "channel": a.Channel, "name": a.ChannelName, "members": a.Members, "busy": true,
	}))
	in.settle(t, request, "the case believes that the channel is being set up", settingUp)
}

// settingUp reports whether the case believes that the channel of its analysis is being set up.
func settingUp(s workflows.Status) bool {
	return slices.ContainsFunc(s.Gates, func(g incident.Gate) bool { return slices.Contains(g.Missing, "debt a1/analysis.describe") })
}

// A case is reset to tasks at which its first things were asked for and not there yet: the run that goes on is handed the
// first attempts of another.
func TestResetWhileThingsAreMade(t *testing.T) {
	in := newInstall(t, t.TempDir(), nil)
	for call, vendor := range map[string]*fake.Control{
		openChannel: in.site.Slack.Control, "chat.postMessage": in.site.Slack.Control, openFolder: in.site.Drive.Control, "POST /rest/api/2/issue$": in.site.Jira.Control,
	} {
		require.NoError(t, vendor.Inject(fake.Fault{Match: call, Mode: "latency", LatencyMS: 1500, Times: 1}))
	}
	request, s := in.open(t, "aoi", "open it is reset while things are made", cases.Linked)
	in.healed(t, request)
	for _, id := range []string{s.WorkflowID} {
		run, h := in.run(t, id), in.runs(t, id)[0]
		points := some(owing(h), *manyResets)
		require.NotEmpty(t, points, "%s was never between a request and its answer", id)
		for _, task := range points {
			t.Logf("%s: to event %d", id, task)
			in.resetTo(t, id, run, task)
			in.healed(t, request)
			in.unharmed(t, id)
		}
	}
}

// owing are the tasks of a run before which an activity that makes something had begun and had not ended.
func owing(h *historypb.History) (ids []int64) {
	made := []string{"OpenTicket", "OpenChannel", "OpenFolder", "OpenSheet", "PostNotice"}
	open := map[int64]bool{}
	for _, e := range h.GetEvents() {
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil && slices.Contains(made, a.GetActivityType().GetName()) {
			open[e.GetEventId()] = true
		}
		delete(open, e.GetActivityTaskCompletedEventAttributes().GetScheduledEventId())
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED && len(open) > 0 {
			ids = append(ids, e.GetEventId())
		}
	}
	return ids
}

// What people decided about a stuck step comes again after a reset, without its validator. It is taken if it still makes
// sense, and otherwise refused: the step is then stuck as it was, for everybody to see.
func TestResetOfACaseWithDecisions(t *testing.T) {
	in := newInstall(t, t.TempDir(), func(o *options) { shortened(o); o.probe = 1 << 40 })
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "status", Error: "no_permission"}))
	request, s := in.open(t, "aoi", "open decided and reset", cases.Ready)
	s = in.settle(t, request, "the bookmark is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") })
	_, err := in.desk.Decide(t.Context(), s.Number, in.cfg.Viewer, cases.Decision{Step: "open.bookmark", Action: workflows.ActionSkip, Reason: "nobody needs it", By: principal()}, trigger())
	require.NoError(t, err)
	in.settle(t, request, "it is skipped", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	run, h := in.run(t, s.WorkflowID), in.runs(t, s.WorkflowID)[0]
	in.resettable(t, s.WorkflowID)
	for _, task := range some(tasks(h), *manyResets) {
		in.resetTo(t, s.WorkflowID, run, task)
		s = in.settle(t, request, "it is stuck again, or skipped", func(s workflows.Status) bool {
			return stuckIn(s, "open.bookmark") && slices.Equal(s.Debts, []string{"open.bookmark"}) || len(s.Debts) == 0
		})
		in.unharmed(t, s.WorkflowID)
		t.Logf("to event %d: %s", task, stepOf(s, "open.bookmark").State)
	}
	in.site.Slack.ClearFaults()
	if stuckIn(s, "open.bookmark") {
		in.retry(t, s, "open.bookmark")
	}
	in.healed(t, request)
}
