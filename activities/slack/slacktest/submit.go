package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// submission writes into the dialog's fields and submits it. Slack itself does not let a required field be empty, or hold
// what its kind forbids.
func (s *Server) submission(user User, d Dialog, i Interaction) (reply, error) {
	values := maps.Clone(i.Values)
	if values == nil {
		values = map[string]Input{}
	}
	p, named := find(d.places(), i.ActionID, i.BlockID, "")
	if named {
		values[p.key()] = Input{i.Value}
	}
	d, err := s.written(d, values)
	if err != nil {
		return nil, err
	}
	s.db.views.Put(d.ID, d)
	switch {
	case i.Write && named && p.Dispatch:
		return s.pressInView(user, d, p, Interaction{Value: i.Value})
	case i.Write:
		return nil, nil
	case d.text("type") != "modal":
		return nil, fmt.Errorf("view %s is no dialog: it is not submitted", d.ID)
	}
	d.Errors = map[string]string{}
	for _, p := range d.places() {
		in, touched := d.Typed[p.key()]
		if !touched {
			in = p.first()
		}
		if text := p.complaint(in, p.Optional); p.In == "input" && text != "" {
			d.Errors[p.Block] = text
		}
	}
	s.db.views.Put(d.ID, d)
	if len(d.Errors) > 0 {
		return nil, nil
	}
	out := from("view_submission", user)
	out["trigger_id"], out["view"] = s.newTrigger(user.ID, "", d.ID), d.show()
	return out, nil
}

// closes closes a dialog, or its whole stack, and tells an app that wants to know.
func (s *Server) closes(user User, d Dialog) reply {
	out := from("view_closed", user)
	out["view"], out["is_cleared"] = d.show(), d.is("clear_on_close")
	if d.is("clear_on_close") {
		s.clear(d)
	} else {
		s.drop(d)
	}
	if !d.is("notify_on_close") {
		return nil
	}
	return out
}

// drop closes a dialog and those above it.
func (s *Server) drop(d Dialog) {
	for _, v := range s.stack(d) {
		if v.Previous == d.ID {
			s.drop(v)
		}
	}
	s.db.views.Delete(d.ID)
}

// clear closes the whole stack.
func (s *Server) clear(d Dialog) {
	for _, v := range s.stack(d) {
		s.db.views.Delete(v.ID)
	}
}

// respondTo does what the app wants done with the dialog that was submitted. An error is what Slack's app cannot do; it
// says then that it had trouble. https://docs.slack.dev/surfaces/modals#response_actions
func (s *Server) respondTo(d Dialog, body []byte) error {
	var a struct {
		Action string                     `json:"response_action"`
		Errors map[string]string          `json:"errors"`
		View   map[string]json.RawMessage `json:"view"`
	}
	if len(strings.TrimSpace(string(body))) > 0 && json.Unmarshal(body, &a) != nil {
		return errors.New("the app's answer is no JSON")
	}
	next := Dialog{User: d.User, View: a.View}
	switch a.Action {
	case "":
		s.drop(d)
	case "clear":
		s.clear(d)
	case "errors":
		return s.objects(d, a.Errors)
	case "update", "push":
		if faults := next.faults("modal"); len(faults) > 0 {
			return fmt.Errorf("the app's view is invalid: %s", strings.Join(faults, "; "))
		}
		if a.Action == "update" {
			d.View, d.Errors = a.View, nil
			s.keepView(d)
			return nil
		}
		if len(s.stack(d)) >= maxStack {
			return fmt.Errorf("the app pushes a dialog onto %d", maxStack)
		}
		next.Root, next.Previous = d.root(), d.ID
		s.raise(next)
	default:
		return fmt.Errorf("the app answers with an unknown response_action %q", a.Action)
	}
	return nil
}

// objects shows the app's objections beside the inputs that they name.
func (s *Server) objects(d Dialog, words map[string]string) error {
	fields := d.Fields()
	for block := range words {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Block == block }) {
			return fmt.Errorf("the app objects to block %q, which is no input of the dialog", block)
		}
	}
	if len(words) == 0 {
		return errors.New("the app objects, but to nothing")
	}
	d.Errors = words
	s.db.views.Put(d.ID, d)
	return nil
}
