package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// press is somebody's use of an element of a message: a button, a menu, a select.
func (s *Server) press(user User, i Interaction, base string) (reply, error) {
	_, ch, err := s.resolve(deed{User: i.User, Channel: i.Channel})
	if err != nil {
		return nil, err
	}
	blocks, container, message, err := s.pressed(user, ch, i.MessageTS)
	if err != nil {
		return nil, err
	}
	all := placesOf(shownBlocks(blocks))
	p, found := find(all, i.ActionID, i.BlockID, i.Value)
	if !found && i.Value == "" {
		return nil, fmt.Errorf("message %s has no button %q", i.MessageTS, i.ActionID)
	}
	if !found { // an old screen
		p = place{element: element{Kind: "button", Action: i.ActionID, Text: json.RawMessage(`{"type":"plain_text","text":"","emoji":true}`)}}
	}
	action, in, err := s.action(p, Input{i.Value})
	if err != nil {
		return nil, err
	}
	out := from("block_actions", user)
	out["container"], out["channel"], out["state"] = container, channelRef(ch), statesOf(all, map[string]Input{p.key(): in})
	if message != nil {
		out["message"] = message
	}
	out["trigger_id"], out["response_url"], out["actions"] = s.newTrigger(user.ID, "", ""), s.newHook(user, ch, i.MessageTS, base), []reply{action}
	return out, nil
}

// pressed is the message, or what only this person sees: of that Slack does not send the text.
func (s *Server) pressed(user User, ch Channel, ts string) (blocks json.RawMessage, container reply, message any, err error) {
	container = reply{"type": "message", "message_ts": ts, "channel_id": ch.ID, "is_ephemeral": false}
	if m, ok := s.message(ch.ID, ts); ok {
		if m.ThreadTS != "" {
			container["thread_ts"] = m.ThreadTS
		}
		return m.Blocks, container, s.show(m, false), nil
	}
	if e, ok := s.db.ephemerals.Get(ts); ok && e.User == user.ID && e.Channel == ch.ID {
		container["is_ephemeral"] = true
		return e.Blocks, container, nil, nil
	}
	return nil, nil, nil, fmt.Errorf("#%s has no message %q", ch.Name, ts)
}

// channelRef is a channel as payloads show it.
func channelRef(ch Channel) reply {
	if ch.Private {
		return reply{"id": ch.ID, "name": "privategroup"}
	}
	return reply{"id": ch.ID, "name": ch.Name}
}

// newHook makes a response_url.
func (s *Server) newHook(user User, ch Channel, message, base string) string {
	id := s.newID("H")
	s.db.hooks.Put(id, hook{User: user.ID, Channel: ch.ID, Message: message, Expires: time.Now().Add(30 * time.Minute).Unix()})
	return base + "/actions/" + TeamID + "/" + id
}

// action is what payloads tell of an element that was used, and what it holds then.
func (s *Server) action(p place, in Input) (reply, Input, error) {
	out := reply{"type": p.Kind, "action_id": p.Action, "block_id": p.Block, "action_ts": s.nextTS()}
	switch p.Kind {
	case "button":
		value := p.Value
		if !in.empty() {
			value = in.one()
		}
		out["text"], out["value"] = p.Text, value
		if p.Style != "" {
			out["style"] = p.Style
		}
		if p.URL != "" {
			out["url"] = p.URL
		}
		return out, nil, nil
	case "overflow":
		o := p.option(in.one())
		if o == nil {
			return nil, nil, fmt.Errorf("%q does not offer %q", p.Action, in.one())
		}
		out["selected_option"] = o
		return out, nil, nil
	}
	in, err := s.read(p.element, in)
	if err != nil {
		return nil, nil, err
	}
	state := p.state(in)
	delete(state, "type")
	maps.Copy(out, state)
	return out, in, nil
}

// pressInView is the use of an element of a dialog or a home that is no input, or of an input that tells the app at once.
func (s *Server) pressInView(user User, d Dialog, p place, i Interaction) (reply, error) {
	given := Input{i.Value}
	if in, named := i.Values[p.Action]; named && i.Value == "" {
		given = in
	}
	action, in, err := s.action(p, given)
	if err != nil {
		return nil, err
	}
	if d, err = s.written(d, i.Values); err != nil {
		return nil, err
	}
	if !p.isButton() {
		d.Typed[p.key()] = in
	}
	s.db.views.Put(d.ID, d)
	out := from("block_actions", user)
	out["container"], out["view"], out["actions"] = reply{"type": "view", "view_id": d.ID}, d.show(), []reply{action}
	out["trigger_id"] = s.newTrigger(user.ID, "", d.ID)
	return out, nil
}

// written writes into the fields that are named by action_id, or by block_id/action_id.
func (s *Server) written(d Dialog, values map[string]Input) (Dialog, error) {
	all := d.places()
	d.Typed = maps.Clone(d.Typed)
	if d.Typed == nil {
		d.Typed = map[string]Input{}
	}
	for name, in := range values {
		i := slices.IndexFunc(all, func(p place) bool { return p.key() == name || p.Action == name })
		if i < 0 || all[i].isButton() {
			return d, fmt.Errorf("dialog %s has no field %q", d.ID, name)
		}
		read, err := s.read(all[i].element, in)
		if err != nil {
			return d, err
		}
		d.Typed[all[i].key()] = read
	}
	return d, nil
}
