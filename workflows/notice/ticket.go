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
		line += c.say("paren", "Text", names)
	}
	return incident.Shorten(incident.CleanLine(line), maxSummary)
}

// How much of a person's text the ticket's description shows, in escaped characters. JIRA takes 32,767 for a
// description; of these the status block keeps below 13,500.
const (
	maxReported    = 17000
	maxBlockScope  = 1000
	maxBlockUpdate = 600
	maxBlockTold   = 300
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
