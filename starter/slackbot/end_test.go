package slackbot_test

import (
	"context"
	"strings"
	"testing"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/notice"
)

// silentDesk takes what it is told, and never says what became of it.
type silentDesk struct{ *desk }

func (silentDesk) Follow(ctx context.Context, _ string) (notice.Case, error) {
	<-ctx.Done()
	return notice.Case{}, ctx.Err()
}

func (silentDesk) Do(ctx context.Context, _ slackbot.Act) (slackbot.Done, error) {
	return slackbot.Done{}, slackbot.ErrNotConfirmed
}

func (silentDesk) Decide(ctx context.Context, _ slackbot.Decision, _ slackbot.Viewer) (slackbot.Taken, error) {
	return nil, slackbot.ErrNotConfirmed
}

// Whoever waits to hear what became of something hears, when the gateway ends, that nobody looks any more.
func TestNobodyIsLeftWaitingAtTheEnd(t *testing.T) {
	for name, ask := range map[string]struct {
		do   func(t *testing.T, w *workspace)
		says string
	}{
		"a case": {func(t *testing.T, w *workspace) { w.command(t, w.form("open mail")) }, notice.OpenLate("en", "1.2.abc")},
		"an act": {func(t *testing.T, w *workspace) { w.command(t, w.form("take SEC-1")) }, notice.ActUnknown("en", "/case take SEC-1")},
		"a decision": {func(t *testing.T, w *workspace) {
			w.interact(t, w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), "1700000000.000100"))
			w.hears(t)
		}, "case status SEC-1"},
	} {
		w := newWorkspace(t, silentDesk{newDesk()})
		ask.do(t, w)
		w.end()
		if got := w.hears(t); !strings.Contains(got, ask.says) {
			t.Errorf("%s: told %q at the end, want %q", name, got, ask.says)
		}
	}
}
