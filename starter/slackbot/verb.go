package slackbot

import (
	"regexp"
	"slices"
	"strings"
)

// verb is something that can be done to a case. From its row come the words that a person can type, the form that asks
// for the rest, and the help.
type verb struct {
	name  string
	acts  string // the case's verb, where it is another
	slots []slot // in the order in which the form asks for them
	heads []head // what the first words may be, in this order
	main  string // the slot that all other words without a flag fill; empty: none
	one   []string
	fixed map[string]string // what the verb says by itself
	// direct: it needs no form, because nothing has to be said.
	direct bool
}

// slot is one thing that can be said with a verb, by the name of the command line's flag.
type slot struct {
	name     string
	kind     slotKind
	required bool
	unless   string   // a slot with which it is not required
	with     string   // a slot without which a form does not ask for it
	most     int      // characters; 0: a line
	choices  []string // of a choice
	typed    bool     // no form asks for it
}

type slotKind string

// What a slot takes. Choices of analyses, lessons and gates are those of the case; those of runbooks are the
// configuration's.
const (
	aLine      slotKind = "line"
	aText      slotKind = "text"
	aSeverity  slotKind = "severity"
	aChoice    slotKind = "choice"
	aPerson    slotKind = "person"
	somePeople slotKind = "people"
	aChannel   slotKind = "channel"
	anID       slotKind = "id"
	anAnalyse  slotKind = "analysis"
	aLesson    slotKind = "lesson"
	aGate      slotKind = "gate"
	aRunbook   slotKind = "runbook"
	aFlag      slotKind = "flag"
)

// head is a first word that fills a slot: always, or if it looks like it.
type head struct {
	slot   string
	always bool
}

// How much a case takes, in characters.
const (
	longText   = 3000 // what Slack takes in a field; a case takes more
	longReason = 1000
	longLine   = 500
)

// verbs are those that change a case, in the order of help.
func verbs() []verb {
	reason := slot{name: "reason", kind: aText, required: true, most: longReason}
	return []verb{
		{name: "triage", one: []string{"severity", "kind", "commander", "scope"}, heads: []head{{"severity", false}}, slots: []slot{
			{name: "severity", kind: aSeverity}, {name: "scope", kind: aText, most: longText}, {name: "kind", kind: aLine}, {name: "commander", kind: aPerson},
		}},
		{name: "severity", main: "reason", heads: []head{{"severity", true}}, slots: []slot{
			{name: "severity", kind: aSeverity, required: true}, {name: "reason", kind: aText, most: longReason},
		}},
		{name: "take", direct: true},
		{name: "handover", main: "note", heads: []head{{"to", true}}, slots: []slot{
			{name: "to", kind: aPerson, required: true}, {name: "note", kind: aText, most: longReason},
		}},
		{name: "accept", direct: true},
		{name: "decline", acts: "accept", fixed: map[string]string{"decline": "yes"}, main: "reason", slots: []slot{{name: "reason", kind: aText, most: longReason}}},
		{name: "details", one: []string{"reporter", "company", "what", "when", "where", "kind", "unclear", "invite"}, slots: []slot{
			{name: "reporter", kind: aLine}, {name: "company", kind: aLine}, {name: "what", kind: aText, most: longText}, {name: "when", kind: aLine}, {name: "where", kind: aLine},
			{name: "kind", kind: aLine}, {name: "unclear", kind: aFlag}, {name: "invite", kind: somePeople},
		}},
		{name: "contain", main: "state", slots: []slot{
			{name: "state", kind: aChoice, required: true, choices: []string{"none", "acting", "contained", "not applicable"}},
		}},
		{name: "analyze", main: "name", one: []string{"name", "lead", "hypothesis", "invite"}, heads: []head{{"analysis", false}}, slots: []slot{
			{name: "analysis", kind: anID, typed: true}, {name: "name", kind: aLine, required: true, unless: "analysis", most: 120}, {name: "lead", kind: aPerson},
			{name: "hypothesis", kind: aText, most: longText}, {name: "invite", kind: somePeople},
		}},
		{name: "conclude", main: "finding", one: []string{"finding", "drop"}, heads: []head{{"analysis", false}}, slots: []slot{
			{name: "analysis", kind: anAnalyse}, {name: "finding", kind: aText, most: longText}, {name: "drop", kind: aText, most: longText},
		}},
		{name: "lead", acts: "analyze", heads: []head{{"analysis", false}, {"lead", true}}, slots: []slot{{name: "analysis", kind: anAnalyse}, {name: "lead", kind: aPerson, required: true}}},
		{name: "task", main: "title", one: []string{"title", "owner", "due", "status", "done"}, heads: []head{{"task", false}}, slots: []slot{
			{name: "task", kind: anID, typed: true}, {name: "title", kind: aLine, required: true, unless: "task"}, {name: "owner", kind: aPerson}, {name: "due", kind: aLine},
			{name: "status", kind: aChoice, with: "task", choices: []string{"todo", "doing", "done", "dropped"}}, {name: "done", kind: anID, typed: true},
		}},
		{name: "update", main: "text", slots: []slot{
			{name: "text", kind: aText, required: true, most: longText}, {name: "next", kind: aChoice, choices: []string{"30m", "1h", "2h", "4h", "8h", "24h"}},
		}},
		{name: "run", main: "runbook", one: []string{"runbook", "abort"}, slots: []slot{
			{name: "runbook", kind: aRunbook, required: true, unless: "abort", most: 200}, {name: "abort", kind: anID, typed: true}, {name: "reason", kind: aText, most: longReason, typed: true},
		}},
		{name: "lesson", main: "text", slots: []slot{{name: "text", kind: aText, required: true, most: longText}}},
		{name: "note", main: "text", slots: []slot{
			{name: "text", kind: aText, required: true, most: longText}, {name: "link", kind: aLine, typed: true}, {name: "at", kind: aLine, typed: true},
		}},
		{name: "decide", main: "reason", heads: []head{{"lesson", true}, {"as", true}}, slots: []slot{
			{name: "lesson", kind: aLesson, required: true}, {name: "as", kind: aChoice, required: true, choices: []string{"theme", "accept", "join"}},
			{name: "key", kind: aLine, most: 40}, {name: "reason", kind: aText, most: longReason},
		}},
		{name: "waive", main: "reason", heads: []head{{"gate", true}}, slots: []slot{{name: "gate", kind: aGate, required: true}, reason}},
		{name: "back", main: "reason", heads: []head{{"phase", true}}, slots: []slot{
			{name: "phase", kind: aChoice, required: true, choices: []string{"triage", "analysis"}}, reason,
		}},
		{name: "close", main: "resolution", slots: []slot{{name: "resolution", kind: aLine, required: true}, {name: "reason", kind: aText, most: longReason}}},
		{name: "mistake", acts: "close", fixed: map[string]string{"resolution": "opened by mistake"}, main: "reason", slots: []slot{reason}},
		{name: "merge", main: "reason", heads: []head{{"into", true}}, slots: []slot{{name: "into", kind: aLine, required: true, most: 60}, {name: "reason", kind: aText, most: longReason}}},
		{name: "reopen", main: "reason", slots: []slot{reason}},
	}
}

// plainVerb is a verb as the table has it: people's hands do not always find the shift key, and Japanese keyboards leave
// letters wide.
func plainVerb(name string) string { return strings.ToLower(narrow(name)) }

// verbNamed finds a verb.
func verbNamed(name string) (verb, bool) {
	list := verbs()
	i := slices.IndexFunc(list, func(v verb) bool { return v.name == plainVerb(name) })
	if i < 0 {
		return verb{}, false
	}
	return list[i], true
}

func (v verb) slot(name string) (slot, bool) {
	i := slices.IndexFunc(v.slots, func(s slot) bool { return s.name == name })
	if i < 0 {
		return slot{}, false
	}
	return v.slots[i], true
}

// enough reports whether what was said is all that has to be said.
func (v verb) enough(f fields) bool {
	for _, s := range v.slots {
		if s.required && len(f[s.name]) == 0 && (s.unless == "" || len(f[s.unless]) == 0) {
			return false
		}
	}
	return len(v.one) == 0 || slices.ContainsFunc(v.one, func(name string) bool { return len(f[name]) > 0 })
}

// fields are what somebody has said with a verb, by the names of its slots.
type fields map[string][]string

func (f fields) set(name string, values ...string) {
	values = slices.DeleteFunc(values, func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(values) > 0 {
		f[name] = values
	}
}

func (f fields) get(name string) string {
	if len(f[name]) > 0 {
		return f[name][0]
	}
	return ""
}

// joinPrefix is what people type before a ticket who know the command line.
var joinPrefix = regexp.MustCompile(`(?i)^\s*join:\s*`)

// act is what is asked of the case: in its own words, with what the verb says by itself.
func (v verb) act(f fields) (name string, said fields) {
	said = fields{}
	for slot, values := range f {
		said[slot] = values
	}
	for slot, value := range v.fixed {
		said[slot] = []string{value}
	}
	if key := said.get("key"); key != "" {
		if said.get("as") == "join" {
			said["as"] = []string{"join:" + joinPrefix.ReplaceAllString(key, "")}
		}
		delete(said, "key")
	}
	if v.acts != "" {
		return v.acts, said
	}
	return v.name, said
}
