package slackbot

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// brokenDesk has a fault in everything.
type brokenDesk struct{ Desk }

func (brokenDesk) Status(context.Context, string, Viewer) (notice.Case, error) {
	panic("status\nforged")
}
func (brokenDesk) CaseOf(context.Context, string) (string, error)      { return "", nil }
func (brokenDesk) Open(context.Context, incident.Request) error        { return nil }
func (brokenDesk) Follow(context.Context, string) (notice.Case, error) { panic("follow") }
func (brokenDesk) Ring(context.Context, Bell) error                    { panic("ring") }
func (brokenDesk) Happened(context.Context, Event) error               { panic("happened") }

// A fault costs the request that hits it, and nothing else: neither the gateway nor the room for others.
func TestAFaultEndsNoGateway(t *testing.T) {
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	g := New(ctx, Options{Desk: brokenDesk{}, Lang: "en", Log: slog.New(slog.NewTextHandler(&log, nil))})
	ask := func(k kind, payload string) reply {
		return g.handle(ctx, request{kind: k, payload: []byte(payload), received: time.Now()})
	}
	for range 2 {
		if got := ask(commands, `{"user_id":"U1","trigger_id":"1.2","text":"status SEC-1"}`); got.verdict != deferred {
			t.Errorf("a command: %+v", got)
		}
	}
	if got := ask(commands, `{"user_id":"U1","trigger_id":"1.2","text":"open mail"}`); got.verdict != accepted {
		t.Errorf("a request that is recorded: %+v", got)
	}
	message := `{"type":"event_callback","event":{"type":"message","channel":"C0CASE001","user":"U1","ts":"2.1","thread_ts":"1.1"}}`
	if got := ask(events, message); got.verdict != deferred {
		t.Errorf("a reply that cannot be handed over: %+v", got)
	}
	if got := ask(events, `{"type":"event_callback","event":{"type":"channel_archive","channel":"C0CASE001","user":"U1"}}`); got.verdict != deferred {
		t.Errorf("an event: %+v", got)
	}
	if n := len(g.room[commands]) + len(g.room[events]); n != 0 {
		t.Errorf("%d requests still take room", n)
	}
	cancel()
	g.Wait()
	for _, want := range []string{"in=commands", "in=events", `panic="status forged"`, "panic=ring", "panic=follow", "guard_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, log.String())
		}
	}
}

// However much there is to say, Slack shows it.
func TestLongAnswersFitIntoASection(t *testing.T) {
	for _, answer := range []any{told("ja", strings.Repeat("長", 4000)).Blocks.BlockSet[0], section(strings.Repeat("x", 3001))} {
		if text := answer.(*slack.SectionBlock).Text.Text; len([]rune(text)) > 3000 || len(text) < 2900 {
			t.Errorf("%d characters", len([]rune(text)))
		}
	}
}

// Whoever asks a thousand times at once whether the gateway is ready has Temporal asked once.
func TestReadinessIsAskedOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		g := New(ctx, Options{Lang: "en", Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) error { asked.Add(1); time.Sleep(time.Second); return nil }})
		defer func() { cancel(); g.Wait() }()
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				rec := httptest.NewRecorder()
				if g.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil)); rec.Code != http.StatusOK {
					t.Errorf("status %d", rec.Code)
				}
			})
		}
		all.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}
