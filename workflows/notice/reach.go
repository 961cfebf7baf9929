package notice

import (
	"strconv"
	"time"

	"hikeshi/workflows/incident"
)

// PagerText is what the pager tells whoever it calls, on a telephone: of a case whose title is hidden no more than its
// number and how bad it is. The reason is a word of activities/pager.
func (c Case) PagerText(reason string) string {
	severity := ""
	if c.Severity != incident.SeverityUnknown {
		severity = c.Severity.String()
	}
	id := "pager_text"
	if c.HideTitle {
		id = "pager_text_hidden"
	}
	return c.say(id, "Drill", c.banner(), "Number", c.Number, "Severity", severity, "Title", incident.Shorten(incident.CleanLine(c.Title), 120),
		"Why", c.say("why_"+reason))
}

// Paged says that people were called, and when; people is how many, 0 if that is not known. It stays true when Slack is
// back.
func Paged(lang, reason string, people int, at time.Time) string {
	count := ""
	if people > 0 {
		count = strconv.Itoa(people)
	}
	return in(lang).say("note_paged", "Why", in(lang).say("why_"+reason), "Count", count, "At", clock(at))
}

// NotPaged says that the pager could not be reached either, with the cause.
func NotPaged(lang, reason, cause string) string {
	return in(lang).say("note_not_paged", "Why", in(lang).say("why_"+reason), "Cause", unstopped(Translated(lang, cause)))
}

// Assigned says who got the ticket, and with it a mail, while Slack was silent.
func Assigned(lang, who string, at time.Time) string {
	return in(lang).say("note_assigned", "Who", who, "At", clock(at))
}
