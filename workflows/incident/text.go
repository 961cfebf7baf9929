package incident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanLine makes one line of a person's text: spaces collapsed, control characters and direction overrides dropped.
func CleanLine(text string) string { return strings.Join(strings.Fields(CleanText(text)), " ") }

// CleanText makes all line breaks alike and drops control characters other than line breaks and tabs, and the characters that reorder the text
// around them (U+202A–U+202E, U+2066–U+2069): a title must not change how the line it stands in reads.
func CleanText(text string) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == utf8.RuneError:
			return -1
		}
		return r
	}, text))
}

// Shorten cuts text to at most n characters, the last of them an ellipsis if something was cut.
func Shorten(text string, n int) string {
	if length(text) <= n {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:n-1])) + "…"
}

// visible reports whether there is anything to see in a text: a title of zero-width characters, or of the blanks that
// count as letters, is none.
func visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) && !strings.ContainsRune("\u115f\u1160\u2800\u3164\uffa0", r)
	})
}

func length(text string) int { return utf8.RuneCountInString(text) }
