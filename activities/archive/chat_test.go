package archive_test

import (
	"context"
	"slices"
	"strings"
	"sync"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
)

// trap strikes once: before or after the nth thing that happens in a world. Nothing else of a world is random.
type trap struct {
	mu     sync.Mutex
	seen   int
	strike int // 0: never
	after  bool
	err    error
}

// around runs what happens, unless the trap strikes first.
func (t *trap) around(happen func()) error {
	t.mu.Lock()
	t.seen++
	now := t.seen == t.strike
	t.mu.Unlock()
	if now && !t.after {
		return t.err
	}
	happen()
	if now {
		return t.err
	}
	return nil
}

// chat is a workspace in memory.
type chat struct {
	*trap
	mu    sync.Mutex
	rooms map[string]*room
	size  int // of a page
	reads int // of pages
	// meanwhile, if not nil, is called before each page, with its number.
	meanwhile func(read int)
	refuse    error // what the next page gets instead
}

type room struct {
	name     string
	messages []talk.Message // in order; replies among them
	shut     *activities.Fault
}

func (c *chat) room(id string) (*room, error) {
	r, ok := c.rooms[id]
	if !ok {
		return nil, activities.Fault{Class: activities.NotFound, System: "slack", Op: "read channel " + id, Cause: "channel_not_found"}.Error()
	}
	if r.shut != nil {
		return nil, r.shut.Error()
	}
	return r, nil
}

func (c *chat) History(_ context.Context, id string, in talk.Span, cursor string) (page talk.Page, err error) {
	happened := c.around(func() {
		page, err = c.list(id, in, cursor, true, func(m talk.Message) bool {
			return m.Thread == "" || m.Thread == m.TS || m.Subtype == "thread_broadcast"
		})
	})
	return page, orFirst(happened, err)
}

func (c *chat) Replies(_ context.Context, id, thread string, in talk.Span, cursor string) (page talk.Page, err error) {
	happened := c.around(func() {
		c.mu.Lock()
		r, _ := c.room(id)
		known := r != nil && slices.ContainsFunc(r.messages, func(m talk.Message) bool { return m.TS == thread })
		c.mu.Unlock()
		if r != nil && !known {
			err = activities.Fault{Class: activities.NotFound, System: "slack", Op: "read a thread", Cause: "thread_not_found"}.Error()
			return
		}
		page, err = c.list(id, in, cursor, false, func(m talk.Message) bool { return m.Thread == thread && m.TS != thread })
	})
	return page, orFirst(happened, err)
}

func orFirst(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// list makes a page of what fits; the cursor is the TS of the last message on the page before.
func (c *chat) list(id string, in talk.Span, cursor string, newest bool, fits func(talk.Message) bool) (talk.Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	if c.meanwhile != nil {
		c.meanwhile(c.reads)
	}
	if no := c.refuse; no != nil {
		c.refuse = nil
		return talk.Page{}, no
	}
	r, err := c.room(id)
	if err != nil {
		return talk.Page{}, err
	}
	var all []talk.Message
	for _, m := range r.messages {
		if fits(m) && m.TS > in.After && (in.Before == "" || m.TS < in.Before) {
			all = append(all, m)
		}
	}
	if newest {
		slices.Reverse(all)
	}
	start := 0
	if cursor != "" {
		start = slices.IndexFunc(all, func(m talk.Message) bool { return m.TS == cursor }) + 1
	}
	part := all[start:min(len(all), start+c.size)]
	page := talk.Page{Messages: slices.Clone(part)}
	if start+len(part) < len(all) {
		page.Next = part[len(part)-1].TS
	}
	return page, nil
}

func (c *chat) Channel(_ context.Context, id string, _ bool) (ch talk.Channel, err error) {
	happened := c.around(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		var r *room
		if r, err = c.room(id); err == nil {
			ch = talk.Channel{ID: id, Name: r.name}
		}
	})
	return ch, orFirst(happened, err)
}

// say adds a message, or a reply.
func (c *chat) say(id string, m talk.Message) talk.Message {
	r := c.rooms[id]
	m.Channel = id
	if m.Text == "" {
		m.Text = m.Raw
	} else if m.Raw == "" {
		m.Raw = m.Text
	}
	for i := range r.messages {
		if m.Thread != "" && r.messages[i].TS == m.Thread {
			r.messages[i].Replies++
			r.messages[i].Latest = m.TS
		}
	}
	r.messages = append(r.messages, m)
	slices.SortFunc(r.messages, func(a, b talk.Message) int { return strings.Compare(a.TS, b.TS) })
	return m
}
