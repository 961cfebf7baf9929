package slackbot

import (
	"context"
	"errors"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// wish is a case that somebody wants opened.
type wish struct {
	request incident.Request
	what    string // in the person's words, fit to be shown in Slack
	words   string // what is given back if it comes to nothing, so that nobody has to write it again
	to      hearing
	apart   bool // what is said now is no answer to the request: it goes where the rest goes, before it
}

// open records the request before it answers, and tells the rest when the channel is there. Who wants something taken
// over and has not agreed to what that means is asked in the form.
func (g *Gateway) open(ctx context.Context, c command, rest string) string {
	request, err := parseOpen(rest)
	request.Where = c.channel
	if isHere(request.Channel) {
		request.Channel = c.channel
	}
	if err == nil && request.Adopts() && !request.Consent {
		return g.askToAdopt(ctx, askerOf(c), fieldsOf(request))
	}
	request.ID, request.Asked, request.By = incident.RequestID(c.trigger), now(), g.naming(ctx, c.by(), c.text, request.Invite)
	text, err := g.record(ctx, wish{request, typed(c), givenBack(c), hearing{c.who.Lang, c.responseURL, "", c.user}, false}, err)
	if err != nil {
		return g.explained(c.who.Lang, err, typed(c)) + givenBack(c)
	}
	return text
}

// isHere reports whether the word means the channel in which it is typed.
func isHere(word string) bool { return strings.EqualFold(word, "here") || word == "ここ" }

// record hands the request in unless something is wrong with it already, follows it, and returns what the person reads
// now.
func (g *Gateway) record(ctx context.Context, w wish, wrong error) (text string, err error) {
	err = wrong
	if err == nil && w.request.Adopts() {
		err = g.adoptable(ctx, w.request)
	}
	if err == nil {
		err = g.outsiders(ctx, fields{"invite": w.request.Invite})
	}
	if err == nil {
		err = g.handIn(ctx, w.request)
	}
	switch {
	case err == nil:
		text = notice.Opening(w.to.lang, w.request.ID)
	case isNotConfirmed(ctx, err):
		text = notice.NotConfirmed(w.to.lang, w.what)
	default:
		return "", err
	}
	if g.follow(w, err == nil, text); w.apart {
		text = ""
	}
	return text, nil
}

// isNotConfirmed also takes the end of our own patience for what it is.
func isNotConfirmed(ctx context.Context, err error) bool {
	return errors.Is(err, ErrNotConfirmed) || ctx.Err() != nil && errors.Is(err, ctx.Err())
}

// givenBack returns the words of a refused or lost command, so that nobody has to type them again.
func givenBack(c command) string {
	if strings.TrimSpace(c.text) == "" {
		return ""
	}
	return quotedBack(typed(c))
}

func quotedBack(words string) string {
	return "\n```\n" + strings.ReplaceAll(words, "```", "'''") + "\n```"
}

// typed is the command as the person typed it, fit to be shown in Slack.
func typed(c command) string {
	return escape(incident.CleanText(c.slash + " " + plainWords(c.text)))
}

// follow tells the person, in the background, when the case's channel can be used, or what became of the request.
func (g *Gateway) follow(w wish, recorded bool, first string) {
	g.aside("follow a request", func() {
		if w.apart {
			g.hear(w.to, first)
		}
		ctx, cancel := context.WithTimeout(g.ctx, followTime)
		defer cancel()
		g.hear(w.to, g.outcome(ctx, w, recorded))
	})
}

func (g *Gateway) outcome(ctx context.Context, w wish, recorded bool) string {
	if !recorded {
		if err := g.insist(ctx, w.request); err != nil {
			return g.unopened(err, w, notice.OpenUnknown(w.to.lang, w.what))
		}
	}
	found, err := g.o.Desk.Follow(ctx, w.request.ID)
	g.spent.heard(err, w.request.ID, nil)
	if found.Number != "" {
		return opened(w.to.lang, found)
	}
	return g.unopened(err, w, notice.OpenLate(w.to.lang, w.request.ID))
}

// unopened is what a person reads of a request that is no case at the end of the time in which we look; otherwise is
// said where nobody has refused it.
func (g *Gateway) unopened(err error, w wish, otherwise string) string {
	if unanswered(err) {
		g.o.Log.Error("the desk does not answer", "request", w.request.ID, "error", err)
		return otherwise
	}
	return g.explained(w.to.lang, err, w.what) + w.words
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
	_, err := pursue(ctx, func() (struct{}, error) { return struct{}{}, g.handIn(ctx, request) })
	return err
}

// unanswered reports whether nobody has said what became of what was asked: it was neither done nor refused.
func unanswered(err error) bool {
	var refusal *incident.Refusal
	return err != nil && !errors.As(err, &refusal)
}
