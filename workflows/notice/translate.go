package notice

import (
	"cmp"
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"hikeshi/workflows/incident"
)

// What a case refuses or answers, and what an adapter says to do, is one English sentence: programs, histories, the audit
// and the Temporal UI keep it. Doors say it in the reader's language. They know the sentence by its form, so whoever
// writes one needs to know nothing of that, and sentences that were recorded long ago are translated too. A test finds
// those in the code that lack a translation.

//go:embed text/refusals/ja.yaml
var refusalsJA []byte

// form is a kind of sentence: what it looks like in English, and how it is said in the other language.
type form struct {
	begins  string // the text before the first placeholder
	pattern *regexp.Regexp
	fixed   int // how much of it is text: of two forms that fit, the one with more is meant
	other   string
}

var formsJA = readForms(refusalsJA)

func readForms(text []byte) (forms []form) {
	var all map[string]string
	if err := yaml.Unmarshal(text, &all); err != nil {
		panic(err) // embedded: the tests load it before anybody else does
	}
	for english, other := range all {
		begins, pattern, fixed := patternOf(english)
		forms = append(forms, form{begins, pattern, fixed, other})
	}
	slices.SortFunc(forms, func(a, b form) int { return cmp.Or(cmp.Compare(b.fixed, a.fixed), cmp.Compare(a.other, b.other)) })
	return forms
}

// verb is a placeholder of a format, as fmt writes it; one with a number stands for the argument of that number.
var verb = regexp.MustCompile(`%(?:\[(\d+)\])?([sqdv])`)

// patternOf makes a pattern of a format: with a group for each placeholder.
func patternOf(format string) (begins string, pattern *regexp.Regexp, fixed int) {
	p, at := `(?s)^`, 0
	for i, m := range verb.FindAllStringSubmatchIndex(format, -1) {
		text := strings.ReplaceAll(format[at:m[0]], "%%", "%")
		if i == 0 {
			begins = text
		}
		p, fixed = p+regexp.QuoteMeta(text), fixed+len(text)
		switch format[m[4]:m[5]] {
		case "d":
			p += `(-?[0-9]+)`
		case "q":
			p += `("(?:[^"\\]|\\.)*")`
		default:
			p += `(.*?)`
		}
		at = m[1]
	}
	text := strings.ReplaceAll(format[at:], "%%", "%")
	if at == 0 {
		begins = text
	}
	return begins, regexp.MustCompile(p + regexp.QuoteMeta(text) + `$`), fixed + len(text)
}

// Translated says in a language what our own code says in English; what it does not know stays as it is.
func Translated(lang, text string) string {
	if lang != "ja" || text == "" {
		return text
	}
	return translated(text, 0)
}

// maxDepth bounds how deep sentences hold others.
const maxDepth = 3

func translated(text string, depth int) string {
	for _, f := range formsJA {
		if !strings.HasPrefix(text, f.begins) {
			continue
		}
		if args := f.pattern.FindStringSubmatch(text); args != nil {
			return f.say(args[1:], depth)
		}
	}
	return text
}

// say puts the arguments into the sentence of the other language. What follows two dashes is the name of an option, which
// is typed as it is.
func (f form) say(args []string, depth int) string {
	var said strings.Builder
	next, end := 0, 0
	for _, m := range verb.FindAllStringSubmatchIndex(f.other, -1) {
		before := f.other[end:m[0]]
		said.WriteString(strings.ReplaceAll(before, "%%", "%"))
		end = m[1]
		at := next
		next++
		if m[2] >= 0 {
			at, _ = strconv.Atoi(f.other[m[2]:m[3]]) // digits
			at--
		}
		switch {
		case at < 0 || at >= len(args):
			said.WriteString(f.other[m[0]:m[1]])
		case strings.HasSuffix(before, "--"):
			said.WriteString(strings.ReplaceAll(args[at], ", --", "、--"))
		default:
			said.WriteString(argument(args[at], depth))
		}
	}
	return said.String() + strings.ReplaceAll(f.other[end:], "%%", "%")
}

// argument translates what stands in a sentence: another sentence, or words of the case, alone or in a list. A person's
// own words stay as they are, unless they are just one of ours.
func argument(text string, depth int) string {
	if depth < maxDepth {
		if t := translated(text, depth+1); t != text {
			return t
		}
	}
	if list := strings.Split(text, ", "); len(list) > 1 {
		for i, one := range list {
			list[i] = argument(one, depth)
		}
		return strings.Join(list, "、")
	}
	plain := strings.TrimPrefix(text, "the ")
	for _, kind := range []string{"phase_name", "need", "field", "analysis_state", "containment", "state", "decision"} {
		if t := japanese.word(kind, plain); t != plain {
			return t
		}
	}
	if need := Need("ja", text); need != text {
		return need
	}
	return text
}

// InLanguage is the refusal as a reader of that language is told it. Its code stays.
func InLanguage(lang string, r *incident.Refusal) *incident.Refusal {
	return &incident.Refusal{Code: r.Code, Message: Translated(lang, r.Message), Hint: Translated(lang, r.Hint)}
}
