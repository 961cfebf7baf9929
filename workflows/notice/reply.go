package notice

import (
	"strings"

	"hikeshi/workflows/incident"
)

// Opening is the gateway's first answer: the request is durable, the channel follows.
func Opening(lang, requestID string) string {
	return in(lang).say("reply_opening", "Request", requestID)
}

// Opened says that people can meet. Where the channel is not there yet, it says what is missing.
func Opened(lang string, c Case) string {
	for _, l := range c.Links {
		if l.Kind == "channel" && l.Text != "" {
			return c.banner() + in(lang).say("reply_opened", "Number", c.Number, "Channel", l.Text)
		}
	}
	c.Lang = lang
	lines := []string{c.banner() + in(lang).say("reply_opened_without", "Number", c.Number)}
	for _, s := range c.Steps {
		if s.State == "stuck" {
			lines = append(lines, "• "+c.stepLine(s))
		}
	}
	return strings.Join(lines, "\n")
}

// Refused says why something was not done, and what to do.
func Refused(lang string, r *incident.Refusal) string {
	text := in(lang).say("reply_refused", "Why", r.Message)
	if r.Hint != "" {
		text += "\n" + r.Hint
	}
	return text
}

// StatusText is the answer to /case status.
func StatusText(c Case, e Escape) string {
	lines := []string{
		"*" + e.text(c.banner()+c.Number+" "+c.Title) + "*",
		c.say("phase") + ": " + c.phase() + "  ·  " + c.say("status") + ": " + c.status() + "  ·  " + c.say("severity") + ": " + c.severity(),
		c.say("commander") + ": " + e.text(c.or(c.Commander)) + "  ·  " + c.say("scope") + ": " + e.text(c.or(c.Scope)),
		c.mrkdwnLinks(e),
	}
	if next := c.missing(); next != "" {
		lines = append(lines, c.say("next", "Missing", next))
	}
	for _, s := range c.Steps {
		lines = append(lines, "• "+e.text(c.stepLine(s)))
	}
	for _, n := range c.Notes {
		lines = append(lines, "• "+e.text(n))
	}
	return strings.Join(lines, "\n")
}

// Unreachable says what to do by hand while nothing can be recorded.
func Unreachable(lang string) string { return in(lang).say("reply_unreachable") }

// NotConfirmed says that an answer is not known yet: it may have been done.
func NotConfirmed(lang, what string) string { return in(lang).say("reply_not_confirmed", "What", what) }

// Usage shows what can be typed.
func Usage(lang string) string { return in(lang).say("reply_usage") }
