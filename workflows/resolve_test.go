package workflows_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// resolve is a decision about a step, and what it comes to.
func resolve(step string, generation int, action workflows.Action, by incident.By, input, refused string) act {
	cmd := workflows.ResolveCommand{Step: step, Generation: generation, Action: action, Reason: "because of the drill", By: by}
	if input != "" {
		cmd.Input = json.RawMessage(input)
	}
	return act{workflows.ResolveUpdate, cmd, refused, ""}
}

// stuckNotices are the notices about stuck steps in a channel or its threads.
func (w *world) stuckNotices(channel string) (list []slacktest.Message) {
	for _, m := range w.slack.Messages(channel) {
		if strings.Contains(m.Text, " is stuck; ") || strings.Contains(m.Text, "nothing is stuck any more") {
			list = append(list, m)
		}
	}
	return list
}

// makeTicket opens a ticket as a person would, and returns its key.
func (w *world) makeTicket(project, summary string) string {
	w.Helper()
	body := fmt.Sprintf(`{"fields":{"project":{"key":%q},"issuetype":{"name":"Incident"},"summary":%q}}`, project, summary)
	req, err := http.NewRequest("POST", w.jiraAt+"/rest/api/2/issue", strings.NewReader(body))
	require.NoError(w, err)
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(fake.JiraUser, fake.JiraToken)
	reply, err := http.DefaultClient.Do(req)
	require.NoError(w, err)
	defer reply.Body.Close()
	var made struct{ Key string }
	require.NoError(w, json.NewDecoder(reply.Body).Decode(&made))
	require.NotEmpty(w, made.Key)
	return made.Key
}

// refuse has a vendor refuse a call for good.
func (w *world) refuse(c *fake.Control, match string, status int) {
	w.Helper()
	require.NoError(w, c.Inject(fake.Fault{Match: match, Mode: "status", Status: status}))
}

func TestAStuckStepIsRetriedByAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Operators = "C0CSIRTOPS"
	w.place.Project = "STRICT"
	state, _ := w.intake(report("req-retry"))
	status, next := w.live(state, 5*time.Minute)
	require.Equal(t, workflows.StepStuck, step(t, status, "open.ticket").State)
	require.Equal(t, []workflows.Action{workflows.ActionRetry, workflows.ActionSupply}, step(t, status, "open.ticket").Actions)
	for _, place := range []string{status.Links.Channel, "C0CSIRTOPS"} {
		notices := w.stuckNotices(place)
		require.Len(t, notices, 1, place)
		require.Contains(t, string(notices[0].Blocks), "resolve_retry:1")
	}

	generation := step(t, status, "open.ticket").Generation
	status, next = w.tell(next,
		resolve("open.ticket", generation, workflows.ActionRetry, somebody, `{"summary":"x"}`, `"summary" cannot be changed here`),
		resolve("open.ticket", generation, workflows.ActionRetry, somebody, `{"fields":7}`, "another type"),
		resolve("open.ticket", generation, workflows.ActionRetry, somebody, `{"fields":{"customfield_10042":"payroll"}}`, ""),
		resolve("open.ticket", generation, workflows.ActionRetry, aoi, "", "ben decided about open.ticket"),
	)
	require.Empty(t, status.Debts)
	require.Len(t, w.jira.Issues(), 1)
	for _, place := range []string{status.Links.Channel, "C0CSIRTOPS"} {
		notices := w.stuckNotices(place)
		require.Len(t, notices, 1, place)
		require.NotContains(t, string(notices[0].Blocks), "resolve_", "nothing is left to decide")
		require.Contains(t, string(notices[0].Blocks), "because of the drill")
	}
	require.Nil(t, next.Told["case"].Decided, "the story has ended")
}

func TestAThingIsSupplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, _ := w.intake(report("req-other")) // its ticket is not for sale
	require.Equal(t, "SEC-1", other.Number)
	key := w.makeTicket("SEC", "made by hand")
	w.refuse(w.jira.Control, "POST /rest/api/2/issue$", 400)
	state, opened := w.intake(report("req-supply"))
	require.Contains(t, opened.Number, "P-")
	status, next := w.live(state, 5*time.Minute)
	g := step(t, status, "open.ticket").Generation
	status, next = w.tell(next, resolve("open.ticket", g, workflows.ActionSupply, somebody, `{"id":"SEC-1"}`, ""))
	require.Equal(t, "Denied", step(t, status, "open.ticket").Class)
	status, next = w.tell(next, resolve("open.ticket", g+1, workflows.ActionSupply, somebody, `{"id":"SEC-404"}`, ""))
	require.Equal(t, "NotFound", step(t, status, "open.ticket").Class)

	status, _ = w.tell(next, resolve("open.ticket", g+2, workflows.ActionSupply, somebody, `{"id":"`+key+`"}`, ""))
	require.Equal(t, key, status.Number)
	require.Empty(t, status.Debts)
}

// A vendor that falls silent just then does not make the case forget what somebody has supplied, and make one of its own.
func TestWhatIsSuppliedOutlastsAnOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.makeTicket("SEC", "made by hand")
	w.refuse(w.jira.Control, "POST /rest/api/2/issue$", 400)
	state, _ := w.intake(report("req-outlast"))
	status, next := w.live(state, 5*time.Minute)
	supply := resolve("open.ticket", step(t, status, "open.ticket").Generation, workflows.ActionSupply, somebody, `{"id":"`+key+`"}`, "")
	w.jira.ClearFaults()
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "*", Mode: "before"}))
	status, next = w.tell(next, supply)
	require.NotEqual(t, key, status.Number)
	status, next = w.live(next, time.Hour)
	require.Equal(t, workflows.StepStuck, step(t, status, "open.ticket").State)
	w.jira.ClearFaults()
	status, _ = w.live(next, time.Hour)
	require.Equal(t, key, status.Number)
	require.Len(t, w.jira.Issues(), 1)
}

func TestAStepIsSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Operators = "C0CSIRTOPS"
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "before", Error: "too_many_bookmarks"}))
	state, _ := w.intake(report("req-skip"))
	status, next := w.live(state, 5*time.Minute)
	g := step(t, status, "open.bookmark").Generation
	urgent := somebody
	urgent.BreakGlass = "Slack's limit holds the case up"
	status, next = w.tell(next,
		resolve("open.bookmark", g, workflows.ActionSkip, somebody, "", "case "+status.Number+": skip open.bookmark needs somebody whose identity is verified"),
		resolve("open.bookmark", g, workflows.ActionAbort, aoi, "", "does not allow"),
		resolve("open.bookmark", g, workflows.ActionSkip, urgent, "", ""),
		resolve("open.bookmark", g, workflows.ActionRetry, aoi, "", "decided about open.bookmark"),
	)
	require.Equal(t, workflows.StepSkipped, step(t, status, "open.bookmark").State)
	require.Empty(t, status.Debts)
	require.Len(t, status.BrokenGlass, 1)
	w.tell(next)
	for _, channel := range []string{status.Links.Channel, "C0CSIRTOPS"} {
		var found bool
		for _, m := range w.slack.Messages(channel) {
			found = found || strings.Contains(m.Text, urgent.BreakGlass) && strings.Contains(m.Text, "skip open.bookmark")
		}
		require.True(t, found, "the broken glass is seen in %s", channel)
	}
}

// A notice that cannot be rewritten for a while is rewritten later; there is never a second one beside it.
func TestANoticeThatCannotBeRewritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Project = "STRICT"
	state, _ := w.intake(report("req-notice"))
	status, next := w.live(state, 5*time.Minute)
	require.Len(t, w.stuckNotices(status.Links.Channel), 1)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "chat.update", Mode: "before"}))
	w.place.Project = "SEC"
	status, next = w.live(next, time.Hour)
	require.Equal(t, "SEC-1", status.Number)
	w.slack.ClearFaults()
	status, _ = w.live(next, time.Hour)
	require.Empty(t, status.Debts)
	notices := w.stuckNotices(status.Links.Channel)
	require.Len(t, notices, 1)
	require.Contains(t, notices[0].Text, "nothing is stuck any more")
}

// A notice whose reply was lost, and which could not be looked for before it was given up, is found later and tells what is
// so then; there is never a second one beside it.
func TestANoticeThatWasGivenUpIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Operators = "C0CSIRTOPS"
	w.place.Project = "STRICT"
	state, _ := w.intake(report("req-lost-notice"))
	_, state = w.live(state, 500*time.Millisecond)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "chat.postMessage", Mode: "after", Times: 2}))
	for _, look := range []string{"conversations.replies", "conversations.history"} {
		require.NoError(t, w.slack.Inject(fake.Fault{Match: look, Mode: "before"}))
	}
	refuse := func(*testsuite.TestWorkflowEnvironment) {
		require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.invite", Mode: "before", Error: "restricted_action"}))
	}
	status, state := w.live(state, 2*time.Hour, during(5*time.Minute, refuse),
		during(6*time.Minute, func(env *testsuite.TestWorkflowEnvironment) { w.perform(env, "triage", triaged()) }),
		during(20*time.Minute, func(env *testsuite.TestWorkflowEnvironment) { w.slack.ClearFaults(); refuse(env) }))
	places := []string{status.Links.Channel, "C0CSIRTOPS"}
	for _, place := range places {
		notices := w.stuckNotices(place)
		require.Len(t, notices, 1, place)
		require.Contains(t, string(notices[0].Blocks), "open.ticket")
		require.Contains(t, string(notices[0].Blocks), "triage.invite", "it got stuck after the notice was posted")
	}
	w.slack.ClearFaults()
	w.place.Project = "SEC"
	status, _ = w.live(state, 12*time.Hour)
	require.Empty(t, status.Debts)
	for _, place := range places {
		notices := w.stuckNotices(place)
		require.Len(t, notices, 1, place)
		require.Contains(t, notices[0].Text, "nothing is stuck any more")
		require.NotContains(t, string(notices[0].Blocks), "resolve_")
	}
}

// A notice whose reply was lost, and whose trouble was over before it could be looked for, is found all the same and takes
// back what it says; later trouble gets a notice of its own, which people are notified of. Nothing of the sort is posted
// twice where the lost one had never been posted.
func TestANoticeThatWasLostIsTakenBack(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"after", "before"} {
		w := newWorld(t)
		w.place.Operators = "C0CSIRTOPS"
		w.place.Project = "STRICT"
		state, _ := w.intake(report("req-taken-back-" + mode))
		_, state = w.live(state, 500*time.Millisecond)
		require.NoError(t, w.slack.Inject(fake.Fault{Match: "chat.postMessage", Mode: mode, Times: 2}))
		for _, look := range []string{"conversations.replies", "conversations.history"} {
			require.NoError(t, w.slack.Inject(fake.Fault{Match: look, Mode: "before"}))
		}
		_, state = w.live(state, 30*time.Minute)
		w.place.Project = "SEC"
		_, state = w.live(state, 8*time.Hour)
		w.slack.ClearFaults()
		status, state := w.live(state, 24*time.Hour)
		require.Empty(t, status.Debts)
		places := []string{status.Links.Channel, "C0CSIRTOPS"}
		for _, place := range places {
			notices := w.stuckNotices(place)
			require.Len(t, notices, 1, place)
			require.Contains(t, notices[0].Text, "nothing is stuck any more")
			require.NotContains(t, string(notices[0].Blocks), "resolve_")
		}
		require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.invite", Mode: "before", Error: "restricted_action"}))
		w.live(state, time.Hour, during(6*time.Minute, func(env *testsuite.TestWorkflowEnvironment) { w.perform(env, "triage", triaged()) }))
		for _, place := range places {
			notices := w.stuckNotices(place)
			require.Len(t, notices, 2, place)
			require.Contains(t, notices[0].Text, "nothing is stuck any more")
			require.Contains(t, string(notices[1].Blocks), "triage.invite")
		}
	}
}

// A notice that was certainly not posted is not taken back; nor is one looked for that would be too old to be found.
func TestANoticeThatIsNotThereIsNotTakenBack(t *testing.T) {
	t.Parallel()
	for _, rec := range []string{`"told":true,"asked":"` + time.Now().Format(time.RFC3339) + `"`, `"asked":"2020-01-01T00:00:00Z"`} {
		w := newWorld(t)
		w.place.Operators = "C0CSIRTOPS"
		state, _ := w.intake(report("req-not-there"))
		_, state = w.live(state, time.Minute)
		given := `{"state":"skipped","class":"RateLimited","generation":1,"effect":1,"executions":1,"tried":true,` + rec + `}`
		require.NoError(t, json.Unmarshal([]byte(`{"stuck.operators":`+given+`,"stuck.case":`+given+`}`), &state.Steps))
		status, _ := w.live(state, 2*time.Hour)
		require.Empty(t, w.stuckNotices("C0CSIRTOPS"))
		require.Empty(t, w.stuckNotices(status.Links.Channel))
	}
}

// What somebody decides while the run is ending is carried out by the next one, also about a step that asks anew in each run.
func TestADecisionAtTheEndOfARun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-ending"))
	_, next := w.live(state, time.Minute)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.invite", Mode: "before", Error: "restricted_action"}))
	status, next := w.tell(next, triaged())
	g := step(t, status, "triage.invite").Generation + 1 // it asks anew in each run
	require.Equal(t, []workflows.Action{workflows.ActionRetry, workflows.ActionSkip}, step(t, status, "triage.invite").Actions)
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "*", Mode: "before"}))
	_, next = w.live(next, time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflowNoRejection(workflows.LessonUpdate, "busy", t, workflows.LessonCommand{Text: "x", By: aoi})
		}, 50*time.Second)
		env.RegisterDelayedCallback(func() { w.perform(env, "late", resolve("triage.invite", g, workflows.ActionSkip, aoi, "", "")) }, time.Minute+time.Second)
	})
	status, _ = w.live(next, time.Minute)
	require.Equal(t, workflows.StepSkipped, step(t, status, "triage.invite").State)
}

// Two people decide in the same moment: one of them wins, the other is told who.
func TestTwoPeopleDecideAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "before", Error: "too_many_bookmarks"}))
	state, _ := w.intake(report("req-both"))
	status, next := w.live(state, 5*time.Minute)
	g := step(t, status, "open.bookmark").Generation
	retry, skip := resolve("open.bookmark", g, workflows.ActionRetry, somebody, "", ""), resolve("open.bookmark", g, workflows.ActionSkip, aoi, "", "ben decided about open.bookmark")
	status, _ = w.live(next, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() { w.slack.ClearFaults(); w.perform(env, "both-1", retry); w.perform(env, "both-2", skip) }, time.Minute)
	})
	require.Equal(t, workflows.StepDone, step(t, status, "open.bookmark").State)
}

// An analysis or a mirror that somebody resets may decide again what was decided, and tell it in another run: the case
// hears each decision once.
func TestADecisionOfAChildIsHeardOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-heard"))
	told := func(run, id string) json.RawMessage {
		return json.RawMessage(`{"child":"mirror","run":"` + run + `","seq":1,"step":"mirror.log","decision":{"id":"` + id +
			`","generation":1,"action":"retry","reason":"allowed now","by":"ben","glass":"nobody else is awake"}}`)
	}
	during := func(notes ...json.RawMessage) func(*testsuite.TestWorkflowEnvironment) {
		return func(env *testsuite.TestWorkflowEnvironment) {
			env.RegisterDelayedCallback(func() {
				for _, n := range notes {
					env.SignalWorkflow("stepDecided", n)
				}
			}, time.Minute)
		}
	}
	status, next := w.live(state, 2*time.Minute, during(told("r1", "d1"), told("r1", "d1"), told("r2", "d1")))
	require.Len(t, status.BrokenGlass, 1)
	status, _ = w.live(next, 2*time.Minute, during(told("r3", "d1"), told("r4", "d2"), told("r5", "d2")))
	require.Len(t, status.BrokenGlass, 2)
}

// What has begun with a transient error is tried on slowly; a person's decision does not wait for that.
func TestADecisionDoesNotWaitForTheProbe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue", Mode: "before"}))
	state, _ := w.intake(report("req-probe"))
	status, next := w.live(state, 20*time.Minute)
	require.Equal(t, "Ambiguous", step(t, status, "open.ticket").Class)
	again := resolve("open.ticket", step(t, status, "open.ticket").Generation, workflows.ActionRetry, somebody, "", "")
	status, _ = w.live(next, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() { w.jira.ClearFaults(); w.perform(env, "again", again) }, time.Minute)
	})
	require.Equal(t, "SEC-1", status.Number, "a minute after the decision")
}

// Nobody's case is at fault when credentials are refused: nothing is stuck, and it is a debt until they are good again.
func TestCredentialsDoNotPark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refuse(w.jira.Control, "*", 401)
	state, _ := w.intake(report("req-token"))
	status, next := w.live(state, time.Hour)
	ticket := step(t, status, "open.ticket")
	require.Equal(t, workflows.StepTrying, ticket.State)
	require.Equal(t, "Credentials", ticket.Class)
	require.Contains(t, status.Debts, "open.ticket")
	w.jira.ClearFaults()
	status, _ = w.live(next, time.Hour)
	require.Empty(t, status.Debts)
}

func TestWhatCannotBeDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Folder = "fld-foreign"
	state, _ := w.intake(report("req-wrong"))
	status, next := w.live(state, 5*time.Minute)
	g := step(t, status, "open.folder").Generation
	empty := resolve("open.folder", g, workflows.ActionRetry, aoi, "", "step open.folder of case "+status.Number+": the reason is missing")
	cmd := empty.command.(workflows.ResolveCommand)
	cmd.Reason = " \n"
	empty.command = cmd
	status, _ = w.tell(next,
		resolve("open.nothing", 1, workflows.ActionRetry, aoi, "", `no step "open.nothing"`),
		resolve("open.folder", g+7, workflows.ActionRetry, aoi, "", "at generation"),
		resolve("open.channel", 1, workflows.ActionRetry, aoi, "", "is not stuck, it is done"),
		resolve("open.folder", g, "forget", aoi, "", "unknown action"),
		resolve("open.folder", g, workflows.ActionSkip, aoi, "", "does not allow"),
		resolve("open.folder", g, workflows.ActionSupply, aoi, "", "supply needs the id"),
		resolve("open.folder", g, workflows.ActionSupply, aoi, `{"id":7}`, "supply needs the id"),
		resolve("open.folder", g, workflows.ActionRetry, aoi, `[1]`, "no group of fields"),
		resolve("open.folder", g, workflows.ActionRetry, aoi, `{"x":"`+strings.Repeat("x", 9000)+`"}`, "at most"),
		resolve("open.folder", g, workflows.ActionRetry, incident.By{}, "", "no sender"),
		empty,
	)
	require.Equal(t, workflows.StepStuck, step(t, status, "open.folder").State)
	require.Equal(t, g, step(t, status, "open.folder").Generation)
}

// A theme that cannot be opened is given up: the lesson is decided anew.
func TestAThemeIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.ThemeType = "Nonsense"
	state, _ := w.intake(report("req-theme"))
	status, next := w.tell(state,
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: aoi}, "", ""},
		act{workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: aoi}, "", ""})
	theme := step(t, status, "lesson.l1.theme.1")
	require.Equal(t, workflows.StepStuck, theme.State)
	status, _ = w.tell(next, resolve("lesson.l1.theme.1", theme.Generation, workflows.ActionAbort, aoi, "", ""))
	require.Empty(t, status.Lessons[0].As)
	require.Empty(t, status.Debts)
}
