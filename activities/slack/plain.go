package slack

import (
	"context"
	"regexp"
	"strings"
)

// markup is one of Slack's tokens in a text. A bracket that somebody typed is escaped and never looks like one.
var markup = regexp.MustCompile(`<([^<>]+)>`)

// plain returns a text as people read it. The tokens are split off before the entities are decoded: what is decoded
// could look like a token. https://docs.slack.dev/messaging/formatting-message-text
func (c *Client) plain(ctx context.Context, raw string) (string, error) {
	var out strings.Builder
	at := 0
	for _, m := range markup.FindAllStringSubmatchIndex(raw, -1) {
		out.WriteString(unescape(raw[at:m[0]]))
		shown, err := c.shown(ctx, raw[m[2]:m[3]])
		if err != nil {
			return "", err
		}
		out.WriteString(shown)
		at = m[1]
	}
	out.WriteString(unescape(raw[at:]))
	return out.String(), nil
}

// shown is what people see of a token.
func (c *Client) shown(ctx context.Context, token string) (string, error) {
	what, label, _ := strings.Cut(token, "|")
	label = unescape(label)
	if len(what) < 2 {
		return "<" + unescape(token) + ">", nil // no token of Slack's
	}
	switch what[0] {
	case '@':
		name, err := c.realName(ctx, what[1:])
		return "@" + firstOf(name, label, what[1:]), err
	case '#':
		return "#" + firstOf(label, what[1:]), nil
	case '!':
		return specialMention(what[1:], label), nil
	}
	return link(unescape(what), label), nil
}

// specialMention is a token about no single person: <!here>, <!subteam^S1|@csirt>, <!date^…|today>.
func specialMention(what, label string) string {
	kind, rest, _ := strings.Cut(what, "^")
	switch kind {
	case "here", "channel", "everyone":
		return "@" + kind
	case "subteam":
		return "@" + strings.TrimPrefix(firstOf(label, rest), "@")
	}
	return firstOf(label, "<!"+what+">")
}

// link shows the address beside a label that differs: a label can say anything.
func link(address, label string) string {
	scheme, rest, ok := strings.Cut(address, ":")
	if !ok {
		return "<" + address + ">"
	}
	if scheme == "mailto" || scheme == "tel" {
		address = rest
	}
	if label == "" || label == address {
		return address
	}
	return label + " (" + address + ")"
}
