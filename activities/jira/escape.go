package jira

import "strings"

// Escape makes text that people wrote safe to stand in a description or a comment: it shows as written, and mentions,
// images, links and macros in it do nothing. Every sign that has a meaning in wiki markup gets a backslash;
// {noformat} would not do, because text can contain its end.
func Escape(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		escapeLine(&b, line)
	}
	return b.String()
}

// markup are the signs with a meaning anywhere in a line.
const markup = `\{}[]*_-+^~?!|#`

func escapeLine(b *strings.Builder, line string) {
	rest := strings.TrimLeft(line, " \t")
	b.WriteString(line[:len(line)-len(rest)])
	if opensBlock(rest) {
		b.WriteByte('\\')
	}
	for _, r := range rest {
		if strings.ContainsRune(markup, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
}

// opensBlock reports whether a line begins with "h1." to "h6.", a heading, or with "bq.", a quotation.
func opensBlock(s string) bool {
	return len(s) >= 3 && s[2] == '.' && (s[0] == 'h' && s[1] >= '1' && s[1] <= '6' || s[:2] == "bq")
}
