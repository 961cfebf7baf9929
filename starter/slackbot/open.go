package slackbot

import (
	"context"
	"errors"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// open records the request before it answers, and tells the rest when the channel is there.
func (g *Gateway) open(ctx context.Context, c command, rest string) string {
	request, err := parseOpen(rest)
	request.ID, request.Asked, request.By = incident.RequestID(c.trigger), now(), c.by()
	if err == nil {
		err = g.o.Desk.Open(ctx, request)
	}
	switch {
	case err == nil:
		g.follow(c, request, true)
		return notice.Opening(c.who.Lang, request.ID)
	case isNotConfirmed(ctx, err):
		g.follow(c, request, false)
		return notice.NotConfirmed(c.who.Lang, typed(c))
	}
	return g.explained(c.who.Lang, err, typed(c)) + givenBack(err, c)
}

// isNotConfirmed also takes the end of our own patience for what it is.
func isNotConfirmed(ctx context.Context, err error) bool {
	return errors.Is(err, ErrNotConfirmed) || ctx.Err() != nil && errors.Is(err, ctx.Err())
}

// givenBack returns the words of a refused or lost command, so that nobody has to type them again.
func givenBack(err error, c command) string {
	if strings.TrimSpace(c.text) == "" {
		return ""
	}
	return "\n```\n" + strings.ReplaceAll(typed(c), "```", "'''") + "\n```"
}

// typed is the command as the person typed it, fit to be shown in Slack.
func typed(c command) string {
	return escape(incident.CleanText(c.slash + " " + plainWords(c.text)))
}

// follow tells the person, in the background, when the case's channel can be used, or what became of the request.
func (g *Gateway) follow(c command, request incident.Request, recorded bool) {
	g.follows.Go(func() {
		ctx, cancel := context.WithTimeout(g.ctx, followTime)
		defer cancel()
		text := g.outcome(ctx, c, request, recorded)
		if g.ctx.Err() != nil && ctx.Err() != nil {
			return // the gateway ends: the case goes on without it
		}
		if err := g.respond(g.ctx, c.responseURL, text); err != nil {
			g.o.Log.Warn("the person does not hear of the case", "request", request.ID, "error", err)
		}
	})
}

func (g *Gateway) outcome(ctx context.Context, c command, request incident.Request, recorded bool) string {
	if !recorded {
		if err := g.insist(ctx, request); err != nil {
			return g.unopened(err, c, notice.OpenUnknown(c.who.Lang, typed(c)))
		}
	}
	found, err := g.o.Desk.Follow(ctx, request.ID)
	if found.Number != "" {
		return opened(c.who.Lang, found)
	}
	return g.unopened(err, c, notice.OpenLate(c.who.Lang, request.ID))
}

// unopened is what a person reads of a request that is no case at the end of the time in which we look; otherwise is
// said where nobody has refused it.
func (g *Gateway) unopened(err error, c command, otherwise string) string {
	if unanswered(err) {
		g.o.Log.Error("the desk does not answer", "what", typed(c), "error", err)
		return otherwise
	}
	return g.explained(c.who.Lang, err, typed(c)) + givenBack(err, c)
}

// opened names the case and its channel. The cause of a stuck step is a vendor's text, and may hold anything.
func opened(lang string, c notice.Case) string {
	c.Lang = lang
	for i := range c.Steps {
		c.Steps[i].Cause, c.Steps[i].Hint = escape(c.Steps[i].Cause), escape(c.Steps[i].Hint)
	}
	return strings.ReplaceAll(notice.Opened(c.Lang, c), "#<#", "<#") // a mention brings its own #
}

// insist records a request of which it is not known whether it is recorded: doing it again is harmless. That the desk
// cannot be reached now says nothing of the first time.
func (g *Gateway) insist(ctx context.Context, request incident.Request) error {
	err := g.o.Desk.Open(ctx, request)
	for unanswered(err) && pause(ctx) {
		err = g.o.Desk.Open(ctx, request)
	}
	return err
}

// unanswered reports whether nobody has said what became of what was asked: it was neither done nor refused.
func unanswered(err error) bool {
	var refusal *incident.Refusal
	return err != nil && !errors.As(err, &refusal)
}
