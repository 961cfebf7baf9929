package notice

import (
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

// pageWork writes what people are at: analyses, tasks, lessons, and what was waived.
func (c Case) pageWork(b *strings.Builder) {
	var rows [][]string
	for _, a := range c.inOrder() {
		rows = append(rows, c.pageAnalysis(a))
	}
	c.list(b, "analyses", []string{"column_id", "column_name", "lead", "state", "finding", "link_channel"}, rows)
	c.pageRuns(b)
	rows = nil
	for _, t := range tasksInOrder(c.Tasks) {
		rows = append(rows, []string{markdown(t.ID), short(t.Title), short(t.Owner), short(t.Due), in(c.Lang).taskStatus(t.Status)})
	}
	c.list(b, "tab_tasks", []string{"column_id", "column_task", "column_owner", "column_due", "column_status"}, rows)
	rows = nil
	for _, l := range c.Lessons {
		rows = append(rows, []string{markdown(l.ID), short(l.Text), short(l.By), short(decision(c.Lang, l)), strings.Join(themeOf(l), "")})
	}
	c.list(b, "tab_lessons", []string{"column_id", "column_lesson", "column_who", "column_decision", "column_theme"}, rows)
	if len(c.Waivers) > 0 {
		b.WriteString("\n### " + c.say("waived") + "\n\n- " + strings.Join(c.fit(markdown, c.waiverLines(markdown), maxNotes), "\n- ") + "\n")
	}
}

// short is a person's text for a cell.
func short(text string) string { return within(markdown, incident.CleanLine(text), maxSaid) }

func (c Case) pageAnalysis(a Analysis) []string {
	id := markdown(a.ID)
	if a.Temporal != "" {
		id = "[" + id + "](" + address(a.Temporal) + ")"
	}
	lead := c.or(incident.CleanLine(a.Lead))
	if a.LeadGone {
		lead = c.say("lead_gone", "Lead", line(lead, maxName))
	}
	_, found := outcome(a)
	channel := Link{Kind: "channel", Text: a.ChannelName, URL: a.ChannelURL}
	return []string{id, short(a.Name), short(lead), c.word("analysis_state", string(a.State)), short(found), channelCell(channel)}
}

func channelCell(l Link) string {
	switch {
	case l.URL != "":
		return strings.Join(pageAddress(l), "")
	case l.Text != "":
		return markdown(channelName(l.Text))
	}
	return "-"
}

// tasksInOrder are the tasks as people look for them: those that are still to be done first.
func tasksInOrder(tasks []incident.Task) []incident.Task {
	done := func(t incident.Task) bool { return !t.Open() }
	return slices.Concat(slices.DeleteFunc(slices.Clone(tasks), done), slices.DeleteFunc(slices.Clone(tasks), incident.Task.Open))
}

func themeOf(l incident.Lesson) []string {
	if l.Theme == "" {
		return nil
	}
	if l.ThemeURL == "" {
		return []string{markdown(l.Theme)}
	}
	return pageAddress(Link{Text: l.Theme, URL: l.ThemeURL})
}

// pageAddress leads to something that has an address.
func pageAddress(l Link) []string {
	if l.URL == "" {
		return nil
	}
	return []string{"[" + markdown(l.Text) + "](" + address(l.URL) + ")"}
}

// pageLog says how far the conversation is logged, and leads to the log and to who writes it.
func (c Case) pageLog() string {
	parts := []string{markdown(c.watermark(nil))}
	for _, l := range slices.Backward(c.Mirror.Logs) {
		parts = append(parts, pageAddress(l)...)
	}
	return strings.Join(append(parts, pageAddress(Link{Text: c.say("link_mirror"), URL: c.Mirror.Temporal})...), separator)
}

// list writes a table under a heading, as far as there is room, and nothing if there is nothing.
func (c Case) list(b *strings.Builder, heading string, columns []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	for i := range columns {
		columns[i] = c.say(columns[i])
	}
	b.WriteString("\n### " + c.say(heading) + "\n\n| " + strings.Join(columns, " | ") + " |\n|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, row := range rows[:min(len(rows), maxRows)] {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	c.pageMore(b, len(rows))
}
