package mirror

import (
	"slices"

	"hikeshi/activities/internal/talk"
)

// item is a message on its way to the log.
type item struct {
	m         talk.Message
	inChannel bool // it stands in the channel
	inThread  bool // it was found in its thread
}

// read reports whether it was found by reading on, and not because a hint told of it.
func (it item) read() bool { return it.inChannel || it.inThread }

func (it item) step() step {
	return step{channel: it.m.Channel, ts: it.m.TS, thread: it.m.Thread, inChannel: it.inChannel, inThread: it.inThread,
		begins: it.inChannel && it.m.Replies > 0}
}

// said logs what was said in all channels since the cursors. It goes through all of them at once, slice by slice of
// time, so that the log reads in order; with each slice come the threads that begin in it, and with the last one those
// that the hints tell of.
func (c *copying) said() error {
	var streams []*stream
	defer func() {
		for _, s := range streams {
			s.stop()
		}
	}()
	for _, cur := range c.cursors {
		s := c.stream(cur)
		streams = append(streams, s)
		if err := s.fill(); err != nil {
			return err
		}
	}
	for last := false; !last; {
		var slice []item
		var err error
		if slice, last, err = c.slice(streams); err != nil {
			return err
		}
		c.queueThreads(slice)
		if last {
			c.queueHints()
		}
		if err := c.pass(slice); err != nil {
			return err
		}
	}
	return nil
}

// pass logs a slice, and the threads in the queue, a bounded number of replies at a time.
func (c *copying) pass(slice []item) error {
	for first := true; first || len(c.threads) > 0; first = false {
		replies, err := c.replies()
		if err != nil {
			return err
		}
		c.rest = merge(slice, replies)
		slice = nil
		for len(c.rest) > 0 {
			if err := c.take(c.rest[0]); err != nil {
				return err
			}
			c.rest[0] = item{} // let go of its text
			c.rest = c.rest[1:]
		}
		if len(c.draft.steps) > tooMany {
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// tooMany is how many messages may wait for a digest that is not full.
const tooMany = 2000

// merge puts items in the order of time. A reply that was sent to the channel as well is there twice: it becomes one.
func merge(slice, replies []item) []item {
	at := map[string]int{}
	for i, it := range slice {
		at[it.m.Key()] = i
	}
	all := slice
	for _, it := range replies {
		if i, twice := at[it.m.Key()]; twice {
			all[i].inThread = true
			continue
		}
		all = append(all, it)
	}
	slices.SortStableFunc(all, func(a, b item) int { return byTime(a.m.TS, b.m.TS, a.m.Channel, b.m.Channel) })
	return all
}
