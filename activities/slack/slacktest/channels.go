package slacktest

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// wire is a channel as the API shows it.
func (c *call) wire(ch Channel) reply {
	out := reply{
		"id": ch.ID, "name": ch.Name, "name_normalized": ch.Name, "creator": ch.Creator, "created": ch.Created, "updated": ch.Updated,
		"is_channel": true, "is_group": false, "is_im": false, "is_mpim": false, "is_private": ch.Private, "is_archived": ch.Archived,
		"is_general": ch.General, "is_shared": ch.External, "is_org_shared": false, "is_ext_shared": ch.External, "is_pending_ext_shared": false,
		"unlinked": 0, "pending_shared": []string{}, "shared_team_ids": []string{TeamID}, "context_team_id": TeamID,
		"topic": ch.Topic, "purpose": ch.Purpose, "previous_names": orEmpty(ch.PreviousNames),
	}
	if ch.isDirect() {
		out["is_im"], out["is_channel"], out["user"] = true, false, ch.Direct
	}
	if c.method != "users.conversations" {
		out["is_member"] = ch.Has(c.me.ID)
	}
	if c.method == "conversations.list" || c.is("include_num_members") {
		out["num_members"] = len(ch.Members)
	}
	return out
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (c *call) keep(ch Channel) {
	ch.Updated = time.Now().UnixMilli()
	c.db.channels.Put(ch.ID, ch)
}

func (c *call) create() (reply, refused) {
	name := c.args.Get("name")
	if no := checkName(name); no != "" {
		return nil, no
	}
	if _, taken := c.holder(name); taken {
		return nil, "name_taken"
	}
	ch := Channel{ID: c.newID("C"), Name: name, Creator: c.me.ID, Created: time.Now().Unix(), Private: c.is("is_private"), Members: []string{c.me.ID}}
	c.keep(ch)
	c.joined(ch, c.me.ID, "")
	return reply{"channel": c.wire(ch)}, ""
}

func (c *call) info() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	return reply{"channel": c.wire(ch)}, ""
}

func (c *call) listChannels() (reply, refused) {
	return c.pageChannels(func(ch Channel) bool { return !ch.Private || ch.Has(c.me.ID) })
}

func (c *call) usersChannels() (reply, refused) {
	user := c.me.ID
	if u := c.args.Get("user"); u != "" {
		user = u
	}
	return c.pageChannels(func(ch Channel) bool { return ch.Has(user) && (!ch.Private || ch.Has(c.me.ID)) })
}

func (c *call) pageChannels(want func(Channel) bool) (reply, refused) {
	types := c.args.Get("types")
	if types == "" {
		types = "public_channel"
	}
	kinds := strings.Split(strings.ReplaceAll(types, " ", ""), ",")
	for _, k := range kinds {
		if !slices.Contains([]string{"public_channel", "private_channel", "im", "mpim"}, k) {
			return nil, "invalid_types"
		}
	}
	var all []reply
	for _, ch := range c.db.channels.All() {
		kind := "public_channel"
		if ch.Private {
			kind = "private_channel"
		}
		if ch.isDirect() {
			kind = "im"
		}
		if want(ch) && slices.Contains(kinds, kind) && !(ch.Archived && c.is("exclude_archived")) {
			all = append(all, c.wire(ch))
		}
	}
	page, next, no := paged(c, all, 100)
	return reply{"channels": page, "response_metadata": reply{"next_cursor": next}}, no
}

func (c *call) rename() (reply, refused) {
	ch, no := c.open(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	name := c.args.Get("name")
	if no := checkName(name); no != "" {
		return nil, no
	}
	if ch.Creator != c.me.ID {
		return nil, "not_authorized"
	}
	if other, taken := c.holder(name); taken && other.ID != ch.ID {
		return nil, "name_taken"
	}
	ch = c.renamed(ch, name)
	return reply{"channel": c.wire(ch)}, ""
}

// renamed gives the channel another name, with the message and the event that follow.
func (c *call) renamed(ch Channel, name string) Channel {
	if old := ch.Name; old != name {
		ch.Name, ch.PreviousNames = name, append(ch.PreviousNames, old)
		c.keep(ch)
		c.system(ch, c.me.ID, "channel_name", `has renamed the channel from "`+old+`" to "`+name+`"`, map[string]string{"name": name, "old_name": old})
		c.send(ch, reply{"type": kindOf(ch, "rename"), "channel": reply{"id": ch.ID, "name": name, "name_normalized": name, "created": ch.Created, "is_channel": !ch.Private, "is_mpim": false}})
	}
	return ch
}

// kindOf is the type of a channel event: Slack still calls private channels groups there.
func kindOf(ch Channel, what string) string {
	if ch.Private {
		return "group_" + what
	}
	return "channel_" + what
}

func (c *call) archive() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	switch {
	case no != "":
		return nil, no
	case ch.General:
		return nil, "cant_archive_general"
	case ch.Archived:
		return nil, "already_archived"
	case !ch.Has(c.me.ID):
		return nil, "not_in_channel"
	}
	c.system(ch, c.me.ID, "channel_archive", "archived the channel", nil)
	c.send(ch, reply{"type": kindOf(ch, "archive"), "channel": ch.ID, "user": c.me.ID, "is_moved": 0})
	ch.Archived = true
	c.keep(ch)
	return nil, ""
}

func (c *call) unarchive() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	if !ch.Archived {
		return nil, "not_archived"
	}
	ch.Archived = false
	if !ch.Has(c.me.ID) {
		ch.Members = append(slices.Clone(ch.Members), c.me.ID)
	}
	c.keep(ch)
	c.system(ch, c.me.ID, "channel_unarchive", "un-archived the channel", nil)
	event := reply{"type": kindOf(ch, "unarchive"), "channel": ch.ID}
	if ch.Private {
		event["actor_id"] = c.me.ID
	} else {
		event["user"] = c.me.ID
	}
	c.send(ch, event)
	return nil, ""
}

func (c *call) setTopic() (reply, refused) {
	return c.inscribe("topic", func(ch *Channel) *Inscribed { return &ch.Topic })
}

func (c *call) setPurpose() (reply, refused) {
	return c.inscribe("purpose", func(ch *Channel) *Inscribed { return &ch.Purpose })
}

func (c *call) inscribe(what string, part func(*Channel) *Inscribed) (reply, refused) {
	ch, no := c.open(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	text := c.args.Get(what)
	if utf8.RuneCountInString(text) > 250 {
		return nil, "too_long"
	}
	if value := normal(text); part(&ch).Value != value {
		*part(&ch) = Inscribed{value, c.me.ID, time.Now().Unix()}
		c.keep(ch)
		c.system(ch, c.me.ID, "channel_"+what, "set the channel "+what+": "+value, map[string]string{what: value})
	}
	return reply{"channel": c.wire(ch)}, ""
}
