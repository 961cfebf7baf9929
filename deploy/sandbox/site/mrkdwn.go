package site

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"hikeshi/activities/fake"
)

// inline collects pieces of finished HTML while the text around them is still being formatted. Each stands in the
// text as one character from a private area of Unicode, which people's texts are cleaned of before.
type inline struct{ done []string }

const (
	firstHold = '\uE000'
	lastHold  = '\uF8FF'
)

func withoutHolds(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= firstHold && r <= lastHold {
			return -1
		}
		return r
	}, text)
}

// hold keeps finished HTML out of further formatting.
func (in *inline) hold(finished string) string {
	if len(in.done) > int(lastHold-firstHold) {
		return "" // more pieces than there are characters: a text of six thousand links
	}
	in.done = append(in.done, finished)
	return string(firstHold + rune(len(in.done)-1))
}

func (in *inline) release(text string) template.HTML {
	for i := len(in.done) - 1; i >= 0; i-- { // a later piece can hold earlier ones
		text = strings.ReplaceAll(text, string(firstHold+rune(i)), in.done[i])
	}
	return template.HTML(text) //nolint:gosec // every part was escaped or made here
}

// link makes an anchor; anything but a web or mail address stays text.
func link(address, label string) string {
	label = html.EscapeString(cmp.Or(label, address))
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
		return label
	}
	return fmt.Sprintf(`<a href="%s" target="_blank" rel="noreferrer">%s</a>`, html.EscapeString(u.String()), label)
}

var (
	slackFence  = regexp.MustCompile("(?s)```(.*?)```")
	slackCode   = regexp.MustCompile("`([^`\n]+)`")
	slackToken  = regexp.MustCompile(`<([^<>]+)>`)
	slackBold   = regexp.MustCompile(`(^|[\s(>_~])\*([^*\n]+)\*`)
	slackItalic = regexp.MustCompile(`(^|[\s(>*~])_([^_\n]+)_`)
	slackQuote  = regexp.MustCompile(`(?m)^&gt; ?(.*)$`)
	slackStrike = regexp.MustCompile(`(^|[\s(>*_])~([^~\n]+)~`)
)

var slackEntities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// mrkdwn shows a text of Slack: mentions with names, links, dates, emoji, code, bold, italic, struck through, quoted.
// https://docs.slack.dev/messaging/formatting-message-text
func (e *eye) mrkdwn(text string) template.HTML {
	in := &inline{}
	text = withoutHolds(text)
	code := func(tag string) func(string) string {
		return func(m string) string {
			return in.hold("<" + tag + ">" + html.EscapeString(slackEntities.Replace(strings.Trim(m, "`"))) + "</" + tag + ">")
		}
	}
	text = slackFence.ReplaceAllStringFunc(text, code("pre"))
	text = slackCode.ReplaceAllStringFunc(text, code("code"))
	text = slackToken.ReplaceAllStringFunc(text, func(m string) string { return in.hold(e.token(m[1 : len(m)-1])) })
	text = html.EscapeString(slackEntities.Replace(text))
	text = slackBold.ReplaceAllString(text, "$1<strong>$2</strong>")
	text = slackItalic.ReplaceAllString(text, "$1<em>$2</em>")
	text = slackStrike.ReplaceAllString(text, "$1<s>$2</s>")
	text = slackQuote.ReplaceAllString(text, `<span class="quote">$1</span>`)
	return in.release(strings.ReplaceAll(withEmoji(text), "\n", "<br>\n"))
}

// token shows what stands in angle brackets.
func (e *eye) token(t string) string {
	target, label, _ := strings.Cut(t, "|")
	target, label = slackEntities.Replace(target), slackEntities.Replace(label)
	switch {
	case strings.HasPrefix(target, "@"):
		mine := ""
		if target[1:] == e.who.ID {
			mine = " me"
		}
		return `<span class="mention` + mine + `">@` + html.EscapeString(e.name(target[1:])) + "</span>"
	case strings.HasPrefix(target, "#"):
		if ch, ok := e.s.Slack.Channel(target[1:]); ok && label == "" {
			label = ch.Name
		}
		return fmt.Sprintf(`<a href="/slack/%s" data-channel="%[1]s">#%s</a>`, url.PathEscape(target[1:]), html.EscapeString(cmp.Or(label, target[1:])))
	case strings.HasPrefix(target, "!date^"):
		return e.date(target, label)
	case strings.HasPrefix(target, "!"):
		return `<span class="mention">` + html.EscapeString(cmp.Or(label, "@"+groupName(strings.TrimPrefix(target[1:], "subteam^")))) + "</span>"
	}
	return link(target, label)
}

// groupName is a user group's handle.
func groupName(id string) string {
	for _, g := range fake.Groups() {
		if g.ID == id {
			return g.Handle
		}
	}
	return id
}
