package slacktest

import (
	"errors"
	"slices"
	"strings"
)

// unreact takes a person's own reaction back.
func (c *call) unreact() (reply, refused) {
	ch, m, no := c.target()
	if no != "" {
		return nil, no
	}
	name, list := c.args.Get("name"), slices.Clone(m.Reacted)
	i := slices.IndexFunc(list, func(r Reaction) bool { return r.Name == name && slices.Contains(r.Users, c.me.ID) })
	if i < 0 {
		return nil, "no_reaction"
	}
	list[i].Users = slices.DeleteFunc(slices.Clone(list[i].Users), func(id string) bool { return id == c.me.ID })
	if list[i].Count = len(list[i].Users); list[i].Count == 0 {
		list = slices.Delete(list, i, i+1)
	}
	m.Reacted = list
	c.db.messages.Put(messageKey(m.Channel, m.TS), m)
	c.send(ch, reply{"type": "reaction_removed", "user": c.me.ID, "reaction": name, "item_user": m.User, "item": reply{"type": "message", "channel": ch.ID, "ts": m.TS}})
	return nil, ""
}

// reacts is POST /_control/react: a person sets an emoji under a message, or takes their own away.
func (s *Server) reacts(d deed) (reply, error) {
	user, ch, err := s.inChannel(d)
	name := strings.Trim(d.Name, ":")
	if err == nil && name == "" {
		err = errors.New("the reaction has no name")
	}
	if err != nil {
		return nil, err
	}
	m, _ := s.message(ch.ID, d.TS)
	method := "reactions.add"
	if slices.ContainsFunc(m.Reacted, func(r Reaction) bool { return r.Name == name && slices.Contains(r.Users, user.ID) }) {
		method = "reactions.remove"
	}
	return reply{"channel": ch.ID, "ts": d.TS}, s.as(user, method, map[string]string{"channel": ch.ID, "timestamp": d.TS, "name": name})
}
