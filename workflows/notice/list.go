package notice

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// Which cases somebody asks for.
const (
	ListOpen   = "open"
	ListClosed = "closed"
	ListMine   = "mine" // open ones in which they are
)

// CaseList is the answer to /case list.
type CaseList struct {
	Lang  string
	Which string // ListOpen, ListClosed or ListMine; empty: all, the open ones first
	Cases []Listed
	Most  int // how many were looked for; there may be more if there are so many
}

// Listed is a case as a list shows it to somebody who may see it.
type Listed struct {
	Number, WorkflowID, Title string
	Commander                 string
	Channel                   string // Slack id; empty: still owed
	Severity                  incident.Severity
	Phase                     incident.Phase
	Status                    incident.Status
	Drill                     bool
	Opened                    time.Time
}

// How much a list shows: of Slack's 50 blocks, and of the 12,000 characters that all of them take together.
const (
	maxListed   = 40
	maxListText = 9000
)

// Message renders the list.
func (l CaseList) Message(e Escape) Message {
	w := in(l.Lang)
	title := l.title(w)
	m := Message{Text: title}
	m.add("section", "*"+title+"*")
	room, shown := maxListText, 0
	for _, c := range l.Cases[:min(len(l.Cases), maxListed)] {
		text := c.lines(l.Lang, e)
		if room -= utf8.RuneCountInString(text); room < 0 {
			break
		}
		m.add("section", text)
		shown++
	}
	m.add("context", l.ways(w, len(l.Cases)-shown))
	return m
}

// title says what is listed, or that there is none.
func (l CaseList) title(w words) string {
	kind := "list"
	if len(l.Cases) == 0 {
		kind = "list_none"
	}
	which := l.Which
	if which == "" {
		which = "all"
	}
	return w.say(kind + "_" + which)
}

// ways say how to see what there was no room for, and what else can be asked for.
func (l CaseList) ways(w words, more int) string {
	var list []string
	for _, which := range []string{"", ListOpen, ListMine, ListClosed} {
		if which != l.Which {
			list = append(list, "`"+strings.TrimSpace("/case list "+which)+"`")
		}
	}
	text := w.say("list_ways", "Ways", strings.Join(list, " "))
	switch {
	case more == 0:
		return text
	case l.Most > 0 && len(l.Cases) >= l.Most:
		return w.say("list_many") + " " + text
	}
	return w.say("list_more", "Count", strconv.Itoa(more)) + " " + text
}

// lines are which case it is, and how it stands.
func (c Listed) lines(lang string, e Escape) string {
	as := Case{Lang: lang, Drill: c.Drill, Severity: c.Severity}
	severity := as.severity()
	if c.Severity == incident.SeverityUnknown {
		severity = as.say("severity") + ": " + severity
	}
	facts := []string{severity, as.word("phase_name", string(c.Phase))}
	if c.Phase != incident.PhaseClosed {
		facts = append(facts, as.word("status", string(c.Status)))
	}
	if c.Commander != "" {
		facts = append(facts, as.say("commander")+": "+person(e, line(c.Commander, maxName)))
	}
	if c.Channel != "" {
		facts = append(facts, mentioned(c.Channel))
	} else {
		facts = append(facts, as.say("link_channel")+": "+as.say("owed"))
	}
	return c.headline(lang, e) + "\n" + strings.Join(facts, separator)
}

// headline is the number and the title. A stuck one is seen at once.
func (c Listed) headline(lang string, e Escape) string {
	as := Case{Lang: lang, Drill: c.Drill}
	text := "*" + e.text(as.banner()+c.Number) + "* " + within(e, line(c.Title, maxSaid), maxSaid)
	if c.Status == incident.Stuck {
		text = ":warning: " + text
	}
	return text
}

// mentioned is a channel as Slack shows it to those who are in it. An id of another shape is none.
func mentioned(channel string) string {
	if m := "<#" + channel + ">"; mention.MatchString(m) {
		return m
	}
	return ""
}

// ReadLate says that an answer takes longer than Slack waits for it; it follows.
func ReadLate(lang, what string) string { return in(lang).say("read_late", "What", what) }

// ReadUnknown says that nobody has answered.
func ReadUnknown(lang, what string) string { return in(lang).say("read_unknown", "What", what) }
