package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"hikeshi/activities/fake"
)

// deed is what a person does. User, Channel and Inviter are ids or names.
type deed struct {
	User      string `json:"user"`
	Channel   string `json:"channel"`
	Text      string `json:"text"`
	ThreadTS  string `json:"thread_ts"`
	Broadcast bool   `json:"reply_broadcast"` // a reply is sent to the channel too
	TS        string `json:"ts"`              // of the message that is edited or deleted
	Name      string `json:"name"`            // of a file, or a channel's new one
	Content   string `json:"content"`         // of a file, as text
	Base64    []byte `json:"base64"`          // of a file that is no text
	Mime      string `json:"mime"`            // of a file; empty: by its name
	File      string `json:"file"`            // id
	Messages  int    `json:"messages"`        // how many to fill a channel with
	Inviter   string `json:"inviter"`         // a member who lets the user in; empty: the user joins alone
	Event     reply  `json:"event"`           // to be sent as it is
	Command   string `json:"command"`
	TriggerID string `json:"trigger_id"`
	Person    *User  `json:"person"` // who joins the workspace
}

// person is POST /_control/<name>: somebody does something in Slack's own app.
func (s *Server) person(name string, do func(*Server, deed) (reply, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var d deed
		err := json.NewDecoder(r.Body).Decode(&d)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		var out reply
		if err == nil {
			out, err = do(s, d)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fake.WriteJSON(w, out)
	}
}

// who finds a person.
func (s *Server) who(idOrName string) (User, error) {
	for _, u := range s.db.users.All() {
		if u.ID == idOrName || u.Name == strings.TrimPrefix(idOrName, "@") {
			return u, nil
		}
	}
	return User{}, fmt.Errorf("no user %q: name one by id or handle", idOrName)
}

// resolve finds who does it, and where: a person sees the channels of which they are a member and, unless they are a guest
// or of another workspace, public ones.
func (s *Server) resolve(d deed) (User, Channel, error) {
	user, err := s.who(d.User)
	if err != nil {
		return user, Channel{}, err
	}
	for _, ch := range s.db.channels.All() {
		if (ch.ID == d.Channel || ch.Name == strings.TrimPrefix(d.Channel, "#")) && (!ch.Private && user.member() || ch.Has(user.ID)) {
			return user, ch, nil
		}
	}
	return user, Channel{}, fmt.Errorf("%s sees no channel %q", user.Name, d.Channel)
}

// inChannel is resolve for what only members may do, while the channel is in use.
func (s *Server) inChannel(d deed) (User, Channel, error) {
	user, ch, err := s.resolve(d)
	switch {
	case err != nil:
	case ch.Archived:
		err = fmt.Errorf("#%s is archived", ch.Name)
	case !ch.Has(user.ID):
		err = fmt.Errorf("%s is not in #%s", user.Name, ch.Name)
	}
	return user, ch, err
}

// as calls a method of the Web API as the person would: their app uses the same ones.
func (s *Server) as(user User, method string, args map[string]string) error {
	c := &call{Server: s, method: method, args: url.Values{}, me: user}
	for k, v := range args {
		c.args.Set(k, v)
	}
	if _, no := methods[method].do(c); no != "" {
		return fmt.Errorf("%s: %s", method, no)
	}
	return nil
}
