package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"hikeshi/activities/fake"
)

// deed is what a person does. User and Channel are ids or names.
type deed struct {
	User      string `json:"user"`
	Channel   string `json:"channel"`
	Text      string `json:"text"`
	ThreadTS  string `json:"thread_ts"`
	Command   string `json:"command"`
	TriggerID string `json:"trigger_id"`
}

// resolve finds who does it, and where: a person sees the channels of which they are a member, and public ones.
func (s *Server) resolve(d deed) (User, Channel, error) {
	var user User
	for _, u := range s.db.users.All() {
		if u.ID == d.User || u.Name == strings.TrimPrefix(d.User, "@") {
			user = u
		}
	}
	if user.ID == "" {
		return user, Channel{}, fmt.Errorf("no user %q: name one by id or handle", d.User)
	}
	for _, ch := range s.db.channels.All() {
		if (ch.ID == d.Channel || ch.Name == strings.TrimPrefix(d.Channel, "#")) && (!ch.Private || ch.Has(user.ID)) {
			return user, ch, nil
		}
	}
	return user, Channel{}, fmt.Errorf("%s sees no channel %q", user.Name, d.Channel)
}

// personWrites is POST /_control/message. It answers {channel, ts}.
func (s *Server) personWrites(w http.ResponseWriter, r *http.Request) {
	var d deed
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		http.Error(w, fmt.Sprintf("message: %v", err), http.StatusBadRequest)
		return
	}
	user, ch, err := s.resolve(d)
	switch {
	case err != nil:
	case ch.Archived:
		err = fmt.Errorf("#%s is archived", ch.Name)
	case !ch.Has(user.ID):
		err = fmt.Errorf("%s is not in #%s", user.Name, ch.Name)
	case strings.TrimSpace(d.Text) == "":
		err = fmt.Errorf("the message has no text")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	m, no := s.inThread(ch, Message{User: user.ID, Text: typed(d.Text), ClientID: fmt.Sprintf("%08x-0000-4000-8000-%012x", len(ch.ID), s.idx.last)}, d.ThreadTS)
	if no != "" {
		http.Error(w, string(no), http.StatusBadRequest)
		return
	}
	m = s.put(ch, m)
	fake.WriteJSON(w, map[string]string{"channel": ch.ID, "ts": m.TS})
}
