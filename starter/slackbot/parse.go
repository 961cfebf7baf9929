package slackbot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// parseOpen reads what follows "open": the first line is the title, further lines are the report; sevN or a number
// after sev, as the first word, is the severity; flags may stand anywhere. The text is Slack's: escaped, with tokens
// for mentions. What can be read is returned beside an error.
func parseOpen(text string) (incident.Request, error) {
	var r incident.Request
	words, flags, err := openFlags.split(text)
	if err != nil {
		return r, err
	}
	for _, f := range flags {
		if err := f.set(&r); err != nil {
			return r, err
		}
	}
	first, rest := firstWord(words)
	level, isSeverity := severityWord(first)
	if isSeverity && level == "" {
		level, rest = firstWord(rest)
	}
	if isSeverity {
		if r.Severity, err = incident.ParseSeverity(level); err != nil {
			return r, err
		}
		words = rest
	}
	title, report, _ := strings.Cut(strings.TrimSpace(words), "\n")
	title = unquoted(strings.TrimSpace(title))
	r.Title, r.Report = plainWords(title), plainWords(strings.TrimSpace(report))
	if tooLong(r.Title) && !tooLong(asSeen(title)) { // with where its links lead, which nobody has typed
		r.Title, r.Report = incident.Shorten(incident.CleanLine(r.Title), incident.MaxTitle), strings.TrimSpace(r.Title+"\n"+r.Report)
	}
	return r, nil
}

func tooLong(title string) bool {
	return utf8.RuneCountInString(incident.CleanLine(title)) > incident.MaxTitle
}

// severityWord reports whether a word means a severity, and which: "2" for sev2, "" for a sev that stands alone.
// Japanese keyboards often leave letters and digits wide.
func severityWord(word string) (level string, ok bool) {
	level, ok = strings.CutPrefix(strings.ToLower(narrow(word)), "sev")
	level = strings.TrimPrefix(level, "-")
	return level, ok && strings.Trim(level, "0123456789") == ""
}

// narrow turns the wide forms of ASCII characters into ASCII.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			return r - 0xFEE0
		}
		return r
	}, text)
}

// firstWord cuts the first word off; what follows keeps its line breaks.
func firstWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// unquoted takes off quotation marks that enclose a whole text.
func unquoted(text string) string {
	if value, rest, ok := quoted(text); ok && strings.TrimSpace(rest) == "" {
		return value
	}
	return text
}
