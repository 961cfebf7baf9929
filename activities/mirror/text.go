package mirror

import (
	"strings"
	"unicode"

	"hikeshi/activities/internal/talk"
)

// maxChunk is how long a piece of a message may be in a digest, in UTF-16 units and with all backslashes. It leaves room
// for the header and for the files.
const maxChunk = 20000

// filesPerPart is how many files a part of a message names.
const filesPerPart = 10

// text is what a message says, ready for the log: without secrets, in pieces that fit, harmless.
type text struct {
	chunks []string
	masked int
	files  int
}

// parts is how many digests it takes, at most.
func (t *text) parts() int {
	n := max(1, len(t.chunks))
	return max(n, n-1+(t.files+filesPerPart-1)/filesPerPart)
}

func (c *copying) textOf(m talk.Message) *text {
	if !m.Said() {
		return &text{}
	}
	said, masked := c.Mask.Mask(clean(m.Text))
	return &text{chunks: c.split(said), masked: masked, files: len(m.Files)}
}

// split makes a text harmless, in pieces. It cuts between characters, after a line or a word where one ends near by.
func (c *copying) split(said string) (chunks []string) {
	if strings.TrimSpace(said) == "" {
		return nil
	}
	for rest := []rune(said); len(rest) > 0; {
		n, escaped := len(rest), c.Escape(string(rest))
		for size := units(escaped); size > maxChunk && n > 1; size = units(escaped) {
			n = goodEnd(rest, max(1, min(n-1, n*maxChunk/size)))
			escaped = c.Escape(string(rest[:n]))
		}
		chunks, rest = append(chunks, escaped), rest[n:]
	}
	return chunks
}

// goodEnd moves a cut back to the end of a line, else of a word, within the last tenth.
func goodEnd(text []rune, n int) int {
	word := 0
	for i := n; i > n-n/10; i-- {
		if text[i-1] == '\n' {
			return i
		}
		if word == 0 && unicode.IsSpace(text[i-1]) {
			word = i
		}
	}
	if word > 0 {
		return word
	}
	return n
}

// clean takes out what a ticket refuses, or shows as something else: broken characters and control characters.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || r&0xFFFE == 0xFFFE {
			return '\uFFFD'
		}
		return r
	}, s)
}

// maxLabel is how many characters of a name are shown.
const maxLabel = 80

// label makes a name that people chose fit for a line of the log.
func (c *copying) label(name string) (string, int) {
	name, masked := c.Mask.Mask(clean(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.Is(unicode.Cf, r) { // it could turn the line around
			return -1
		}
		return r
	}, name)
	return c.Escape(cutName(strings.TrimSpace(name), maxLabel)), masked
}
