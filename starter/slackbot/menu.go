package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// menu shows, to a bare command, buttons for just what fits this channel, the phase of its case, and this person.
func (g *Gateway) menu(ctx context.Context, a asker) reply {
	found, err := g.caseFor(ctx, a, "")
	var refusal *incident.Refusal
	switch {
	case errors.As(err, &refusal): // a channel like any other
		return panel(notice.DoorText(a.lang), notice.DoorButtons(a.lang))
	case err != nil:
		return say(g.explained(a.lang, err, "/case"))
	}
	found.Lang = a.lang
	fits := g.fitting(a, found)
	text, buttons := notice.Menu(found, escape), found.ActButtons(fits...)
	if len(fits) == 0 {
		text += "\n" + notice.NothingAllowed(a.lang)
	}
	if found.Status == incident.Stuck {
		buttons = append(buttons, notice.StuckButton(a.lang))
	}
	return panel(text, buttons)
}

// sayOr says a text, or nothing if there is none to say.
func sayOr(text string) reply {
	if text == "" {
		return done()
	}
	return say(text)
}

// panel is an answer with buttons, for the person only.
func panel(text string, buttons []notice.Button) reply {
	return show(map[string]any{"response_type": slack.ResponseTypeEphemeral, "text": text, "blocks": append([]slack.Block{section(text)}, rows(buttons)...)})
}

// buttonsInRow is how many buttons stand together: more do not fit the width of a telephone.
const buttonsInRow = 5

func rows(buttons []notice.Button) (blocks []slack.Block) {
	for row := range slices.Chunk(buttons, buttonsInRow) {
		var list []slack.BlockElement
		for _, b := range row {
			list = append(list, slack.NewButtonBlockElement(b.ActionID, b.Value, words(b.Text)).WithStyle(slack.Style(b.Style)).WithURL(b.URL))
		}
		blocks = append(blocks, slack.NewActionBlock("", list...))
	}
	return blocks
}

// pressedAct takes the press of a button of a verb: it shows the verb's form, or does what needs none.
func (g *Gateway) pressedAct(ctx context.Context, i interaction, name string) reply {
	button := i.Actions[0]
	a := asker{Viewer{i.User.ID, i.Channel.ID}, i.by(), i.who.Lang, i.Trigger, i.answerTo()}
	if name == "open" {
		if text := g.askForCase(ctx, a, fields{}); text != "" {
			g.tell(a.hearing(), text)
		}
		return done()
	}
	switch name {
	case "adopt":
		if text := g.askToAdopt(ctx, a, fields{}); text != "" {
			g.tell(a.hearing(), text)
		}
		return done()
	case "list":
		return g.pressedLook(a, "/case list", g.lister(a, ""))
	case "stuck":
		return g.pressedLook(a, "/case stuck", g.stuckSeer(a))
	}
	var aim notice.Aim
	v, found := verbNamed(name)
	if !found || json.Unmarshal([]byte(button.Value), &aim) != nil || !aim.Valid() || !plainTime.MatchString(button.TS) {
		g.o.Log.Warn("refuse a button that cannot be ours", "user", i.User.ID, "action", plainWords(button.ID))
		return refuse("the button carries nothing of ours")
	}
	f := fields{}
	if analysis := aim.Analysis(); analysis != "" {
		f.set("analysis", analysis)
	}
	what := namedAct(a.lang, v, aim.Number())
	if !v.direct && !g.declinesUnseen(ctx, a, v, aim.Number()) {
		if text := g.askFor(ctx, a, v, aim.Number(), f, what); text != "" {
			g.tell(a.hearing(), text)
		}
		return done()
	}
	verb, said := v.act(f)
	return g.doPressed(ctx, a, v, Act{ID: "press." + button.TS, Verb: verb, Number: aim.Number(), Fields: said, By: a.by, Viewer: a.viewer}, what)
}

// declinesUnseen reports whether somebody declines command of a case that they may not see: there is no form about it for
// them, and nothing has to be said with it. The case knows to whom it is offered.
func (g *Gateway) declinesUnseen(ctx context.Context, a asker, v verb, number string) bool {
	if v.name != "decline" {
		return false
	}
	_, err := g.caseFor(ctx, a, number)
	var refusal *incident.Refusal
	return errors.As(err, &refusal)
}

// doPressed does what needs no form, and tells the person what came of it.
func (g *Gateway) doPressed(ctx context.Context, a asker, v verb, act Act, what string) reply {
	answer, err := g.do(ctx, act)
	switch {
	case err == nil:
		g.tell(a.hearing(), did(a.lang, v.name, answer))
	case isNotConfirmed(ctx, err):
		g.tell(a.hearing(), notice.NotConfirmed(a.lang, what))
		g.pursueAct(v, act, what, a.hearing())
	default:
		g.tell(a.hearing(), g.explained(a.lang, err, what))
	}
	return done()
}

// usage is how the verb is typed. What is to be filled in is called as the form calls it; in English, as the flag does.
func (v verb) usage(lang string) string {
	name := func(slot string) string {
		if lang == "ja" {
			return strings.Join(strings.Fields(notice.FieldLabel(lang, v.name, slot)), "")
		}
		return strings.ToUpper(slot)
	}
	var b strings.Builder
	b.WriteString("`/case " + v.name)
	for _, h := range v.heads {
		if h.always {
			b.WriteString(" " + name(h.slot))
		} else {
			b.WriteString(" [" + name(h.slot) + "]")
		}
	}
	if v.main != "" {
		b.WriteString(" " + name(v.main))
	}
	for _, s := range v.slots {
		if s.name != v.main && !slices.ContainsFunc(v.heads, func(h head) bool { return h.slot == s.name }) {
			b.WriteString(" --" + s.name + " …")
		}
	}
	return b.String() + "`"
}
