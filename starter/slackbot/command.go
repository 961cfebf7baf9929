package slackbot

import (
	"context"
	"errors"
	"strings"
	"time"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// command is what a person typed.
type command struct {
	who         person
	user, name  string // Slack id; handle, for display only
	team        string // id of the workspace
	channel     string
	slash       string // the command's name: /case
	text        string // what follows it, as Slack sends it
	trigger     string // one per keystroke of Return, so that a resend is recognized
	responseURL string
}

// command answers a slash command; see https://docs.slack.dev/interactivity/implementing-slash-commands.
func (g *Gateway) command(ctx context.Context, payload []byte) reply {
	var f struct {
		User     string `json:"user_id"`
		Name     string `json:"user_name"`
		Team     string `json:"team_id"`
		Channel  string `json:"channel_id"`
		Command  string `json:"command"`
		Text     string `json:"text"`
		Trigger  string `json:"trigger_id"`
		Response string `json:"response_url"`
		App      string `json:"api_app_id"`
		Org      string `json:"enterprise_id"`
	}
	if err := lenient(payload, &f); err != nil || !plainUser.MatchString(f.User) || f.Trigger == "" {
		return refuse("this is no slash command: user_id or trigger_id is missing")
	}
	if !g.awaitHome(ctx) {
		return say(notice.TooEarly(g.o.Lang))
	}
	if why := g.home.stranger(f.App, f.Team, f.Org); why != "" {
		return g.turnedAway(commands, why)
	}
	c := command{user: f.User, name: f.Name, team: f.Team, channel: f.Channel, slash: f.Command, text: f.Text, trigger: f.Trigger, responseURL: f.Response}
	c.who = g.sender(ctx, c.user, c.team)
	return g.dispatch(ctx, c)
}

// dispatch answers what a person typed.
func (g *Gateway) dispatch(ctx context.Context, c command) reply {
	name, rest := firstWord(c.text)
	a := askerOf(c)
	switch plainVerb(name) {
	case "":
		return g.menu(ctx, a)
	case "help":
		return say(help(a.lang))
	case "open":
		if strings.TrimSpace(rest) == "" {
			return sayOr(g.askForCase(ctx, a, fields{}))
		}
		return sayOr(g.open(ctx, c, rest))
	case "adopt":
		return sayOr(g.adopt(ctx, c, rest))
	case "status":
		return say(g.status(ctx, c, rest))
	case "list":
		return g.list(ctx, a, typed(c), rest)
	case "stuck":
		return g.stuck(ctx, a, typed(c), rest)
	}
	if v, found := verbNamed(name); found {
		return g.inline(ctx, a, v, c, rest)
	}
	return say(refused(a.lang, incident.Refuse(incident.Usage, didYouMean(name), "there is no command %q", incident.Shorten(plainWords(name), 40))) + "\n" + notice.Usage(a.lang))
}

// didYouMean is for hands that type fast.
func didYouMean(verb string) string {
	for _, known := range names() {
		if v := plainVerb(verb); len(v) > 1 && (strings.HasPrefix(known, v) || strings.HasPrefix(v, known)) {
			return "Did you mean " + known + "?"
		}
	}
	return ""
}

// explained is what a person reads about an error of the desk.
func (g *Gateway) explained(lang string, err error, what string) string {
	var refusal *incident.Refusal
	switch {
	case errors.As(err, &refusal):
		return refused(lang, refusal)
	case errors.Is(err, ErrNotConfirmed):
		return notice.NotConfirmed(lang, what)
	}
	g.o.Log.Error("the desk does not answer", "what", what, "error", err)
	return notice.Unreachable(lang)
}

// refused escapes the refusal, which may repeat a person's words: in Slack they could be a link or a mention.
func refused(lang string, r *incident.Refusal) string {
	r = notice.InSlack(lang, r)
	return notice.Refused(lang, &incident.Refusal{Code: r.Code, Message: escape(incident.CleanText(r.Message)), Hint: escape(incident.CleanText(r.Hint))})
}

// by is the person, as Slack's signature vouches for.
func (c command) by() incident.By {
	return c.who.by(c.name, c.team, c.channel)
}

func now() time.Time { return time.Now().UTC() }
