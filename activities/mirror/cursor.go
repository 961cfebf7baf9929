package mirror

import (
	"cmp"
	"maps"
	"slices"
)

// maxThreads is how many threads a cursor remembers: those in which something was said last. A reply to an older one
// costs a look into the log.
const maxThreads = 300

// cursor is a Cursor that moves.
type cursor struct {
	Cursor
	from string // where this call begins to read
	gone bool   // the channel cannot be read any more
}

func newCursor(c Cursor, sweep bool) *cursor {
	cur := &cursor{Cursor: c, from: c.After}
	if sweep {
		cur.from = ""
	}
	cur.Threads = maps.Clone(c.Threads)
	if cur.Threads == nil {
		cur.Threads = map[string]string{}
	}
	return cur
}

func (c *copying) cursor(channel string) *cursor {
	i := slices.IndexFunc(c.cursors, func(cur *cursor) bool { return cur.Channel == channel })
	if i < 0 {
		return nil
	}
	return c.cursors[i]
}

// step is what moves a cursor when a message is done.
type step struct {
	channel, ts, thread string
	inChannel, inThread bool
	begins              bool // a thread begins with it
}

// move moves a cursor over a message. What lies before a cursor is logged, and what lies behind it is not: a sweep, which
// passes replies that were logged long ago, moves it in threads only that it knows.
func (c *copying) move(s step) {
	cur := c.cursor(s.channel)
	if s.inChannel {
		cur.After = max(cur.After, s.ts)
	}
	if _, known := cur.Threads[s.thread]; s.inThread && (known || !c.in.Sweep) {
		cur.Threads[s.thread] = max(cur.Threads[s.thread], s.ts)
	}
	if s.begins && !c.in.Sweep {
		cur.Threads[s.ts] = max(cur.Threads[s.ts], s.ts) // none of its replies are older
	}
}

// whole is the cursor as it is handed back.
func (c *cursor) whole() Cursor {
	out := c.Cursor
	out.Threads = nil
	if len(c.Threads) == 0 {
		return out
	}
	threads := slices.SortedFunc(maps.Keys(c.Threads), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Threads[b], c.Threads[a]), cmp.Compare(b, a))
	})
	out.Threads = map[string]string{}
	for _, root := range threads[:min(len(threads), maxThreads)] {
		out.Threads[root] = c.Threads[root]
	}
	return out
}

// byTime orders by TS, and messages of the same by channel.
func byTime(ts, other, channel, otherChannel string) int {
	return cmp.Or(cmp.Compare(ts, other), cmp.Compare(channel, otherChannel))
}
