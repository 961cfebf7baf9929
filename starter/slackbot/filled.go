package slackbot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// answered is what a person chose or wrote in one field of a form.
type answered struct {
	Value    string   `json:"value"`
	User     string   `json:"selected_user"`
	Users    []string `json:"selected_users"`
	Channel  string   `json:"selected_conversation"`
	Selected struct {
		Value string `json:"value"`
	} `json:"selected_option"`
	Ticked []struct {
		Value string `json:"value"`
	} `json:"selected_options"`
}

// filled takes a form of a verb. What the case refuses stays in the form, beside the field that it is about, so that
// nothing has to be written again.
func (g *Gateway) filled(ctx context.Context, i interaction) reply {
	if i.View.Callback == formPrefix+"open" || i.View.Callback == formPrefix+"adopt" {
		return g.filledOpen(ctx, i)
	}
	v, found := verbNamed(strings.TrimPrefix(i.View.Callback, formPrefix))
	var keep carried
	stale, err := g.unsealed(i, &keep)
	if !found || err != nil || !keep.Valid() || i.View.ID == "" {
		g.o.Log.Warn("refuse a form that cannot be ours", "user", i.User.ID)
		return refuse("the form carries nothing of ours")
	}
	f := v.read(i, keep)
	if stale != "" {
		return complain(v.beside("", f), stale)
	}
	if missing := v.missing(f); missing != "" {
		return complain(missing, notice.FieldMissing(i.who.Lang))
	}
	if err := g.outsiders(ctx, f); err != nil {
		var refusal *incident.Refusal
		errors.As(err, &refusal)
		return complain(v.beside(fieldOf(err), f), notice.Refused(i.who.Lang, refusal)) // plain text
	}
	name, said := v.act(f)
	act := Act{ID: i.View.ID, Verb: name, Number: keep.Number(), Fields: said, By: g.naming(ctx, i.by(), "", v.people(f)...), Viewer: Viewer{User: i.User.ID, Channel: keep.Channel}}
	what, to := namedAct(i.who.Lang, v, act.Number), hearing{i.who.Lang, keep.Answer, i.View.ID, i.User.ID}
	act.ID = g.spent.next(act.ID, act.asked())
	answer, err := g.do(ctx, act)
	var refusal *incident.Refusal
	switch {
	case errors.As(err, &refusal):
		return complain(v.beside(fieldOf(err), f), notice.Refused(to.lang, refusal)) // plain text
	case err == nil:
		return g.tellHere(to, did(to.lang, v.name, answer))
	case isNotConfirmed(ctx, err):
		g.pursueAct(v, act, what, to)
		return g.tellHere(to, notice.NotConfirmed(to.lang, what))
	}
	g.o.Log.Error("the desk does not answer", "what", what, "error", err)
	return complain(v.beside("", f), notice.NotDone(to.lang))
}

// tellHere closes the form and tells the person where they asked, or shows it in the form.
func (g *Gateway) tellHere(to hearing, text string) reply {
	if to.address == "" {
		return show(map[string]any{"response_action": "update", "view": told(to.lang, text)})
	}
	g.tell(to, text)
	return done()
}

// read takes what a person has filled in, and what the form carries of the verb. What they left as the case has it is
// not said anew: somebody else may have changed it meanwhile.
func (v verb) read(i interaction, keep carried) fields {
	f := fields{}
	for _, s := range v.slots {
		if value := keep.Fields[s.name]; s.typed && value != "" {
			f.set(s.name, value)
		}
		a := i.View.State.Values[s.name][s.name]
		switch {
		case s.kind == somePeople:
			f.set(s.name, slices.DeleteFunc(a.Users, func(id string) bool { return !plainUser.MatchString(id) })...)
		case s.kind == aPerson:
			if plainUser.MatchString(a.User) { // Slack offers nobody else
				f.set(s.name, a.User)
			}
		case s.kind == aChannel:
			if plainChannel.MatchString(a.Channel) {
				f.set(s.name, a.Channel)
			}
		case s.kind == aFlag:
			if len(a.Ticked) > 0 {
				f.set(s.name, "yes")
			} else if keep.Shown[s.name] != "" {
				f.set(s.name, "no")
			}
		default:
			f.set(s.name, strings.TrimSpace(a.Value+a.User+a.Selected.Value))
		}
		if digest := keep.Shown[s.name]; digest != "" && !s.required && digest == shortDigest(f.get(s.name)) {
			delete(f, s.name)
		}
	}
	return f
}

// missing is the field that says nothing and must.
func (v verb) missing(f fields) string {
	for _, s := range v.slots {
		if s.required && incident.CleanText(f.get(s.name)) == "" && (s.unless == "" || len(f[s.unless]) == 0) {
			return s.name
		}
	}
	return ""
}

// beside is the field beside which a refusal is shown: the one that it is about if the form has it, else the first.
func (v verb) beside(about string, f fields) string {
	first := ""
	for _, s := range v.slots {
		if s.typed || s.with != "" && len(f[s.with]) == 0 {
			continue
		}
		if s.name == about {
			return about
		}
		if first == "" {
			first = s.name
		}
	}
	return first
}
