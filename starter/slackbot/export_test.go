package slackbot

import "time"

// Slot is a row of the table of verbs, as the tests that try every field of every verb see it.
type Slot struct {
	Verb, Name, Kind string
	Typed            bool // no form asks for it
	Required         bool
	Unless, With     string
	Choices          []string
}

// Written reports whether people write into the slot what they like, in a form.
func (s Slot) Written() bool { return s.Kind == string(aLine) || s.Kind == string(aText) }

// Takes reports whether a value follows the slot's flag.
func (s Slot) Takes() bool { return s.Kind != string(aFlag) }

// Verbs are the names of all verbs that change a case, and open.
func Verbs() (list []string) {
	for _, v := range append(verbs(), openVerb()) {
		list = append(list, v.name)
	}
	return list
}

// OneOf are the slots of which one has to be said.
func OneOf(name string) []string {
	v, _ := verbNamed(name)
	return v.one
}

// Direct reports whether a verb needs no form.
func Direct(name string) bool {
	v, _ := verbNamed(name)
	return v.direct
}

// Slots are all that can be said with a verb.
func Slots(name string) (list []Slot) {
	for _, v := range append(verbs(), openVerb()) {
		if v.name != name {
			continue
		}
		for _, s := range v.slots {
			list = append(list, Slot{v.name, s.name, string(s.kind), s.typed, s.required, s.unless, s.with, s.choices})
		}
	}
	return list
}

// Sealed is what a view carries in its private metadata.
func (g *Gateway) Sealed(user, callback string, carries any) (string, error) {
	return g.sealed(user, callback, carries)
}

// SealedAt is the same of an older one.
func (g *Gateway) SealedAt(at time.Time, user, callback string, carries any) (string, error) {
	return g.sealedAt(at, user, callback, carries)
}

// ShortenMarkup cuts a text for Slack.
func ShortenMarkup(text string, n int) string { return shortenMarkup(text, n) }
