package slackbot

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Act is what somebody wants done to a case: a verb of the command line and its flags.
type Act struct {
	ID     string // with the rest of it, the same for what is the same act
	Keyed  bool   // the id alone says what it is: with other words it is the same act, too
	Verb   string
	Number string // empty: the case of the viewer's channel
	Fields map[string][]string
	By     incident.By
	Viewer Viewer
}

// Done is a case's answer to an act.
type Done struct {
	Number, Text string
	ID           string   // of what the act made or changed: a1, t3, l2 …; may be empty
	Missing      []string // what the case's gates still need
}

// asker is who wants something, where, and how they hear of it.
type asker struct {
	viewer  Viewer
	by      incident.By
	lang    string
	trigger string // opens one form
	address string // Slack takes later answers there, or homeAddress and who it is; empty: nowhere
}

func askerOf(c command) asker {
	return asker{Viewer{c.user, c.channel}, c.by(), c.who.Lang, c.trigger, c.responseURL}
}

// hearing is where they hear of it.
func (a asker) hearing() hearing { return hearing{a.lang, a.address, "", a.viewer.User} }

// inline does what somebody typed, or asks in a form for what they left out.
func (g *Gateway) inline(ctx context.Context, a asker, v verb, c command, rest string) reply {
	inside := false
	if first, _ := firstWord(rest); looksLikeNumber.MatchString(first) {
		own, err := g.o.Desk.CaseOf(ctx, c.channel)
		inside = err == nil && own != ""
	}
	number, f, err := v.parse(rest, inside)
	switch {
	case err != nil:
		return say(g.explained(a.lang, err, typed(c)) + givenBack(c))
	case !v.direct && !v.enough(f):
		return sayOr(g.askFor(ctx, a, v, number, f, typed(c)))
	}
	if err := g.outsiders(ctx, f); err != nil {
		return say(g.explained(a.lang, err, typed(c)) + givenBack(c))
	}
	name, said := v.act(f)
	by := g.naming(ctx, a.by, c.text, v.people(f)...)
	act := Act{ID: incident.RequestID(c.trigger), Verb: name, Number: number, Fields: said, By: by, Viewer: a.viewer}
	answer, err := g.do(ctx, act)
	switch {
	case err == nil:
		return say(did(a.lang, v.name, answer))
	case isNotConfirmed(ctx, err):
		g.pursueAct(v, act, typed(c), a.hearing())
		return say(notice.NotConfirmed(a.lang, typed(c)))
	}
	return say(g.explained(a.lang, err, typed(c)) + givenBack(c))
}

// did is what the person reads of an act that is done. The answer may repeat a person's words, and name somebody by the
// id that a form has given: Slack shows it as their name, and a message for one reader calls nobody else.
func did(lang, verb string, d Done) string {
	return named(notice.Did(lang, escape, verb, d.Number, d.ID, d.Text, d.Missing))
}

var likeUser = regexp.MustCompile(`\b[UW][A-Z0-9]{8,29}\b`)

// named turns the ids of people into mentions. A word in capitals is none.
func named(text string) string {
	return likeUser.ReplaceAllStringFunc(text, func(id string) string {
		if !strings.ContainsAny(id, "0123456789") {
			return id
		}
		return "<@" + id + ">"
	})
}

// pursueAct finds out, in the background, what became of an act that was not confirmed in time: asking for the same one
// again is harmless. That the desk cannot be reached now says nothing of the first time.
func (g *Gateway) pursueAct(v verb, act Act, what string, to hearing) {
	g.aside("follow an act", func() {
		ctx, cancel := context.WithTimeout(g.ctx, followTime)
		defer cancel()
		answer, err := pursue(ctx, func() (Done, error) { return g.do(ctx, act) })
		switch {
		case err == nil:
			g.hear(to, did(to.lang, v.name, answer))
		case unanswered(err):
			g.o.Log.Error("the desk does not answer", "what", what, "error", err)
			g.hear(to, notice.ActUnknown(to.lang, what))
		default:
			g.hear(to, g.explained(to.lang, err, what))
		}
	})
}

// pursue asks until somebody says what became of what was asked, or ctx ends.
func pursue[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	answer, err := ask()
	for unanswered(err) && pause(ctx) {
		answer, err = ask()
	}
	return answer, err
}

// aboutField is a refusal because of one field.
type aboutField interface{ Field() string }

// fieldOf is the field that a refusal is about; empty: none.
func fieldOf(err error) string {
	var about aboutField
	if errors.As(err, &about) {
		return about.Field()
	}
	return ""
}

// namedAct is an act in a few words, for the person who asked for it.
func namedAct(lang string, v verb, number string) string {
	return strings.TrimSpace(escape(number) + " " + notice.FormWord(lang, "verb", v.name))
}
