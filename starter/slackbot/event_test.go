package slackbot_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/slackbot"
)

func (w *workspace) event(t *testing.T, event string, want int) {
	t.Helper()
	body := `{"type":"event_callback","api_app_id":"A0HIKESHI","event_id":"Ev1","event":` + event + `}`
	if status, answer := w.post("/slack/events", body, time.Now(), secret); status != want {
		t.Errorf("%s: %d %s, want %d", event, status, answer, want)
	}
}

func TestEventsAreHandedOver(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	const reply = `{"type":"message","channel":"C0CASE","user":"U1","text":"secret","ts":"2.1","thread_ts":"1.1"}`
	w.event(t, reply, http.StatusOK)
	w.event(t, reply, http.StatusOK) // Slack sends it again if our answer was late
	w.event(t, `{"type":"group_rename","channel":{"id":"C0CASE","name":"new"}}`, http.StatusOK)
	hint := slackbot.Bell{Channel: "C0CASE", Hints: []slackbot.Hint{{Channel: "C0CASE", TS: "2.1", Thread: "1.1"}}}
	if diff := cmp.Diff([]slackbot.Bell{hint, hint}, d.bells); diff != "" {
		t.Errorf("bells (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]slackbot.Event{{Channel: "C0CASE", Did: "renamed", Name: "new"}}, d.events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestSlackIsAskedToSendEventsAgain(t *testing.T) {
	d := newDesk()
	d.down = errors.New("connection refused")
	w := newWorkspace(t, d)
	for _, event := range []string{
		`{"type":"message","channel":"C0CASE","user":"U1","ts":"1.1"}`,
		`{"type":"message","channel":"C0CASE","user":"U1","ts":"2.1","thread_ts":"1.1"}`,
		`{"type":"message","subtype":"message_deleted","channel":"C0CASE","deleted_ts":"1.1"}`,
		`{"type":"member_left_channel","channel":"C0CASE","user":"U1"}`,
	} {
		w.event(t, event, http.StatusServiceUnavailable)
	}
	for _, event := range []string{
		`{"type":"message","channel":"no channel","ts":"1.1"}`,
		`{"type":"reaction_added"}`,
	} {
		w.event(t, event, http.StatusOK)
	}
}
