package mirror

import (
	"hikeshi/activities"
	"hikeshi/activities/internal/ledger"
)

// take logs what the log lacks of a message, if anything.
func (c *copying) take(it item) error {
	key := it.m.Key()
	if _, hinted := c.met[key]; hinted {
		c.met[key] = true
	}
	if s := c.log.known[key]; s != nil {
		s.seen = true
	}
	kind, from := c.log.due(it.m, func() int { return c.textOf(it.m).parts() })
	if kind == "" || c.covered(it) {
		c.done(it)
		return nil
	}
	var files []filed
	if kind == ledger.Said || kind == ledger.Edited {
		var err error
		if files, err = c.keep(it.m); err != nil {
			return err
		}
	}
	entries := c.entries(it.m, kind, c.textOf(it.m), files)[from:]
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
	c.done(it)
	return nil
}

// covered reports whether a reply that was sent to the channel as well was logged with its thread.
func (c *copying) covered(it item) bool {
	after, known := c.cursor(it.m.Channel).Threads[it.m.Thread]
	return it.inChannel && it.m.Thread != "" && known && it.m.TS <= after && !c.in.Sweep
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
	c.pulse.at(c.soFar())
	return nil
}
