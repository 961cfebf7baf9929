package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"hikeshi/activities/fake"
)

// Shortcut is what a person chooses from the menu of a message, or from the one of the whole workspace.
type Shortcut struct {
	User       string `json:"user"`       // id or handle
	Channel    string `json:"channel"`    // of the message: id or name
	MessageTS  string `json:"message_ts"` // empty: a global shortcut
	CallbackID string `json:"callback_id"`
}

// personShortcuts is POST /_control/shortcut. Like a press, it runs outside the lock that calls hold.
func (s *Server) personShortcuts(w http.ResponseWriter, r *http.Request) {
	var sc Shortcut
	err := json.NewDecoder(r.Body).Decode(&sc)
	var out Interacted
	if err == nil {
		out, err = s.Shortcut(r.Context(), sc, "http://"+r.Host)
	}
	if err != nil {
		http.Error(w, fmt.Sprintf("shortcut: %v", err), http.StatusBadRequest)
		return
	}
	fake.WriteJSON(w, out)
}

// Shortcut sends what Slack sends when a person uses a shortcut. base is our own address, for the response_url.
func (s *Server) Shortcut(ctx context.Context, sc Shortcut, base string) (Interacted, error) {
	return s.tell(ctx, Interaction{User: sc.User, Channel: sc.Channel}, func() (reply, error) { return s.shortcut(sc, base) })
}

func (s *Server) shortcut(sc Shortcut, base string) (reply, error) {
	user, err := s.who(sc.User)
	switch {
	case err != nil:
		return nil, err
	case user.team() != TeamID:
		return nil, fmt.Errorf("%s is of another workspace: the app's shortcuts are not there", user.Name)
	case sc.CallbackID == "":
		return nil, errors.New("name the shortcut by its callback_id")
	}
	kind := "shortcut"
	if sc.MessageTS != "" {
		kind = "message_action"
	}
	out := from(kind, user)
	out["callback_id"], out["action_ts"], out["trigger_id"] = sc.CallbackID, s.nextTS(), s.newTrigger(user.ID, "", "")
	delete(out, "api_app_id") // they have none
	who, _ := out["user"].(reply)
	if kind == "shortcut" {
		delete(who, "name")
		return out, nil
	}
	delete(who, "username")
	_, ch, err := s.inChannel(deed{User: sc.User, Channel: sc.Channel})
	if err != nil {
		return nil, err
	}
	m, ok := s.message(ch.ID, sc.MessageTS)
	if !ok || m.Subtype == "tombstone" {
		return nil, fmt.Errorf("#%s has no message %q", ch.Name, sc.MessageTS)
	}
	out["channel"], out["message"], out["message_ts"] = channelRef(ch), s.show(m, false), m.TS
	out["response_url"] = s.newHook(user, ch, "", base)
	return out, nil
}

// opensHome is POST /_control/home: a person looks at the app's home.
func (s *Server) opensHome(d deed) (reply, error) {
	user, err := s.who(d.User)
	if err != nil {
		return nil, err
	}
	event := reply{"type": "app_home_opened", "user": user.ID, "channel": "D" + user.ID[1:], "tab": "home"}
	home, ok := s.home(user.ID)
	if ok {
		event["view"] = home.show()
	}
	s.send(Channel{ID: "D" + user.ID[1:], Members: []string{BotUser}}, event)
	return reply{"view_id": home.ID}, nil
}

// adds is POST /_control/person: somebody joins the workspace, or changes. Only the fields that are given count.
func (s *Server) adds(d deed) (reply, error) {
	u := d.Person
	if u == nil || u.Name == "" {
		return nil, errors.New("say who: person {name, real_name, email, locale, tz, is_restricted, is_ultra_restricted, team}")
	}
	known, err := s.who(u.Name)
	if err != nil {
		known = User{ID: s.newID("U"), Name: u.Name, RealName: u.Name, Locale: "en-US", TZ: "Etc/UTC"}
		if u.ID != "" {
			known.ID = u.ID
		}
	}
	raw, _ := json.Marshal(u) // fields that are empty are left out
	if err := json.Unmarshal(raw, &known); err != nil {
		return nil, err
	}
	known.Restricted = known.Restricted || known.Ultra
	s.db.users.Put(known.ID, known)
	if general, ok := s.db.channels.Get(General); ok && err != nil && known.member() {
		general.Members = append(slices.Clone(general.Members), known.ID)
		s.db.channels.Put(General, general)
	}
	return reply{"user": known.ID}, nil
}
