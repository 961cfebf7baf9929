package slackbot

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// brokenDesk has a fault in everything.
type brokenDesk struct{ Desk }

func (brokenDesk) Status(context.Context, string, Viewer) (notice.Case, error) {
	panic("status\nforged")
}
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
