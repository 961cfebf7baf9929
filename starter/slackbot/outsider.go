package slackbot

import (
	"cmp"
	"context"
	"sync"

	"hikeshi/workflows/incident"
)

// means is what somebody who is named in a field must be allowed to do, for the naming to be of use.
var means = map[string]string{"to": "accept", "commander": "accept", "lead": "conclude", "invite": incident.VerbStatus}

// aboutPerson is a refusal because of somebody whom a field names.
type aboutPerson struct {
	error
	field string
}

func (e aboutPerson) Unwrap() error { return e.error }
func (e aboutPerson) Field() string { return e.field }

// outsiders refuses to bring guests and people of other workspaces into a case in which the rules let them do nothing:
// they would see its channel, be asked, and then be turned away. Whom Slack does not describe in time is let through, for
// the case decides about whatever they do themselves.
func (g *Gateway) outsiders(ctx context.Context, f fields) error {
	if len(g.o.Rights) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(g.o.KnowTime, briefly))
	defer cancel()
	for _, field := range []string{"to", "commander", "lead", "invite"} {
		for _, p := range g.persons(ctx, f[field][:min(len(f[field]), maxAsked)]) {
			if refused := g.outsider(p, means[field]); refused != nil {
				return aboutPerson{refused, field}
			}
		}
	}
	return nil
}

// persons finds out who people are, all at once: one after another would take longer than a form may take to open.
func (g *Gateway) persons(ctx context.Context, users []string) []person {
	list := make([]person, len(users))
	var all sync.WaitGroup
	for i, user := range users {
		if incident.UserID(user) != "" {
			all.Go(func() { list[i] = g.person(ctx, user) })
		}
	}
	all.Wait()
	return list
}

// outsider refuses somebody of whom Slack has said that the rule about the verb is not for people like them.
func (g *Gateway) outsider(p person, verb string) *incident.Refusal {
	rule, place := g.o.Rights.For(verb)
	switch called := cmp.Or(p.Name, p.ID); {
	case !p.Known || place == 0:
	case p.Guest && !rule.Guests:
		return incident.Refuse(incident.Rule, "Name somebody else, or ask whoever keeps the configuration", "%s is a guest in this workspace, and %s is not for guests (rule %d)", called, verb, place)
	case p.External && !rule.External:
		return incident.Refuse(incident.Rule, "Name somebody else, or ask whoever keeps the configuration", "%s is of another workspace, and %s is for people of this one only (rule %d)", called, verb, place)
	}
	return nil
}
