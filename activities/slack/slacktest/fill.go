package slacktest

import (
	"errors"
	"fmt"
	"slices"
)

// Fill adds n messages of a channel's people at once, without events, for tests of size. The first of each ten opens a
// thread, to which the second and third reply; it returns the ts of the last one.
func (s *Server) Fill(channel string, n int) (last string) {
	_ = s.Control.Store.Locked(func() { // in memory, or a disk that the test will miss
		ch, _ := s.db.channels.Get(channel)
		last = s.fill(ch, n)
	})
	return last
}

func (s *Server) fill(ch Channel, n int) (last string) {
	people := slices.DeleteFunc(slices.Clone(ch.Members), func(id string) bool { return id == BotUser })
	thread := ""
	for i := range n {
		m := Message{Channel: ch.ID, TS: s.nextTS(), User: people[i%len(people)], Text: fmt.Sprintf("message %d of many", i)}
		switch i % 10 {
		case 0:
			thread = m.TS
		case 1, 2:
			m.ThreadTS = thread
		}
		s.db.messages.Put(messageKey(m.Channel, m.TS), m)
		s.idx.add(m)
		last = m.TS
	}
	return last
}

// fills is Fill for measurements from another process.
func (s *Server) fills(d deed) (reply, error) {
	ch, ok := s.db.channels.Get(d.Channel)
	if !ok || d.Messages < 1 || d.Messages > 100_000 || len(ch.Members) < 2 {
		return nil, errors.New("name a channel with people in it, by its id, and 1 to 100,000 messages")
	}
	return reply{"channel": ch.ID, "ts": s.fill(ch, d.Messages)}, nil
}
