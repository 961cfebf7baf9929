package notice

import (
	"strings"
	"unicode"
)

// Page is the case's page in the Temporal UI: markdown without HTML and images.
func (c Case) Page() string {
	var b strings.Builder
	b.WriteString("## " + markdown(c.banner()+c.Number+" "+c.Title) + "\n\n")
	if c.Drill {
		b.WriteString("**" + c.say("drill_long") + "**\n\n")
	}
	for i, r := range [][2]string{
		{"phase", c.phase()}, {"status", c.status()}, {"severity", c.severity()}, {"kind", c.or(c.Kind)}, {"commander", c.or(c.Commander)},
		{"scope", c.or(c.Scope)}, {"containment", c.containment()}, {"reporter", c.or(c.Reporter)}, {"organisation", c.or(c.companies())},
		{"audience", c.say("audience_" + string(c.Audience))}, {"opened", clock(c.Opened)}, {"updated", clock(c.Now)},
	} {
		b.WriteString("| " + c.say(r[0]) + " | " + markdown(r[1]) + " |\n")
		if i == 0 {
			b.WriteString("|---|---|\n") // a markdown table has a header: the first row, which is what to know first
		}
	}
	if c.Provisional {
		b.WriteString("\n" + c.say("provisional") + "\n")
	}
	if next := c.missing(); next != "" {
		b.WriteString("\n" + c.say("next", "Missing", markdown(next)) + "\n")
	}
	c.pageLinks(&b)
	c.pageSteps(&b)
	c.pageCommands(&b)
	return b.String()
}

func (c Case) pageLinks(b *strings.Builder) {
	b.WriteString("\n### " + c.say("links") + "\n\n")
	for _, l := range c.Links {
		switch {
		case l.Kind == "temporal": // the reader is there
		case l.URL != "":
			b.WriteString("- " + c.linkTitle(l.Kind) + ": [" + markdown(l.Text) + "](" + address(l.URL) + ")\n")
		case l.Text != "" && l.Kind == "channel":
			b.WriteString("- " + c.linkTitle(l.Kind) + ": " + markdown("#"+l.Text) + "\n")
		default:
			b.WriteString("- " + c.linkTitle(l.Kind) + ": " + c.say("owed") + "\n")
		}
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
	for _, s := range c.Steps {
		b.WriteString("| `" + s.ID + "` " + StepTitle(c.Lang, s.ID) + " | " + c.say("state_"+s.State) + " | " + clock(s.Since) + " | " +
			markdown(because(s)) + " | " + markdown(s.Hint) + " |\n")
	}
	if len(c.Steps) > 0 && len(c.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, n := range c.Notes {
		b.WriteString("- " + markdown(n) + "\n")
	}
}

// because is what kind of failure it was, which programs go by, and the vendor's own word for it.
func because(s Step) string {
	if s.Class == "" || s.Cause == "" {
		return s.Class + s.Cause
	}
	return s.Class + ": " + s.Cause
}

func (c Case) pageCommands(b *strings.Builder) {
	if len(c.Commands) == 0 {
		return
	}
	b.WriteString("\n### " + c.say("what_now") + "\n\n")
	for _, cmd := range c.Commands {
		b.WriteString("- " + c.say("command_"+cmd.Text) + ": `" + cmd.Name + "`")
		if cmd.JSON != "" {
			b.WriteString(" `" + strings.ReplaceAll(cmd.JSON, "`", "'") + "`")
		}
		b.WriteString("\n")
	}
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
