package slacktest

import (
	"slices"
	"strings"
)

func (c *call) members() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	page, next, no := paged(c, ch.Members, 100)
	return reply{"members": page, "response_metadata": reply{"next_cursor": next}}, no
}

// invite lets people in. One bad id refuses the whole list, unless force is set: then the good ones get in and the
// bad ones are listed.
func (c *call) invite() (reply, refused) {
	ch, no := c.open(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	users := strings.FieldsFunc(c.args.Get("users"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(users) == 0 {
		return nil, "no_user"
	}
	if len(users) > 100 {
		return nil, "invalid_arguments"
	}
	var good []string
	var errors []reply
	for _, u := range users {
		if no := c.invitable(ch, u); no != "" {
			errors = append(errors, reply{"ok": false, "error": string(no), "user": u})
		} else if !slices.Contains(good, u) {
			good = append(good, u)
		}
	}
	if len(errors) > 0 && (!c.is("force") || len(good) == 0) {
		return reply{"errors": errors}, refused(errors[0]["error"].(string))
	}
	for _, u := range good {
		ch = c.letIn(ch, u, c.me.ID)
	}
	out := reply{"channel": c.wire(ch)}
	if len(errors) > 0 {
		out["errors"] = errors
	}
	return out, ""
}

func (c *call) invitable(ch Channel, user string) refused {
	u, ok := c.db.users.Get(user)
	switch {
	case user == c.me.ID:
		return "cant_invite_self"
	case !ok || u.Deleted:
		return "user_not_found"
	case ch.Has(user):
		return "already_in_channel"
	}
	return ""
}

// letIn makes a user a member, with the message and the event that follow.
func (s *Server) letIn(ch Channel, user, inviter string) Channel {
	ch.Members = append(slices.Clone(ch.Members), user)
	s.db.channels.Put(ch.ID, ch)
	s.joined(ch, user, inviter)
	return ch
}

func (s *Server) joined(ch Channel, user, inviter string) {
	var extra map[string]string
	event := reply{"type": "member_joined_channel", "user": user, "channel": ch.ID, "channel_type": "C", "team": TeamID}
	if ch.Private {
		event["channel_type"] = "G"
	}
	if inviter != "" {
		extra, event["inviter"] = map[string]string{"inviter": inviter}, inviter
	}
	s.system(ch, user, "channel_join", "has joined the channel", extra)
	s.send(ch, event)
}

func (s *Server) letOut(ch Channel, user string) {
	s.system(ch, user, "channel_leave", "has left the channel", nil)
	kind := "C"
	if ch.Private {
		kind = "G"
	}
	s.send(ch, reply{"type": "member_left_channel", "user": user, "channel": ch.ID, "channel_type": kind, "team": TeamID})
	ch.Members = slices.DeleteFunc(slices.Clone(ch.Members), func(m string) bool { return m == user })
	s.db.channels.Put(ch.ID, ch)
}

func (c *call) kick() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	user := c.args.Get("user")
	switch {
	case no != "":
		return nil, no
	case ch.General:
		return nil, "cant_kick_from_general"
	case user == c.me.ID:
		return nil, "cant_kick_self"
	case !ch.Has(c.me.ID) || !ch.Has(user):
		return nil, "not_in_channel"
	}
	c.letOut(ch, user)
	return reply{"errors": reply{}}, "" // Slack sends an object here, where other methods have a list
}

func (c *call) join() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	switch {
	case no != "":
		return nil, no
	case ch.Archived:
		return nil, "is_archived"
	case ch.Private:
		return nil, "method_not_supported_for_channel_type"
	case ch.Has(c.me.ID):
		return reply{"channel": c.wire(ch), "warning": "already_in_channel", "response_metadata": reply{"warnings": []string{"already_in_channel"}}}, ""
	}
	ch = c.letIn(ch, c.me.ID, "")
	return reply{"channel": c.wire(ch)}, ""
}

func (c *call) leave() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	switch {
	case no != "":
		return nil, no
	case ch.General:
		return nil, "cant_leave_general"
	case ch.Archived:
		return nil, "is_archived"
	case !ch.Has(c.me.ID):
		return reply{"not_in_channel": true}, ""
	case ch.Private && len(ch.Members) == 1:
		return nil, "last_member"
	}
	c.letOut(ch, c.me.ID)
	return nil, ""
}
