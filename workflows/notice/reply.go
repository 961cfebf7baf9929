package notice

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// Opening is the gateway's first answer: the request is durable, the channel follows.
func Opening(lang, requestID string) string {
	return in(lang).say("reply_opening", "Request", requestID)
}

// Opened says that people can meet. Where the channel is not there yet, it says what is missing. It goes out as it is:
// whoever sends it to Slack escapes the steps' causes and hints before.
func Opened(lang string, c Case) string {
	c.Lang = lang
	for _, l := range c.Links {
		if l.Kind == "channel" && l.Text != "" {
			return c.banner() + in(lang).say("reply_opened", "Number", c.Number, "Channel", channelName(l.Text))
		}
	}
	lines := []string{c.banner() + in(lang).say("reply_opened_without", "Number", c.Number)}
	for _, s := range c.Steps {
		if s.State == stuck {
			lines = append(lines, "• "+localTimes(c.stepLine(s)))
		}
	}
	return strings.Join(lines, "\n")
}

// Refused says why something was not done, and what to do.
func Refused(lang string, r *incident.Refusal) string {
	r = InSlack(lang, r)
	text := in(lang).say("reply_refused", "Why", unstopped(r.Message))
	if r.Hint != "" {
		text += "\n" + stopped(lang, r.Hint)
	}
	return text
}

// stopped ends a Japanese sentence with its full stop. A text that ends with something to be typed stays as it is, and so
// does an English one: the stop would be typed too.
func stopped(lang, text string) string {
	last, _ := utf8.DecodeLastRuneInString(text)
	if lang == "ja" && (unicode.In(last, unicode.Hiragana, unicode.Katakana, unicode.Han) || strings.ContainsRune("ー）」", last)) {
		return text + in(lang).say("stop")
	}
	return text
}

// maxOwed bounds what an answer says of steps and notes, in characters.
const maxOwed = 4000

// StatusText is the answer to /case status.
func StatusText(c Case, e Escape) string {
	lines := []string{"*" + e.text(c.banner()+c.Number+" "+c.Title) + "*"}
	for _, l := range c.fit(e, c.glassLines(e), maxGlass) {
		lines = append(lines, ":warning: "+l)
	}
	lines = append(lines,
		c.say("phase")+": "+c.phase()+"  ·  "+c.say("status")+": "+c.status()+"  ·  "+c.say("severity")+": "+c.severity(),
		c.say("commander")+": "+within(e, incident.CleanLine(c.commander()), maxSaid)+"  ·  "+c.say("scope")+": "+within(e, c.or(incident.CleanLine(c.Scope)), maxScope),
		c.say("containment")+": "+e.dated(e.text(c.containment())),
	)
	lines = append(lines, c.toldLines(e, maxOnCard)...)
	lines = append(lines, c.channelLine(e)...)
	lines = append(lines, c.mrkdwnLinks(e))
	for _, l := range c.fit(e, c.analysisLines(e), maxAnalyses) {
		lines = append(lines, "• "+l)
	}
	lines = append(lines, c.progress(e, c.watermark(e))...)
	lines = append(lines, c.asides()...)
	if next := c.missing(); next != "" {
		lines = append(lines, c.say("next", "Missing", e.text(next)))
	}
	var owed []string
	for _, s := range c.stuckFirst() {
		owed = append(owed, "• "+e.dated(within(e, c.stepLine(s), 2*maxSaid)))
	}
	for _, n := range c.noteLines(e) {
		owed = append(owed, "• "+n)
	}
	return strings.Join(append(lines, c.fit(e, owed, maxOwed)...), "\n")
}

// channelLine leads to the channel, for people who ask elsewhere. A link whose text already is Slack's mention of a
// channel (<#C0123>) stays one.
func (c Case) channelLine(e Escape) []string {
	for _, l := range c.Links {
		switch {
		case l.Kind != "channel":
		case mention.MatchString(l.Text):
			return []string{c.linkTitle(l.Kind) + ": " + l.Text}
		case l.URL != "":
			return []string{c.linkTitle(l.Kind) + ": <" + slackAddress(l.URL) + "|" + e.text("#"+l.Text) + ">"}
		case l.Text != "":
			return []string{c.linkTitle(l.Kind) + ": " + e.text("#"+l.Text)}
		default:
			return []string{c.linkTitle(l.Kind) + ": " + c.say("owed")}
		}
	}
	return nil
}

// channelName is a channel's name with its sign; a mention brings its own.
func channelName(text string) string {
	if mention.MatchString(text) {
		return text
	}
	return "#" + text
}

var mention = regexp.MustCompile(`^<#[A-Z0-9]+>$`)

// Unreachable says what to do by hand while nothing can be recorded.
func Unreachable(lang string) string { return in(lang).say("reply_unreachable") }

// TooEarly says that the gateway does not know its workspace yet.
func TooEarly(lang string) string { return in(lang).say("reply_too_early") }

// NotConfirmed says that an answer is not known yet: it may have been done.
func NotConfirmed(lang, what string) string { return in(lang).say("reply_not_confirmed", "What", what) }

// OpenUnknown says that it could not be found out whether a request was recorded.
func OpenUnknown(lang, what string) string { return in(lang).say("reply_unknown", "What", what) }

// OpenLate says that a request is recorded, and nobody knows yet how far it is.
func OpenLate(lang, requestID string) string {
	return in(lang).say("reply_late", "Request", requestID)
}

// Usage shows what can be typed.
func Usage(lang string) string { return in(lang).say("reply_usage") }
