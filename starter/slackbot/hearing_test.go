package slackbot_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// isTold waits for a direct message.
func (w *workspace) isTold(t *testing.T) string {
	t.Helper()
	select {
	case text := <-w.direct:
		return text
	case text := <-w.later:
		t.Fatalf("told where they asked: %q", text)
	case <-time.After(patience):
		t.Fatal("no direct message came")
	}
	return ""
}

// Slack takes answers for half an hour only. Whoever has thought about a form for longer hears of it all the same.
func TestAnAnswerThatSlackTakesNoMoreComesDirectly(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	form := w.form("lesson")
	form.Set("channel_id", "C0CASE001")
	form.Set("response_url", w.URL+"/used_up")
	w.post("/slack/commands", form.Encode(), time.Now(), secret)
	shown := w.form1(t)
	if status, body := w.interact(t, w.fill(shown, map[string]string{"text": "who owns it?"})); status != http.StatusOK || body != "" {
		t.Fatalf("answer %d %s", status, body)
	}
	if got := w.isTold(t); !strings.HasPrefix(got, "D0AOI0001 ") || !strings.Contains(got, "SEC-1") {
		t.Errorf("told %q", got)
	}
}

// A shortcut from anywhere has no channel, and Slack takes no answer to it.
func TestAShortcutThatShowsNothingSaysSo(t *testing.T) {
	w := newWorkspace(t, newDesk())
	w.refuse = "expired_trigger_id"
	payload := map[string]any{"type": "shortcut", "callback_id": "open_case_anywhere", "team": map[string]any{"id": "T0SANDBOX"}, "user": map[string]any{"id": "U0AOI0001"}, "trigger_id": "1.2.abc"}
	if status, _ := w.interact(t, payload); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if got := w.isTold(t); got != "D0AOI0001 "+notice.Usage("en") {
		t.Errorf("told %q", got)
	}
}

// Slack takes no answer to a global shortcut. What became of it stands in its form; whoever has closed it is told directly.
func TestWhoeverHasClosedTheFormHearsOfItAllTheSame(t *testing.T) {
	for _, closed := range []bool{false, true} {
		d := newDesk()
		d.lost = errors.New("connection refused")
		w := newWorkspace(t, d)
		w.closed = closed
		w.interact(t, w.choose("open_case_anywhere", "", ""))
		if _, body := w.interact(t, w.fill(w.form1(t), map[string]string{"title": "mail"})); !strings.Contains(body, "Your case is being opened") {
			t.Errorf("answer %s", body)
		}
		if closed {
			if got := w.isTold(t); !strings.HasPrefix(got, "D0AOI0001 ") || !strings.Contains(got, "V0VIEW001 is recorded") {
				t.Errorf("told %q", got)
			}
			continue
		}
		select {
		case v := <-w.updated:
			if !strings.Contains(string(v.View), "V0VIEW001 is recorded") {
				t.Errorf("shown %s", v.View)
			}
		case <-time.After(patience):
			t.Error("the form does not say what became of it")
		}
		if w.end(); len(w.direct) > 0 {
			t.Errorf("told directly as well: %q", <-w.direct)
		}
	}
}

// A press that is delivered twice has opened its form already: nobody is told to type instead.
func TestAFormThatIsOpenIsNoFailure(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	w.refuse = "exchanged_trigger_id"
	w.interact(t, w.press("U0AOI0001", "aoi", "resolve_skip:1", value(chosen), "1700000000.000100"))
	form := w.form("lesson SEC-1")
	if status, body := w.post("/slack/commands", form.Encode(), time.Now(), secret); status != http.StatusOK || body != "" {
		t.Errorf("answer %d %q", status, body)
	}
	w.end()
	if len(w.later)+len(w.direct) != 0 {
		t.Errorf("told %q", <-w.later)
	}
}

// No case lives in a direct message: the person reads so, rather than Slack's word for a failure.
func TestAMessageOfNoCaseIsNotMarked(t *testing.T) {
	d := newDesk()
	d.doErr = []error{incident.Refuse(incident.NotFound, "", "this channel belongs to no case")}
	w := newWorkspace(t, d)
	payload := map[string]any{"type": "message_action", "callback_id": "add_timeline", "team": map[string]any{"id": "T0SANDBOX"}, "user": map[string]any{"id": "U0AOI0001"}, "trigger_id": "1.2.abc",
		"response_url": w.URL + "/actions/1", "channel": map[string]any{"id": "D0AOI0001", "name": "directmessage"}, "message": map[string]any{"ts": "1700000000.000100", "text": "hello"}}
	if status, body := w.interact(t, payload); status != http.StatusOK {
		t.Errorf("answer %d %s", status, body)
	}
	if got := w.hears(t); !strings.Contains(got, "belongs to no case") {
		t.Errorf("told %q", got)
	}
}
