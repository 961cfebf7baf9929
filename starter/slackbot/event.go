package slackbot

import (
	"context"
	"net/http"
)

// event takes what happens in Slack; see https://docs.slack.dev/apis/events-api.
//
// A new message rings the doorbell of its channel: the mirror reads from where it is, so bells may be late, doubled or
// out of order, and one that is lost with this process is made good by ringing everywhere at the next start. Edits,
// deletions and replies are found by no cursor, and what people do to a channel is in no history: those are handed over
// before Slack hears that they have arrived, and if they cannot be, Slack is asked to send them again. Both sides
// compare them with what they know, so the same one twice, or an older one after a newer, changes nothing.
func (g *Gateway) event(w http.ResponseWriter, r *http.Request, body []byte) {
	e, err := openEnvelope(body)
	if err != nil {
		plain(w, http.StatusBadRequest, "the event is no JSON\n")
		return
	}
	if e.Type == "url_verification" { // https://docs.slack.dev/reference/events/url_verification
		plain(w, http.StatusOK, e.Challenge)
		return
	}
	heard, reason := e.hear()
	if reason != "" {
		g.o.Log.Warn("leave an event aside", "reason", reason, "event", e.id())
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	if err := g.handOver(ctx, heard); err != nil {
		g.o.Log.Error("ask Slack to send an event again", "channel", heard.channel, "event", e.id(), "error", err)
		plain(w, http.StatusServiceUnavailable, "the event cannot be taken now\n")
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (g *Gateway) handOver(ctx context.Context, h heard) error {
	if h.said {
		g.bells.press(h.channel)
	}
	if h.hint != nil {
		return g.bells.hint(ctx, h.channel, *h.hint)
	}
	if h.event != nil {
		return g.o.Desk.Happened(ctx, *h.event)
	}
	return nil
}
