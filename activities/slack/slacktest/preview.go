package slacktest

import (
	"encoding/json"
	"net/url"
	"regexp"
)

var linked = regexp.MustCompile(`<(https?://[^|>]+)`)

// preview is the attachment that Slack makes of the first link in a text.
// https://docs.slack.dev/messaging/unfurling-links-in-messages
func preview(text string) json.RawMessage {
	link := "https://example.com/"
	if m := linked.FindStringSubmatch(text); m != nil {
		link = m[1]
	}
	service := "example.com"
	if u, err := url.Parse(link); err == nil {
		service = u.Hostname()
	}
	raw, err := json.Marshal([]reply{{"id": 1, "from_url": link, "original_url": link, "fallback": service + ": a page", "service_name": service,
		"title": "A page", "title_link": link, "text": "What the page says of itself."}})
	if err != nil {
		panic("preview that JSON cannot hold: " + err.Error()) // a bug of the fake
	}
	return raw
}
