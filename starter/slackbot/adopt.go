package slackbot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// adoptVerb opens a case that takes over what people began by hand. Its form says what becomes of it, and asks for consent.
func adoptVerb() verb {
	v := verb{name: "adopt", slots: []slot{
		{name: "title", kind: aLine, required: true, most: incident.MaxTitle}, {name: "channel", kind: aChannel}, {name: "ticket", kind: aLine, most: 200},
		{name: "consent", kind: aFlag, required: true},
	}}
	for _, s := range openVerb().slots {
		if s.name != "title" && s.name != "adopt" {
			v.slots = append(v.slots, s)
		}
	}
	return v
}

// askToAdopt shows the form that opens a case from what is there, with what is said already; empty: it is shown.
func (g *Gateway) askToAdopt(ctx context.Context, a asker, f fields) string {
	g.here(ctx, a.viewer.Channel, f)
	if err := g.showForm(ctx, a, adoptVerb(), notice.Case{Lang: a.lang}, f); err != nil {
		g.o.Log.Warn("a form cannot be shown", "verb", "adopt", "error", err)
		return refused(a.lang, notice.WithoutConsent(a.lang, true, true))
	}
	return ""
}

// adopt takes what is typed as open does; without consent to anything the form asks for it.
func (g *Gateway) adopt(ctx context.Context, c command, rest string) string {
	request, err := parseOpen(rest)
	if err != nil || request.Adopts() && request.Consent {
		return g.open(ctx, c, rest)
	}
	if isHere(request.Channel) {
		request.Channel = c.channel
	}
	return g.askToAdopt(ctx, askerOf(c), fieldsOf(request))
}

// here proposes the channel in which somebody asks, unless it is a case's already.
func (g *Gateway) here(ctx context.Context, channel string, f fields) {
	if len(f["channel"])+len(f["ticket"]) > 0 || !plainChannel.MatchString(channel) {
		return
	}
	if own, err := g.o.Desk.CaseOf(ctx, channel); err == nil && own == "" {
		f.set("channel", channel)
	}
}

// toAdopt turns the form that opens a case into the one that takes over what is there, with everything that was written.
func (g *Gateway) toAdopt(ctx context.Context, i interaction, keep carried, f fields) reply {
	a := asker{Viewer{i.User.ID, keep.Channel}, i.by(), i.who.Lang, "", keep.Answer}
	delete(f, "adopt")
	g.here(ctx, keep.Channel, f)
	view, err := g.form(a, adoptVerb(), notice.Case{Lang: a.lang}, f)
	if refusal := (*incident.Refusal)(nil); errors.As(err, &refusal) {
		return complain("title", refused(a.lang, refusal))
	}
	if err != nil {
		g.o.Log.Error("the form that takes something over cannot be shown", "error", err)
		return complain("title", notice.NotDone(a.lang))
	}
	return show(map[string]any{"response_action": "update", "view": view})
}

// unagreed says what a form lacks to take something over: the field, and what is said beside it; empty: nothing.
func unagreed(lang string, v verb, f fields) (field, why string) {
	switch {
	case v.name != "adopt":
		return "", ""
	case len(f["channel"])+len(f["ticket"]) == 0:
		return "channel", notice.NothingToAdopt(lang)
	case len(f["consent"]) == 0:
		return "consent", notice.NotAgreed(lang)
	}
	return "", ""
}

// channelTime is how long a look at a channel may take: what is not seen in time, the case sees.
const channelTime = time.Second

// aboutChannel is a refusal because of the channel.
type aboutChannel struct{ *incident.Refusal }

func (aboutChannel) Field() string   { return "channel" }
func (a aboutChannel) Unwrap() error { return a.Refusal }

// adoptable refuses a channel that no case can take over, before anything is opened. What Slack does not say in time the
// case finds out.
// https://docs.slack.dev/reference/methods/conversations.info
func (g *Gateway) adoptable(ctx context.Context, request incident.Request) error {
	clean, _ := request.Cleaned() // what is wrong with it the desk says
	api, err := g.api()
	if err != nil || !plainChannel.MatchString(clean.Channel) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, channelTime)
	defer cancel()
	is, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: clean.Channel})
	switch {
	case err != nil && err.Error() == "channel_not_found":
		return aboutChannel{incident.Refuse(incident.Rule, "Invite it there with /invite, then try again. Nothing was opened", "the app is not in this channel, or there is no such channel")}
	case err != nil || is == nil:
		g.o.Log.Warn("Slack does not say what a channel is", "channel", clean.Channel, "error", err)
		return nil
	case is.IsIM, is.IsMpIM:
		return aboutChannel{incident.Refuse(incident.Rule, "Name a channel. Nothing was opened", "it is a direct message, no channel")}
	case is.IsGeneral:
		return aboutChannel{incident.Refuse(incident.Rule, "Name another channel. Nothing was opened", "it is the workspace's main channel, which everybody reads")}
	case is.IsExtShared, is.IsPendingExtShared:
		return aboutChannel{incident.Refuse(incident.Rule, "Name a channel of this workspace alone. Nothing was opened", "the channel is shared with another organisation")}
	case is.IsArchived:
		return aboutChannel{incident.Refuse(incident.Rule, "Unarchive it in Slack, then try again. Nothing was opened", "the channel is archived")}
	}
	return nil
}

// fieldsOf is a request as a form shows it.
func fieldsOf(r incident.Request) fields {
	f := fields{}
	f.set("title", r.Title)
	f.set("report", r.Report)
	f.set("kind", r.Kind)
	f.set("reporter", r.Reporter)
	f.set("org", r.Organisations...)
	f.set("invite", r.Invite...)
	f.set("audience", string(r.Audience))
	f.set("channel", r.Channel)
	f.set("ticket", r.Ticket)
	if r.Severity != incident.SeverityUnknown {
		f.set("severity", severityOption(r.Severity))
	}
	if r.Drill {
		f.set("drill", "yes")
	}
	return f
}
