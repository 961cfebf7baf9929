package mirror_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
)

// chat keeps channels as Slack does, in memory: the newest first in pages, replies apart from their channel.
type chat struct {
	*trap
	now   int // of the clock: each thing that happens has a TS of its own
	size  int // of a page
	rooms map[string]*room
	files map[string][]byte
}

// room is a channel. Its messages are in order.
type room struct {
	messages []talk.Message // replies too
	gone     bool
}

func (c *chat) tick() string {
	c.now++
	return fmt.Sprintf("%d.%06d", 1764000000+c.now, c.now%1000)
}

func (c *chat) room(id string) *room {
	if c.rooms[id] == nil {
		c.rooms[id] = &room{}
	}
	return c.rooms[id]
}

// say adds a message of people, if it does not say more itself.
func (c *chat) say(channel string, m talk.Message) talk.Message {
	m.Channel, m.TS = channel, c.tick()
	m.Author = cmp.Or(m.Author, "Aoi Sato")
	m.User = cmp.Or(m.User, "UAOI")
	m.Text = cmp.Or(m.Text, m.Raw)
	m.Raw = m.Text
	for i := range m.Files {
		f := &m.Files[i]
		f.ID = cmp.Or(f.ID, fmt.Sprintf("F%d", c.now*100+i))
		if f.URL != "" {
			c.files[f.ID] = []byte(f.URL)
			f.Size = int64(len(f.URL))
		}
	}
	r := c.room(channel)
	r.messages = append(r.messages, m)
	if m.Thread != "" {
		c.count(channel, m.Thread)
	}
	return m
}

// count brings the numbers of a thread up to date.
func (c *chat) count(channel, thread string) {
	root := c.find(channel, thread)
	if root == nil {
		return
	}
	root.Replies, root.Latest = 0, ""
	for _, m := range c.rooms[channel].messages {
		if m.Thread == thread {
			root.Replies, root.Latest = root.Replies+1, m.TS
		}
	}
}

func (c *chat) find(channel, ts string) *talk.Message {
	r := c.room(channel)
	i := slices.IndexFunc(r.messages, func(m talk.Message) bool { return m.TS == ts })
	if i < 0 {
		return nil
	}
	return &r.messages[i]
}

func (c *chat) edit(m talk.Message, text string) {
	now := c.find(m.Channel, m.TS)
	now.Text, now.Raw, now.Edited = text, text, c.tick()
}

// remove takes a message away; of the first of a thread it leaves a tombstone.
func (c *chat) remove(m talk.Message) {
	if now := c.find(m.Channel, m.TS); now.Replies > 0 {
		*now = talk.Message{Channel: m.Channel, TS: m.TS, Subtype: "tombstone", User: "USLACKBOT", Text: "This message was deleted.", Replies: now.Replies, Latest: now.Latest}
		return
	}
	r := c.rooms[m.Channel]
	r.messages = slices.DeleteFunc(r.messages, func(other talk.Message) bool { return other.TS == m.TS })
	if m.Thread != "" {
		c.count(m.Channel, m.Thread)
	}
}

func (c *chat) History(_ context.Context, channel string, in talk.Span, cursor string) (page talk.Page, err error) {
	err = c.strike("history "+channel, func() error {
		if c.room(channel).gone {
			return activities.Fault{Class: activities.NotFound, System: "slack", Op: "read the messages of channel " + channel, Cause: "channel_not_found"}.Error()
		}
		for _, m := range slices.Backward(c.rooms[channel].messages) {
			if m.Thread != "" && m.Subtype != "thread_broadcast" || !within(m.TS, in) || cursor != "" && m.TS >= cursor {
				continue
			}
			if len(page.Messages) == c.size {
				page.Next = page.Messages[c.size-1].TS
				break
			}
			page.Messages = append(page.Messages, m)
		}
		return nil
	})
	return page, err
}

func within(ts string, in talk.Span) bool {
	return ts > in.After && (in.Before == "" || ts < in.Before)
}

func (c *chat) Replies(_ context.Context, channel, thread string, in talk.Span, cursor string) (page talk.Page, err error) {
	err = c.strike("replies "+channel, func() error {
		for _, m := range c.room(channel).messages {
			if m.Thread != thread || !within(m.TS, in) || m.TS <= cursor {
				continue
			}
			if len(page.Messages) == c.size {
				page.Next = page.Messages[c.size-1].TS
				break
			}
			page.Messages = append(page.Messages, m)
		}
		return nil
	})
	return page, err
}

func (c *chat) Message(_ context.Context, channel, ts, thread string) (m *talk.Message, err error) {
	err = c.strike("message "+channel, func() error {
		if now := c.find(channel, ts); now != nil {
			copied := *now
			m = &copied
		}
		return nil
	})
	return m, err
}

func (c *chat) Fetch(_ context.Context, f talk.File) (body talk.Body, err error) {
	err = c.strike("fetch", func() error {
		content, ok := c.files[f.ID]
		if !ok {
			return activities.Fault{Class: activities.NotFound, System: "slack", Op: "fetch file " + f.ID, Cause: "HTTP 404"}.Error()
		}
		body = talk.Body{Size: int64(len(content)), ReadCloser: io.NopCloser(bytes.NewReader(content))}
		return nil
	})
	if err == nil && c.torn {
		body.ReadCloser = io.NopCloser(io.MultiReader(bytes.NewReader(c.files[f.ID][:1])))
		c.torn = false
	}
	return body, err
}
