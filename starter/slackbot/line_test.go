package slackbot

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack/socketmode"
)

// What happens while no socket is open, for longer than Slack tries, is looked for; so is what Slack leaves out.
func TestLostEventsAreLookedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		told := 0
		g := New(ctx, Options{Lang: "en", Log: slog.New(slog.DiscardHandler), Missed: func() { told++ }})
		defer func() { cancel(); g.Wait() }()
		sockets := []*socket{{g: g}, {g: g, n: 1}}
		open := func(n int) {
			_ = sockets[n].take(ctx, socketmode.Event{Type: socketmode.EventTypeHello, Request: &socketmode.Request{}})
		}
		expect := func(when string, want int) {
			t.Helper()
			if told != want {
				t.Errorf("%s: told %d times, want %d", when, told, want)
			}
		}
		time.Sleep(time.Hour) // nobody was there before: who starts rings
		open(0)
		open(1)
		g.line.closed(0, nil)
		time.Sleep(time.Hour)
		open(0)
		expect("while the other was open", 0)
		g.line.closed(0, nil)
		g.line.closed(1, nil)
		time.Sleep(longestSilence / 2)
		open(0)
		expect("after a short silence", 0)
		g.line.closed(0, nil)
		g.line.closed(1, nil)
		time.Sleep(2 * longestSilence)
		g.line.opening(0)
		open(0)
		open(1)
		expect("after a long silence", 1)
		g.event(ctx, []byte(`{"type":"app_rate_limited","team_id":"T1","minute_rate_limited":1518467820,"api_app_id":"A1"}`))
		expect("when Slack leaves events out", 2)
	})
}

// Slack closes more sockets than ten without a word: the log says so before.
func TestTheLastSocketIsSaid(t *testing.T) {
	var log strings.Builder
	g := New(t.Context(), Options{Lang: "en", Log: slog.New(slog.NewTextHandler(&log, nil))})
	s := &socket{g: g}
	for n, want := range map[int]bool{2: false, 9: false, 10: true} {
		log.Reset()
		_ = s.take(t.Context(), socketmode.Event{Type: socketmode.EventTypeHello, Request: &socketmode.Request{NumConnections: n}})
		if strings.Contains(log.String(), "at most 5 gateways") != want {
			t.Errorf("%d sockets: %s", n, log.String())
		}
	}
}
