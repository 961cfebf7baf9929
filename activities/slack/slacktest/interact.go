package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"hikeshi/activities/fake"
)

// Interaction is what a person does with a button or another element of a message, of the app's home or of a dialog, or
// with a dialog as a whole.
type Interaction struct {
	User      string `json:"user"`       // id or handle
	Channel   string `json:"channel"`    // of the message: id or name
	MessageTS string `json:"message_ts"` // of the message whose button is pressed
	ActionID  string `json:"action_id"`  // of the element: a button is pressed, into an input Value is written
	BlockID   string `json:"block_id"`   // of the element's block, where several have one action_id
	// Value is a button's, empty: as it stands in the message; another one is what somebody presses whose screen is old. Of
	// other elements it is what is written or chosen: several with commas between.
	Value  string           `json:"value"`
	ViewID string           `json:"view_id"` // of the dialog that is submitted, after writing into its fields; or of the home
	Values map[string]Input `json:"values"`  // into further fields, by action_id, or by block_id/action_id
	Close  bool             `json:"close"`   // the dialog is closed instead
	Write  bool             `json:"write"`   // the fields are only written into
}

// Interacted is what came of it.
type Interacted struct {
	Status      int      `json:"status"` // of the app's answer; 0: it did not answer in time
	Body        string   `json:"body"`
	TriggerID   string   `json:"trigger_id"`
	ResponseURL string   `json:"response_url"`
	Views       []string `json:"views"` // ids of the dialogs that now stand open before the person
	Error       string   `json:"error,omitempty"`
}

// personInteracts is POST /_control/interact. Like a command, it runs outside the lock that calls hold: the gateway opens
// dialogs while it answers.
func (s *Server) personInteracts(w http.ResponseWriter, r *http.Request) {
	var i Interaction
	err := json.NewDecoder(r.Body).Decode(&i)
	var out Interacted
	if err == nil {
		out, err = s.Interact(r.Context(), i, "http://"+r.Host)
	}
	if err != nil {
		http.Error(w, fmt.Sprintf("interact: %v", err), http.StatusBadRequest)
		return
	}
	fake.WriteJSON(w, out)
}

// Interact sends the signed request that Slack sends when a person does that, and shows the person what Slack shows. base
// is our own address, for the response_url.
func (s *Server) Interact(ctx context.Context, i Interaction, base string) (Interacted, error) {
	return s.tell(ctx, i, func() (reply, error) { return s.payload(i, base) })
}

// tell sends the app what make makes of what the person did, and shows the person the answer.
func (s *Server) tell(ctx context.Context, i Interaction, make func() (reply, error)) (Interacted, error) {
	var payload reply
	var err error
	lock := s.Control.Store.Locked(func() { payload, err = make() })
	switch {
	case err != nil || lock != nil:
		return Interacted{}, errors.Join(err, lock)
	case payload == nil: // Slack's app does it alone
		return Interacted{Status: http.StatusOK, Views: s.openViews(i.User)}, nil
	case !s.reachable():
		return Interacted{}, errors.New("nobody takes interactions: no socket is open and no events address is set")
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return Interacted{}, err
	}
	status, body, err := s.sendInteraction(ctx, raw)
	out := Interacted{Status: status, Body: string(body), TriggerID: payload.text("trigger_id"), ResponseURL: payload.text("response_url")}
	if err != nil {
		out.Error = "operation_timeout"
	}
	_ = s.Control.Store.Locked(func() { // the app's answer stands, whatever the disk says
		if no := s.answered(i, payload, err == nil && status == http.StatusOK, body); no != nil {
			out.Error = no.Error()
		}
	})
	out.Views = s.openViews(i.User)
	return out, nil
}

// sendInteraction sends a payload as Slack does.
func (s *Server) sendInteraction(ctx context.Context, payload []byte) (status int, body []byte, err error) {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	return s.deliver(ctx, s.out.client, "/slack/interactions", header, []byte(url.Values{"payload": {string(payload)}}.Encode()))
}

func (s *Server) openViews(user string) []string {
	ids := []string{}
	s.look(func() {
		who, _ := s.who(user)
		for _, d := range s.modals(who.ID) {
			ids = append(ids, d.ID)
		}
	})
	return ids
}

// payload is what Slack sends; nil: nothing, for what Slack's app does alone.
// https://docs.slack.dev/reference/interaction-payloads
func (s *Server) payload(i Interaction, base string) (reply, error) {
	user, err := s.who(i.User)
	if err != nil {
		return nil, err
	}
	if i.ViewID == "" {
		return s.press(user, i, base)
	}
	d, ok := s.db.views.Get(i.ViewID)
	switch {
	case !ok || d.User != user.ID:
		return nil, fmt.Errorf("no dialog %q stands open before %s", i.ViewID, user.Name)
	case i.Close:
		return s.closes(user, d), nil
	}
	p, found := find(d.places(), i.ActionID, i.BlockID, i.Value)
	switch {
	case i.ActionID != "" && !found:
		return nil, fmt.Errorf("dialog %s has no element %q", d.ID, i.ActionID)
	case found && p.In != "input":
		return s.pressInView(user, d, p, i)
	}
	return s.submission(user, d, i)
}

// from are the fields that every payload has.
func from(kind string, user User) reply {
	return reply{"type": kind, "team": reply{"id": TeamID, "domain": "sandbox"}, "enterprise": nil, "is_enterprise_install": false, "token": "sandbox-verification",
		"api_app_id": AppID, "user": reply{"id": user.ID, "username": user.Name, "name": user.Name, "team_id": user.team()}}
}

// trouble is what Slack's app shows when the app does not answer as it should.
const trouble = "We had some trouble connecting. Try again?"

// answered shows the person what Slack shows of the app's answer. It returns what Slack's app has to object to in it.
func (s *Server) answered(i Interaction, payload reply, done bool, body []byte) error {
	user, _ := s.who(i.User)
	if payload["type"] != "view_submission" {
		_, ch, err := s.resolve(deed{User: i.User, Channel: i.Channel})
		if !done && err == nil {
			s.whisper(Ephemeral{Channel: ch.ID, User: user.ID, Text: ":warning: " + trouble, Source: "interaction"})
		}
		return nil
	}
	d, ok := s.db.views.Get(i.ViewID)
	if !ok {
		return nil // the app has closed it meanwhile
	}
	err := errors.New("the app did not answer")
	if done {
		err = s.respondTo(d, body)
	}
	if err != nil {
		d.Errors = map[string]string{"": trouble}
		s.db.views.Put(d.ID, d)
	}
	return err
}
