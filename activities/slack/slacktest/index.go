package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// index finds messages without going through all of them: the ts of each channel's and each thread's, in order.
type index struct {
	channel map[string][]string
	thread  map[string][]string // "channel parent": replies
	last    int64               // microseconds of the newest ts
}

func messageKey(channel, ts string) string { return channel + "/" + ts }

func (s *Server) reindex() {
	s.idx = index{channel: map[string][]string{}, thread: map[string][]string{}}
	for _, m := range s.db.messages.All() {
		s.idx.add(m)
	}
}

func (x *index) add(m Message) {
	x.channel[m.Channel] = append(x.channel[m.Channel], m.TS)
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		key := m.Channel + " " + m.ThreadTS
		x.thread[key] = append(x.thread[key], m.TS)
	}
	x.last = max(x.last, micros(m.TS))
}

func (x *index) remove(m Message) {
	drop := func(list []string) []string {
		if i, found := slices.BinarySearch(list, m.TS); found {
			return slices.Delete(list, i, i+1)
		}
		return list
	}
	x.channel[m.Channel] = drop(x.channel[m.Channel])
	key := m.Channel + " " + m.ThreadTS
	x.thread[key] = drop(x.thread[key])
}

// nextTS returns a ts that no other message has, and that is later than all before.
func (s *Server) nextTS() string {
	s.idx.last = max(s.idx.last+1, time.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.idx.last/1e6, s.idx.last%1e6)
}

// micros reads a ts; 0 if it is none.
func micros(ts string) int64 {
	sec, frac, _ := strings.Cut(ts, ".")
	var a, b int64
	if _, err := fmt.Sscanf(sec+" "+(frac + "000000")[:6], "%d %d", &a, &b); err != nil {
		return 0
	}
	return a*1e6 + b
}

// newID makes an id like Slack's: a letter and ten characters.
func (s *Server) newID(letter string) string {
	n, _ := s.db.counters.Get(letter)
	n++
	s.db.counters.Put(letter, n)
	return fmt.Sprintf("%s0SBX%06d", letter, n)
}

func (s *Server) message(channel, ts string) (Message, bool) {
	return s.db.messages.Get(messageKey(channel, ts))
}

func (s *Server) replies(channel, parent string) []string { return s.idx.thread[channel+" "+parent] }
