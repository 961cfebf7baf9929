package slackbot

import (
	"encoding/json"
	"errors"
	"regexp"
)

// envelope is what Slack wraps an event in. It is read by hand and the event itself later: a library that knows every
// event refuses the whole delivery when Slack adds one or changes a field that nobody here needs.
type envelope struct {
	Type      string          `json:"type"`
	Challenge string          `json:"challenge"`
	App       string          `json:"api_app_id"`
	Team      string          `json:"team_id"`
	Context   string          `json:"context_team_id"` // of a channel that is shared with another workspace
	Org       string          `json:"enterprise_id"`
	EventID   string          `json:"event_id"`
	Event     json.RawMessage `json:"event"`
	For       []struct {
		User  string `json:"user_id"`
		Team  string `json:"team_id"`
		Org   string `json:"enterprise_id"`
		IsBot bool   `json:"is_bot"`
	} `json:"authorizations"`
}

// openEnvelope refuses what is no JSON.
func openEnvelope(body []byte) (envelope, error) {
	var e envelope
	err := lenient(body, &e)
	return e, err
}

// lenient reads JSON of Slack's: a field of another type than expected stays empty.
func lenient(text []byte, into any) error {
	err := json.Unmarshal(text, into)
	if other := (*json.UnmarshalTypeError)(nil); errors.As(err, &other) {
		return nil
	}
	return err
}

// teams are the workspaces and organisations for which the event came: what people of another workspace do in a channel
// that is shared with them comes under their workspace's name, for ours.
func (e envelope) teams() []string {
	all := []string{e.Team, e.Context, e.Org}
	for _, f := range e.For {
		all = append(all, f.Team, f.Org)
	}
	return all
}

// bot is our own user id.
func (e envelope) bot() string {
	for _, f := range e.For {
		if f.IsBot {
			return f.User
		}
	}
	return ""
}

// id is the event's, for logs; empty if it could be anything else.
func (e envelope) id() string { return plainEvent.FindString(e.EventID) }

// Slack's ids and times, as they may be handed on: they end in queries, and in what is kept.
var (
	plainChannel = regexp.MustCompile(`^[CG][A-Z0-9]{2,29}$`)
	plainPlace   = regexp.MustCompile(`^[CGD][A-Z0-9]{2,29}$`) // also a direct message, in which no case lives
	plainUser    = regexp.MustCompile(`^[UWB][A-Z0-9]{1,29}$`)
	plainEvent   = regexp.MustCompile(`^Ev[A-Za-z0-9]{1,40}$`)
	plainTime    = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{1,9}$`)
)

// slackEvent holds the fields of all events that are looked at. The texts of messages are not among them.
type slackEvent struct {
	Type    string     `json:"type"`
	Channel channelRef `json:"channel"`
	Actor   string     `json:"actor_id"`
	Tab     string     `json:"tab"` // of the app, that somebody looks at

	said            // a new message
	Deleted  string `json:"deleted_ts"`
	Message  said   `json:"message"` // as it is now
	Previous said   `json:"previous_message"`
}

// said identifies a message.
type said struct {
	Subtype string `json:"subtype"`
	User    string `json:"user"`
	TS      string `json:"ts"`
	Thread  string `json:"thread_ts"`
	App     string `json:"app_id"`
	Bot     struct {
		App string `json:"app_id"`
	} `json:"bot_profile"`
}

// channelRef is a channel, which some events name by its id and some describe.
type channelRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// UnmarshalJSON reads both forms.
func (c *channelRef) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &c.ID) == nil {
		return nil
	}
	type described channelRef
	return json.Unmarshal(text, (*described)(c))
}
