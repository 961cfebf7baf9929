package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

// Interaction is what a person does with a button of a message, or with a dialog.
type Interaction struct {
	User      string `json:"user"`       // id or handle
	Channel   string `json:"channel"`    // of the message: id or name
	MessageTS string `json:"message_ts"` // of the message whose button is pressed
	ActionID  string `json:"action_id"`  // of the button, or of the field into which Value is written
	// Value is the button's; empty: as it stands in the message. Another one is what somebody presses whose screen is old.
	Value  string            `json:"value"`
	ViewID string            `json:"view_id"` // of the dialog that is submitted, after writing into its fields
	Values map[string]string `json:"values"`  // into further fields, by action_id
	Close  bool              `json:"close"`   // the dialog is closed instead
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
	var payload reply
	var err error
	lock := s.Control.Store.Locked(func() { payload, err = s.payload(i, base) })
	switch {
	case err != nil || lock != nil:
		return Interacted{}, errors.Join(err, lock)
	case payload == nil: // Slack's app does it alone
		return Interacted{Status: http.StatusOK, Views: s.openViews(i.User)}, nil
	case s.eventsURL() == "":
		return Interacted{}, errors.New("nobody takes interactions: no events address is set")
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return Interacted{}, err
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	status, body, err := s.deliver(ctx, s.out.client, "/slack/interactions", header, []byte(url.Values{"payload": {string(raw)}}.Encode()))
	out := Interacted{Status: status, Body: string(body), TriggerID: payload.text("trigger_id"), ResponseURL: payload.text("response_url")}
	if err != nil {
		out.Error = "operation_timeout"
	}
	_ = s.Control.Store.Locked(func() { s.answered(i, err == nil && status == http.StatusOK, body) }) // the app's answer stands, whatever the disk says
	out.Views = s.openViews(i.User)
	return out, nil
}

func (s *Server) openViews(user string) []string {
	ids := []string{}
	s.look(func() {
		who, _ := s.who(user)
		for _, d := range s.db.views.All() {
			if d.User == who.ID {
				ids = append(ids, d.ID)
			}
		}
	})
	return ids
}

// payload is what Slack sends; nil: nothing, for a dialog that is closed.
// https://docs.slack.dev/reference/interaction-payloads
func (s *Server) payload(i Interaction, base string) (reply, error) {
	user, err := s.who(i.User)
	if err != nil {
		return nil, err
	}
	p := reply{"team": reply{"id": TeamID, "domain": "sandbox"}, "user": reply{"id": user.ID, "username": user.Name, "name": user.Name, "team_id": TeamID},
		"api_app_id": AppID, "token": "sandbox-verification", "is_enterprise_install": false, "enterprise": nil}
	if i.ViewID != "" {
		return s.submission(p, user, i)
	}
	return s.press(p, user, i, base)
}

func (s *Server) press(p reply, user User, i Interaction, base string) (reply, error) {
	_, ch, err := s.resolve(deed{User: i.User, Channel: i.Channel})
	if err != nil {
		return nil, err
	}
	m, ok := s.message(ch.ID, i.MessageTS)
	if !ok {
		return nil, fmt.Errorf("#%s has no message %q", ch.Name, i.MessageTS)
	}
	b, found := buttonOf(m.Blocks, i.ActionID)
	if !found && i.Value == "" {
		return nil, fmt.Errorf("message %s has no button %q", i.MessageTS, i.ActionID)
	}
	if i.Value != "" {
		b.Value = i.Value
	}
	hookID := s.newID("H")
	s.db.hooks.Put(hookID, hook{User: user.ID, Channel: ch.ID, Message: m.TS, Expires: time.Now().Add(30 * time.Minute).Unix()})
	container := reply{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": false}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	name := ch.Name
	if ch.Private {
		name = "privategroup"
	}
	action := reply{"type": "button", "action_id": i.ActionID, "block_id": b.Block, "text": b.Text, "value": b.Value, "action_ts": s.nextTS()}
	if b.Style != "" {
		action["style"] = b.Style
	}
	p["type"], p["container"], p["channel"], p["message"], p["state"] = "block_actions", container, reply{"id": ch.ID, "name": name}, s.show(m, false), reply{"values": reply{}}
	p["trigger_id"], p["response_url"], p["actions"] = s.newTrigger(user.ID, ""), base+"/actions/"+TeamID+"/"+hookID, []reply{action}
	return p, nil
}

// button is one of a message.
type button struct {
	Block, Action, Value, Style string
	Text                        json.RawMessage
	Label                       string
}

// buttonOf finds a message's button.
func buttonOf(blocks json.RawMessage, action string) (button, bool) {
	for _, b := range buttonsOf(blocks) {
		if b.Action == action {
			return b, true
		}
	}
	return button{Text: json.RawMessage(`{"type":"plain_text","text":"","emoji":true}`)}, false
}

// buttonsOf are a message's buttons, each with the id of its block as the API shows it.
func buttonsOf(raw json.RawMessage) (all []button) {
	shown, _ := json.Marshal(numbered(raw))
	var blocks []struct {
		Type     string `json:"type"`
		ID       string `json:"block_id"`
		Elements []struct {
			Type   string          `json:"type"`
			Action string          `json:"action_id"`
			Value  string          `json:"value"`
			Style  string          `json:"style"`
			Text   json.RawMessage `json:"text"`
		} `json:"elements"`
	}
	if len(raw) == 0 || json.Unmarshal(shown, &blocks) != nil {
		return nil
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if b.Type == "actions" && e.Type == "button" {
				var label blockText
				_ = json.Unmarshal(e.Text, &label) // another shape: no label
				all = append(all, button{b.ID, e.Action, e.Value, e.Style, e.Text, label.Text})
			}
		}
	}
	return all
}

// submission writes into the dialog's fields and submits it. Slack itself does not let a required field be empty.
func (s *Server) submission(p reply, user User, i Interaction) (reply, error) {
	d, ok := s.db.views.Get(i.ViewID)
	if !ok || d.User != user.ID {
		return nil, fmt.Errorf("no dialog %q stands open before %s", i.ViewID, user.Name)
	}
	if i.Close {
		s.db.views.Delete(d.ID)
		return nil, nil
	}
	typed := map[string]string{}
	for k, v := range d.Typed {
		typed[k] = v
	}
	for k, v := range i.Values {
		typed[k] = v
	}
	if i.ActionID != "" {
		typed[i.ActionID] = i.Value
	}
	d.Typed, d.Errors = typed, map[string]string{}
	for _, f := range d.Fields() {
		if typed[f.Action] == "" && !f.Optional {
			d.Errors[f.Block] = "Please complete this required field."
		}
	}
	s.db.views.Put(d.ID, d)
	if len(d.Errors) > 0 {
		return nil, nil
	}
	p["type"], p["trigger_id"], p["view"] = "view_submission", s.newTrigger(user.ID, ""), d.show()
	return p, nil
}

// trouble is what Slack's app shows when the app does not answer as it should.
const trouble = "We had some trouble connecting. Try again?"

// answered shows the person what Slack shows of the app's answer.
func (s *Server) answered(i Interaction, done bool, body []byte) {
	user, _ := s.who(i.User)
	if i.ViewID == "" {
		_, ch, err := s.resolve(deed{User: i.User, Channel: i.Channel})
		if !done && err == nil {
			s.whisper(Ephemeral{Channel: ch.ID, User: user.ID, Text: ":warning: " + trouble, Source: "interaction"})
		}
		return
	}
	d, ok := s.db.views.Get(i.ViewID)
	if !ok {
		return
	}
	var a struct {
		Action string                     `json:"response_action"`
		Errors map[string]string          `json:"errors"`
		View   map[string]json.RawMessage `json:"view"`
	}
	switch {
	case !done || len(strings.TrimSpace(string(body))) > 0 && json.Unmarshal(body, &a) != nil:
		d.Errors = map[string]string{"": trouble}
	case a.Action == "errors":
		d.Errors = a.Errors
	case a.Action == "update" && a.View != nil:
		d.View, d.Errors = a.View, nil
		d.Hash = d.hash()
	default:
		s.db.views.Delete(d.ID)
		return
	}
	s.db.views.Put(d.ID, d)
}
