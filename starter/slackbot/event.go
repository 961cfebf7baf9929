package slackbot

import (
	"encoding/json"
	"net/http"
)

// event acknowledges what happens in Slack. Nothing is made of it yet, but an address that does not answer would be
// switched off by Slack. See https://docs.slack.dev/reference/events/url_verification for the challenge.
func (g *Gateway) event(w http.ResponseWriter, _ *http.Request, body []byte) {
	var e struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		plain(w, http.StatusBadRequest, "the event is no JSON\n")
		return
	}
	if e.Type == "url_verification" {
		plain(w, http.StatusOK, e.Challenge)
		return
	}
	w.WriteHeader(http.StatusOK)
}
