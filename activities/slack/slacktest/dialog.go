package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// view checks the argument of that name; id is the view that it replaces. https://docs.slack.dev/reference/views
func (c *call) view(kind, id string) (map[string]json.RawMessage, reply, refused) {
	raw := c.args.Get("view")
	if len(raw) > 250_000 {
		return nil, nil, "view_too_large"
	}
	d := Dialog{}
	if json.Unmarshal([]byte(raw), &d.View) != nil {
		return nil, nil, "invalid_arguments"
	}
	if faults := d.faults(kind); len(faults) > 0 {
		return nil, reply{"response_metadata": reply{"messages": faults}}, "invalid_arguments"
	}
	if c.holds(d.text("external_id"), id) {
		return nil, nil, "duplicate_external_id"
	}
	return d.View, nil, ""
}

// holds reports whether another view has the app's own id.
func (s *Server) holds(own, id string) bool {
	return own != "" && slices.ContainsFunc(s.db.views.All(), func(v Dialog) bool { return v.text("external_id") == own && v.ID != id })
}

// What a view may have.
const (
	anyView = "type blocks private_metadata callback_id external_id"
	modals  = anyView + " title submit close clear_on_close notify_on_close submit_disabled"
)

// faults are what Slack refuses a view for.
func (d Dialog) faults(kind string) (faults []string) {
	fault := func(bad bool, text string) {
		if bad {
			faults = append(faults, "[ERROR] "+text)
		}
	}
	fault(d.text("type") != kind, "must be a "+kind+" [json-pointer:/view/type]")
	may := anyView
	if kind == "modal" {
		may = modals
		fault(!d.words("title").within(24) || d.words("title").Type != "plain_text", `must be plain text of 1 to 24 characters [json-pointer:/view/title]`)
	}
	for key := range d.View {
		fault(!slices.Contains(strings.Fields(may), key), "invalid additional property: "+key+" [json-pointer:/view]")
	}
	for _, button := range []string{"submit", "close"} {
		fault(len(d.View[button]) > 0 && (!d.words(button).within(24) || d.words(button).Type != "plain_text"), "must be less than 25 characters [json-pointer:/view/"+button+"]")
	}
	fault(utf8.RuneCountInString(d.text("private_metadata")) > 3000, "must be less than 3001 characters [json-pointer:/view/private_metadata]")
	fault(len(d.text("callback_id")) > 255, "must be less than 256 characters [json-pointer:/view/callback_id]")
	fault(len(d.text("external_id")) > 255, "must be less than 256 characters [json-pointer:/view/external_id]")
	faults = append(faults, d.blockFaults()...)
	fault(kind == "modal" && len(d.Fields()) > 0 && len(d.View["submit"]) == 0, "missing required field: submit [json-pointer:/view]")
	slices.Sort(faults)
	return faults
}

func (d Dialog) blockFaults() (faults []string) {
	var blocks []block
	if json.Unmarshal(d.View["blocks"], &blocks) != nil || len(blocks) == 0 || len(blocks) > 100 {
		return []string{"[ERROR] must have 1 to 100 blocks [json-pointer:/view/blocks]"}
	}
	ids, focused := map[string]bool{}, 0
	for i, b := range blocks {
		at := fmt.Sprintf("/view/blocks/%d", i)
		if b.Type == "markdown" {
			faults = append(faults, "[ERROR] unsupported type: markdown [json-pointer:"+at+"]")
		}
		faults = append(faults, b.faults(at)...)
		if b.ID != "" && ids[b.ID] {
			faults = append(faults, "[ERROR] block_id already exists: "+b.ID+" [json-pointer:"+at+"]")
		}
		ids[b.ID] = true
		actions := map[string]bool{}
		for _, raw := range b.elements() {
			var e element
			_ = json.Unmarshal(raw, &e) // another shape: said above
			if e.Action != "" && actions[e.Action] {
				faults = append(faults, "[ERROR] action_id already exists: "+e.Action+" [json-pointer:"+at+"]")
			}
			actions[e.Action] = true
			if e.Focus {
				focused++
			}
		}
	}
	if focused > 1 {
		faults = append(faults, "[ERROR] only one element may have it: focus_on_load [json-pointer:/view/blocks]")
	}
	return faults
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

func (d Dialog) is(key string) bool {
	var yes bool
	_ = json.Unmarshal(d.View[key], &yes) // another shape: no
	return yes
}

func (d Dialog) words(key string) blockText {
	var words blockText
	_ = json.Unmarshal(d.View[key], &words) // another shape: none
	return words
}

func (d Dialog) places() []place { return placesOf(d.View["blocks"]) }

// show is a view as the API and payloads show it.
func (d Dialog) show() reply {
	out := reply{"id": d.ID, "team_id": TeamID, "type": d.text("type"), "blocks": d.View["blocks"], "private_metadata": d.text("private_metadata"),
		"callback_id": d.text("callback_id"), "external_id": d.text("external_id"), "state": statesOf(d.places(), d.Typed), "hash": d.Hash,
		"clear_on_close": d.is("clear_on_close"), "notify_on_close": d.is("notify_on_close"), "root_view_id": d.root(), "previous_view_id": nil,
		"app_id": AppID, "app_installed_team_id": TeamID, "bot_id": BotID, "title": nil, "submit": nil, "close": nil}
	if d.Previous != "" {
		out["previous_view_id"] = d.Previous
	}
	if d.text("type") == "modal" {
		out["submit_disabled"] = d.is("submit_disabled")
	}
	for _, words := range []string{"title", "submit", "close"} {
		if raw, ok := d.View[words]; ok {
			out[words] = raw
		}
	}
	return out
}

// Dialogs returns the modals that stand open before somebody, the oldest first.
func (s *Server) Dialogs(user string) (all []Dialog) {
	s.look(func() { all = s.modals(user) })
	return all
}

func (s *Server) modals(user string) (all []Dialog) {
	for _, d := range s.db.views.All() {
		if d.User == user && d.text("type") == "modal" {
			all = append(all, d)
		}
	}
	return all
}

// Home returns what the app has published for somebody.
func (s *Server) Home(user string) (d Dialog, ok bool) {
	s.look(func() { d, ok = s.home(user) })
	return d, ok
}
