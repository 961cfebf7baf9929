package slacktest

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// deeds are what people do in Slack's own app, by the name of the endpoint under /_control/. Each sends the events that
// Slack sends.
var deeds = map[string]func(*Server, deed) (reply, error){
	"message": (*Server).says, "edit": (*Server).edits, "delete": (*Server).deletes,
	"file": (*Server).uploads, "delete_file": (*Server).deletesFile, "unfurl": (*Server).unfurls,
	"archive": (*Server).archives, "unarchive": (*Server).unarchives, "rename": (*Server).renames,
	"join": (*Server).joins, "leave": (*Server).leaves, "fill": (*Server).fills, "event": (*Server).sends,
	"home": (*Server).opensHome, "person": (*Server).adds, "react": (*Server).reacts,
}

// longest is how long a message may be, in characters.
const longest = 40000

func (s *Server) says(d deed) (reply, error) {
	user, ch, err := s.inChannel(d)
	text := typed(d.Text)
	switch {
	case err != nil:
		return nil, err
	case text == "":
		return nil, errors.New("the message has no text")
	case utf8.RuneCountInString(text) > longest:
		return nil, errors.New("msg_too_long")
	}
	m := Message{User: user.ID, Text: text, ClientID: fmt.Sprintf("%08x-0000-4000-8000-%012x", len(ch.ID), s.idx.last)}
	m, no := s.inThread(ch, m, d.ThreadTS)
	if no != "" {
		return nil, errors.New(string(no))
	}
	if m.ThreadTS != "" && d.Broadcast {
		m.Subtype = "thread_broadcast"
	}
	m = s.put(ch, m)
	return reply{"channel": ch.ID, "ts": m.TS}, nil
}

// own returns the message that the deed is about, if the person wrote it.
func (s *Server) own(d deed) (Channel, Message, error) {
	user, ch, err := s.inChannel(d)
	if err != nil {
		return ch, Message{}, err
	}
	m, ok := s.message(ch.ID, d.TS)
	switch {
	case !ok || m.Subtype == "tombstone":
		err = fmt.Errorf("#%s has no message %q", ch.Name, d.TS)
	case m.User != user.ID || m.bySlack():
		err = fmt.Errorf("message %s is not %s's: only authors edit and delete", d.TS, user.Name)
	}
	return ch, m, err
}

func (s *Server) edits(d deed) (reply, error) {
	ch, m, err := s.own(d)
	text := typed(d.Text)
	switch {
	case err != nil:
		return nil, err
	case text == "" && len(m.Files) == 0:
		return nil, errors.New("the message has no text")
	case utf8.RuneCountInString(text) > longest:
		return nil, errors.New("msg_too_long")
	}
	old := m
	m.Text, m.Edited = text, &Edit{User: m.User, TS: s.nextTS()}
	s.change(ch, old, m)
	return reply{"channel": ch.ID, "ts": m.TS}, nil
}

func (s *Server) deletes(d deed) (reply, error) {
	ch, m, err := s.own(d)
	if err != nil {
		return nil, err
	}
	s.erase(ch, m)
	return reply{"channel": ch.ID, "ts": m.TS}, nil
}

// uploads shares a file at once. It may be empty, as some in old workspaces are, and be called like another one.
func (s *Server) uploads(d deed) (reply, error) {
	user, ch, err := s.inChannel(d)
	if err == nil && d.Name == "" {
		err = errors.New("the file has no name")
	}
	if err != nil {
		return nil, err
	}
	bytes := d.Base64
	if bytes == nil {
		bytes = []byte(d.Content)
	}
	f := File{ID: s.newID("F"), Name: d.Name, Title: d.Name, User: user.ID, Mime: d.Mime, Size: len(bytes), Created: micros(s.nextTS()) / 1e6, Received: true, Complete: true}
	s.db.files.Put(f.ID, f)
	s.db.blobs.Put(f.ID, bytes)
	m, no := s.share(ch, user, []string{f.ID}, typed(d.Text), d.ThreadTS)
	if no != "" {
		return nil, errors.New(string(no))
	}
	return reply{"channel": ch.ID, "ts": m.TS, "file": f.ID}, nil
}

func (s *Server) deletesFile(d deed) (reply, error) {
	user, err := s.who(d.User)
	if err != nil {
		return nil, err
	}
	return reply{"file": d.File}, s.as(user, "files.delete", map[string]string{"file": d.File})
}

// unfurls is what Slack does by itself after somebody wrote a link: a preview, and a change that nobody made.
func (s *Server) unfurls(d deed) (reply, error) {
	var ch Channel
	for _, c := range s.db.channels.All() {
		if c.ID == d.Channel || c.Name == strings.TrimPrefix(d.Channel, "#") {
			ch = c
		}
	}
	m, ok := s.message(ch.ID, d.TS)
	if !ok {
		return nil, fmt.Errorf("%q has no message %q", d.Channel, d.TS)
	}
	old := m
	m.Attached = preview(m.Text)
	s.change(ch, old, m)
	return reply{"channel": ch.ID, "ts": m.TS}, nil
}

func (s *Server) archives(d deed) (reply, error)   { return s.onChannel(d, "conversations.archive") }
func (s *Server) unarchives(d deed) (reply, error) { return s.onChannel(d, "conversations.unarchive") }
func (s *Server) leaves(d deed) (reply, error)     { return s.onChannel(d, "conversations.leave") }

func (s *Server) onChannel(d deed, method string) (reply, error) {
	user, ch, err := s.resolve(d)
	if err == nil {
		err = s.as(user, method, map[string]string{"channel": ch.ID})
	}
	return reply{"channel": ch.ID}, err
}

// renames is open to every member: workspaces can allow that, and then people rename the bot's channels.
func (s *Server) renames(d deed) (reply, error) {
	user, ch, err := s.inChannel(d)
	if err != nil {
		return nil, err
	}
	no := checkName(d.Name)
	if other, taken := s.holder(d.Name); no == "" && taken && other.ID != ch.ID {
		no = "name_taken"
	}
	if no != "" {
		return nil, errors.New(string(no))
	}
	ch = (&call{Server: s, me: user}).renamed(ch, d.Name)
	return reply{"channel": ch.ID, "name": ch.Name}, nil
}

func (s *Server) joins(d deed) (reply, error) {
	if d.Inviter == "" {
		return s.onChannel(d, "conversations.join")
	}
	guest, err := s.who(d.User)
	if err != nil {
		return nil, err
	}
	host, ch, err := s.resolve(deed{User: d.Inviter, Channel: d.Channel})
	if err == nil {
		err = s.as(host, "conversations.invite", map[string]string{"channel": ch.ID, "users": guest.ID})
	}
	return reply{"channel": ch.ID}, err
}
