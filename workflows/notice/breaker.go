package notice

import (
	"strconv"
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// Breaker is what the texts about a vendor that cannot be used are made of.
type Breaker struct {
	Lang   string // en or ja
	Vendor string // slack, jira or google
	Phase  string // held, unheld, partly, released or over; empty: it is being looked into
	Class  string
	Cause  string
	Hint   string
	Cannot string // why this Temporal server does not hold the steps back
	Queue  string // the vendor's task queue

	Since, Until time.Time
	Waiting      int64 // steps that waited, about; 0: none, or not known
	Probe        time.Duration
	Temporal     string // address of its page in the Temporal UI; empty: there is none
}

// BreakerTitle is what a breaker does, for people.
func BreakerTitle(lang, id, vendor string) string {
	return in(lang).say(id, "Vendor", VendorName(vendor))
}

// VendorName is what people call a vendor.
func VendorName(vendor string) string {
	switch vendor {
	case "slack":
		return "Slack"
	case "jira":
		return "JIRA"
	case "google":
		return "Google"
	}
	return vendor
}

// Notice is the one message to the operators, which is kept true in its place: Slack's mrkdwn.
func (b Breaker) Notice(e Escape) string {
	text := b.sentence(e)
	if b.Temporal != "" {
		text += " <" + b.Temporal + "|Temporal>"
	}
	return text
}

// Sentence is the same for those who read it elsewhere: without markup.
func (b Breaker) Sentence() string { return b.sentence(nil) }

// Waits is the same in short, for those who read about one case: why something of it is owed.
func (b Breaker) Waits() string {
	w := in(b.Lang)
	return w.say("note_vendor_waits", "What", b.what(w), "Since", clock(b.Since), "Cause", unstopped(incident.Shorten(Translated(b.Lang, b.Cause), maxSaid)))
}

// Page is the breaker's page in the Temporal UI: markdown without HTML and images.
func (b Breaker) Page() string {
	w := in(b.Lang)
	list := []string{"## " + w.say("breaker_title", "Vendor", b.vendor()), b.sentence(markdown)}
	if b.Phase != "" && b.Phase != "released" && b.Phase != "over" {
		list = append(list, w.say("breaker_page_ui", "Vendor", b.Vendor))
	}
	if b.Phase == "held" {
		list = append(list, w.say("breaker_page_force", "Queue", b.Queue))
	}
	return strings.Join(list, "\n\n") + "\n"
}

func (b Breaker) vendor() string { return VendorName(b.Vendor) }

func (b Breaker) refused() bool { return b.Class == "Credentials" }

// what is wrong with the vendor, as the beginning of a sentence.
func (b Breaker) what(w words) string {
	if b.refused() {
		return w.say("breaker_refuses", "Vendor", b.vendor())
	}
	return w.say("breaker_silent", "Vendor", b.vendor())
}

// sentence says how things stand.
func (b Breaker) sentence(e Escape) string {
	w, id, todo := in(b.Lang), "breaker_"+b.Phase, "breaker_todo_outage"
	if b.refused() {
		todo = "breaker_todo_" + b.Vendor
	}
	if b.Phase == "" {
		id = "breaker_quiet"
	}
	waiting := ""
	if b.Waiting > 0 {
		waiting = strconv.FormatInt(b.Waiting, 10)
	}
	said := func(text string) string {
		return e.text(unstopped(incident.Shorten(Translated(b.Lang, text), maxSaid)))
	}
	return strings.TrimSpace(w.say(id, "Vendor", b.vendor(), "What", b.what(w), "Since", e.clock(b.Since), "Until", e.clock(b.Until), "Minutes", b.minutes(),
		"Cause", said(b.Cause), "Hint", said(b.Hint), "Cannot", said(b.Cannot), "Todo", w.say(todo), "Waiting", waiting, "Probe", w.interval(b.Probe)))
}

// minutes is how long it lasted, rounded up.
func (b Breaker) minutes() string {
	return strconv.Itoa(int((b.Until.Sub(b.Since) + time.Minute - 1) / time.Minute))
}

// interval is how long something takes, in hours and minutes; what these do not hold stays as Go writes it.
func (w words) interval(d time.Duration) string {
	if d < time.Minute || d%time.Minute != 0 {
		return d.String()
	}
	var parts []string
	for _, part := range []struct {
		id    string
		count int64
	}{{"hours", int64(d / time.Hour)}, {"minutes", int64(d % time.Hour / time.Minute)}} {
		if part.count > 0 {
			parts = append(parts, w.say(part.id, "Count", strconv.FormatInt(part.count, 10)))
		}
	}
	return strings.Join(parts, " ")
}
