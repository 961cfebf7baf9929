package slacktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// index finds messages without going through all of them: the ts of each channel's and each thread's, in order.
type index struct {
	channel map[string][]string // all
	top     map[string][]string // those that stand in the channel: no replies, but for those sent to it too
	thread  map[string][]string // "channel parent": replies
	users   map[string][]string // "channel parent": who replied, in the order of their first reply
	last    int64               // microseconds of the newest ts
}

func messageKey(channel, ts string) string { return channel + "/" + ts }

func threadKey(m Message) string { return m.Channel + " " + m.ThreadTS }

func (s *Server) reindex() {
	s.idx = index{channel: map[string][]string{}, top: map[string][]string{}, thread: map[string][]string{}, users: map[string][]string{}}
	for _, m := range s.db.messages.All() {
		s.idx.add(m)
	}
}

func (m Message) isReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// inChannel reports whether people see the message in the channel, and not only in its thread.
func (m Message) inChannel() bool { return !m.isReply() || m.Subtype == "thread_broadcast" }

func (x *index) add(m Message) {
	x.channel[m.Channel] = append(x.channel[m.Channel], m.TS)
	if m.inChannel() {
		x.top[m.Channel] = append(x.top[m.Channel], m.TS)
	}
	if key := threadKey(m); m.isReply() {
		x.thread[key] = append(x.thread[key], m.TS)
		if !slices.Contains(x.users[key], m.User) {
			x.users[key] = append(x.users[key], m.User)
		}
	}
	x.last = max(x.last, micros(m.TS))
}

func (x *index) remove(m Message) {
	for _, list := range []map[string][]string{x.channel, x.top} {
		list[m.Channel] = without(list[m.Channel], m.TS)
	}
	if m.isReply() {
		x.thread[threadKey(m)] = without(x.thread[threadKey(m)], m.TS)
	}
}

func without(list []string, ts string) []string {
	if i, found := slices.BinarySearch(list, ts); found {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// forget deletes a message for good.
func (s *Server) forget(m Message) {
	s.db.messages.Delete(messageKey(m.Channel, m.TS))
	s.idx.remove(m)
	if !m.isReply() {
		return
	}
	var users []string
	for _, ts := range s.replies(m.Channel, m.ThreadTS) {
		if r, _ := s.message(m.Channel, ts); !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	s.idx.users[threadKey(m)] = users
}

// nextTS returns a ts that no other message has, and that is later than all before.
func (s *Server) nextTS() string {
	s.idx.last = max(s.idx.last+1, time.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.idx.last/1e6, s.idx.last%1e6)
}

// micros reads a ts; 0 if it is none.
func micros(ts string) int64 {
	whole, frac, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0
	}
	rest, err := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err != nil {
		return 0
	}
	return seconds*1e6 + rest
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
