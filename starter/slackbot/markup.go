package slackbot

import (
	"regexp"
	"strings"

	"github.com/slack-go/slack/slackutilsx"

	"hikeshi/workflows/incident"
)

// escape makes a text harmless in Slack: no mention, no link. It is a notice.Escape.
func escape(text string) string { return slackutilsx.EscapeMessage(text) }

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// token is what Slack makes of mentions and addresses: <@U1|aoi>, <!subteam^S1|@csirt>, <#C1|general>, <https://x|x>.
// A person's own < is escaped, so it cannot be mistaken for one.
var token = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// plainWords returns Slack's text as the person saw it while typing, and where a link leads that is called otherwise.
func plainWords(text string) string { return spelled(text, disclosed) }

// asSeen returns Slack's text just as the person saw it: a number that leads to its ticket is the number.
func asSeen(text string) string {
	return spelled(text, func(_, label string) string { return label })
}

func spelled(text string, link func(target, label string) string) string {
	return unescape.Replace(token.ReplaceAllStringFunc(text, func(t string) string {
		m := token.FindStringSubmatch(t)
		return shown(m[1], m[2], link)
	}))
}

// shown is how a token looks; link is how a link with a label does.
func shown(target, label string, link func(target, label string) string) string {
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		if label == "" {
			return target
		}
		return target[:1] + strings.TrimPrefix(label, target[:1])
	case strings.HasPrefix(target, "!"):
		if label == "" {
			label = strings.TrimPrefix(target, "!")
		}
		return "@" + strings.TrimPrefix(label, "@")
	case label != "":
		return link(target, label)
	}
	return addressOf(target)
}

// disclosed is a link with its address beside a label that differs, as in what is mirrored: a label can say anything. Slack
// itself leaves out the scheme where somebody typed none.
func disclosed(target, label string) string {
	address := addressOf(target)
	_, rest, isWeb := strings.Cut(address, "://")
	same := func(text string) bool { return strings.TrimSuffix(label, "/") == strings.TrimSuffix(text, "/") }
	if isWeb && same(rest) || same(address) || !strings.Contains(target, ":") {
		return label
	}
	return label + " (" + address + ")"
}

func addressOf(target string) string {
	return strings.TrimPrefix(strings.TrimPrefix(target, "mailto:"), "tel:")
}

// mentioned returns the id in a mention of a user or a group; any other text stays what it says.
func mentioned(text string) string {
	m := token.FindStringSubmatch(text)
	switch {
	case m == nil || m[0] != strings.TrimSpace(text):
	case strings.HasPrefix(m[1], "@"):
		return m[1][1:]
	case strings.HasPrefix(m[1], "!subteam^"):
		return strings.TrimPrefix(m[1], "!subteam^")
	}
	return plainWords(text)
}

// target returns what a mention of a channel or a link stands for: the id, or the address whatever it is called. Any other
// text stays what it says.
func target(text string) string {
	m := token.FindStringSubmatch(text)
	switch {
	case m == nil || m[0] != strings.TrimSpace(text):
	case strings.HasPrefix(m[1], "#"):
		return m[1][1:]
	case strings.Contains(m[1], "://"):
		return unescape.Replace(m[1])
	}
	return plainWords(text)
}

// shortenMarkup cuts a text for Slack to at most n characters, but not within a mention, a link or an escaped character:
// half of one would be shown as it is.
func shortenMarkup(text string, n int) string {
	short := incident.Shorten(text, n)
	if short == text {
		return text
	}
	short = strings.TrimSuffix(short, "…")
	if open := strings.LastIndex(short, "<"); open > strings.LastIndex(short, ">") {
		short = short[:open]
	}
	if amp := strings.LastIndex(short, "&"); amp > strings.LastIndex(short, ";") {
		short = short[:amp]
	}
	return short + "…"
}
