package notice

import (
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

const maxSummary = 255 // characters of a JIRA summary

// Summary is the ticket's one line. Whoever may list the project reads it, so a case whose title is hidden says no
// more than that it is one.
func (c Case) Summary() string {
	line := c.banner()
	if c.HideTitle {
		return line + c.say("title_hidden")
	}
	line += c.Title // no severity: it changes, and this line does not
	if names := c.companies(); names != "" {
		line += " (" + names + ")"
	}
	return incident.Shorten(incident.CleanLine(line), maxSummary)
}

// How much of a person's text the ticket's description shows, in escaped characters. JIRA takes 32,767 for a
// description; of these the status block keeps below 12,000.
const (
	maxReported    = 17000
	maxBlockScope  = 1000
	maxBlockUpdate = 600
	maxBlockLines  = 2500 // of the analyses
	maxBlockSteps  = 1800
)

// Description is the ticket's text above the status block: what was reported, by whom, to whom. JIRA wiki markup.
func (c Case) Description(e Escape) string {
	var b strings.Builder
	if c.Drill {
		b.WriteString("*" + e.text(c.say("drill_long")) + "*\n\n")
	}
	b.WriteString(e.text(c.Title) + "\n\n")
	if c.Report != "" {
		b.WriteString(within(e, c.Report, maxReported) + "\n\n")
	}
	for _, row := range [][2]string{{"reporter", c.or(c.Reporter)}, {"organisation", c.or(c.companies())}, {"opener", c.or(c.Opener)}, {"opened", clock(c.Opened)}} {
		b.WriteString("*" + c.say(row[0]) + ":* " + within(e, row[1], maxBlockScope) + "\n")
	}
	return b.String()
}

// StatusBlock is the part of the ticket that always shows the present state, for readers without Slack.
func (c Case) StatusBlock(e Escape) string {
	var b strings.Builder
	if c.Drill {
		b.WriteString("*" + e.text(c.say("drill_long")) + "*\n\n")
	}
	for _, l := range c.fit(e, c.glassLines(e), maxGlass) {
		b.WriteString("* " + item(l) + "\n")
	}
	if len(c.BrokenGlass) > 0 {
		b.WriteString("\n")
	}
	for _, r := range c.blockRows(e) {
		b.WriteString("|| " + r[0] + " | " + cell(r[1]) + " |\n")
	}
	for _, l := range c.Links {
		if l.Kind == "ticket" {
			continue // the reader is there
		}
		b.WriteString("|| " + c.linkTitle(l.Kind) + " | " + c.wikiLink(l, e) + " |\n")
	}
	c.blockLinks(&b, e)
	var lines []string
	for _, s := range c.Steps {
		lines = append(lines, "* "+item(within(e, c.stepLine(s), 2*maxSaid)))
	}
	for _, n := range c.Notes {
		lines = append(lines, "* "+item(within(e, n, 2*maxSaid)))
	}
	if len(lines) > 0 {
		b.WriteString("\n" + c.joined(e, lines, maxBlockSteps) + "\n")
	}
	return strings.TrimSpace(b.String())
}

// blockRows are the status block's rows: what it is, and how that stands.
func (c Case) blockRows(e Escape) (rows [][2]string) {
	add := func(id, text string) { rows = append(rows, [2]string{c.say(id), text}) }
	for _, r := range [][2]string{
		{"phase", c.phase()}, {"status", c.status()}, {"severity", c.severity()}, {"kind", c.or(c.Kind)}, {"commander", c.or(c.Commander)},
		{"scope", c.or(c.Scope)}, {"containment", c.containment()},
	} {
		add(r[0], within(e, r[1], maxBlockScope))
	}
	if c.Resolution != "" {
		add("resolution", within(e, c.resolution(), maxBlockUpdate))
	}
	if c.LastUpdate != nil {
		add("last_update", c.update(e, incident.Shorten(c.LastUpdate.Text, maxBlockUpdate), 2*maxBlockUpdate))
	}
	if !c.NextUpdate.IsZero() {
		add("next_update", e.text(clock(c.NextUpdate)))
	}
	if len(c.Analyses) > 0 {
		add("analyses", c.joined(e, c.blockAnalyses(e), maxBlockLines))
	}
	if len(c.Tasks) > 0 {
		add("tab_tasks", e.text(c.taskCount()))
	}
	if len(c.Lessons) > 0 {
		add("tab_lessons", e.text(c.lessonCount()))
	}
	if len(c.Waivers) > 0 {
		add("waived", c.joined(e, c.waiverLines(e), maxWaivers))
	}
	if !c.Now.IsZero() {
		add("updated", e.text(clock(c.Now)))
	}
	return rows
}

// blockAnalyses are the analyses without their channels: the readers are not there.
func (c Case) blockAnalyses(e Escape) (lines []string) {
	for _, a := range c.inOrder() {
		lines = append(lines, a.ID+" "+c.analysisLine(a, e, ""))
	}
	return lines
}

// blockLinks say what is logged and kept, and lead there.
func (c Case) blockLinks(b *strings.Builder, e Escape) {
	if c.Mirror.begun() {
		text := e.text(c.watermark())
		for i, l := range slices.Backward(c.Mirror.Logs) {
			if i >= len(c.Mirror.Logs)-maxLogs {
				text += " " + c.wikiLink(l, e)
			}
		}
		b.WriteString("|| " + c.say("log") + " | " + text + " |\n")
	}
	if c.archived() {
		text := e.text(c.archiveLine())
		if c.Archive.Folder.URL != "" {
			text += " " + c.wikiLink(c.Archive.Folder, e)
		}
		b.WriteString("|| " + c.say("archive") + " | " + text + " |\n")
	}
}

// cell keeps a text with line breaks and bars inside its table cell.
func cell(text string) string {
	var b strings.Builder
	escaped := false
	for _, r := range item(text) {
		if r == '|' && !escaped {
			b.WriteByte('\\')
		}
		escaped = r == '\\' && !escaped
		b.WriteRune(r)
	}
	return b.String()
}

// item keeps a text with line breaks in its line: a double backslash is JIRA's forced break.
func item(text string) string {
	return strings.NewReplacer("\r\n", " \\\\ ", "\r", " \\\\ ", "\n", " \\\\ ").Replace(text)
}

func (c Case) wikiLink(l Link, e Escape) string {
	switch {
	case l.URL != "":
		return "[" + e.text(l.Text) + "|" + address(l.URL) + "]"
	case l.Text != "" && l.Kind == "channel":
		return e.text("#" + l.Text)
	default:
		return e.text(c.say("owed"))
	}
}

// stepLine says in one line what is owed and why.
func (c Case) stepLine(s Step) string {
	title := StepTitle(c.Lang, s.ID)
	if s.State != "stuck" {
		return c.say("step_owed", "Step", title)
	}
	return c.say("step_stuck", "Step", title, "Cause", unstopped(s.Cause), "Since", clock(s.Since), "Hint", unstopped(s.Hint))
}

// unstopped is a text for the middle of a sentence of ours, which ends it itself.
func unstopped(text string) string { return strings.TrimRight(incident.CleanLine(text), " .。") }
