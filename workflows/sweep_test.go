package workflows_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// hiddenTicket makes the ticket that an earlier try had made, and that no look-up could see.
func (w *world) hiddenTicket(key string) {
	w.Helper()
	label := "case-" + strings.NewReplacer(".", "-", "/", "-").Replace(key)
	body := fmt.Sprintf(`{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Incident"},"summary":"hidden","labels":[%q]},"properties":[{"key":"hikeshi","value":{"key":%q}}]}`, label, key)
	req, err := http.NewRequest(http.MethodPost, w.jiraAt+"/rest/api/2/issue", strings.NewReader(body))
	require.NoError(w, err)
	req.SetBasicAuth(fake.JiraUser, fake.JiraToken)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(w, err)
	require.Equal(w, http.StatusCreated, resp.StatusCode)
	require.NoError(w, resp.Body.Close())
}

func (w *world) aside() (keys []string) {
	for _, i := range w.jira.Issues() {
		if slices.Contains(i.Labels, "hikeshi-duplicate") {
			keys = append(keys, i.Key)
		}
	}
	return keys
}

func archiveNeeds(s workflows.Status) []string {
	i := slices.IndexFunc(s.Gates, func(g incident.Gate) bool { return g.Name == string(incident.PhaseArchive) })
	return s.Gates[i].Missing
}

// letTimePass makes what is in doubt old enough: activities tell the time of the present, in which the clock that skips
// never arrives.
func letTimePass(state *workflows.CaseState) {
	for i := range state.Doubts.List {
		state.Doubts.List[i].Until = time.Now().Add(-60 * 24 * time.Hour)
	}
}

// A case that opened without trouble costs no search.
func TestNoSweepWithoutDoubt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.SearchLag = 3 * time.Minute
	state, _ := w.intake(report("req-sure"))
	_, state = w.live(state, time.Hour)
	require.Empty(t, state.Doubts.List)
	require.Zero(t, w.jira.Count("GET /rest/api/2/search"))
}

// A ticket that a lost reply left behind, and that search hid, is put aside when search shows it, and not before.
func TestSweepOfAHiddenTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.SearchLag = 10 * time.Minute
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "before", Times: 1}))
	state, _ := w.intake(report("req-hidden-ticket"))
	w.hiddenTicket("req-hidden-ticket.open.ticket.1")
	_, state = w.live(state, 5*time.Minute)
	require.Len(t, state.Doubts.List, 1)
	require.Empty(t, w.aside())
	status, state := w.live(state, time.Second)
	require.Contains(t, archiveNeeds(status), "debt sweep.ticket.1", "a hidden one may be there")
	state.Doubts.List[0].Found = true
	status, state = w.live(state, time.Second)
	require.NotContains(t, archiveNeeds(status), "debt sweep.ticket.1", "what was found holds up no closing")

	letTimePass(state)
	status, state = w.live(state, time.Hour)
	require.Empty(t, state.Doubts.List)
	require.Equal(t, []string{"SEC-2"}, w.aside())
	require.Empty(t, status.Debts)
	require.Len(t, w.jira.Comments("SEC-2"), 1)
	require.Equal(t, "SEC-1", status.Number)
	require.True(t, slices.ContainsFunc(w.slack.Messages(status.Links.Channel), func(m slacktest.Message) bool { return strings.Contains(m.Text, "SEC-2") }), "people hear of it")
}

// stuckSweep is a case that cannot put a second ticket aside, which an earlier try had made.
func (w *world) stuckSweep(request string) *workflows.CaseState {
	w.Helper()
	w.place.SearchLag = 10 * time.Minute
	require.NoError(w, w.jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "before", Times: 1}))
	state, _ := w.intake(report(request))
	w.hiddenTicket(request + ".open.ticket.1")
	_, state = w.live(state, 5*time.Minute)
	letTimePass(state)
	state.Doubts.List[0].Until = state.Doubts.List[0].Until.Add(-w.place.SearchLag)
	w.refuse(w.jira.Control, "POST /rest/api/2/issue/", http.StatusForbidden)
	status, state := w.live(state, 5*time.Minute)
	require.Equal(w, workflows.StepStuck, step(w, status, "sweep.ticket.1").State)
	return state
}

// A sweep that is stuck is the same one after a roll: what was decided about it is known, also what was decided while the
// run ended, and the next person decides about what is so then.
func TestASweepThatIsStuckOutlivesARoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state := w.stuckSweep("req-stuck-sweep")
	status, state := w.tell(state, resolve("sweep.ticket.1", 1, workflows.ActionRetry, somebody, "", ""))
	require.Equal(t, 2, step(t, status, "sweep.ticket.1").Generation)
	status, state = w.tell(state, resolve("sweep.ticket.1", 1, workflows.ActionSkip, aoi, "", "ben decided about sweep.ticket.1"))
	require.Equal(t, workflows.StepStuck, step(t, status, "sweep.ticket.1").State)

	require.NoError(t, w.slack.Inject(fake.Fault{Match: "*", Mode: "before"})) // what is on its way keeps the run from ending
	_, state = w.live(state, time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflowNoRejection(workflows.LessonUpdate, "busy", t, workflows.LessonCommand{Text: "x", By: aoi})
		}, 50*time.Second)
		env.RegisterDelayedCallback(func() { w.perform(env, "late", resolve("sweep.ticket.1", 2, workflows.ActionSkip, aoi, "", "")) }, time.Minute+time.Second)
	})
	w.slack.ClearFaults()
	status, state = w.live(state, time.Minute)
	require.Empty(t, state.Doubts.List)
	require.NotContains(t, archiveNeeds(status), "debt sweep.ticket.1")
}

// A sweep that is stuck waits for no other one after a roll.
func TestASweepThatIsStuckComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state := w.stuckSweep("req-first-sweep")
	earlier := state.Doubts.List[0]
	earlier.Step, earlier.N, earlier.Until = "lesson.l1.theme.1", 2, earlier.Until.Add(-time.Hour)
	state.Doubts.List = append(state.Doubts.List, earlier)
	_, state = w.tell(state, resolve("sweep.ticket.1", 1, workflows.ActionSkip, aoi, "", ""))
	require.Len(t, state.Doubts.List, 1)
	require.Equal(t, 2, state.Doubts.List[0].N)
}

// A theme whose ticket nobody saw, and which somebody gave up, leaves no ticket behind that counts.
func TestSweepOfAThemeThatWasGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.SearchLag, w.place.LinkType, w.place.ThemeType = 10*time.Minute, "Relates", "Task"
	state, _ := w.intake(report("req-theme"))
	_, state = w.live(state, time.Minute)
	by := incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned}
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "after", Times: 1}))
	refuse := fake.Fault{Match: "GET /rest/api/2/issue/", Mode: "status", Status: 403}
	decide := func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflowNoRejection(workflows.LessonUpdate, "l", t, workflows.LessonCommand{Text: "Nobody knew whom to call", By: by})
			env.UpdateWorkflowNoRejection(workflows.DecideUpdate, "d", t, workflows.DecideCommand{Lesson: "l1", As: "theme", By: by})
			require.NoError(t, w.jira.Inject(refuse))
		}, time.Second)
		env.RegisterDelayedCallback(func() {
			w.jira.ClearFaults()
			env.UpdateWorkflowNoRejection(workflows.ResolveUpdate, "r", t, workflows.ResolveCommand{
				Step: "lesson.l1.theme.1", Generation: 1, Action: workflows.ActionAbort, Reason: "not needed", By: by,
			})
		}, 2*time.Minute)
	}
	_, state = w.live(state, 5*time.Minute, decide)
	require.Len(t, w.jira.Issues(), 2)
	require.Len(t, state.Doubts.List, 1)
	letTimePass(state)
	status, state := w.live(state, time.Hour)
	require.Empty(t, state.Doubts.List)
	require.Equal(t, []string{"SEC-2"}, w.aside())
	require.Empty(t, status.Debts)
}

// A sheet that an earlier try made, and that no list showed, goes into the trash when it shows.
func TestSweepOfAHiddenSheet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.SearchLag = 10 * time.Minute
	state, _ := w.intake(report("req-hidden-sheet"))
	state.EverReset = true // so that nothing is provably a first try
	_, state = w.live(state, 2*time.Minute)
	require.NotEmpty(t, state.Doubts.List)
	sheet := w.spreadsheets()[0]
	w.drive.Copy(sheet.ID, "hidden-copy")
	require.Len(t, w.spreadsheets(), 2)
	letTimePass(state)
	_, state = w.live(state, time.Hour)
	require.Empty(t, state.Doubts.List)
	left := w.spreadsheets()
	require.Len(t, left, 1)
	require.Equal(t, sheet.ID, left[0].ID)
}

func (w *world) spreadsheets() (list []drivetest.File) {
	for _, f := range w.drive.Files() {
		if strings.HasSuffix(f.MimeType, "spreadsheet") && !f.Trashed {
			list = append(list, f)
		}
	}
	return list
}
