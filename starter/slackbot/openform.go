package slackbot

import (
	"context"
	"errors"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// openVerb opens a case. Only the title is needed: the rest can be told later.
func openVerb() verb {
	return verb{name: "open", slots: []slot{
		{name: "title", kind: aLine, required: true, most: incident.MaxTitle}, {name: "severity", kind: aSeverity}, {name: "report", kind: aText, most: longText},
		{name: "kind", kind: aLine}, {name: "reporter", kind: aLine}, {name: "org", kind: aLine}, {name: "invite", kind: somePeople},
		{name: "audience", kind: aChoice, choices: []string{string(incident.AudienceGroup), string(incident.AudienceOrganisation), string(incident.AudienceRestricted)}},
		{name: "drill", kind: aFlag}, {name: "adopt", kind: aFlag},
	}}
}

// askForCase shows the form that opens a case, with what is said already; empty: it is shown.
func (g *Gateway) askForCase(ctx context.Context, a asker, f fields) string {
	if err := g.showForm(ctx, a, openVerb(), notice.Case{Lang: a.lang}, f); err != nil {
		g.o.Log.Warn("a form cannot be shown", "verb", "open", "error", err)
		return notice.Usage(a.lang)
	}
	return ""
}

// filledOpen takes the form that opens a case. The form's id is the request's: the same form sent twice is one
// case. Once a request is refused for good, nothing is a case under its id, and the form asks under another.
func (g *Gateway) filledOpen(ctx context.Context, i interaction) reply {
	v := openVerb()
	if i.View.Callback == formPrefix+"adopt" {
		v = adoptVerb()
	}
	var keep carried
	stale, err := g.unsealed(i, &keep)
	if err != nil || i.View.ID == "" {
		g.o.Log.Warn("refuse a form that cannot be ours", "user", i.User.ID)
		return refuse("the form carries nothing of ours")
	}
	f := v.read(i, keep)
	if stale != "" {
		return complain(v.beside("", f), stale)
	}
	if len(f["adopt"]) > 0 {
		return g.toAdopt(ctx, i, keep, f)
	}
	if field, why := unagreed(i.who.Lang, v, f); field != "" {
		return complain(field, why)
	}
	if missing := v.missing(f); missing != "" {
		return complain(missing, notice.FieldMissing(i.who.Lang))
	}
	request, err := requestOf(f)
	request.Where = keep.Channel
	request.ID, request.Asked, request.By = g.spent.next(incident.RequestID(requestOfForm(i.View.ID, f)), nil), now(), g.naming(ctx, i.by(), "", request.Invite)
	request.By.Channel = keep.Channel // a form is filled in in none, but was asked for in one
	what := escape(incident.CleanLine(request.Title))
	w := wish{request, what, quotedBack(what), hearing{i.who.Lang, keep.Answer, i.View.ID, i.User.ID}, keep.Answer != ""}
	text, err := g.record(ctx, w, err)
	var refusal *incident.Refusal
	switch {
	case err == nil && w.apart:
		return done()
	case err == nil:
		return g.tellHere(w.to, text)
	case errors.As(err, &refusal):
		return complain(v.beside(fieldOf(err), f), notice.Refused(w.to.lang, refusal)) // plain text
	}
	g.o.Log.Error("the desk does not answer", "what", what, "error", err)
	return complain("title", notice.NotDone(w.to.lang))
}

// requestOfForm is the form's id. A ticket that is not there is refused for good under its request's id: with another one
// the form asks for something else.
func requestOfForm(view string, f fields) string {
	if ticket := f.get("ticket"); ticket != "" {
		return view + "." + shortDigest(ticket)
	}
	return view
}

// requestOf is the request that was filled in.
func requestOf(f fields) (r incident.Request, err error) {
	r = incident.Request{Title: f.get("title"), Report: f.get("report"), Kind: f.get("kind"), Reporter: f.get("reporter"), Organisations: f["org"], Invite: f["invite"],
		Drill: f.get("drill") != "", Channel: f.get("channel"), Ticket: f.get("ticket"), Consent: f.get("consent") != ""}
	if r.Severity, err = incident.ParseSeverity(f.get("severity")); err != nil {
		return r, err
	}
	r.Audience, err = incident.ParseAudience(f.get("audience"))
	return r, err
}
