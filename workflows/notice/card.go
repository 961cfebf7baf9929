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
	Kind   string // header, section, fields, context or divider
	Text   string
	Fields []string
}

// Card is the status card that is pinned in the case's channel. Its Text is what notifications show, also on a locked
// telephone, so a hidden title does not stand in it.
func (c Case) Card(e Escape) Message {
	m := Message{Text: e.text(c.banner() + c.Number + " " + c.shownTitle())}
	m.add("header", e.text(c.banner()+c.Number+" "+c.Title))
	if c.Drill {
		m.add("section", "*"+c.say("drill_long")+"*")
	}
	if c.Report != "" {
		m.add("section", e.text(c.Report))
	}
	var fields []string
	for _, f := range [][2]string{
		{"phase", c.phase()}, {"severity", c.severity()}, {"commander", c.or(c.Commander)}, {"containment", c.containment()},
		{"reporter", c.or(c.Reporter)}, {"organisation", c.or(c.companies())}, {"scope", c.or(c.Scope)}, {"kind", c.or(c.Kind)},
	} {
		fields = append(fields, "*"+c.say(f[0])+"*\n"+e.text(f[1]))
	}
	m.Blocks = append(m.Blocks, Block{Kind: "fields", Fields: fields})
	m.add("section", c.mrkdwnLinks(e))
	if lines := c.trouble(e); lines != "" {
		m.add("section", lines)
	}
	if next := c.missing(); next != "" {
		m.add("context", c.say("next", "Missing", next))
	}
	asides := c.asides()
	if !c.Now.IsZero() {
		asides = append(asides, c.say("updated")+": "+clock(c.Now))
	}
	if len(asides) > 0 {
		m.add("context", strings.Join(asides, separator))
	}
	return m
}

func (m *Message) add(kind, text string) { m.Blocks = append(m.Blocks, Block{Kind: kind, Text: text}) }

func (c Case) mrkdwnLinks(e Escape) string {
	var parts []string
	for _, l := range c.Links {
		switch {
		case l.Kind == "channel": // the reader is there
		case l.URL == "":
			parts = append(parts, c.linkTitle(l.Kind)+": "+c.say("owed"))
		default:
			parts = append(parts, c.linkTitle(l.Kind)+": <"+slackAddress(l.URL)+"|"+e.text(l.Text)+">")
		}
	}
	return strings.Join(parts, separator)
}

// slackAddress is an address as it stands in mrkdwn, where an ampersand begins an entity.
func slackAddress(url string) string { return strings.ReplaceAll(address(url), "&", "&amp;") }

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
		if s.State == "stuck" {
			lines = append(lines, ":warning: "+e.text(c.stepLine(s)))
		}
	}
	for _, n := range c.Notes {
		lines = append(lines, ":information_source: "+e.text(incident.CleanLine(n)))
	}
	return strings.Join(lines, "\n")
}
