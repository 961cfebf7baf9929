package mirror

import (
	"hikeshi/activities"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// take logs what the log lacks of a message, if anything.
func (c *copying) take(it item) error {
	if s := c.log.known[it.m.Key()]; s != nil {
		s.seen = true
	}
	kind, from := c.log.due(it.m, func() int { return c.textOf(it.m).parts() })
	if it.read() && (kind == ledger.Edited || kind == ledger.Deleted) {
		c.putOff(it.m)
		kind = ""
	} else if _, hinted := c.met[it.m.Key()]; hinted {
		c.met[it.m.Key()] = true
	}
	if kind == "" {
		c.owes(it.m)
	}
	if kind == "" || c.covered(it) {
		c.done(it)
		return nil
	}
	return c.write(it, kind, from)
}

// putOff leaves what happened to a message that is logged already for after everything that is new. If the call must
// stop before, a cursor cannot stand there: behind it everything is new.
func (c *copying) putOff(m talk.Message) {
	if _, hinted := c.met[m.Key()]; !hinted {
		c.met[m.Key()] = false
		c.hints = append(c.hints, Hint{Channel: m.Channel, TS: m.TS, Thread: m.Thread})
	}
}

// write puts a message into the log, from a part of it on, and its files into the store.
func (c *copying) write(it item, kind ledger.Kind, from int) error {
	var files []filed
	if kind == ledger.Said || kind == ledger.Edited {
		var err error
		if files, err = c.keep(it.m); err != nil {
			return err
		}
	}
	if err := c.enter(c.entries(it.m, kind, c.textOf(it.m), files)[from:]); err != nil {
		return err
	}
	c.done(it)
	return nil
}

// enter puts entries into the draft, and writes what is full.
func (c *copying) enter(entries []entry) error {
	if c.digests(entries) > c.room {
		return errFull
	}
	for _, e := range entries {
		if !c.draft.takes(e) {
			if err := c.flush(); err != nil {
				return err
			}
		}
		c.count(e.Entry)
		c.log.newer(e.Entry)
		c.draft.add(e)
	}
	return nil
}

// covered reports whether a reply that was sent to the channel as well was logged before, with its thread or with the
// channel: then a cursor has passed it.
func (c *copying) covered(it item) bool {
	cur := c.cursor(it.m.Channel)
	if it.m.Thread == "" || c.in.Sweep || !it.read() {
		return false
	}
	after, known := cur.Threads[it.m.Thread]
	return it.inChannel && known && it.m.TS <= after || it.m.Subtype == "thread_broadcast" && it.m.TS <= cur.After
}

// digests is how many digests it takes to write the draft and the entries.
func (c *copying) digests(entries []entry) int {
	n := len(entries)
	if len(c.draft.entries) > 0 && !c.draft.takes(entries[0]) {
		n++
	}
	return n
}

// done moves the cursors over a message, but not before the digest is written in which it stands, or one before it.
func (c *copying) done(it item) {
	if len(c.draft.entries) > 0 {
		c.draft.steps = append(c.draft.steps, it.step())
		return
	}
	c.move(it.step())
}

// flush writes the digest.
func (c *copying) flush() error {
	if len(c.draft.entries) == 0 {
		return nil
	}
	if c.in.Log == "" {
		return activities.Fault{Class: activities.Invalid, System: "jira", Op: "write a digest", Cause: "no log ticket is named"}.Error()
	}
	d := c.draft.digest(c.in.Series, c.out.Seq+1)
	err := c.pulse.patiently(func() error { return c.Log.WriteDigest(c.ctx, c.in.Log, d) })
	if err != nil {
		return err
	}
	c.out.Seq, c.room = d.Seq, c.room-1
	c.out.Digests++
	for _, s := range c.draft.steps {
		c.move(s)
	}
	c.draft = draft{}
	so := c.soFar()
	c.pulse.At(&so)
	return nil
}
