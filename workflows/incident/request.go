package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"time"
)

// Request asks for a case. Only Title is needed; everything else can be told later.
type Request struct {
	ID            string    `json:"id"`    // the same id asks for the same case; see RequestID
	Asked         time.Time `json:"asked"` // when the door received it
	Title         string    `json:"title"` // at most MaxTitle characters, no control characters
	Report        string    `json:"report,omitempty"`
	Severity      Severity  `json:"severity,omitempty"`
	Kind          string    `json:"kind,omitempty"`          // phishing, malware, lost device …: free text
	Reporter      string    `json:"reporter,omitempty"`      // name, company and telephone as they were given; usually not in Slack
	Organisations []string  `json:"organisations,omitempty"` // the companies concerned, as configured or as they were told
	Audience      Audience  `json:"audience,omitempty"`      // empty: the installation's default
	Invite        []string  `json:"invite,omitempty"`        // Slack ids, @handles, groups or e-mail addresses
	Drill         bool      `json:"drill,omitempty"`
	Channel       string    `json:"channel,omitempty"` // Slack id of a channel that people made by hand and that becomes the case's
	Ticket        string    `json:"ticket,omitempty"`  // JIRA key of a ticket that becomes the case's; its key is the number
	Where         string    `json:"where,omitempty"`   // Slack id of the channel in which it is asked for: the case speaks the language of that channel
	Consent       bool      `json:"consent,omitempty"` // whoever asks has said yes to what becomes of that channel and that ticket
	By            By        `json:"by"`                // the opener, who is commander until somebody takes command
}

// Limits of a request, in characters.
const (
	MaxTitle  = 250
	MaxReport = 10000
	maxField  = 500
	maxList   = 100
)

// Cleaned returns the request with harmless texts: no control characters, no characters that turn the direction of
// the text around them. It refuses what cannot be a request, with the reason and what to do.
func (r Request) Cleaned() (Request, error) {
	r.Title = CleanLine(r.Title)
	r.Kind, r.Reporter = CleanLine(r.Kind), CleanLine(r.Reporter)
	r.Report = CleanText(r.Report)
	r.Organisations, r.Invite = cleanLines(r.Organisations), cleanLines(r.Invite)
	r.Channel, r.Ticket = channelIn(CleanLine(r.Channel)), ticketIn(CleanLine(r.Ticket))
	if r.Where != "" && !plainChannel.MatchString(r.Where) {
		r.Where = "" // it decides about a language, and nothing else
	}
	return r, r.check()
}

// cleanLines cleans a list of names and leaves out the empty ones; the list itself stays as it is.
func cleanLines(list []string) []string {
	var clean []string
	for _, text := range list {
		if text = CleanLine(text); text != "" {
			clean = append(clean, text)
		}
	}
	return clean
}

func tooLong(list []string) bool {
	return slices.ContainsFunc(list, func(text string) bool { return length(text) > maxField })
}

func (r Request) check() error {
	switch {
	case !visible(r.Title):
		return Refuse(Usage, "Say in a few words what happened, for example: open suspicious mail at payroll", "a case needs a title")
	case length(r.Title) > MaxTitle:
		return Refuse(Usage, "Give a short title first; the rest can follow as the report or in the channel. Nothing was opened",
			"the title has %d characters, at most %d fit", length(r.Title), MaxTitle)
	case length(r.Report) > MaxReport:
		return Refuse(Usage, "Put the beginning here and the rest into the channel. Nothing was opened",
			"the report has %d characters, at most %d fit", length(r.Report), MaxReport)
	case r.Severity < SeverityUnknown || r.Severity > Sev4:
		return Refuse(Usage, "Use 1 (worst), 2, 3 or 4; leave it out if you do not know yet", "unknown severity %d", int(r.Severity))
	case length(r.Kind) > maxField || length(r.Reporter) > maxField:
		return Refuse(Usage, "Shorten it, or put it into the report", "kind and reporter may have %d characters each", maxField)
	case len(r.Organisations) > 50 || len(r.Invite) > maxList:
		return Refuse(Usage, "Name the first ones here and the others in the channel", "too many organisations (at most 50) or people (at most %d)", maxList)
	case tooLong(r.Organisations) || tooLong(r.Invite):
		return Refuse(Usage, "Shorten it, or put it into the report", "the name of an organisation or a person may have %d characters", maxField)
	case length(r.Channel) > maxField || length(r.Ticket) > maxField:
		return Refuse(Usage, "Give the channel's id (C0123…) and the ticket's key (SEC-12), or their addresses", "the name of a channel or a ticket may have %d characters", maxField)
	case r.Adopts() && !r.Consent:
		return Refuse(Rule, "Say yes to it, or leave channel and ticket out: a new one is made then",
			"nobody has agreed to what becomes of the channel or the ticket: everything in it is logged and archived with the case")
	}
	_, err := ParseAudience(string(r.Audience))
	return err
}

var plainChannel = regexp.MustCompile(`^[CDG][A-Z0-9]{1,29}$`)

var plainID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// RequestID makes an id fit for workflow ids, labels and file properties. An id of letters, digits, dots, hyphens and
// underscores (80 at most) stays as it is; any other becomes a digest of itself, so that the same text is the same
// request.
func RequestID(text string) string {
	if plainID.MatchString(text) {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "r-" + hex.EncodeToString(sum[:12])
}
