package mirror

import (
	"hikeshi/activities/internal/talk"
)

// thread is a thread to be read.
type thread struct {
	channel, root string
	after         string // TS of its newest reply that is done
	old           bool   // nothing but the log tells which of its replies are logged
}

func (t thread) key() string { return t.channel + " " + t.root }

// queue notes a thread to be read, once in a call. A thread that begins in what is being read is new to the log.
func (c *copying) queue(channel, root string, fresh bool) {
	t := thread{channel: channel, root: root}
	if _, twice := c.queued[t.key()]; twice {
		return
	}
	c.queued[t.key()] = struct{}{}
	if !c.in.Sweep { // else they are all compared
		after, known := c.cursor(channel).Threads[root]
		t.after, t.old = after, !known && !fresh
	}
	c.threads = append(c.threads, t)
}

// queueThreads notes the threads that begin in a slice, and those to which replies in it belong: a reply that was sent
// to the channel as well may have others beside it.
func (c *copying) queueThreads(slice []item) {
	for _, it := range slice {
		switch {
		case it.m.Replies > 0:
			c.queue(it.m.Channel, it.m.TS, true)
		case it.m.Thread != "" && !c.in.Sweep:
			c.queue(it.m.Channel, it.m.Thread, false)
		}
	}
}

// aboutOne reports whether a hint tells of a message, and not only that there is something in a thread.
func (h Hint) aboutOne() bool { return h.TS != "" && (h.TS != h.Thread || h.Deleted) }

// queueHints notes the threads that the hints tell of.
func (c *copying) queueHints() {
	rest := c.hints[:0]
	for _, h := range c.hints {
		if h.Thread != "" && !h.Deleted {
			c.queue(h.Channel, h.Thread, false)
		}
		if h.aboutOne() {
			rest = append(rest, h)
		}
	}
	c.hints = rest
}

// atOnce is how many replies are held at a time.
const atOnce = 2000

// replies reads from the threads in the queue, until it holds enough. A thread of which more is left stays.
func (c *copying) replies() ([]item, error) {
	if err := c.lookUp(); err != nil {
		return nil, err
	}
	var items []item
	for len(c.threads) > 0 && len(items) < atOnce {
		t := &c.threads[0]
		if c.cursor(t.channel).gone {
			c.threads = c.threads[1:]
			continue
		}
		more, err := c.readThread(t, &items)
		if err != nil && !c.unreadable(t.channel, err) {
			return nil, err
		}
		if !more {
			c.threads = c.threads[1:]
		}
	}
	return items, nil
}

// readThread reads replies until it holds enough, and reports whether there may be more.
func (c *copying) readThread(t *thread, items *[]item) (more bool, err error) {
	span := talk.Span{After: t.after}
	for cursor := ""; ; {
		var page talk.Page
		err := c.pulse.patiently(func() (err error) {
			page, err = c.Chat.Replies(c.ctx, t.channel, t.root, span, cursor)
			return err
		})
		if err != nil {
			return false, err
		}
		for _, m := range page.Messages {
			if m.TS > t.after && m.TS != t.root {
				*items = append(*items, item{m: m, inThread: true})
				t.after = m.TS
			}
		}
		if cursor = page.Next; cursor == "" {
			return false, nil
		}
		if len(*items) >= atOnce {
			return true, nil
		}
	}
}

// lookUp reads the log back to where the threads begin of which no cursor tells what is logged: their replies stand
// behind that.
func (c *copying) lookUp() error {
	return c.log.until(c.ctx, func() bool {
		for _, t := range c.threads {
			if s := c.log.known[t.key()]; t.old && (s == nil || !s.begun) {
				return true
			}
		}
		return false
	})
}
