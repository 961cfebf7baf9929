package slacktest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Dialog is a view: a modal that stands open before somebody, or the home that an app has published for somebody. A modal
// closes when it is submitted and the app does not object.
type Dialog struct {
	ID       string                     `json:"id"`
	User     string                     `json:"user"`
	Hash     string                     `json:"hash"`
	Root     string                     `json:"root,omitempty"`     // of a modal that was pushed: the one at the bottom of its stack
	Previous string                     `json:"previous,omitempty"` // of a modal that was pushed: the one below it
	View     map[string]json.RawMessage `json:"view"`               // as the app sent it, with ids where it gave none
	Typed    map[string]Input           `json:"typed,omitempty"`    // what people left in its elements, by block and action
	Errors   map[string]string          `json:"errors,omitempty"`   // what the app objects to, by block_id; "": it did not answer
}

// trigger lets the app open one view before the person who did something, within a few seconds.
type trigger struct {
	User    string `json:"user"`
	Expires int64  `json:"expires"`        // Unix milliseconds
	Used    string `json:"used"`           // id of the view that it opened
	View    string `json:"view,omitempty"` // of the modal in which the person did it
}

// newTrigger makes one; its id can be given.
func (s *Server) newTrigger(user, id, view string) string {
	if id == "" {
		id = fmt.Sprintf("%d.%s.%s", time.Now().UnixMilli(), TeamID, strings.ToLower(s.newID("H")))
	}
	for _, old := range s.db.triggers.Keys() {
		if t, _ := s.db.triggers.Get(old); time.Now().UnixMilli() > t.Expires+time.Minute.Milliseconds() {
			s.db.triggers.Delete(old)
		}
	}
	s.db.triggers.Put(id, trigger{User: user, Expires: time.Now().Add(s.o.Patience).UnixMilli(), View: view})
	return id
}

// trigger is the one that the call names, while it counts.
func (c *call) trigger() (trigger, refused) {
	t, ok := c.db.triggers.Get(c.args.Get("trigger_id"))
	switch {
	case !ok:
		return t, "invalid_trigger_id"
	case t.Used != "":
		return t, "exchanged_trigger_id"
	case time.Now().UnixMilli() > t.Expires:
		return t, "expired_trigger_id"
	}
	return t, ""
}

func (c *call) openView() (reply, refused) {
	t, no := c.trigger()
	if no != "" {
		return nil, no
	}
	view, out, no := c.view("modal", "")
	if no != "" {
		return out, no
	}
	return c.exchange(t, Dialog{User: t.User, View: view})
}

// maxStack is how many modals may stand on each other.
const maxStack = 3

func (c *call) pushView() (reply, refused) {
	t, no := c.trigger()
	if no != "" {
		return nil, no
	}
	below, ok := c.db.views.Get(t.View)
	switch {
	case !ok || below.text("type") != "modal":
		return nil, "not_found"
	case len(c.stack(below)) >= maxStack:
		return nil, "push_limit_reached"
	}
	view, out, no := c.view("modal", "")
	if no != "" {
		return out, no
	}
	return c.exchange(t, Dialog{User: t.User, View: view, Root: below.root(), Previous: below.ID})
}

// exchange gives the modal for the trigger.
func (c *call) exchange(t trigger, d Dialog) (reply, refused) {
	d = c.raise(d)
	t.Used = d.ID
	c.db.triggers.Put(c.args.Get("trigger_id"), t)
	return reply{"view": d.show()}, ""
}

// raise opens a view.
func (s *Server) raise(d Dialog) Dialog {
	d.ID = s.newID("V")
	return s.keepView(d)
}

// keepView keeps a view that is new or changed. What stands in elements that it still has stays.
func (s *Server) keepView(d Dialog) Dialog {
	d.View["blocks"] = s.identified(d.View["blocks"])
	typed := map[string]Input{}
	for _, p := range d.places() {
		if in, ok := d.Typed[p.key()]; ok {
			typed[p.key()] = in
		}
	}
	d.Typed, d.Hash = typed, d.hash()
	s.db.views.Put(d.ID, d)
	return d
}

// stack are the modals of the one that the view belongs to, the lowest first.
func (s *Server) stack(d Dialog) (all []Dialog) {
	for _, v := range s.db.views.All() {
		if v.root() == d.root() && v.text("type") == "modal" {
			all = append(all, v)
		}
	}
	return all
}

func (d Dialog) root() string {
	if d.Root != "" {
		return d.Root
	}
	return d.ID
}

func (c *call) updateView() (reply, refused) {
	d, ok := c.named()
	hash := c.args.Get("hash")
	switch {
	case !ok:
		return nil, "not_found"
	case hash != "" && hash != d.Hash:
		return nil, "hash_conflict"
	}
	view, out, no := c.view(d.text("type"), d.ID)
	if no != "" {
		return out, no
	}
	d.View, d.Errors = view, nil
	return reply{"view": c.keepView(d).show()}, ""
}

// named is the view that the call names by its id, or by the app's own.
func (c *call) named() (Dialog, bool) {
	own := c.args.Get("external_id")
	all := c.db.views.All()
	i := slices.IndexFunc(all, func(v Dialog) bool {
		return v.ID == c.args.Get("view_id") || own != "" && v.text("external_id") == own
	})
	if i < 0 {
		return Dialog{}, false
	}
	return all[i], true
}

// publishView puts a home before a person. https://docs.slack.dev/reference/methods/views.publish
func (c *call) publishView() (reply, refused) {
	user := c.args.Get("user_id")
	if _, known := c.db.users.Get(user); !known {
		return reply{"response_metadata": reply{"messages": []string{"[ERROR] must be a user of the workspace [json-pointer:/user_id]"}}}, "invalid_arguments"
	}
	d, _ := c.home(user)
	if hash := c.args.Get("hash"); hash != "" && hash != d.Hash {
		return nil, "hash_conflict"
	}
	view, out, no := c.view("home", d.ID)
	if no != "" {
		return out, no
	}
	d.User, d.View = user, view
	if d.ID == "" {
		return reply{"view": c.raise(d).show()}, ""
	}
	return reply{"view": c.keepView(d).show()}, ""
}

// home is what the app has published for the person.
func (s *Server) home(user string) (Dialog, bool) {
	for _, v := range s.db.views.All() {
		if v.User == user && v.text("type") == "home" {
			return v, true
		}
	}
	return Dialog{}, false
}

// identified gives each block and element the ids that the app did not give, as Slack does: others each time.
func (s *Server) identified(raw json.RawMessage) json.RawMessage {
	var blocks []map[string]any
	if json.Unmarshal(raw, &blocks) != nil {
		return raw
	}
	name := func(of map[string]any, key string) {
		if id, _ := of[key].(string); id == "" {
			of[key] = strings.ToLower(s.newID("B"))
		}
	}
	for _, b := range blocks {
		name(b, "block_id")
		elements, _ := b["elements"].([]any)
		if b["type"] != "actions" {
			elements = nil
		}
		for _, e := range append(elements, b["element"], b["accessory"]) {
			if e, ok := e.(map[string]any); ok && e["type"] != "image" {
				name(e, "action_id")
			}
		}
	}
	out, _ := json.Marshal(blocks) // they were JSON
	return out
}

// hash changes with the view.
func (d Dialog) hash() string {
	raw, _ := json.Marshal(d.View)
	sum := sha256.Sum256(append(raw, d.ID...))
	return fmt.Sprintf("%d.%s", time.Now().Unix(), hex.EncodeToString(sum[:4]))
}
