package slackbot

import "context"

// event takes what happens in Slack; see https://docs.slack.dev/apis/events-api.
//
// Whatever is of use to a case is handed over before Slack hears that it has arrived, and if it cannot be, Slack is asked
// to send it again. A new message rings the doorbell of its channel: the mirror reads from where it is, and looks again
// within a minute of the last news, so that a bell heard two seconds ago covers what is said since. Edits, deletions and
// replies are found by no cursor, and what people do to a channel is in no history: each of those is named. Both sides
// compare them with what they know, so the same one twice, or an older one after a newer, changes nothing.
func (g *Gateway) event(ctx context.Context, payload []byte) reply {
	e, err := openEnvelope(payload)
	if err != nil {
		return refuse("the event is no JSON")
	}
	if e.Type == "url_verification" { // https://docs.slack.dev/reference/events/url_verification
		return reply{verdict: accepted, plain: e.Challenge}
	}
	if !g.awaitHome(ctx) {
		return comeAgain("it is not known yet which workspace is ours")
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
		if g.tabs.begin(h.home, "") { // at once: it is filled once more for all who come before it is
			g.aside("fill a Home tab", func() { g.fillHome(h.home, "") })
		}
	}
	if h.event != nil {
		event := g.withName(ctx, *h.event) // Slack's word, for which nobody else has to wait
		return g.bells.inTurn(ctx, func(ctx context.Context) error { return g.o.Desk.Happened(ctx, event) })
	}
	if h.said || h.hint != nil {
		return g.bells.tell(ctx, h.channel, h.said, h.hint)
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
