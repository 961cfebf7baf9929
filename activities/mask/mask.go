package mask

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Masker replaces secrets. Safe for concurrent use.
type Masker struct {
	patterns []pattern
	marks    *regexp.Regexp // the marks we write: what stands in one is no secret any more
}

// pattern is one kind of secret.
type pattern struct {
	name  string
	form  *regexp.Regexp // if it has a group, the group is the secret; else all of it
	check func(secret string) bool
}

// configured is what secrets are called that the configuration knows.
const configured = "configured"

// New makes a Masker of the built-in patterns and of those given (RE2 syntax, see https://github.com/google/re2/wiki/Syntax).
// It refuses a pattern that is none, or that matches the empty text.
func New(patterns []string) (*Masker, error) {
	m := &Masker{patterns: builtIn()}
	for i, text := range patterns {
		form, err := regexp.Compile(text)
		if err == nil && form.MatchString("") {
			err = errors.New("it matches the empty text")
		}
		if err != nil {
			return nil, fmt.Errorf("use pattern %d of the secrets: %w", i+1, err)
		}
		m.patterns = append(m.patterns, pattern{name: configured, form: whole(form)})
	}
	m.marks = marks(m.patterns)
	return m, nil
}

// whole makes all of the match the secret, whatever groups the pattern has.
func whole(form *regexp.Regexp) *regexp.Regexp { return regexp.MustCompile("(" + form.String() + ")") }

// marks matches every mark that the patterns can leave. Their names are listed, so that nobody hides a secret in a mark
// of their own.
func marks(patterns []pattern) *regexp.Regexp {
	var names []string
	for _, p := range patterns {
		names = append(names, regexp.QuoteMeta(p.name))
	}
	return regexp.MustCompile(`\[masked: (?:` + strings.Join(names, "|") + `)\]`)
}

// Mask returns the text with every secret replaced, and how many there were. Masking twice changes nothing more: it is
// repeated until it finds nothing, because a secret that is gone can lay bare another beside it.
func (m *Masker) Mask(text string) (string, int) {
	for all := 0; ; {
		found := 0
		for _, p := range m.patterns {
			var n int
			text, n = m.mask(text, p)
			found += n
		}
		if all += found; found == 0 {
			return text, all
		}
	}
}

// mask replaces what fits the pattern between the marks.
func (m *Masker) mask(text string, p pattern) (string, int) {
	if !p.form.MatchString(text) {
		return text, 0
	}
	var out strings.Builder
	found, at := 0, 0
	for _, mark := range append(m.marks.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		found += p.replace(&out, text[at:mark[0]])
		out.WriteString(text[mark[0]:mark[1]])
		at = mark[1]
	}
	return out.String(), found
}

// replace writes the text without its secrets, and returns how many there were.
func (p pattern) replace(out *strings.Builder, text string) (found int) {
	at := 0
	for _, match := range p.form.FindAllStringSubmatchIndex(text, -1) {
		from, to := secretIn(match)
		if from == to || p.check != nil && !p.check(text[from:to]) {
			continue
		}
		out.WriteString(text[at:from])
		out.WriteString("[masked: " + p.name + "]")
		at, found = to, found+1
	}
	out.WriteString(text[at:])
	return found
}

// secretIn is where the secret of a match lies: in the first group that matched something.
func secretIn(match []int) (from, to int) {
	for i := 2; i < len(match); i += 2 {
		if match[i] >= 0 {
			return match[i], match[i+1]
		}
	}
	return match[0], match[1]
}
