package incident

import (
	"regexp"
	"strings"
	"time"
)

// Decision is what becomes of a lesson.
type Decision string

// The decisions. A lesson becomes a theme of its own, joins one that is there, or is accepted as it is.
const (
	DecideTheme  Decision = "theme"
	DecideJoin   Decision = "join"
	DecideAccept Decision = "accept"
)

// Lesson is a concern or an issue that was seen during the case.
type Lesson struct {
	ID        string    `json:"id"` // l1, l2 …
	Text      string    `json:"text"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	As        Decision  `json:"as"`              // empty: not decided yet
	Theme     string    `json:"theme,omitempty"` // key of the theme's ticket, once it is there
	ThemeURL  string    `json:"theme_url,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	DecidedBy string    `json:"decided_by,omitempty"`
}

// Decided reports whether somebody has said what becomes of it.
func (l Lesson) Decided() bool { return l.As != "" }

var ticketKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]*-[0-9]+$`)

// ParseDecision reads theme, accept or join:KEY; key is the theme's ticket for join.
func ParseDecision(text string) (d Decision, key string, err error) {
	word, key, _ := strings.Cut(CleanLine(text), ":")
	key = strings.ToUpper(strings.TrimSpace(key))
	switch d = Decision(strings.ToLower(strings.TrimSpace(word))); {
	case d == DecideJoin && ticketKey.MatchString(key), (d == DecideTheme || d == DecideAccept) && key == "":
		return d, key, nil
	case d == DecideJoin:
		return "", "", Refuse(Usage, "Name the theme's ticket, for example join:SEC-7", "%q names no ticket to join", Shorten(CleanLine(text), 40))
	}
	return "", "", Refuse(Usage, "Use theme, accept or join:KEY", "unknown decision %q", Shorten(CleanLine(text), 40))
}
