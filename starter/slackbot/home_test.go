package slackbot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hikeshi/workflows/notice"
)

// Until Slack has said which workspace is ours, nothing is taken from any; after that, from ours alone.
func TestNothingIsTakenBeforeOurWorkspaceIsKnown(t *testing.T) {
	var speaks atomic.Bool
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/auth.test" && speaks.Load() {
			_, _ = io.WriteString(w, `{"ok":true,"team_id":"T0HOME"}`)
			return
		}
		_, _ = io.WriteString(w, `{"ok":false,"error":"internal_error"}`)
	}))
	defer api.Close()
	ctx, cancel := context.WithCancel(t.Context())
	g := New(ctx, Options{Lang: "en", APIURL: api.URL, Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) error { return nil },
		Token: func() (string, error) { return "xoxb-1", nil }})
	defer func() { cancel(); g.Wait() }()
	ask := func(k kind, payload string) reply {
		return g.handle(t.Context(), request{k, []byte(payload), time.Now()})
	}
	const command = `{"user_id":"U0AOI0001","trigger_id":"1.2","team_id":%q,"text":"help"}`
	const form = `{"type":"view_submission","user":{"id":"U0AOI0001"},"team":{"id":"T0HOME"},"api_app_id":"A0HIKESHI","view":{"id":"V1","state":{"values":{"title":{"title":{"value":"x"}}}}}}`
	const global = `{"type":"shortcut","callback_id":"open","user":{"id":"U0AOI0001"},"team":{"id":"T0HOME"}}`
	const event = `{"type":"event_callback","team_id":"T0HOME","event":{"type":"reaction_added"}}`
	if said := ask(commands, fmt.Sprintf(command, "T0HOME")); text(said) != notice.TooEarly("en") {
		t.Errorf("a command is answered %+v", said)
	}
	if said := ask(interactions, form); !strings.Contains(string(said.answer), `"title":"Not done`) {
		t.Errorf("a form is answered %s", said.answer)
	}
	for k, payload := range map[kind]string{interactions: global, events: event} {
		if said := ask(k, payload); said.verdict != deferred {
			t.Errorf("%s: %+v", k, said)
		}
	}
	ready := func() int {
		rec := httptest.NewRecorder()
		g.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return rec.Code
	}
	if got := ready(); got != http.StatusServiceUnavailable {
		t.Errorf("readyz %d", got)
	}
	speaks.Store(true)
	select {
	case <-g.home.known:
	case <-time.After(time.Minute):
		t.Fatal("Slack is not asked again")
	}
	if said := ask(commands, fmt.Sprintf(command, "T0OTHER")); said.verdict != rejected {
		t.Errorf("another workspace is answered %+v", said)
	}
	if said := ask(commands, fmt.Sprintf(command, "T0HOME")); said.verdict != accepted || text(said) == notice.TooEarly("en") {
		t.Errorf("our workspace is answered %+v", said)
	}
	if got := ready(); got != http.StatusOK {
		t.Errorf("readyz %d", got)
	}
}

// In an enterprise whoever is of a sister workspace is one of us, also where no team is configured.
func TestSisterWorkspacesAreOneHouse(t *testing.T) {
	_, g := newOffice(t)
	for org, want := range map[string]bool{"E0HOUSE": true, "E0OTHER": false} {
		payload := fmt.Sprintf(`{"user_id":"U0AOI0001","trigger_id":"1.2","team_id":"T0SISTER","enterprise_id":%q,"text":"help"}`, org)
		if said := g.handle(t.Context(), request{commands, []byte(payload), time.Now()}); (said.verdict == accepted) != want {
			t.Errorf("%s: %+v", org, said)
		}
	}
}

func text(said reply) string {
	var m struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(said.answer, &m)
	return m.Text
}
