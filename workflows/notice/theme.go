package notice

import (
	"strings"

	"hikeshi/workflows/incident"
)

// ThemeSummary is the one line of a lesson's improvement ticket. Of a case whose title is hidden it says no more than
// which case the lesson is of.
func (c Case) ThemeSummary(l incident.Lesson) string {
	if c.HideTitle {
		return c.banner() + c.say("theme_summary_hidden", "Lesson", l.ID, "Number", c.Number)
	}
	said := func(text string) string {
		return c.banner() + c.say("theme_summary", "Text", text, "Lesson", l.ID, "Number", c.Number)
	}
	around := len([]rune(said("")))
	return said(line(l.Text, max(2, maxSummary-around)))
}

// ThemeDescription is the text of a lesson's improvement ticket: what was seen, by whom, in which case, and what was
// decided. JIRA wiki markup.
func (c Case) ThemeDescription(l incident.Lesson, e Escape) string {
	var b strings.Builder
	if c.Drill {
		b.WriteString("*" + e.text(c.say("drill_long")) + "*\n\n")
	}
	b.WriteString(within(e, l.Text, 20000) + "\n\n")
	rows := [][2]string{
		{"theme_of", c.caseTicket(e)}, {"lesson_by", e.text(c.say("by_at", "By", line(l.By, maxName), "At", clock(l.At)))},
		{"lesson_decided_by", within(e, c.or(incident.CleanLine(l.DecidedBy)), maxSaid)},
	}
	if l.Reason != "" {
		rows = append(rows, [2]string{"reason", within(e, l.Reason, 2000)})
	}
	for _, row := range rows {
		b.WriteString("*" + c.say(row[0]) + ":* " + row[1] + "\n")
	}
	return b.String()
}
