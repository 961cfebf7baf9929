package slackbot_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// swiftDesk takes everything at once.
type swiftDesk struct{ slackbot.Desk }

func (swiftDesk) Ring(context.Context, slackbot.Bell) error    { return nil }
func (swiftDesk) Open(context.Context, incident.Request) error { return nil }
func (swiftDesk) Follow(context.Context, string) (notice.Case, error) {
	return notice.Case{Number: "SEC-1"}, nil
}

// BenchmarkAcknowledge is the gateway's own share of an acknowledgement: from the signed request to the answer, with a
// desk that takes no time. The rest of what bench gateway measures is Temporal's and the way there.
func BenchmarkAcknowledge(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	g := slackbot.New(ctx, slackbot.Options{Desk: swiftDesk{}, Lang: "en", Log: slog.New(slog.DiscardHandler), Secret: func() (string, error) { return secret, nil }})
	defer func() { cancel(); g.Wait() }()
	message := func(i int) string {
		return fmt.Sprintf(`{"type":"event_callback","event_id":"Ev%d","event":{"type":"message","channel":"C0CASE%d","user":"U1","text":"while people talk","ts":"2.%d","thread_ts":"1.1"}}`, i, i%100, i)
	}
	command := func(i int) string {
		return url.Values{"command": {"/case"}, "text": {"open sev2 mail at payroll"}, "user_id": {"U0AOI0001"}, "channel_id": {"C0GENERAL"}, "trigger_id": {fmt.Sprintf("%d.1", i)}}.Encode()
	}
	for _, bb := range []struct {
		name, path string
		body       func(i int) string
	}{{"reply", "/slack/events", message}, {"open", "/slack/commands", command}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				body := bb.body(i)
				r := httptest.NewRequest(http.MethodPost, bb.path, strings.NewReader(body))
				r.Header = header(body, time.Now(), secret)
				rec := httptest.NewRecorder()
				if g.ServeHTTP(rec, r); rec.Code != http.StatusOK {
					b.Fatal(rec.Code, rec.Body)
				}
			}
		})
	}
}
