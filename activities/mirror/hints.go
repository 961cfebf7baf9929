package mirror

import (
	"slices"
	"strings"

	"hikeshi/activities/internal/talk"
)

// atATime is how many hinted messages are held at a time.
const atATime = 100

// hinted looks at the messages that the hints tell of.
func (c *copying) hinted() error {
	for len(c.hints) > 0 {
		some := c.hints[:min(len(c.hints), atATime)]
		if err := c.reread(some); err != nil {
			return err
		}
		for range some {
			if err := c.takeNext(); err != nil {
				return err
			}
			c.hints = c.hints[1:]
		}
	}
	return nil
}

// reread looks at messages as they are now, and looks them up in the log, all together.
func (c *copying) reread(hints []Hint) error {
	c.again = c.again[:0]
	for _, h := range hints {
		m, err := c.hint(h)
		if err != nil {
			return err
		}
		c.again = append(c.again, m)
	}
	return c.log.until(c.ctx, func() bool {
		return slices.ContainsFunc(c.again, func(m *talk.Message) bool { return m != nil && c.log.known[m.Key()] == nil })
	})
}

// hint reads the message of a hint. It is nil if nothing is left to do.
func (c *copying) hint(h Hint) (*talk.Message, error) {
	s := c.log.known[h.Channel+" "+h.TS]
	if s.gone() || c.cursor(h.Channel).gone || (c.met[h.Channel+" "+h.TS] && !h.Deleted) {
		return nil, nil // it was deleted before, or this call has just read it
	}
	var m *talk.Message
	err := c.pulse.patiently(func() (err error) {
		m, err = c.Chat.Message(c.ctx, h.Channel, h.TS, h.Thread)
		return err
	})
	switch {
	case err != nil && c.unreadable(h.Channel, err):
		return nil, nil
	case err != nil:
		return nil, err
	case m == nil:
		return &talk.Message{Channel: h.Channel, TS: h.TS, Thread: h.Thread, Subtype: tombstone}, nil
	case m.Said() || m.Subtype == tombstone:
		return m, nil
	}
	return nil, nil // what the log does not hold
}

// takeNext logs what the log lacks of the next message that was read again.
func (c *copying) takeNext() error {
	m := c.again[0]
	if m != nil && (c.log.known[m.Key()] != nil || m.Subtype == tombstone || !c.ahead(*m)) {
		if err := c.take(item{m: *m}); err != nil {
			return err
		}
	}
	c.again = c.again[1:]
	return nil
}

// ahead reports whether the message was said after its channel was read, so that the next call finds it.
func (c *copying) ahead(m talk.Message) bool {
	cur := c.cursor(m.Channel)
	if m.Thread == "" {
		return m.TS > cur.After
	}
	after, known := cur.Threads[m.Thread]
	return known && m.TS > after
}

// vanished looks, after a sweep, for what the log has and the chat has not.
func (c *copying) vanished() error {
	for key, s := range c.log.known {
		channel, ts, _ := strings.Cut(key, " ")
		if cur := c.cursor(channel); cur != nil && !cur.gone && !s.seen && !s.gone() {
			c.hints = append(c.hints, Hint{Channel: channel, TS: ts, Thread: s.thread, Deleted: true})
		}
	}
	slices.SortFunc(c.hints, func(a, b Hint) int { return byTime(a.TS, b.TS, a.Channel, b.Channel) })
	return c.hinted()
}
