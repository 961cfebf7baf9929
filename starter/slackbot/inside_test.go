package slackbot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// closedDesk has a restricted case: whoever is only in the channel of its analysis may not read it.
type closedDesk struct{ *desk }

func (d closedDesk) Status(ctx context.Context, number string, v slackbot.Viewer) (notice.Case, error) {
	if v.Channel != "C0CASE001" {
		return notice.Case{}, incident.Refuse(incident.NotFound, "", "there is no case %s", number)
	}
	return d.desk.Status(ctx, number, v)
}

// pressIn is the press of a verb's button on a card in that channel.
func (w *workspace) pressIn(channel, verb, workflow string) map[string]any {
	p := w.press("U0AOI0001", "aoi", "case_"+verb, `{"workflow":"`+workflow+`"}`, "1.2")
	p["channel"] = map[string]any{"id": channel}
	return p
}

// shows fails the test unless a form of the verb is opened, and returns it.
func (w *workspace) shows(t *testing.T, what, verb string) string {
	t.Helper()
	select {
	case v := <-w.opened:
		if got := string(v.View); !strings.Contains(got, `"callback_id":"form_`+verb+`"`) {
			t.Errorf("%s: %s", what, got)
		}
		return string(v.View)
	case text := <-w.later:
		t.Errorf("%s: no form but %q", what, text)
	case <-time.After(patience):
		t.Errorf("%s: nothing came", what)
	}
	return ""
}

// Whoever is only in an analysis's channel of a restricted case works with its card, and sees no more of the case than
// its number, which the channel's name says anyway.
func TestTheCardOfAnAnalysisIsForItsPeople(t *testing.T) {
	for _, verb := range []string{"conclude", "lead"} {
		w := newWorkspace(t, closedDesk{inPhase(incident.PhaseAnalysis)})
		w.interact(t, w.pressIn("C0ANALYS1", verb, "case/SEC-1/a1"))
		if got := w.shows(t, verb, verb); !strings.Contains(got, "a1") || strings.Contains(got, "mail") {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

// A number that a card carries, or somebody types, is the channel's own case: who may read it there may do so.
func TestACardIsReadByWhoMayReadItsChannel(t *testing.T) {
	w := newWorkspace(t, inPhase(incident.PhaseAnalysis))
	w.reading = func(verb string, _ incident.By, inside bool) error {
		if !inside {
			return incident.Refuse(incident.Rule, "", "%s is for members of its channels (rule 1)", verb)
		}
		return nil
	}
	w.interact(t, w.pressIn("C0CASE001", "triage", "case/SEC-1"))
	if got := w.shows(t, "triage", "triage"); !strings.Contains(got, "3 mailboxes") {
		t.Errorf("the form does not say what the case says: %s", got)
	}
	form := w.form("status SEC-1")
	if got := w.command(t, form); !strings.Contains(got, "for members of its channels") {
		t.Errorf("status elsewhere: %q", got)
	}
	form.Set("channel_id", "C0CASE001")
	for _, number := range []string{"SEC-1", "sec-1"} {
		form.Set("text", "status "+number)
		if got := w.command(t, form); strings.Contains(got, "for members of its channels") || number == "SEC-1" && !strings.Contains(got, number) {
			t.Errorf("status in the case's channel: %q", got)
		}
	}
}

// Where it cannot be found out whose channel it is, nobody is turned away: they hear that the system cannot be reached.
func TestAnOutageTurnsNobodyAway(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	d.down = errors.New("connection refused")
	w := newWorkspace(t, d)
	w.reading = func(verb string, _ incident.By, inside bool) error {
		t.Errorf("%s is judged, inside %v", verb, inside)
		return nil
	}
	w.interact(t, w.pressIn("C0CASE001", "triage", "case/SEC-1"))
	if got := w.hears(t); !strings.Contains(got, "cannot be reached") {
		t.Errorf("pressed: %q", got)
	}
	form := w.form("status SEC-1")
	form.Set("channel_id", "C0CASE001")
	if got := w.command(t, form); !strings.Contains(got, "cannot be reached") {
		t.Errorf("typed: %q", got)
	}
}

// Who may act but not read, as guests by the example's rules, gets the form of a button as they get it by words.
func TestAButtonDoesWhatItsWordsDo(t *testing.T) {
	w := newWorkspace(t, inPhase(incident.PhaseAnalysis))
	w.reading = func(verb string, _ incident.By, _ bool) error {
		return incident.Refuse(incident.Rule, "", "%s is for everybody in the workspace (rule 3), and you are a guest in this workspace", verb)
	}
	form := w.form("task")
	form.Set("channel_id", "C0CASE001")
	w.post("/slack/commands", form.Encode(), time.Now(), secret)
	w.shows(t, "typed", "task")
	w.interact(t, w.pressIn("C0CASE001", "task", "case/SEC-1"))
	w.shows(t, "pressed", "task")
}

// A button's number counts for the channel's own case only: another one shows nothing, wherever it is pressed.
func TestAnotherCasesNumberShowsNothing(t *testing.T) {
	for _, channel := range []string{"C0CASE001", "C0ANALYS1", "C0GENERAL"} {
		w := newWorkspace(t, closedDesk{inPhase(incident.PhaseAnalysis)})
		w.interact(t, w.pressIn(channel, "conclude", "case/SEC-9/a1"))
		if got := w.hears(t); !strings.Contains(got, "there is no case SEC-9") || len(w.opened) > 0 {
			t.Errorf("%s: told %q", channel, got)
		}
	}
	w := newWorkspace(t, closedDesk{inPhase(incident.PhaseAnalysis)})
	w.interact(t, w.pressIn("C0GENERAL", "conclude", "case/SEC-1/a1"))
	if got := w.hears(t); !strings.Contains(got, "there is no case SEC-1") || len(w.opened) > 0 {
		t.Errorf("pressed elsewhere: told %q", got)
	}
}
