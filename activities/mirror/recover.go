package mirror

import (
	"slices"
	"time"

	"hikeshi/activities/internal/ledger"
)

// recover finds out what an earlier try has logged and put away. A sweep reads the whole log for its own sake.
func (c *copying) recover() error {
	if !c.pulse.again && !c.in.Sweep {
		return nil
	}
	// A digest that got no answer may still arrive: to look before that would be to write it twice.
	if rest := time.Until(c.pulse.Settles(c.in.Effect)); c.in.Settle > 0 && rest > 0 && !c.pulse.wait(rest) {
		return c.ctx.Err()
	}
	counted := map[int]struct{}{}
	err := c.log.read(c.ctx, func(ticket string, d ledger.Digest) bool {
		_, twice := counted[d.Seq] // where the reading was turned away and began again
		if d.Seq > c.in.Seq && !twice {
			counted[d.Seq] = struct{}{}
			c.found(ticket, d)
		}
		return d.Seq <= c.in.Seq && !c.in.Sweep
	})
	if err != nil || !c.pulse.again {
		return err
	}
	return c.adopt()
}

// found takes a digest of an earlier try as this one's.
func (c *copying) found(ticket string, d ledger.Digest) {
	c.out.Seq = max(c.out.Seq, d.Seq)
	c.out.Digests++
	if ticket == c.in.Log {
		c.room--
	}
	for _, e := range slices.Backward(d.Entries) {
		c.count(e)
	}
}

// count adds an entry to the numbers. A message in parts counts with its last.
func (c *copying) count(e ledger.Entry) {
	c.out.Masked += e.Masked
	for _, f := range e.Files {
		if f.Kept != "" && c.in.Kept[f.ID] == "" {
			c.out.Kept[f.ID] = f.Kept
		}
	}
	if !e.Whole() {
		return
	}
	switch e.Kind {
	case ledger.Said:
		c.out.Messages++
		c.out.Through = max(c.out.Through, e.TS)
	case ledger.Edited:
		c.out.Edits++
	case ledger.Deleted:
		c.out.Deletions++
	case ledger.Lost:
		c.out.Lost++
	}
}
