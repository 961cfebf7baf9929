package workflows_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// merged has a case become a duplicate of another one: whatever it tells, the other case hears in a run of its own, and
// answers. It returns both as they are after that.
func (w *world) merged(duplicate, original *workflows.CaseState, cmd workflows.MergeCommand, before ...act) (d, o workflows.Status, dn, on *workflows.CaseState) {
	w.Helper()
	on = original
	var asking *testsuite.TestWorkflowEnvironment
	hear := func(id, signal string, arg any) {
		note, err := json.Marshal(arg)
		require.NoError(w, err)
		switch {
		case signal == "duplicate" && id == original.WorkflowID:
			o, on = w.live(on, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
				env.RegisterDelayedCallback(func() { env.SignalWorkflow(signal, json.RawMessage(note)) }, time.Second)
				env.RegisterDelayedCallback(func() { env.SignalWorkflow(signal, json.RawMessage(note)) }, 2*time.Second) // told twice
			})
		case signal == "duplicateAnswer" && id == duplicate.WorkflowID:
			asking.SignalWorkflow(signal, json.RawMessage(note))
		}
	}
	w.told = hear
	defer func() { w.told = nil }()
	acts := append(before, act{workflows.MergeUpdate, cmd, "", ""})
	d, dn = w.live(duplicate, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		asking = env
		for i, a := range acts {
			env.RegisterDelayedCallback(func() { w.perform(env, a.update+string(rune('a'+i)), a) }, time.Minute+time.Duration(i)*time.Second)
		}
	})
	return d, o, dn, on
}

// two are a case and a later report of the same incident, both open.
func (w *world) two() (original, duplicate *workflows.CaseState) {
	w.Helper()
	first, _ := w.intake(report("req-first"))
	_, original = w.live(first, time.Minute)
	second := report("req-second")
	second.Invite = []string{"@daigo"}
	later, _ := w.intake(second)
	_, duplicate = w.live(later, time.Minute)
	return original, duplicate
}

func TestADuplicateIsMerged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.DuplicateLink, w.place.LinkType = "Duplicate", "Relates"
	original, duplicate := w.two()
	require.Equal(t, "SEC-1", original.Number)
	d, o, dn, on := w.merged(duplicate, original, workflows.MergeCommand{Into: "sec-1", Reason: "the same mail", By: aoi},
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Call the sender", Owner: "@chie", Due: "today", By: somebody}, "", ""},
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: "done before", Status: incident.TaskDone, By: somebody}, "", ""},
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: "two desks took the call", By: somebody}, "", ""},
		act{workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", By: aoi}, "", ""},
	)
	require.Equal(t, incident.DuplicateOf("SEC-1"), d.Resolution)
	require.Contains(t, []incident.Phase{incident.PhaseArchive, incident.PhaseClosed}, d.Phase)
	require.Equal(t, "SEC-2", d.Number, "it keeps its number")
	require.Equal(t, incident.AnalysisDropped, d.Analyses[0].State)
	require.Equal(t, "merged into SEC-1: the same mail", d.Analyses[0].Reason)
	require.NotContains(t, d.Debts, "merge", "the other case has heard it all")

	require.Len(t, o.Tasks, 1, "once, and only what is open")
	require.Equal(t, "Call the sender (from SEC-2 t1)", o.Tasks[0].Title)
	require.Equal(t, "@chie", o.Tasks[0].Owner)
	require.Equal(t, "two desks took the call (from SEC-2 l1)", o.Lessons[0].Text)
	require.Len(t, o.Duplicates, 1)
	require.Equal(t, "SEC-2", o.Duplicates[0].Number)
	require.Equal(t, d.Links.Channel, o.Duplicates[0].Links.Channel)
	require.Contains(t, o.Members, "U0DAIGO04")
	require.Contains(t, w.slack.Members(o.Links.Channel), "U0DAIGO04")
	require.Empty(t, o.Debts)
	links := w.jira.IssueLinks(o.Links.Ticket)
	require.Len(t, links, 1)
	require.Equal(t, "Duplicate", links[0].Type)
	require.Equal(t, o.Links.Ticket, w.keyOf(links[0].Outward), "the duplicate duplicates the other")

	// It is told once more, in later runs of both, and nothing comes of it.
	dn.Merge.Heard = ""
	w.told = nil
	_, again, _, _ := w.retold(dn, on)
	require.Len(t, again.Tasks, 1)
	require.Len(t, again.Lessons, 1)
	require.Len(t, w.jira.IssueLinks(o.Links.Ticket), 1)
}

// retold runs a duplicate that does not know whether it was heard.
func (w *world) retold(duplicate, original *workflows.CaseState) (d, o workflows.Status, dn, on *workflows.CaseState) {
	w.Helper()
	on = original
	w.told = func(id, signal string, arg any) {
		note, err := json.Marshal(arg)
		require.NoError(w, err)
		if signal == "duplicate" && id == original.WorkflowID {
			o, on = w.live(on, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
				env.RegisterDelayedCallback(func() { env.SignalWorkflow(signal, json.RawMessage(note)) }, time.Second)
			})
		}
	}
	defer func() { w.told = nil }()
	d, dn = w.live(duplicate, 30*time.Second)
	return d, o, dn, on
}

func (w *world) keyOf(id int) string {
	for _, i := range w.jira.Issues() {
		if i.ID == id {
			return i.Key
		}
	}
	return ""
}

func TestWhatIsNotMerged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(original, duplicate *workflows.CaseState)
		says   string
	}{
		"into a case that more people may know of": {func(_, d *workflows.CaseState) { d.Placement.Audience = incident.AudienceRestricted }, "must not reach them"},
		"into one of other organisations": {func(o, d *workflows.CaseState) {
			o.Placement.Audience, d.Placement.Audience = incident.AudienceOrganisation, incident.AudienceOrganisation
			o.Placement.Organisations, d.Placement.Organisations = []incident.Organisation{{ID: "acme"}, {ID: "bravo"}}, []incident.Organisation{{ID: "acme"}}
		}, "must not reach them"},
		"into a duplicate":                {func(o, _ *workflows.CaseState) { o.Resolution = incident.DuplicateOf("SEC-9") }, "itself a duplicate of SEC-9"},
		"into one that is being archived": {func(o, _ *workflows.CaseState) { o.Phase = incident.PhaseArchive }, "is in archive"},
		"a real one into a drill":         {func(o, _ *workflows.CaseState) { o.Request.Drill = true }, "do not become one"},
		"more lessons than there is room for": {func(o, d *workflows.CaseState) {
			for range 100 { // as many as a case may have
				o.Counters.Lessons++
				o.Lessons = append(o.Lessons, &incident.Lesson{ID: fmt.Sprintf("l%d", o.Counters.Lessons), Text: "Block macros"})
			}
			d.Counters.Lessons = 1
			d.Lessons = append(d.Lessons, &incident.Lesson{ID: "l1", Text: "Train people"})
		}, "has room for 0 more lessons"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			original, duplicate := w.two()
			test.change(original, duplicate)
			d, o, dn, _ := w.merged(duplicate, original, workflows.MergeCommand{Into: "SEC-1", By: aoi},
				act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Call the sender", By: somebody}, "", ""})
			require.Empty(t, d.Resolution, "it goes on")
			require.Nil(t, dn.Merge)
			require.NotContains(t, d.Debts, "merge")
			require.Empty(t, o.Tasks)
			require.Empty(t, o.Duplicates)
			require.NotEmpty(t, w.saidInThread(d.Links.Channel, test.says))
		})
	}
}

// saidInThread are the bot's messages in threads of a channel that say something.
func (w *world) saidInThread(channel, words string) (list []string) {
	for _, m := range w.slack.Messages(channel) {
		if m.ThreadTS != "" && strings.Contains(m.Text, words) {
			list = append(list, m.Text)
		}
	}
	return list
}

func TestAMergeIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, duplicate := w.two()
	merge := func(into, reason string) workflows.MergeCommand {
		return workflows.MergeCommand{Into: into, Reason: reason, By: aoi}
	}
	status, next := w.tell(duplicate,
		act{workflows.MergeUpdate, merge("", ""), "a duplicate of which case?", "--into"},
		act{workflows.MergeUpdate, merge("the other one", ""), "is no number of a case", ""},
		act{workflows.MergeUpdate, workflows.MergeCommand{Into: "SEC-1", IntoID: "case/SEC-1/mirror", By: aoi}, "is no number of a case", ""},
		act{workflows.MergeUpdate, workflows.MergeCommand{Into: "SEC-1", By: somebody}, "whose identity is verified", ""},
		act{workflows.MergeUpdate, merge("sec-2", ""), "cannot be a duplicate of itself", ""},
		act{workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", By: aoi}, "", ""},
		act{workflows.MergeUpdate, merge("SEC-1", " "), "has open analyses, which do not move: a1 mailbox", "--reason"},
		act{workflows.MergeUpdate, merge("SEC-1", "the same"), "", ""},
		act{workflows.MergeUpdate, merge("SEC-1", "the same"), "is being merged into SEC-1 already", ""},
	)
	require.Equal(t, "SEC-1", status.Merging)
	require.Contains(t, status.Debts, "merge")
	require.Equal(t, incident.PhaseTriage, status.Phase, "nothing has answered yet: it goes on")
	require.Empty(t, status.Resolution)

	// Somebody closes it otherwise: it is not merged any more, and not owed.
	status, next = w.tell(next,
		act{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Drop: "no", By: aoi}, "", ""},
		act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: aoi}, "", ""})
	require.Nil(t, next.Merge)
	require.Empty(t, status.Merging)
}

// A note is sent again until it is heard, in later runs too.
func TestANoteIsSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, duplicate := w.two()
	sent := 0
	w.told = func(_, signal string, _ any) {
		if signal == "duplicate" {
			sent++
		}
	}
	_, next := w.tell(duplicate, act{workflows.MergeUpdate, workflows.MergeCommand{Into: "SEC-1", By: aoi}, "", ""})
	_, next = w.live(next, 20*time.Minute)
	require.GreaterOrEqual(t, sent, 5)
	require.Less(t, sent, 12)
	require.False(t, next.Merge.Allowed)
}

// Two cases that are to become duplicates of each other stay as they are.
func TestACircleIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	original, duplicate := w.two()
	_, original = w.tell(original, act{workflows.MergeUpdate, workflows.MergeCommand{Into: "SEC-2", By: aoi}, "", ""})
	d, o, dn, _ := w.merged(duplicate, original, workflows.MergeCommand{Into: "SEC-1", By: aoi})
	require.Nil(t, dn.Merge)
	require.Empty(t, d.Resolution)
	require.Equal(t, "SEC-2", o.Merging)
	require.NotEmpty(t, w.saidInThread(d.Links.Channel, "itself a duplicate of SEC-2"))
}

// The people of a wider case are not let into a narrower one by a merge; and what is reopened is no duplicate any more.
func TestAMergeIntoANarrowerCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	original, duplicate := w.two()
	original.Placement.Audience = incident.AudienceRestricted
	d, o, dn, on := w.merged(duplicate, original, workflows.MergeCommand{Into: "SEC-1", By: aoi})
	require.Equal(t, incident.DuplicateOf("SEC-1"), d.Resolution)
	require.NotContains(t, w.slack.Members(o.Links.Channel), "U0DAIGO04")
	require.NotEmpty(t, w.saidInThread(o.Links.Channel, "1 people of SEC-2 were not invited"))
	require.Empty(t, w.saidInThread(d.Links.Channel, "go on in"))

	_, next := w.tell(dn, act{workflows.BackUpdate, workflows.BackCommand{Phase: incident.PhaseAnalysis, Reason: "it is another mail", By: aoi}, "", ""})
	require.True(t, next.Merge.Leaving)
	_, o, _, _ = w.retold(next, on)
	require.Empty(t, o.Duplicates)
	require.NotEmpty(t, w.saidInThread(o.Links.Channel, "a case of its own again"))
}
