package slacktest

import (
	"slices"
	"strings"
	"time"
)

// isDirect reports whether the channel is a conversation of one person with the app.
func (c Channel) isDirect() bool { return c.Direct != "" }

// directOf is the conversation of the app with a person, who is there whether anything was said in it or not.
func (s *Server) directOf(user User) Channel {
	id := "D" + user.ID[1:]
	if ch, ok := s.db.channels.Get(id); ok {
		return ch
	}
	ch := Channel{ID: id, Creator: BotUser, Created: time.Now().Unix(), Private: true, Direct: user.ID, Members: []string{user.ID, BotUser}}
	s.db.channels.Put(id, ch)
	return ch
}

// openDirect is conversations.open, with one person: https://docs.slack.dev/reference/methods/conversations.open
func (c *call) openDirect() (reply, refused) {
	users := c.args.Get("users")
	user, known := c.db.users.Get(users)
	switch {
	case users == "" && c.args.Get("channel") == "":
		return nil, "users_list_not_supplied"
	case strings.Contains(users, ","):
		return nil, "method_not_supported_for_channel_type" // with several: the sandbox has none
	case !known:
		return nil, "user_not_found"
	case user.ID == BotUser:
		return nil, "cannot_dm_bot"
	}
	ch := c.directOf(user)
	if c.is("return_im") {
		return reply{"channel": c.wire(ch)}, ""
	}
	return reply{"channel": reply{"id": ch.ID}}, ""
}

// addressed is the channel that a message goes to. To a person's id it goes into the conversation with them.
func (c *call) addressed(id string) (Channel, refused) {
	if user, known := c.db.users.Get(id); known && user.ID != c.me.ID && c.me.ID == BotUser {
		return c.directOf(user), ""
	}
	return c.open(id)
}

// Direct returns the conversation of the app with a person (an id), if there is one.
func (s *Server) Direct(user string) (ch Channel, ok bool) {
	s.look(func() {
		for _, c := range s.db.channels.All() {
			if c.Direct == user {
				ch, ok = c, true
				ch.Members, ch.Pins = slices.Clone(c.Members), slices.Clone(c.Pins)
			}
		}
	})
	return ch, ok
}
