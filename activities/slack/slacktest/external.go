package slacktest

import "fmt"

// ShareOutside makes a channel one that is shared with another organisation, as Slack Connect does.
func (s *Server) ShareOutside(channel string) {
	ch, ok := s.db.channels.Get(channel)
	if !ok {
		panic(fmt.Sprintf("slacktest: there is no channel %q", channel)) // a mistake of the test
	}
	ch.External = true
	s.db.channels.Put(channel, ch)
}

// Regroup has an administrator say who is in a user group.
func (s *Server) Regroup(id string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g, ok := s.db.groups.Get(id); ok {
		g.Members = members
		s.db.groups.Put(id, g)
	}
}
