package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// pressed takes the press of a button. Retry is decided by it; the other actions need a reason, for which a dialog asks.
func (g *Gateway) pressed(ctx context.Context, i interaction) reply {
	button := i.Actions[0]
	verb, isOurs := strings.CutPrefix(button.ID, notice.ResolvePrefix)
	if !isOurs {
		if name, isAct := strings.CutPrefix(button.ID, notice.ActPrefix); isAct {
			return g.pressedAct(ctx, i, name)
		}
		g.o.Log.Info("leave a button aside", "action", plainWords(button.ID))
		return done()
	}
	d := Decision{By: i.by()}
	d.Action, _, _ = strings.Cut(verb, ":")
	if json.Unmarshal([]byte(button.Value), &d.Chosen) != nil || !d.Valid() || !known[d.Action] || !plainTime.MatchString(button.TS) {
		g.o.Log.Warn("refuse a button that cannot be ours", "user", i.User.ID, "action", plainWords(button.ID))
		return refuse("the button carries nothing of ours")
	}
	to := hearing{i.who.Lang, i.answerTo(), "", i.User.ID}
	viewer := Viewer{User: i.User.ID, Channel: i.Channel.ID}
	if d.Action == retry {
		// One person retries one generation of a step once, however often they press: what they decided makes the id, so the
		// reason must not change with the person's language. Once it was refused, they can press anew.
		d.Reason = notice.Pressed(g.o.Lang)
		d.ID = g.spent.next("press."+i.User.ID, d.asked())
		g.decide(ctx, d, viewer, to)
	} else if err := g.ask(ctx, d, i); err != nil {
		g.o.Log.Warn("a dialog cannot be opened", "step", d.Step, "error", err)
		g.tell(to, notice.ByHand(to.lang, escape, d.Chosen, d.Action))
	}
	return done()
}

const retry = "retry"

// known are the actions.
var known = map[string]bool{retry: true, "supply": true, "skip": true, "abort": true}

// decide hands the decision in, for as long as Slack waits, and tells the person the rest later.
func (g *Gateway) decide(ctx context.Context, d Decision, viewer Viewer, to hearing) {
	taken, err := g.take(ctx, d, viewer)
	switch {
	case err == nil:
		g.watch(taken, to)
	case isNotConfirmed(ctx, err):
		g.tell(to, notice.NotConfirmed(to.lang, d.named(to.lang)))
		g.settle(d, viewer, to)
	default:
		g.tell(to, g.undecided(to.lang, err, d, notice.NotRecorded(to.lang)))
	}
}

// undecided is what a person reads of a decision that was not taken; otherwise is said where the case has not refused it.
func (g *Gateway) undecided(lang string, err error, d Decision, otherwise string) string {
	var refusal *incident.Refusal
	if errors.As(err, &refusal) {
		return refused(lang, refusal)
	}
	g.o.Log.Error("the desk does not answer", "what", d.named(lang), "error", err)
	return otherwise
}

// named is the decision in a few words, for the person who made it.
func (d Decision) named(lang string) string {
	return escape(d.Number()+" "+notice.StepTitle(lang, d.Shown())) + ": " + notice.ActionName(lang, d.Action)
}

// settle finds out, in the background, what became of a decision that was not confirmed in time: handing the same one in
// again is harmless. That the desk cannot be reached now says nothing of the first time.
func (g *Gateway) settle(d Decision, viewer Viewer, to hearing) {
	g.aside("follow a decision", func() {
		ctx, cancel := context.WithTimeout(g.ctx, followTime)
		defer cancel()
		taken, err := pursue(ctx, func() (Taken, error) { return g.take(ctx, d, viewer) })
		switch {
		case err == nil:
			g.watch(taken, to)
		default:
			g.hear(to, g.undecided(to.lang, err, d, notice.DecisionUnknown(to.lang, d.named(to.lang), escape(d.Number()))))
		}
	})
}

// watch tells the person, in the background, what becomes of the step.
func (g *Gateway) watch(taken Taken, to hearing) {
	g.aside("follow a decision", func() {
		ctx, cancel := context.WithTimeout(g.ctx, watchTime)
		defer cancel()
		outcome := g.o.Desk.Became(ctx, taken)
		g.hear(to, outcome.Text(to.lang, escape))
	})
}
