package mirror

import (
	"errors"
	"iter"
	"slices"

	"hikeshi/activities/internal/talk"
)

// stream is a channel's messages, a part in hand and the next one read ahead, to know whether it is the last.
type stream struct {
	*cursor
	c          *copying
	next       func() ([]talk.Message, error, bool)
	stop       func()
	hand, then []talk.Message
	more       bool // then holds another part
}

func (c *copying) stream(cur *cursor) *stream {
	s := &stream{cursor: cur, c: c}
	page := func(in talk.Span, cursor string) (page talk.Page, err error) {
		err = c.pulse.patiently(func() error {
			page, err = c.Chat.History(c.ctx, cur.Channel, in, cursor)
			return err
		})
		return page, err
	}
	s.next, s.stop = iter.Pull2(func(yield func([]talk.Message, error) bool) {
		enough := errors.New("enough")
		err := talk.Walk(c.ctx, page, cur.from, func(part []talk.Message) error {
			if !yield(part, nil) {
				return enough
			}
			return nil
		})
		if err != nil && err != enough {
			yield(nil, err)
		}
	})
	s.more = true
	return s
}

// fill makes sure that there is a part in hand, and another read ahead, if the channel has them.
func (s *stream) fill() error {
	for {
		if len(s.hand) == 0 {
			s.hand, s.then = s.then, nil
		}
		if !s.more || len(s.then) > 0 {
			return nil
		}
		part, err, ok := s.next()
		if err != nil && !s.c.unreadable(s.Channel, err) {
			return err
		}
		s.more = ok && err == nil
		if len(s.hand) == 0 {
			s.hand = part
		} else {
			s.then = part
		}
	}
}

// slice takes from each stream what was said until the first of them needs its next part.
func (c *copying) slice(streams []*stream) (items []item, last bool, err error) {
	end := ""
	for _, s := range streams {
		if len(s.then) > 0 {
			if ts := s.hand[len(s.hand)-1].TS; end == "" || ts < end {
				end = ts
			}
		}
	}
	for _, s := range streams {
		n := len(s.hand)
		if end != "" {
			n, _ = slices.BinarySearchFunc(s.hand, end, func(m talk.Message, end string) int {
				if m.TS <= end {
					return -1
				}
				return 1
			})
		}
		for _, m := range s.hand[:n] {
			items = append(items, item{m: m, inChannel: true})
		}
		s.hand = s.hand[n:]
		if err := s.fill(); err != nil {
			return nil, false, err
		}
	}
	return items, end == "", nil
}
