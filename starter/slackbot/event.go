package slackbot

import "context"

// event takes what happens in Slack; see https://docs.slack.dev/apis/events-api.
//
// A new message rings the doorbell of its channel: the mirror reads from where it is, so bells may be late, doubled or
// out of order, and one that is lost with this process is made good by ringing everywhere at the next start. Edits,
// deletions and replies are found by no cursor, and what people do to a channel is in no history: those are handed over
// before Slack hears that they have arrived, and if they cannot be, Slack is asked to send them again. Both sides
// compare them with what they know, so the same one twice, or an older one after a newer, changes nothing.
func (g *Gateway) event(ctx context.Context, payload []byte) reply {
	e, err := openEnvelope(payload)
	if err != nil {
		return refuse("the event is no JSON")
	}
	if e.Type == "url_verification" { // https://docs.slack.dev/reference/events/url_verification
		return reply{verdict: accepted, plain: e.Challenge}
	}
	if why := g.home.stranger(e.App, e.teams()...); why != "" {
		return g.turnedAway(events, why)
	}
	if e.Type == "app_rate_limited" { // https://docs.slack.dev/reference/events/app_rate_limited
		g.missed("Slack leaves events out because there are too many")
	}
	heard, reason := e.hear()
	if reason != "" {
		g.o.Log.Warn("leave an event aside", "reason", reason, "event", e.id())
	}
	if err := g.handOver(ctx, heard); err != nil {
		g.o.Log.Error("ask Slack to send an event again", "channel", heard.channel, "event", e.id(), "error", err)
		return comeAgain("the event cannot be taken now")
	}
	return done()
}

// missed has somebody look for what no event has told of.
func (g *Gateway) missed(why string) {
	if g.o.Missed == nil {
		return
	}
	g.o.Log.Warn("events are lost: the mirrors look for what was said meanwhile", "reason", why)
	g.o.Missed()
}

func (g *Gateway) handOver(ctx context.Context, h heard) error {
	if h.home != "" {
		g.aside("fill a Home tab", func() { g.showHome(h.home, "") })
	}
	if h.said {
		g.bells.press(h.channel)
	}
	if h.hint != nil {
		return g.bells.hint(ctx, h.channel, *h.hint)
	}
	if h.event != nil {
		return g.o.Desk.Happened(ctx, g.withName(ctx, *h.event))
	}
	return nil
}

// withName says what people are called who did something that is told with their name.
func (g *Gateway) withName(ctx context.Context, e Event) Event {
	if e.User != "" && e.Did != "joined" && e.Did != "left" {
		e.Called = g.namesOf(ctx, []string{e.User})[e.User]
	}
	return e
}
