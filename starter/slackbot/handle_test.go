package slackbot

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// stuckDesk answers nobody.
type stuckDesk struct{ Desk }

func (stuckDesk) Status(ctx context.Context, _ string, _ Viewer) (notice.Case, error) {
	<-ctx.Done()
	return notice.Case{}, ctx.Err()
}

func (stuckDesk) Happened(context.Context, Event) error {
	return incident.Refuse(incident.Rule, "", "no")
}

// While too much is in hand, the next one is sent away at once; requests of another kind are not.
func TestTooManyRequestsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := New(ctx, Options{Desk: stuckDesk{}, Lang: "en", Log: slog.New(slog.DiscardHandler)})
	defer func() { cancel(); g.Wait() }()
	for range maxInHand {
		g.room[commands] <- struct{}{}
	}
	began := time.Now()
	asked := request{kind: commands, payload: []byte(`{"user_id":"U1","trigger_id":"1.2","text":"status SEC-1"}`), received: began}
	if got := g.handle(ctx, asked); got.verdict != deferred || time.Since(began) >= answerTime {
		t.Errorf("%+v after %s, want that it should come again", got, time.Since(began))
	}
	rec := httptest.NewRecorder()
	if write(rec, comeAgain("no room")); rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
		t.Errorf("over HTTP: %d %v, want 503 and when to try again", rec.Code, rec.Header())
	}
	asked.kind, asked.payload = events, []byte(`{"type":"event_callback","event":{"type":"reaction_added"}}`)
	if got := g.handle(ctx, asked); got.verdict != accepted {
		t.Errorf("an event: %+v", got)
	}
}

// The time that Slack waits began when the request came, not when somebody found the time for it.
func TestALateRequestGetsLittleTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := New(ctx, Options{Desk: stuckDesk{}, Lang: "en", Log: slog.New(slog.DiscardHandler)})
	defer func() { cancel(); g.Wait() }()
	began := time.Now()
	g.handle(ctx, request{kind: commands, payload: []byte(`{"user_id":"U1","trigger_id":"1.2","text":"status SEC-1"}`), received: began.Add(-answerTime + 50*time.Millisecond)})
	if took := time.Since(began); took >= answerTime {
		t.Errorf("it took %s", took)
	}
}
