package notice

import (
	"strconv"
	"strings"
	"unicode"
)

// How much the page shows: rows of each table, and characters of the notes and of the addresses that runbooks have put there.
const (
	maxRows  = 40
	maxNotes = 4000
)

// Page is the case's page in the Temporal UI: markdown without HTML and images.
func (c Case) Page() string {
	var b strings.Builder
	b.WriteString("## " + markdown(c.banner()+c.Number+" "+c.Title) + "\n\n")
	if c.Drill {
		b.WriteString("**" + c.say("drill_long") + "**\n\n")
	}
	if lines := c.fit(markdown, c.glassLines(markdown), maxGlass); len(lines) > 0 {
		b.WriteString("- " + strings.Join(lines, "\n- ") + "\n\n")
	}
	table(&b, c.pageRows())
	if c.Provisional {
		b.WriteString("\n" + c.say("provisional") + "\n")
	}
	if next := c.missing(); next != "" {
		b.WriteString("\n" + c.say("next", "Missing", markdown(next)) + "\n")
	}
	c.pageWork(&b)
	c.pageLinks(&b)
	c.pageSteps(&b)
	c.pageCommands(&b)
	return b.String()
}

// pageRows are the page's first table: what it is, and how that stands.
func (c Case) pageRows() (rows [][2]string) {
	add := func(id, text string) { rows = append(rows, [2]string{c.say(id), text}) }
	for _, r := range [][2]string{
		{"phase", c.phase()}, {"status", c.status()}, {"severity", c.severity()}, {"kind", c.or(c.Kind)}, {"commander", c.commander()},
		{"scope", c.or(c.Scope)}, {"containment", c.containment()}, {"reporter", c.reporter()}, {"organisation", c.or(c.companies())},
		{"audience", c.word("audience", string(c.Audience))}, {"opened", clock(c.Opened)},
	} {
		add(r[0], within(markdown, r[1], 1000))
	}
	for _, r := range c.told() {
		add(r[0], within(markdown, r[1], 1000))
	}
	if c.Resolution != "" {
		add("resolution", within(markdown, c.resolution(), 1000))
	}
	rows = append(rows, c.fitRows(markdown, c.mergeRows(markdown, func(l Link) string { return strings.Join(pageAddress(l), "") }), maxMerged)...)
	if c.LastUpdate != nil {
		add("last_update", c.update(markdown, c.LastUpdate.Text, 1000))
	}
	if !c.NextUpdate.IsZero() {
		add("next_update", clock(c.NextUpdate))
	}
	if c.Mirror.begun() {
		add("log", c.pageLog())
	}
	if c.archived() {
		add("archive", strings.Join(append([]string{c.archiveLine()}, pageAddress(c.Archive.Folder)...), " "))
	}
	add("updated", clock(c.Now))
	return rows
}

// table writes a table of two columns.
func table(b *strings.Builder, rows [][2]string) {
	for i, r := range rows {
		b.WriteString("| " + r[0] + " | " + r[1] + " |\n")
		if i == 0 {
			b.WriteString("|---|---|\n") // a markdown table has a header: the first row, which is what to know first
		}
	}
}

func (c Case) pageLinks(b *strings.Builder) {
	b.WriteString("\n### " + c.say("links") + "\n\n")
	for _, l := range c.Links {
		if l.Kind != "temporal" { // the reader is there
			b.WriteString("- " + c.pageLink(l) + "\n")
		}
	}
	var others []string
	for _, l := range c.Others {
		others = append(others, c.pageLink(l))
	}
	for _, l := range c.fit(markdown, others, maxNotes) {
		b.WriteString("- " + l + "\n")
	}
}

func (c Case) pageLink(l Link) string { return c.titledLink(c.linkTitle(l.Kind), l) }

func (c Case) titledLink(title string, l Link) string {
	switch {
	case l.URL != "":
		return title + ": [" + markdown(l.Text) + "](" + address(l.URL) + ")"
	case l.Text != "" && (l.Kind == "channel" || l.Kind == "log"):
		return title + ": " + markdown(channelName(l.Text))
	default:
		return title + ": " + c.say("owed")
	}
}

func (c Case) pageSteps(b *strings.Builder) {
	b.WriteString("\n### " + c.say("open_steps") + "\n\n")
	if len(c.Steps) == 0 && len(c.Notes) == 0 {
		b.WriteString(c.say("nothing_owed") + "\n")
	}
	if len(c.Steps) > 0 {
		b.WriteString("| " + strings.Join([]string{c.say("step"), c.say("state"), c.say("since"), c.say("cause"), c.say("hint")}, " | ") + " |\n|---|---|---|---|---|\n")
	}
	steps := c.stuckFirst()
	for _, s := range steps[:min(len(steps), maxRows)] {
		b.WriteString("| `" + s.ID + "` " + StepTitle(c.Lang, s.ID) + " | " + c.word("state", s.State) + " | " + clock(s.Since) + " | " +
			within(markdown, because(c.Lang, s), 2*maxSaid) + " | " + within(markdown, Translated(c.Lang, s.Hint), 2*maxSaid) + " |\n")
	}
	c.pageMore(b, len(steps))
	if len(c.Steps) > 0 && len(c.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, n := range c.fit(markdown, c.noteLines(markdown), maxNotes) {
		b.WriteString("- " + n + "\n")
	}
}

// pageMore says how many rows a table has no room for.
func (c Case) pageMore(b *strings.Builder, rows int) {
	if more := rows - maxRows; more > 0 {
		b.WriteString("\n" + markdown(c.say("more", "Count", strconv.Itoa(more))) + "\n")
	}
}

// because is what kind of failure it was, which programs go by, and the vendor's own word for it.
func because(lang string, s Step) string {
	if s.Class == "" || s.Cause == "" {
		return s.Class + Translated(lang, s.Cause)
	}
	return s.Class + ": " + Translated(lang, s.Cause)
}

func (c Case) pageCommands(b *strings.Builder) {
	if len(c.Commands) == 0 {
		return
	}
	b.WriteString("\n### " + c.say("what_now") + "\n\n")
	for _, cmd := range c.Commands {
		b.WriteString("- " + c.say("command_"+cmd.Text) + c.about(cmd) + ": `" + cmd.Name + "`")
		if cmd.JSON != "" {
			b.WriteString(" `" + strings.ReplaceAll(cmd.JSON, "`", "'") + "`")
		}
		b.WriteString("\n")
	}
}

// about names the step that a command is about, and where the command goes.
func (c Case) about(cmd Command) (text string) {
	if cmd.Step != "" {
		text += ", " + markdown(StepTitle(c.Lang, cmd.Step))
	}
	if cmd.Workflow != "" {
		text += ", " + c.say("command_of", "Workflow", "`"+cmd.Workflow+"`")
	}
	return text
}

// markdown escapes what would be markup or an entity, and keeps a text on its line and inside its table cell. Addresses
// become what CSIRTs write, https[:]//evil.example, because people must not click on those of an incident, and
// renderers make links of them whatever is escaped.
func markdown(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch rest := text[i:]; {
		case unicode.IsControl(r):
			b.WriteByte(' ')
			continue
		case strings.ContainsRune("\\`*_{}[]()<>#+!|~&", r):
			b.WriteByte('\\')
		case strings.HasPrefix(rest, "://"), r == '.' && i >= 3 && strings.EqualFold(text[i-3:i], "www"):
			b.WriteString(`\[` + string(r) + `\]`)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
