package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

// personCommands is POST /_control/command: it sends the slash command to the gateway and answers with the gateway's
// answer, after keeping what the person sees. It holds the lock only to read and to keep, not while it waits.
func (s *Server) personCommands(w http.ResponseWriter, r *http.Request) {
	var d deed
	err := json.NewDecoder(r.Body).Decode(&d)
	var form url.Values
	if err == nil && !s.reachable() {
		err = fmt.Errorf("nobody takes commands: no socket is open and no events address is set")
	}
	if err == nil {
		form, err = s.commandForm(d, r.Host)
	}
	if err != nil {
		http.Error(w, fmt.Sprintf("command: %v", err), http.StatusBadRequest)
		return
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	status, body, err := s.deliver(r.Context(), s.out.client, "/slack/commands", header, []byte(form.Encode()))
	text := string(body)
	if err != nil || status != http.StatusOK {
		text = fmt.Sprintf("%s failed because the app did not respond", d.Command) // what Slack's app shows
	}
	if e, ok := answerOf([]byte(text)); ok {
		s.keepAnswer(e, form)
	}
	out := map[string]any{"status": status, "body": string(body), "trigger_id": form.Get("trigger_id"), "response_url": form.Get("response_url")}
	if err != nil {
		out["error"] = "operation_timeout"
	}
	fake.WriteJSON(w, out)
}

// commandForm is what Slack sends: https://docs.slack.dev/interactivity/implementing-slash-commands
func (s *Server) commandForm(d deed, host string) (form url.Values, err error) {
	lock := s.Control.Store.Locked(func() {
		user, ch, no := s.resolve(d)
		if err = no; err == nil && user.team() != TeamID {
			err = fmt.Errorf("%s is of another workspace: the app's commands are not there", user.Name)
		}
		if err != nil {
			return
		}
		id := s.newID("H")
		s.db.hooks.Put(id, hook{User: user.ID, Channel: ch.ID, Expires: time.Now().Add(30 * time.Minute).Unix()})
		d.TriggerID = s.newTrigger(user.ID, d.TriggerID, "")
		form = url.Values{"token": {"sandbox-verification"}, "team_id": {TeamID}, "team_domain": {"sandbox"}, "channel_id": {ch.ID}, "channel_name": {ch.Name},
			"user_id": {user.ID}, "user_name": {user.Name}, "command": {d.Command}, "text": {d.Text}, "api_app_id": {AppID},
			"is_enterprise_install": {"false"}, "response_url": {"http://" + host + "/commands/" + TeamID + "/" + id}, "trigger_id": {d.TriggerID}}
		if ch.Private {
			form.Set("channel_name", "privategroup")
		}
	})
	if err == nil {
		err = lock
	}
	return form, err
}

// answer is what an app answers to a command, at once or through the response_url.
type answer struct {
	Type    string          `json:"response_type"` // in_channel, or ephemeral when empty
	Text    string          `json:"text"`
	Blocks  json.RawMessage `json:"blocks"`
	Replace bool            `json:"replace_original"`
	Delete  bool            `json:"delete_original"`
}

// answerOf reads an answer: JSON or plain text. An empty one shows nothing.
func answerOf(body []byte) (answer, bool) {
	var a answer
	if json.Unmarshal(body, &a) != nil {
		a = answer{Text: string(body)}
	}
	return a, strings.TrimSpace(a.Text) != "" || len(a.Blocks) > 0 || a.Delete
}

func (s *Server) keepAnswer(a answer, form url.Values) {
	_ = s.Control.Store.Locked(func() { // the gateway's answer stands, whatever the disk says
		s.showAnswer(a, hook{User: form.Get("user_id"), Channel: form.Get("channel_id")}, "command")
	})
}

// showAnswer shows it to the person, or to the channel.
func (s *Server) showAnswer(a answer, h hook, source string) {
	if e, ok := s.db.ephemerals.Get(h.Message); ok && (a.Replace || a.Delete) {
		s.db.ephemerals.Delete(e.TS)
		if e.Text, e.Blocks = normal(a.Text), a.Blocks; a.Replace {
			s.db.ephemerals.Put(e.TS, e)
		}
		return
	}
	if a.Replace || a.Delete {
		for _, e := range s.db.ephemerals.All() {
			if e.User == h.User && e.Channel == h.Channel && e.Source != "chat.postEphemeral" {
				s.db.ephemerals.Delete(e.TS)
			}
		}
	}
	ch, ok := s.db.channels.Get(h.Channel)
	original, pressed := s.message(h.Channel, h.Message)
	switch {
	case pressed && a.Delete:
		s.erase(ch, original)
	case pressed && a.Replace:
		changed := original
		changed.Text, changed.Blocks = normal(a.Text), a.Blocks
		s.change(ch, original, changed)
	case a.Delete:
	case a.Type == "in_channel" && ok && !ch.Archived:
		s.put(ch, Message{User: BotUser, BotID: BotID, Subtype: "bot_message", Text: normal(a.Text), Blocks: a.Blocks})
	default:
		s.whisper(Ephemeral{Channel: h.Channel, User: h.User, Text: normal(a.Text), Blocks: a.Blocks, Source: source})
	}
}

// maxUses is how often a response_url may be used, within 30 minutes.
const maxUses = 5

// respond is the response_url.
func (s *Server) respond(w http.ResponseWriter, r *http.Request) {
	id := path.Base(r.URL.Path)
	h, ok := s.db.hooks.Get(id)
	var a answer
	switch {
	case r.Method != http.MethodPost || !ok || time.Now().Unix() > h.Expires || h.Uses >= maxUses:
		w.WriteHeader(http.StatusNotFound)
		fake.WriteJSON(w, reply{"ok": false, "error": "used_url"})
		return
	case json.NewDecoder(r.Body).Decode(&a) != nil:
		w.WriteHeader(http.StatusBadRequest)
		fake.WriteJSON(w, reply{"ok": false, "error": "invalid_payload"})
		return
	}
	h.Uses++
	s.db.hooks.Put(id, h)
	s.showAnswer(a, h, "response_url")
	_, _ = w.Write([]byte("ok"))
}
