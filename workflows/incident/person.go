package incident

import (
	"regexp"
	"strings"
)

var slackID = regexp.MustCompile(`^[UWS][A-Z0-9]{6,29}$`)

// isSlackID reports whether the word is the id of somebody in Slack, or of a user group. A word in capitals is none.
func isSlackID(word string) bool {
	return slackID.MatchString(word) && strings.ContainsAny(word, "0123456789")
}

// UserID is who somebody is in Slack, if that is how they were named: an id. Empty: it is another word for them.
func UserID(who string) string {
	if !isSlackID(who) || strings.HasPrefix(who, "S") {
		return ""
	}
	return who
}

// maxCalled bounds what somebody is called, in characters: Slack's names have 80 at most.
const maxCalled = 80

// Names are what people and groups are called, by their Slack ids. They are decoration: nobody is taken for somebody by
// their name.
type Names map[string]string

// Of is how texts name somebody: what they are called, as far as that is known, else as they were named.
func (n Names) Of(who string) string {
	if name := CleanLine(n[who]); name != "" && isSlackID(who) {
		return Shorten(name, maxCalled)
	}
	return who
}
