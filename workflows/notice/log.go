package notice

import (
	"slices"
	"strconv"
	"strings"
)

// LogSummary is the one line of the case's n-th log ticket. It says nothing that a person wrote: more people may list
// tickets than read the case.
func (c Case) LogSummary(n int) string {
	if n < 2 {
		return c.banner() + c.say("log_summary", "Number", c.Number)
	}
	return c.banner() + c.say("log_summary_next", "Number", c.Number, "Part", strconv.Itoa(n))
}

// LogDescription says what a log ticket is, and leads to the case.
func (c Case) LogDescription(e Escape) string {
	lines := []string{}
	if c.Drill {
		lines = append(lines, "*"+e.text(c.say("drill_long"))+"*", "")
	}
	lines = append(lines, c.say("log_description", "Case", c.caseTicket(e)), "", c.say("log_description_rules"))
	return strings.Join(lines, "\n")
}

// caseTicket leads to the case's ticket, with the title where it may be shown.
func (c Case) caseTicket(e Escape) string {
	name := e.text(c.Number)
	for _, l := range c.Links {
		if l.Kind == "ticket" && l.URL != "" {
			name = "[" + name + "|" + address(l.URL) + "]"
		}
	}
	if c.HideTitle {
		return name
	}
	return name + " " + within(e, line(c.Title, maxSaid), 2*maxSaid)
}

// EvidenceName is the name of the folder with the files that people shared: the number first, so that folders sort by it.
func (c Case) EvidenceName() string {
	return c.say("evidence_name", "Number", strings.TrimSpace(c.Number+" "+c.banner()))
}

// LogWords are the words of the log itself, by the ids that package activities/mirror gives them. Names in braces are
// filled in there.
func LogWords(lang string) map[string]string {
	return all(lang, "log_word_", "reply", "broadcast", "app", "nobody", "edited", "before", "deleted", "lost", "part", "empty",
		"kept", "again", "missing", "late", "elsewhere")
}

// ArchiveWords are the words of the archive's transcript, by the ids that package activities/archive gives them.
func ArchiveWords(lang string) map[string]string {
	return all(lang, "archive_word_", "heading", "kept", "zone", "channels", "messages", "deleted", "masked", "empty", "gone",
		"edited", "app", "broadcast", "bytes", "not_kept", "not_logged", "elsewhere")
}

// all are the messages with these ids behind a common beginning.
func all(lang, beginning string, ids ...string) map[string]string {
	texts := map[string]string{}
	for id := range slices.Values(ids) {
		texts[id] = in(lang).say(beginning + id)
	}
	return texts
}
