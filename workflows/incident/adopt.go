package incident

import (
	"regexp"
	"strings"
)

// Adopts reports whether the case takes over what people made by hand.
func (r Request) Adopts() bool { return r.Channel != "" || r.Ticket != "" }

var (
	channelSaid = regexp.MustCompile(`^(?:<#)?([CG][A-Z0-9]{4,29})(?:\|[^>]*)?>?$`)
	channelPage = regexp.MustCompile(`://[^/]+/(?:archives|client/[A-Z0-9]+)/([CG][A-Z0-9]{4,29})(?:[/?#].*)?$`)
	ticketSaid  = regexp.MustCompile(`^[A-Z][A-Z0-9_]*-[0-9]+$`)
	ticketPage  = regexp.MustCompile(`://[^/]+/(?:[^?#]*/)?browse/([A-Z][A-Z0-9_]*-[0-9]+)(?:[/?#].*)?$`)
)

// channelIn is the id in what people paste: an id, a mention, or the address of a channel or of a message in it. Other
// words, such as a name, stay as they are: whoever knows Slack looks for them.
func channelIn(text string) string { return inside(text, text, channelSaid, channelPage) }

// ticketIn is the key in what people paste: a key, or the address of the ticket's page.
func ticketIn(text string) string { return inside(text, strings.ToUpper(text), ticketSaid, ticketPage) }

// inside is what one of the patterns finds: the first in the words, the second in an address.
func inside(text, words string, said, page *regexp.Regexp) string {
	if m := said.FindStringSubmatch(words); m != nil {
		return m[len(m)-1]
	}
	bare, _, _ := strings.Cut(strings.Trim(text, "<>"), "|") // Slack's way to show an address
	if m := page.FindStringSubmatch(bare); m != nil {
		return m[1]
	}
	return text
}
