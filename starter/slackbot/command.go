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
	if why := g.home.stranger(f.App, f.Team, f.Org); why != "" {
		return g.turnedAway(commands, why)
	}
	c := command{user: f.User, name: f.Name, team: f.Team, channel: f.Channel, slash: f.Command, text: f.Text, trigger: f.Trigger, responseURL: f.Response}
	c.who = g.person(ctx, c.user)
	return say(g.dispatch(ctx, c))
}

// dispatch returns what the person sees at once.
func (g *Gateway) dispatch(ctx context.Context, c command) string {
	verb, rest := firstWord(c.text)
	switch strings.ToLower(verb) {
	case "", "help":
		return notice.Usage(c.who.Lang)
	case "open":
		return g.open(ctx, c, rest)
	case "status":
		return g.status(ctx, c, rest)
	}
	return refused(c.who.Lang, incident.Refuse(incident.Usage, didYouMean(verb), "there is no command %q", incident.Shorten(plainWords(verb), 40))) + "\n" + notice.Usage(c.who.Lang)
}

// didYouMean is for hands that type fast.
func didYouMean(verb string) string {
	for _, known := range [...]string{"open", "status", "help"} {
		if v := strings.ToLower(verb); len(v) > 1 && (strings.HasPrefix(known, v) || strings.HasPrefix(v, known)) {
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
	r = notice.InLanguage(lang, r)
	return notice.Refused(lang, &incident.Refusal{Code: r.Code, Message: escape(r.Message), Hint: escape(r.Hint)})
}

// by is the person, as Slack's signature vouches for.
func (c command) by() incident.By {
	return c.who.by(c.name, c.team, c.channel)
}

func now() time.Time { return time.Now().UTC() }
