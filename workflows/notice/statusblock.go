package notice

import (
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

// StatusBlock is the part of the ticket that always shows the present state, for readers without Slack.
func (c Case) StatusBlock(e Escape) string {
	var b strings.Builder
	b.WriteString(c.say("block_note") + "\n\n")
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
	for _, s := range c.stuckFirst() {
		lines = append(lines, "* "+item(within(e, c.stepLine(s), 2*maxSaid)))
	}
	for _, n := range c.noteLines(e) {
		lines = append(lines, "* "+n)
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
		{"phase", c.phase()}, {"status", c.status()}, {"severity", c.severity()}, {"kind", c.or(c.Kind)}, {"commander", c.commander()},
		{"scope", c.or(c.Scope)}, {"containment", c.containment()},
	} {
		add(r[0], within(e, r[1], maxBlockScope))
	}
	if c.Details.Reporter != "" || c.Details.Company != "" { // otherwise it stands above
		add("reporter", within(e, c.reporter(), maxBlockTold))
	}
	for _, r := range c.told() {
		add(r[0], within(e, r[1], maxBlockTold))
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
		text := e.text(c.watermark(nil))
		for i, l := range slices.Backward(c.Mirror.Logs) {
			if i >= len(c.Mirror.Logs)-maxLogs {
				text += " " + c.wikiLink(l, e)
			}
		}
		b.WriteString("|| " + c.say("log") + " | " + text + " |\n")
	}
	for _, r := range c.fitRows(e, c.mergeRows(e, func(l Link) string { return c.wikiLink(l, e) }), maxMerged) {
		b.WriteString("|| " + r[0] + " | " + r[1] + " |\n")
	}
	if c.archived() {
		text := e.text(c.archiveLine())
		if c.Archive.Folder.URL != "" {
			text += " " + c.wikiLink(c.Archive.Folder, e)
		}
		b.WriteString("|| " + c.say("archive") + " | " + text + " |\n")
	}
}
