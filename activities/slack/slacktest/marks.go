package slacktest

import (
	"net/url"
	"slices"
	"time"
)

func (c *call) pin() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	ts := c.args.Get("timestamp")
	m, ok := c.message(ch.ID, ts)
	switch {
	case no != "":
		return nil, no
	case !ch.Has(c.me.ID):
		return nil, "not_in_channel"
	case ts == "":
		return nil, "no_item_specified"
	case micros(ts) == 0:
		return nil, "bad_timestamp"
	case !ok || m.Subtype == "tombstone":
		return nil, "message_not_found"
	case slices.Contains(ch.Pins, ts):
		return nil, "already_pinned"
	case len(ch.Pins) == 100:
		return nil, "too_many_pins"
	}
	ch.Pins = append(slices.Clone(ch.Pins), ts)
	c.keep(ch)
	return nil, ""
}

func (c *call) listPins() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	items := []reply{}
	for _, ts := range ch.Pins {
		if m, ok := c.message(ch.ID, ts); ok {
			items = append(items, reply{"type": "message", "channel": ch.ID, "created": micros(ts) / 1e6, "created_by": m.User, "message": c.show(m, false)})
		}
	}
	return reply{"items": items}, ""
}

func (b Bookmark) wire() reply {
	out := reply{"id": b.ID, "channel_id": b.Channel, "title": b.Title, "link": b.Link, "type": "link", "date_created": b.Created, "date_updated": b.Updated,
		"rank": b.ID, "last_updated_by_user_id": b.By, "last_updated_by_team_id": TeamID}
	if b.Emoji != "" {
		out["emoji"] = b.Emoji
	}
	return out
}

func (c *call) addBookmark() (reply, refused) {
	ch, no := c.bookmarkable()
	if no != "" {
		return nil, no
	}
	if c.args.Get("type") != "link" {
		return nil, "invalid_bookmark_type"
	}
	if !isLink(c.args.Get("link")) {
		return nil, "invalid_link"
	}
	if len(c.bookmarksOf(ch.ID)) >= 100 {
		return nil, "too_many_bookmarks"
	}
	now := time.Now().Unix()
	b := Bookmark{ID: c.newID("Bk"), Channel: ch.ID, Title: normal(c.args.Get("title")), Link: c.args.Get("link"), Emoji: c.args.Get("emoji"), By: c.me.ID, Created: now}
	c.db.bookmarks.Put(b.ID, b)
	return reply{"bookmark": b.wire()}, ""
}

func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func (c *call) bookmarkable() (Channel, refused) {
	ch, no := c.visible(c.args.Get("channel_id"))
	if no == "" && !ch.Has(c.me.ID) {
		no = "permission_denied"
	}
	return ch, no
}

// bookmarked returns the bookmark that the call names.
func (c *call) bookmarked() (Bookmark, refused) {
	ch, no := c.bookmarkable()
	b, ok := c.db.bookmarks.Get(c.args.Get("bookmark_id"))
	if no == "" && (!ok || b.Channel != ch.ID) {
		no = "not_found"
	}
	return b, no
}

func (c *call) editBookmark() (reply, refused) {
	b, no := c.bookmarked()
	if no != "" {
		return nil, no
	}
	if link := c.args.Get("link"); link != "" {
		if !isLink(link) {
			return nil, "invalid_link"
		}
		b.Link = link
	}
	if c.args.Has("title") {
		b.Title = normal(c.args.Get("title"))
	}
	if c.args.Has("emoji") {
		b.Emoji = c.args.Get("emoji")
	}
	b.By, b.Updated = c.me.ID, time.Now().Unix()
	c.db.bookmarks.Put(b.ID, b)
	return reply{"bookmark": b.wire()}, ""
}

func (c *call) removeBookmark() (reply, refused) {
	b, no := c.bookmarked()
	if no == "" {
		c.db.bookmarks.Delete(b.ID)
	}
	return nil, no
}

func (s *Server) bookmarksOf(channel string) []Bookmark {
	return slices.DeleteFunc(s.db.bookmarks.All(), func(b Bookmark) bool { return b.Channel != channel })
}

func (c *call) listBookmarks() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel_id"))
	if no != "" {
		return nil, no
	}
	list := []reply{}
	for _, b := range c.bookmarksOf(ch.ID) {
		list = append(list, b.wire())
	}
	return reply{"bookmarks": list}, ""
}

// target returns the message that a reaction is about.
func (c *call) target() (Channel, Message, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	m, ok := c.message(ch.ID, c.args.Get("timestamp"))
	switch {
	case no != "":
	case c.args.Get("timestamp") == "":
		no = "no_item_specified"
	case micros(c.args.Get("timestamp")) == 0:
		no = "bad_timestamp"
	case !ok || m.Subtype == "tombstone":
		no = "message_not_found"
	}
	return ch, m, no
}

func (c *call) react() (reply, refused) {
	ch, m, no := c.target()
	if no != "" {
		return nil, no
	}
	if ch.Archived {
		return nil, "is_archived"
	}
	name := c.args.Get("name")
	if name == "" {
		return nil, "invalid_name"
	}
	list := slices.Clone(m.Reacted)
	i := slices.IndexFunc(list, func(r Reaction) bool { return r.Name == name })
	if i < 0 {
		list, i = append(list, Reaction{Name: name}), len(list)
	}
	if slices.Contains(list[i].Users, c.me.ID) {
		return nil, "already_reacted"
	}
	list[i].Users = append(slices.Clone(list[i].Users), c.me.ID)
	list[i].Count = len(list[i].Users)
	m.Reacted = list
	c.db.messages.Put(messageKey(m.Channel, m.TS), m)
	c.send(ch, reply{"type": "reaction_added", "user": c.me.ID, "reaction": name, "item_user": m.User, "item": reply{"type": "message", "channel": ch.ID, "ts": m.TS}})
	return nil, ""
}

func (c *call) reactions() (reply, refused) {
	ch, m, no := c.target()
	if no != "" {
		return nil, no
	}
	return reply{"type": "message", "channel": ch.ID, "message": c.show(m, false)}, ""
}
