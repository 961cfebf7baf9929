package slacktest

import "slices"

// The methods below read the state, for tests and pages. What they return is the caller's to keep.

// look runs f while no call runs.
func (s *Server) look(f func()) {
	_ = s.Control.Store.Locked(f) // reads only: nothing to commit
}

// Channels returns all channels, in the order of their ids: the oldest first. Conversations with one person are none.
func (s *Server) Channels() (all []Channel) {
	s.look(func() {
		for _, ch := range s.db.channels.All() {
			if ch.isDirect() {
				continue
			}
			ch.Members, ch.Pins, ch.PreviousNames = slices.Clone(ch.Members), slices.Clone(ch.Pins), slices.Clone(ch.PreviousNames)
			all = append(all, ch)
		}
	})
	return all
}

// Channel returns the channel with this id or name.
func (s *Server) Channel(idOrName string) (Channel, bool) {
	all := s.Channels()
	i := slices.IndexFunc(all, func(ch Channel) bool { return ch.ID == idOrName || ch.Name == idOrName })
	if i < 0 {
		return Channel{}, false
	}
	return all[i], true
}

// Messages returns a channel's messages, replies among them, the oldest first.
func (s *Server) Messages(channel string) (all []Message) {
	s.look(func() {
		for _, ts := range s.idx.channel[channel] {
			m, _ := s.message(channel, ts)
			all = append(all, m)
		}
	})
	return all
}

// Members returns the user ids of a channel's members, in the order they joined.
func (s *Server) Members(channel string) (all []string) {
	s.look(func() {
		ch, _ := s.db.channels.Get(channel)
		all = slices.Clone(ch.Members)
	})
	return all
}

// Ephemerals returns what only this user (an id) sees, the oldest first.
func (s *Server) Ephemerals(user string) (all []Ephemeral) {
	s.look(func() {
		all = slices.DeleteFunc(s.db.ephemerals.All(), func(e Ephemeral) bool { return e.User != user })
	})
	return all
}

// Bookmarks returns a channel's bookmarks.
func (s *Server) Bookmarks(channel string) (all []Bookmark) {
	s.look(func() { all = s.bookmarksOf(channel) })
	return all
}

// Users returns everybody, the bot too.
func (s *Server) Users() (all []User) {
	s.look(func() { all = s.db.users.All() })
	return all
}

// Files returns all uploaded files.
func (s *Server) Files() (all []File) {
	s.look(func() { all = s.db.files.All() })
	return all
}

// URL is where the workspace is reached, without a path; empty before the first call of a server that Start did not start.
func (s *Server) URL() string { return s.address() }

// Content returns the bytes of an uploaded file that was not deleted.
func (s *Server) Content(file string) (content []byte, ok bool) {
	s.look(func() {
		if f, known := s.db.files.Get(file); known && !f.Deleted {
			content, ok = s.db.blobs.Get(file)
		}
	})
	return content, ok
}
