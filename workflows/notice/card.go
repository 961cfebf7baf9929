package notice

import (
	"strings"

	"hikeshi/workflows/incident"
)

// Message is a Slack message: Text is what notifications show, Blocks what the channel shows.
type Message struct {
	Text   string
	Blocks []Block
}

// Block is one part of a message, in mrkdwn.
type Block struct {
	Kind    string // header, section, fields, context, actions or divider
	Text    string
	Fields  []string
	Buttons []Button // of actions
}

// Button is something that a reader can press.
type Button struct {
	Text     string // plain
	ActionID string // unique within the message; what stands before the colon says what it does
	Value    string // for whoever hears of it
	URL      string // where it leads; empty: it only tells
	Style    string // primary, danger or empty
}

// How much of a card's parts is shown, in characters: Slack takes about 12,000 in all.
const (
	maxGlass    = 1000
	maxReport   = 1000
	maxTold     = 200 // of what, when and where, each
	maxScope    = 600
	maxTrouble  = 1600
	maxAnalyses = 1900
	maxProgress = 2400
	maxWaivers  = 800
	maxLatest   = 300
	maxLogs     = 3 // a case seldom fills more than one
)

// maxOnCard bounds a text beside others on the card: the ticket has the whole of it.
const maxOnCard = 400

// Card is the status card that is pinned in the case's channel: what whoever comes next needs. Its Text is what
// notifications show, also on a locked telephone, so a hidden title does not stand in it.
func (c Case) Card(e Escape) Message {
	m := Message{Text: e.text(c.banner() + c.Number + " " + c.shownTitle())}
	m.add("header", e.text(c.banner()+c.Number+" "+c.Title))
	if c.Drill {
		m.add("section", "*"+c.say("drill_long")+"*")
	}
	if lines := c.fit(e, c.glassLines(e), maxGlass); len(lines) > 0 {
		m.add("section", ":warning: "+strings.Join(lines, "\n:warning: "))
	}
	if lines := c.adoptedLines(e); len(lines) > 0 {
		m.add("section", ":link: "+strings.Join(lines, "\n:link: "))
	}
	if c.Report != "" {
		m.add("section", within(e, c.Report, maxReport))
	}
	if lines := c.toldLines(e, maxTold); len(lines) > 0 {
		m.add("section", strings.Join(lines, "\n"))
	}
	m.Blocks = append(m.Blocks, Block{Kind: "fields", Fields: c.cardFields(e)})
	m.add("section", c.mrkdwnLinks(e))
	if lines := c.trouble(e); lines != "" {
		m.add("section", lines)
	}
	if lines := c.analysisLines(e); len(lines) > 0 {
		m.add("section", c.joined(e, lines, maxAnalyses))
	}
	if facts := c.progress(e, c.gaps()); len(facts) > 0 {
		m.add("section", c.joined(e, facts, maxProgress))
	}
	if unknown := c.unknowns(); unknown != "" && c.Phase != incident.PhaseClosed {
		m.add("context", unknown)
	}
	if next := c.missing(); next != "" {
		m.add("context", c.say("next", "Missing", e.text(next)))
	}
	m.addActs(c)
	asides := c.asides()
	if !c.Now.IsZero() {
		asides = append(asides, c.say("updated")+": "+e.clock(c.Now))
	}
	if len(asides) > 0 {
		m.add("context", strings.Join(asides, separator))
	}
	return m
}

// cardFields are what everybody asks first. Of what a report may leave open only what is known has a field of its own.
func (c Case) cardFields(e Escape) (fields []string) {
	for _, f := range append([][2]string{
		{"phase", c.phase()}, {"severity", c.severity()}, {"commander", c.commander()}, {"containment", c.containment()}, {"scope", c.or(c.Scope)},
	}, c.particulars()...) {
		if f[1] != "" {
			fields = append(fields, "*"+c.say(f[0])+"*\n"+fact(e, f, maxOnCard))
		}
	}
	return fields
}

// particulars are what a report may leave open, for the card; empty: not known yet.
func (c Case) particulars() [][2]string {
	reporter := ""
	if c.Reporter != "" || c.Details.Company != "" {
		reporter = c.reporter()
	}
	return [][2]string{{"reporter", reporter}, {"organisation", c.companies()}, {"kind", c.Kind}}
}

// unknowns says in a line which of them are not known yet; empty: none.
func (c Case) unknowns() string {
	var names []string
	for _, f := range c.particulars() {
		if f[1] == "" {
			names = append(names, c.say(f[0]))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return c.say("unknowns", "What", strings.Join(names, c.say("comma")))
}

// fact is the value of a row: of those, only these hold a time of ours.
func fact(e Escape, row [2]string, most int) string {
	text := within(e, row[1], most)
	switch row[0] {
	case "containment", "begun", "ended":
		return e.dated(text)
	}
	return text
}

func (m *Message) add(kind, text string) { m.Blocks = append(m.Blocks, Block{Kind: kind, Text: text}) }

// separator stands between short facts on one line; a phone breaks the line there.
const separator = "  ·  "

// asides are the small facts about the case itself: who may know of it, and that its number will change.
func (c Case) asides() (list []string) {
	if c.Audience == incident.AudienceOrganisation || c.Audience == incident.AudienceRestricted {
		list = append(list, c.say("audience")+": "+c.say("audience_"+string(c.Audience)))
	}
	if c.Provisional {
		list = append(list, c.say("provisional"))
	}
	return list
}

// trouble lists what is stuck or should be known.
func (c Case) trouble(e Escape) string {
	var lines []string
	for _, s := range c.Steps {
		if s.State == stuck {
			lines = append(lines, ":warning: "+e.dated(within(e, c.stepLine(s), 2*maxSaid)))
		}
	}
	for _, n := range c.noteLines(e) {
		lines = append(lines, ":information_source: "+n)
	}
	return c.joined(e, lines, maxTrouble)
}
