package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/sheets/sheetstest"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/notice"
)

// deeds are what people do with a case beside talking: a command, a press, a form and a shortcut, by the endpoint of the
// sandbox and what it is given. Done again, each is the same deed, but for the press: people who press again make a new one.
type deeds struct {
	in   *install
	s    workflows.Status
	form string // that is open
	list map[string]deed
}

type deed struct {
	at   string
	what any
}

// prepare finds the card of the case, and opens a form there, while answers still come.
func (in *install) prepare(t *testing.T, s workflows.Status, message string) *deeds {
	t.Helper()
	aim, err := json.Marshal(notice.Aim{Workflow: s.WorkflowID})
	require.NoError(t, err)
	press := slacktest.Interaction{User: "ben", Channel: s.Links.Channel, MessageTS: in.cardIn(t, s.Links.Channel), Value: string(aim)}
	task, take := press, press
	task.ActionID, take.ActionID = notice.ActPrefix+"task", notice.ActPrefix+"take"
	d := &deeds{in: in, s: s}
	require.EventuallyWithT(t, func(c *assert.CollectT) { // its trigger may be too old on a slow machine: then it is pressed again
		views := in.interact(t, task).Views
		require.NotEmpty(c, views)
		d.form = views[len(views)-1]
	}, patient, 50*time.Millisecond, "a form is open")
	d.list = map[string]deed{
		"command":  {"command", map[string]string{"user": "aoi", "channel": s.Links.Channel, "command": "/case", "text": "task typed and told twice", "trigger_id": trigger()}},
		"press":    {"interact", take},
		"form":     {"interact", slacktest.Interaction{User: "ben", ViewID: d.form, Values: map[string]slacktest.Input{"title": {"filled in and told twice"}}}},
		"shortcut": {"shortcut", slacktest.Shortcut{User: "chie", Channel: s.Links.Channel, MessageTS: message, CallbackID: "add_timeline"}},
	}
	return d
}

// cardIn waits for the case's pinned message.
func (in *install) cardIn(t *testing.T, channel string) (ts string) {
	t.Helper()
	in.eventually(t, "the channel has a card", func() bool {
		for _, m := range in.slack(t).Messages {
			if m.Channel == channel && strings.Contains(string(m.Blocks), notice.ActPrefix+"task") {
				ts = m.TS
			}
		}
		return ts != ""
	})
	return ts
}

// lost does all of it at once while every answer is lost, and waits until the case has it. The function that it returns
// waits until Slack has given up, and looks that nobody was told that it worked.
func (d *deeds) lost(t *testing.T) (givenUp func()) {
	t.Helper()
	type told struct {
		name   string
		status int
	}
	answers := make(chan told, len(d.list))
	for name, one := range d.list {
		go func() {
			var out interacted
			_ = call(t.Context(), http.MethodPost, control(d.in.at.Slack)+one.at, one.what, &out) // status 0 then
			answers <- told{name, out.Status}
		}()
	}
	d.in.eventually(t, "the case has all of it", func() bool {
		var now workflows.Status
		answer, err := d.in.client.QueryWorkflow(t.Context(), d.s.WorkflowID, "", workflows.StatusQuery)
		return err == nil && answer.Get(&now) == nil && len(now.Tasks) >= 2 && now.CommanderID == cast(t, "ben").ID && d.in.taken(t, d.s, workflows.NoteUpdate) > 0
	})
	return func() {
		t.Helper()
		for range d.list {
			a := <-answers
			require.NotEqual(t, http.StatusOK, a.status, "%s: the person was told that it did not work", a.name)
		}
	}
}

// again does all of it once more, as people do who were told that it did not work, until there is an answer.
func (d *deeds) again(t *testing.T) {
	t.Helper()
	for name, one := range d.list {
		var out interacted
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			out = interacted{}
			require.NoError(c, call(t.Context(), http.MethodPost, control(d.in.at.Slack)+one.at, one.what, &out))
			require.Equal(c, http.StatusOK, out.Status, out.Body)
		}, patient, 50*time.Millisecond, name)
		if name == "form" {
			require.NotContains(t, out.Views, d.form, "the form is taken: %s", out.Body)
		}
	}
}

// once waits until the sheet shows all of it, and counts: each was done once.
func (d *deeds) once(t *testing.T, request string) {
	t.Helper()
	lines := []string{"typed and told twice", "filled in and told twice", "has taken command", "a message that is marked"}
	var rows []string
	d.in.eventually(t, "the timeline has all of it", func() bool {
		rows = d.in.rowsOf(t, d.s)
		return !slices.ContainsFunc(lines, func(line string) bool { return holding(rows, line) == 0 })
	})
	for _, line := range lines {
		assert.Equal(t, 1, holding(rows, line), "%q in the timeline: %q", line, rows)
	}
	s := d.in.settle(t, request, "ben commands it", func(s workflows.Status) bool { return s.CommanderID == cast(t, "ben").ID && !s.ProvisionalCommander })
	var titles []string
	for _, task := range s.Tasks {
		titles = append(titles, task.Title)
	}
	require.ElementsMatch(t, lines[:2], titles)
	require.Equal(t, 2, d.in.taken(t, s, workflows.TaskUpdate), "what came again was the same command to Temporal")
	require.LessOrEqual(t, d.in.taken(t, s, workflows.NoteUpdate), 2, "the shortcut was chosen twice: each was one command to Temporal, and both one entry")
}

// taken is how many commands of that name the case has accepted.
func (in *install) taken(t *testing.T, s workflows.Status, update string) (n int) {
	t.Helper()
	for _, h := range in.runs(t, s.WorkflowID) {
		for _, e := range h.Events {
			if e.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest().GetInput().GetName() == update {
				n++
			}
		}
	}
	return n
}

// rowsOf are the texts of the timeline in the case's sheet, wherever the sandbox runs.
func (in *install) rowsOf(t *testing.T, s workflows.Status) (rows []string) {
	t.Helper()
	var state struct{ Spreadsheets map[string]sheetstest.Book }
	require.NoError(t, call(t.Context(), http.MethodGet, control(in.at.Google)+"state", nil, &state))
	for _, tab := range state.Spreadsheets[s.Links.Sheet].Tabs {
		for _, row := range tab.Cells {
			for _, c := range row {
				if tab.ID == notice.TimelineTab && c != nil && c.Value != nil && c.Value.StringValue != nil {
					rows = append(rows, *c.Value.StringValue)
				}
			}
		}
	}
	return rows
}

func holding(rows []string, text string) (n int) {
	for _, row := range rows {
		if strings.Contains(row, text) {
			n++
		}
	}
	return n
}
