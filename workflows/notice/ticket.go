package notice

import (
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

// Description is the ticket's text above the status block: what was reported, by whom, to whom. JIRA wiki markup.
func (c Case) Description(e Escape) string {
	var b strings.Builder
	if c.Drill {
		b.WriteString("*" + e.text(c.say("drill_long")) + "*\n\n")
	}
	b.WriteString(e.text(c.Title) + "\n\n")
	if c.Report != "" {
		b.WriteString(e.text(c.Report) + "\n\n")
	}
	for _, row := range [][2]string{{"reporter", c.or(c.Reporter)}, {"organisation", c.or(c.companies())}, {"opener", c.or(c.Opener)}, {"opened", clock(c.Opened)}} {
		b.WriteString("*" + c.say(row[0]) + ":* " + e.text(row[1]) + "\n")
	}
	return b.String()
}

// StatusBlock is the part of the ticket that always shows the present state, for readers without Slack.
func (c Case) StatusBlock(e Escape) string {
	var b strings.Builder
	if c.Drill {
		b.WriteString("*" + e.text(c.say("drill_long")) + "*\n\n")
	}
	rows := [][2]string{
		{"phase", c.phase()}, {"status", c.status()}, {"severity", c.severity()}, {"kind", c.or(c.Kind)}, {"commander", c.or(c.Commander)},
		{"scope", c.or(c.Scope)}, {"containment", c.containment()},
	}
	if !c.Now.IsZero() {
		rows = append(rows, [2]string{"updated", clock(c.Now)})
	}
	for _, r := range rows {
		b.WriteString("|| " + c.say(r[0]) + " | " + cell(e.text(r[1])) + " |\n")
	}
	for _, l := range c.Links {
		if l.Kind == "ticket" {
			continue // the reader is there
		}
		b.WriteString("|| " + c.linkTitle(l.Kind) + " | " + c.wikiLink(l, e) + " |\n")
	}
	if len(c.Steps)+len(c.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, s := range c.Steps {
		b.WriteString("* " + item(e.text(c.stepLine(s))) + "\n")
	}
	for _, n := range c.Notes {
		b.WriteString("* " + item(e.text(n)) + "\n")
	}
	return strings.TrimSpace(b.String())
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
