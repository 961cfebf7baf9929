package slacktest

import "fmt"

// Fill adds n messages of a channel's members at once, without events, for tests of size. The first of each ten opens a
// thread, to which the second and third reply; it returns the ts of the last one.
func (s *Server) Fill(channel string, n int) (last string) {
	_ = s.Control.Store.Locked(func() { // in memory, or a disk that the test will miss
		ch, _ := s.db.channels.Get(channel)
		thread := ""
		for i := range n {
			m := Message{Channel: ch.ID, TS: s.nextTS(), User: ch.Members[i%len(ch.Members)], Text: fmt.Sprintf("message %d of many", i)}
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
	})
	return last
}
