package jiratest

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"hikeshi/activities/fake"
)

// locked reads state from outside a request. Memory cannot fail, and a full disk fails every request too.
func (s *Server) locked(f func()) {
	if err := s.Store.Locked(f); err != nil {
		panic(fmt.Sprintf("fake of JIRA: keep its state: %v", err))
	}
}

// Issues returns all issues in the order of their creation.
func (s *Server) Issues() (list []Issue) {
	s.locked(func() { list = s.issues.All() })
	return list
}

// IssueAs returns the issue under a key (or one it had before, or its id) if that person may see it.
func (s *Server) IssueAs(reader fake.Person, key string) (i Issue, ok bool) {
	s.locked(func() {
		i, ok = s.lookUp(key)
		ok = ok && sees(account(reader), i)
	})
	if !ok {
		return Issue{}, false
	}
	return i, true
}

// Comments returns the comments of an issue, oldest first.
func (s *Server) Comments(key string) (list []Comment) {
	s.locked(func() {
		if i, ok := s.lookUp(key); ok {
			list = s.commentsOf(i.ID)
		}
	})
	return list
}

// CommentsAs returns those comments of an issue that a person may read, oldest first.
func (s *Server) CommentsAs(reader fake.Person, key string) (list []Comment) {
	if _, ok := s.IssueAs(reader, key); !ok {
		return nil
	}
	return slices.DeleteFunc(s.Comments(key), func(c Comment) bool { return !c.readable(account(reader)) })
}

// RemoteLinks returns the web links of an issue in the order they were added.
func (s *Server) RemoteLinks(key string) (list []RemoteLink) {
	s.locked(func() {
		if i, ok := s.lookUp(key); ok {
			list = s.remotesOf(i.ID)
		}
	})
	return list
}

// IssueLinks returns the links between an issue and others in the order they were made.
func (s *Server) IssueLinks(key string) (list []IssueLink) {
	s.locked(func() {
		if i, ok := s.lookUp(key); ok {
			list = s.linksOf(i.ID)
		}
	})
	return list
}

// Mails returns the mails that JIRA would have sent, oldest first.
func (s *Server) Mails() (list []Mail) {
	s.locked(func() { list = s.mails.All() })
	return list
}

// MailsTo returns how many mails an account got.
func (s *Server) MailsTo(account string) (n int) {
	s.locked(func() { n, _ = s.mailed.Get(account) })
	return n
}

// LevelName returns the name of an issue's security level; empty: it has none.
func (i Issue) LevelName() string {
	p, _ := project(i.Project)
	level, _ := p.level(i.Level)
	return level.Name
}

// Move puts an issue into another project, as a person can: it gets a new key, and answers to the old one as well. It
// loses its security level, which belongs to the old project, unless the new one has a level of that name.
func (s *Server) Move(key, to string) (newKey string, err error) {
	s.locked(func() {
		i, found := s.lookUp(key)
		p, known := project(to)
		if !found || !known {
			err = fmt.Errorf("move %s to %s: no such issue or project", key, to)
			return
		}
		name := i.LevelName()
		i.OldKeys = append(i.OldKeys, i.Key)
		i.Project, i.Key, i.Level = p.Key, p.Key+"-"+strconv.Itoa(s.sequence(p.Key, 1)), ""
		for _, l := range p.Levels {
			if l.Name == name {
				i.Level = l.ID
			}
		}
		s.putIssue(i, time.Now().UTC())
		newKey = i.Key
	})
	return newKey, err
}

// LevelName is the name of an issue's security level; empty: it has none.
func LevelName(i Issue) string {
	p, _ := project(i.Project)
	l, _ := p.level(i.Level)
	return l.Name
}
