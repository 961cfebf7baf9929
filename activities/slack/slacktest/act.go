package slacktest

import "fmt"

// The methods below let people act, as the endpoints under /_control/ do, for tests in the same process. Users and
// channels are named by id, or by handle and name. They panic where Slack would refuse: that is a mistake of the test.

// act does it, and sends its events.
func (s *Server) act(name string, d deed) (out reply) {
	defer s.out.flush()
	var err error
	if lock := s.Control.Store.Locked(func() { out, err = deeds[name](s, d) }); err == nil {
		err = lock
	}
	if err != nil {
		panic(fmt.Sprintf("slacktest: %s: %v", name, err))
	}
	return out
}

func (r reply) text(key string) string { text, _ := r[key].(string); return text }

// Say writes a message, in a thread unless that is empty. It returns the message's ts.
func (s *Server) Say(user, channel, text, thread string) (ts string) {
	return s.act("message", deed{User: user, Channel: channel, Text: text, ThreadTS: thread}).text("ts")
}

// Broadcast writes a reply and sends it to the channel too.
func (s *Server) Broadcast(user, channel, text, thread string) (ts string) {
	return s.act("message", deed{User: user, Channel: channel, Text: text, ThreadTS: thread, Broadcast: true}).text("ts")
}

// Edit changes the text of a message of the user's own.
func (s *Server) Edit(user, channel, ts, text string) {
	s.act("edit", deed{User: user, Channel: channel, TS: ts, Text: text})
}

// Delete deletes a message of the user's own.
func (s *Server) Delete(user, channel, ts string) {
	s.act("delete", deed{User: user, Channel: channel, TS: ts})
}

// Upload shares a file, in a thread unless that is empty. It returns the ts of the message that shows it, and its id.
func (s *Server) Upload(user, channel, thread, name string, content []byte) (ts, file string) {
	if content == nil {
		content = []byte{}
	}
	out := s.act("file", deed{User: user, Channel: channel, ThreadTS: thread, Name: name, Base64: content})
	return out.text("ts"), out.text("file")
}

// DeleteFile deletes a file of the user's own.
func (s *Server) DeleteFile(user, file string) { s.act("delete_file", deed{User: user, File: file}) }

// Unfurl adds a preview to a message, as Slack does by itself.
func (s *Server) Unfurl(channel, ts string) { s.act("unfurl", deed{Channel: channel, TS: ts}) }

// Event sends an event that the workspace itself does not make, as it is: of a kind that is new, or of another shape.
func (s *Server) Event(channel string, event map[string]any) {
	s.act("event", deed{Channel: channel, Event: event})
}

// Archive archives a channel.
func (s *Server) Archive(user, channel string) { s.act("archive", deed{User: user, Channel: channel}) }

// Unarchive takes a channel back into use.
func (s *Server) Unarchive(user, channel string) {
	s.act("unarchive", deed{User: user, Channel: channel})
}

// Rename gives a channel another name.
func (s *Server) Rename(user, channel, name string) {
	s.act("rename", deed{User: user, Channel: channel, Name: name})
}

// Join makes the user a member; inviter, a member, lets them in, unless it is empty.
func (s *Server) Join(user, channel, inviter string) {
	s.act("join", deed{User: user, Channel: channel, Inviter: inviter})
}

// Leave ends the user's membership: the bot's too, if it is named.
func (s *Server) Leave(user, channel string) { s.act("leave", deed{User: user, Channel: channel}) }
