package slacktest

import (
	"encoding/json"
	"unicode/utf8"
)

// put adds a message and tells who listens.
func (s *Server) put(ch Channel, m Message) Message {
	m.Channel, m.TS = ch.ID, s.nextTS()
	s.db.messages.Put(messageKey(m.Channel, m.TS), m)
	s.idx.add(m)
	s.sendMessage(ch, m)
	return m
}

// system adds a message of Slack's own, about what somebody did.
func (s *Server) system(ch Channel, user, subtype, text string, extra map[string]string) {
	s.put(ch, Message{User: user, Subtype: subtype, Text: "<@" + user + "> " + text, Extra: extra})
}

// content checks the arguments that say what a message shows; limit is in characters.
func (c *call) content(limit int) (text string, blocks json.RawMessage, no refused) {
	text = normal(c.args.Get("text"))
	if raw := c.args.Get("blocks"); raw != "" && raw != "[]" {
		if no := checkBlocks(raw); no != "" {
			return "", nil, no
		}
		blocks = json.RawMessage(raw)
	}
	if text == "" && blocks == nil {
		return "", nil, "no_text"
	}
	if n := utf8.RuneCountInString(text); n > limit {
		if limit < 40000 {
			return "", nil, "msg_too_long"
		}
		text = string([]rune(text)[:limit]) // chat.postMessage cuts instead
	}
	return text, blocks, ""
}

// metadata checks the argument of that name.
func (c *call) metadata() (json.RawMessage, refused) {
	raw := c.args.Get("metadata")
	if raw == "" {
		return nil, ""
	}
	var m struct {
		Type    string          `json:"event_type"`
		Payload json.RawMessage `json:"event_payload"`
	}
	if json.Unmarshal([]byte(raw), &m) != nil {
		return nil, "invalid_metadata_format"
	}
	if m.Type == "" || len(m.Payload) == 0 || m.Payload[0] != '{' {
		return nil, "invalid_metadata_schema"
	}
	if len(raw) > 8000 {
		return nil, "metadata_too_large"
	}
	return json.RawMessage(raw), ""
}

func (c *call) postMessage() (reply, refused) {
	ch, no := c.addressed(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	text, blocks, no := c.content(40000)
	if no != "" {
		return nil, no
	}
	meta, no := c.metadata()
	if no != "" {
		return nil, no
	}
	m := Message{User: c.me.ID, BotID: c.me.BotID, Text: text, Blocks: blocks, Metadata: meta}
	if m, no = c.inThread(ch, m, c.args.Get("thread_ts")); no != "" {
		return nil, no
	}
	if m.ThreadTS != "" && c.is("reply_broadcast") {
		m.Subtype = "thread_broadcast"
	}
	m = c.put(ch, m)
	return reply{"channel": ch.ID, "ts": m.TS, "message": c.show(m, true)}, ""
}

// inThread makes a message a reply. A reply to a reply belongs to the same thread; one to nothing stands alone, as at Slack.
func (s *Server) inThread(ch Channel, m Message, parent string) (Message, refused) {
	if parent == "" {
		return m, ""
	}
	p, ok := s.message(ch.ID, parent)
	switch {
	case !ok:
		return m, ""
	case p.bySlack():
		return m, "cannot_reply_to_message"
	case p.ThreadTS != "":
		parent = p.ThreadTS
	}
	m.ThreadTS = parent
	return m, ""
}

func (c *call) updateMessage() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	m, ok := c.message(ch.ID, c.args.Get("ts"))
	switch {
	case !ok || m.Subtype == "tombstone":
		return nil, "message_not_found"
	case m.User != c.me.ID || ch.Archived || m.bySlack():
		return nil, "cant_update_message"
	}
	text, blocks, no := c.content(4000)
	if no != "" {
		return nil, no
	}
	if c.args.Has("metadata") {
		if m.Metadata, no = c.metadata(); no != "" {
			return nil, no
		}
	}
	old := m
	m.Text, m.Blocks = text, blocks
	m.Edited = &Edit{User: c.me.ID, TS: c.nextTS()}
	c.change(ch, old, m)
	return reply{"channel": ch.ID, "ts": m.TS, "text": text, "message": c.show(m, true)}, ""
}

// change replaces a message and tells who listens.
func (s *Server) change(ch Channel, old, m Message) {
	s.db.messages.Put(messageKey(m.Channel, m.TS), m)
	s.send(ch, reply{"type": "message", "subtype": "message_changed", "hidden": true, "channel": ch.ID, "channel_type": typeOf(ch),
		"message": s.eventShape(m), "previous_message": s.eventShape(old)})
}

func (c *call) deleteMessage() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	m, ok := c.message(ch.ID, c.args.Get("ts"))
	switch {
	case !ok || m.Subtype == "tombstone":
		return nil, "message_not_found"
	case m.User != c.me.ID || ch.Archived:
		return nil, "cant_delete_message"
	}
	c.erase(ch, m)
	return reply{"channel": ch.ID, "ts": m.TS}, ""
}

// erase deletes a message. One that has replies becomes a tombstone, so that its thread stays; to those who listen that is
// a change. A tombstone goes with the last of its replies.
func (s *Server) erase(ch Channel, m Message) {
	s.unshare(m)
	if len(s.replies(m.Channel, m.TS)) > 0 {
		s.change(ch, m, Message{Channel: m.Channel, TS: m.TS, Subtype: "tombstone", User: "USLACKBOT", Text: "This message was deleted."})
		return
	}
	s.send(ch, reply{"type": "message", "subtype": "message_deleted", "hidden": true, "channel": ch.ID, "channel_type": typeOf(ch),
		"deleted_ts": m.TS, "previous_message": s.eventShape(m)})
	s.forget(m)
	if p, ok := s.message(m.Channel, m.ThreadTS); ok && p.Subtype == "tombstone" && len(s.replies(m.Channel, p.TS)) == 0 {
		s.erase(ch, p)
	}
}

func (c *call) postEphemeral() (reply, refused) {
	ch, no := c.open(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	if !ch.Has(c.args.Get("user")) {
		return nil, "user_not_in_channel"
	}
	text, blocks, no := c.content(4000)
	if no != "" {
		return nil, no
	}
	e := c.whisper(Ephemeral{Channel: ch.ID, User: c.args.Get("user"), Text: text, Blocks: blocks, Source: "chat.postEphemeral"})
	return reply{"message_ts": e.TS}, ""
}

func (s *Server) whisper(e Ephemeral) Ephemeral {
	e.TS = s.nextTS()
	s.db.ephemerals.Put(e.TS, e)
	return e
}

func (c *call) permalink() (reply, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no != "" {
		return nil, no
	}
	ts := c.args.Get("message_ts")
	if _, ok := c.message(ch.ID, ts); !ok {
		return nil, "message_not_found"
	}
	link := "https://sandbox.slack.example/archives/" + ch.ID + "/p" + ts[:len(ts)-7] + ts[len(ts)-6:]
	return reply{"channel": ch.ID, "permalink": link}, ""
}
