package notice

import (
	"slices"
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

// How much of a card's parts is shown, in characters: Slack takes about 12,000 in all.
const (
	maxGlass    = 1000
	maxReport   = 1200
	maxScope    = 600
	maxTrouble  = 1800
	maxAnalyses = 2200
	maxWaivers  = 800
	maxLatest   = 300
	maxLogs     = 3 // a case seldom fills more than one
)

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
	if c.Report != "" {
		m.add("section", within(e, c.Report, maxReport))
	}
	m.Blocks = append(m.Blocks, Block{Kind: "fields", Fields: c.cardFields(e)})
	m.add("section", c.mrkdwnLinks(e))
	if lines := c.trouble(e); lines != "" {
		m.add("section", lines)
	}
	if lines := c.analysisLines(e); len(lines) > 0 {
		m.add("section", c.joined(e, lines, maxAnalyses))
	}
	if facts := c.progress(e); len(facts) > 0 {
		m.add("section", strings.Join(facts, "\n"))
	}
	if next := c.missing(); next != "" {
		m.add("context", c.say("next", "Missing", e.text(next)))
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

func (c Case) cardFields(e Escape) (fields []string) {
	for _, f := range [][2]string{
		{"phase", c.phase()}, {"severity", c.severity()}, {"commander", c.or(c.Commander)}, {"containment", c.containment()},
		{"reporter", c.or(c.Reporter)}, {"organisation", c.or(c.companies())}, {"scope", c.or(c.Scope)}, {"kind", c.or(c.Kind)},
	} {
		fields = append(fields, "*"+c.say(f[0])+"*\n"+within(e, f[1], maxScope))
	}
	return fields
}

// analysisLines are the analyses, one on a line, each leading to its channel.
func (c Case) analysisLines(e Escape) (lines []string) {
	for _, a := range c.inOrder() {
		lines = append(lines, "*"+a.ID+"* "+c.analysisLine(a, e, c.mrkdwnChannel(a, e)))
	}
	return lines
}

func (c Case) mrkdwnChannel(a Analysis, e Escape) string {
	switch name := e.text(channelName(a.ChannelName)); {
	case a.ChannelURL != "":
		return slackLink(a.ChannelURL, name)
	case a.ChannelName != "":
		return name
	case a.Open():
		return c.say("channel_owed")
	}
	return ""
}

// progress is how far the work is: what there is of it, one fact on a line.
func (c Case) progress(e Escape) (lines []string) {
	add := func(id, text string) { lines = append(lines, c.say(id)+": "+text) }
	var counts []string
	if len(c.Tasks) > 0 {
		counts = append(counts, c.say("tab_tasks")+": "+c.taskCount())
	}
	if len(c.Lessons) > 0 {
		counts = append(counts, c.say("tab_lessons")+": "+c.lessonCount())
	}
	if len(counts) > 0 {
		lines = append(lines, strings.Join(counts, separator))
	}
	if c.LastUpdate != nil {
		add("last_update", c.update(e, incident.CleanLine(c.LastUpdate.Text), maxLatest))
	}
	if !c.NextUpdate.IsZero() {
		add("next_update", clock(c.NextUpdate))
	}
	if c.Resolution != "" {
		add("resolution", within(e, c.resolution(), maxSaid))
	}
	for _, l := range c.fit(e, c.waiverLines(e), maxWaivers) {
		add("waived", l)
	}
	if c.Mirror.begun() {
		add("log", strings.Join(append([]string{c.watermark()}, c.mrkdwnLogs(e)...), separator))
	}
	if c.archived() {
		add("archive", strings.Join(append([]string{c.archiveLine()}, c.mrkdwnArchive(e)...), separator))
	}
	return lines
}

// mrkdwnLogs leads to the log tickets, the newest first.
func (c Case) mrkdwnLogs(e Escape) (links []string) {
	for _, l := range slices.Backward(c.Mirror.Logs) {
		if l.URL != "" && len(links) < maxLogs {
			links = append(links, slackLink(l.URL, e.text(l.Text)))
		}
	}
	return links
}

func (c Case) mrkdwnArchive(e Escape) []string {
	if c.Archive.Folder.URL == "" {
		return nil
	}
	return []string{slackLink(c.Archive.Folder.URL, e.text(c.Archive.Folder.Text))}
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
			parts = append(parts, c.linkTitle(l.Kind)+": "+slackLink(l.URL, e.text(l.Text)))
		}
	}
	return strings.Join(parts, separator)
}

// slackLink is a link in mrkdwn. A bar in its text would be shown; an empty one would show nothing.
func slackLink(url, text string) string { return "<" + slackAddress(url) + "|" + text + ">" }

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
			lines = append(lines, ":warning: "+within(e, c.stepLine(s), 2*maxSaid))
		}
	}
	for _, n := range c.Notes {
		lines = append(lines, ":information_source: "+within(e, incident.CleanLine(n), 2*maxSaid))
	}
	return c.joined(e, lines, maxTrouble)
}
