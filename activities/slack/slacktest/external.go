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
