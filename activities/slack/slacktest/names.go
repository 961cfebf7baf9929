package slacktest

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkName applies Slack's rules for channel names: at most 80 characters, no capitals, spaces or punctuation but
// hyphen and underscore. Letters of any script are allowed.
func checkName(name string) refused {
	if name == "" {
		return "invalid_name_required"
	}
	if utf8.RuneCountInString(name) > 80 {
		return "invalid_name_maxlength"
	}
	letters := false
	for _, r := range name {
		switch {
		case r == '-' || r == '_':
		case unicode.IsUpper(r), !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			return "invalid_name_specials"
		default:
			letters = true
		}
	}
	if !letters {
		return "invalid_name_punctuation"
	}
	return ""
}

// holder returns the channel that has the name: also an archived one, and one that the caller cannot see.
func (s *Server) holder(name string) (Channel, bool) {
	for _, ch := range s.db.channels.All() {
		if ch.Name == name {
			return ch, true
		}
	}
	return Channel{}, false
}

// token is markup that Slack understands; any other angle bracket, and a bare ampersand, is escaped.
var token = regexp.MustCompile(`<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|![a-z^A-Z0-9{}]+|(?:https?|mailto):[^<>|\s]+)(?:\|[^<>]*)?>|&(?:amp|lt|gt);|[&<>]`)

var escapes = map[string]string{"&": "&amp;", "<": "&lt;", ">": "&gt;"}

// normal returns a text as Slack keeps it.
func normal(text string) string {
	return token.ReplaceAllStringFunc(text, func(t string) string {
		if e, ok := escapes[t]; ok {
			return e
		}
		return t
	})
}

var address = regexp.MustCompile(`(^|[\s(])(https?://[^\s<>)]+)`)

// typed returns what Slack's app makes of what a person types: addresses become links.
func typed(text string) string {
	return normal(address.ReplaceAllString(strings.TrimSpace(text), "$1<$2>"))
}
