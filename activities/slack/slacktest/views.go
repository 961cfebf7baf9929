package slacktest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Dialog is a modal view that stands open before somebody. It closes when it is submitted and the app does not object.
type Dialog struct {
	ID     string                     `json:"id"`
	User   string                     `json:"user"`
	Hash   string                     `json:"hash"`
	View   map[string]json.RawMessage `json:"view"`             // as the app sent it
	Typed  map[string]string          `json:"typed,omitempty"`  // what stands in the fields, by action_id
	Errors map[string]string          `json:"errors,omitempty"` // what the app objects to, by block_id; "": it did not answer
}

// trigger lets the app open one view before the person who did something, within three seconds.
type trigger struct {
	User    string `json:"user"`
	Expires int64  `json:"expires"` // Unix milliseconds
	Used    string `json:"used"`    // id of the view that it opened
}

// triggerTime is how long a trigger lives. https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
const triggerTime = 3 * time.Second

// newTrigger makes one; its id can be given.
func (s *Server) newTrigger(user, id string) string {
	if id == "" {
		id = fmt.Sprintf("%d.%s.%s", time.Now().UnixMilli(), TeamID, strings.ToLower(s.newID("H")))
	}
	for _, old := range s.db.triggers.Keys() {
		if t, _ := s.db.triggers.Get(old); time.Now().UnixMilli() > t.Expires+time.Minute.Milliseconds() {
			s.db.triggers.Delete(old)
		}
	}
	s.db.triggers.Put(id, trigger{User: user, Expires: time.Now().Add(triggerTime).UnixMilli()})
	return id
}

func (c *call) openView() (reply, refused) {
	id := c.args.Get("trigger_id")
	t, ok := c.db.triggers.Get(id)
	switch {
	case !ok:
		return nil, "invalid_trigger_id"
	case t.Used != "":
		return nil, "exchanged_trigger_id"
	case time.Now().UnixMilli() > t.Expires:
		return nil, "expired_trigger_id"
	}
	view, out, no := c.view()
	if no != "" {
		return out, no
	}
	d := Dialog{ID: c.newID("V"), User: t.User, View: view}
	d.Hash = d.hash()
	t.Used = d.ID
	c.db.triggers.Put(id, t)
	c.db.views.Put(d.ID, d)
	return reply{"view": d.show()}, ""
}

func (c *call) updateView() (reply, refused) {
	var d Dialog
	for _, v := range c.db.views.All() {
		if v.ID == c.args.Get("view_id") || c.args.Get("external_id") != "" && v.text("external_id") == c.args.Get("external_id") {
			d = v
		}
	}
	hash := c.args.Get("hash")
	switch {
	case d.ID == "":
		return nil, "not_found"
	case hash != "" && hash != d.Hash:
		return nil, "hash_conflict"
	}
	view, out, no := c.view()
	if no != "" {
		return out, no
	}
	d.View, d.Errors = view, nil
	d.Hash = d.hash()
	c.db.views.Put(d.ID, d)
	return reply{"view": d.show()}, ""
}

// view checks the argument of that name: https://docs.slack.dev/reference/views/modal-views
func (c *call) view() (map[string]json.RawMessage, reply, refused) {
	raw := c.args.Get("view")
	if len(raw) > 250_000 {
		return nil, nil, "view_too_large"
	}
	d := Dialog{}
	if json.Unmarshal([]byte(raw), &d.View) != nil {
		return nil, nil, "invalid_arguments"
	}
	if faults := d.faults(); len(faults) > 0 {
		return nil, reply{"response_metadata": reply{"messages": faults}}, "invalid_arguments"
	}
	for _, other := range c.db.views.All() {
		if id := d.text("external_id"); id != "" && id == other.text("external_id") && c.method == "views.open" {
			return nil, nil, "duplicate_external_id"
		}
	}
	return d.View, nil, ""
}

// faults are what Slack refuses a modal for.
func (d Dialog) faults() (faults []string) {
	fault := func(bad bool, text string) {
		if bad {
			faults = append(faults, "[ERROR] "+text)
		}
	}
	fault(d.text("type") != "modal", `must be a modal [json-pointer:/view/type]`)
	fault(!d.words("title").within(24) || d.words("title").Type != "plain_text", `must be plain text of 1 to 24 characters [json-pointer:/view/title]`)
	for _, button := range []string{"submit", "close"} {
		fault(len(d.View[button]) > 0 && !d.words(button).within(24), "must be less than 25 characters [json-pointer:/view/"+button+"]")
	}
	fault(utf8.RuneCountInString(d.text("private_metadata")) > 3000, "must be less than 3001 characters [json-pointer:/view/private_metadata]")
	fault(len(d.text("callback_id")) > 255, "must be less than 256 characters [json-pointer:/view/callback_id]")
	var blocks []block
	fault(json.Unmarshal(d.View["blocks"], &blocks) != nil || len(blocks) == 0 || len(blocks) > 100, "must have 1 to 100 blocks [json-pointer:/view/blocks]")
	fault(slices.ContainsFunc(blocks, func(b block) bool { return !b.valid() }), "invalid block [json-pointer:/view/blocks]")
	fault(len(d.Fields()) > 0 && len(d.View["submit"]) == 0, "missing required field: submit [json-pointer:/view]")
	return faults
}

// Field is a place to write in a dialog.
type Field struct {
	Block    string // id
	Action   string // id
	Label    string
	Hint     string
	Lines    bool // of several lines
	Optional bool
}

// Fields are the dialog's, in its order. Other kinds of input than plain text are left out.
func (d Dialog) Fields() (fields []Field) {
	var blocks []struct {
		Type     string    `json:"type"`
		ID       string    `json:"block_id"`
		Label    blockText `json:"label"`
		Hint     blockText `json:"hint"`
		Optional bool      `json:"optional"`
		Element  struct {
			Type   string `json:"type"`
			Action string `json:"action_id"`
			Lines  bool   `json:"multiline"`
		} `json:"element"`
	}
	_ = json.Unmarshal(d.View["blocks"], &blocks) // another shape: no fields
	for _, b := range blocks {
		if b.Type == "input" && b.Element.Type == "plain_text_input" {
			fields = append(fields, Field{b.ID, b.Element.Action, b.Label.Text, b.Hint.Text, b.Element.Lines, b.Optional})
		}
	}
	return fields
}

// Title is what stands over the dialog.
func (d Dialog) Title() string { return d.words("title").Text }

// Submit is what stands on the button that submits it.
func (d Dialog) Submit() string { return d.words("submit").Text }

// Close is what stands on the button that closes it.
func (d Dialog) Close() string { return d.words("close").Text }

// Blocks are the dialog's, as the app sent them.
func (d Dialog) Blocks() json.RawMessage { return d.View["blocks"] }

func (d Dialog) text(key string) string {
	var text string
	_ = json.Unmarshal(d.View[key], &text) // another shape: none
	return text
}

func (d Dialog) words(key string) blockText {
	var words blockText
	_ = json.Unmarshal(d.View[key], &words) // another shape: none
	return words
}

// hash changes with the view.
func (d Dialog) hash() string {
	raw, _ := json.Marshal(d.View)
	sum := sha256.Sum256(append(raw, d.ID...))
	return fmt.Sprintf("%d.%s", time.Now().Unix(), hex.EncodeToString(sum[:4]))
}

// show is a view as the API and payloads show it.
func (d Dialog) show() reply {
	out := reply{"id": d.ID, "team_id": TeamID, "type": "modal", "title": d.View["title"], "blocks": numbered(d.View["blocks"]), "private_metadata": d.text("private_metadata"),
		"callback_id": d.text("callback_id"), "external_id": d.text("external_id"), "state": d.state(), "hash": d.Hash, "clear_on_close": false, "notify_on_close": false,
		"submit_disabled": false, "root_view_id": d.ID, "app_id": AppID, "app_installed_team_id": TeamID, "bot_id": BotID, "previous_view_id": nil, "submit": nil, "close": nil}
	for _, button := range []string{"submit", "close"} {
		if raw, ok := d.View[button]; ok {
			out[button] = raw
		}
	}
	return out
}

// state is what stands in the fields, as payloads show it.
func (d Dialog) state() reply {
	values := map[string]map[string]reply{}
	for _, f := range d.Fields() {
		var value any // null: empty
		if text := d.Typed[f.Action]; text != "" {
			value = text
		}
		if values[f.Block] == nil {
			values[f.Block] = map[string]reply{}
		}
		values[f.Block][f.Action] = reply{"type": "plain_text_input", "value": value}
	}
	return reply{"values": values}
}

// Dialogs returns those that stand open before somebody, the oldest first.
func (s *Server) Dialogs(user string) (all []Dialog) {
	s.look(func() {
		for _, d := range s.db.views.All() {
			if d.User == user {
				all = append(all, d)
			}
		}
	})
	return all
}
