package jiratest

import (
	"strconv"
	"strings"
)

// index finds rows without reading whole tables: an issue has thousands of comments, a site a hundred thousand.
type index struct {
	keys     map[string]int // issue ids by key, also by keys that they had; in upper case
	children map[int][]int  // issues by parent, in order of their ids, as below
	comments map[int][]int  // by issue
	links    map[int][]int  // by each of their two issues
	remotes  map[int][]int  // by issue
}

// reindex builds the index from the tables.
func (s *Server) reindex() {
	s.by = index{keys: map[string]int{}, children: map[int][]int{}, comments: map[int][]int{}, links: map[int][]int{}, remotes: map[int][]int{}}
	for _, i := range s.issues.All() {
		s.by.issue(i)
	}
	for _, c := range s.comments.All() {
		s.by.comments[c.Issue] = append(s.by.comments[c.Issue], c.ID)
	}
	for _, l := range s.links.All() {
		s.by.link(l)
	}
	for _, l := range s.remotes.All() {
		s.by.remotes[l.Issue] = append(s.by.remotes[l.Issue], l.ID)
	}
}

// issue notes an issue. A key of today beats the same key of yesterday.
func (x *index) issue(i Issue) {
	for _, old := range i.OldKeys {
		if _, taken := x.keys[strings.ToUpper(old)]; !taken {
			x.keys[strings.ToUpper(old)] = i.ID
		}
	}
	x.keys[strings.ToUpper(i.Key)] = i.ID
	if i.Parent != 0 {
		x.children[i.Parent] = with(x.children[i.Parent], i.ID)
	}
}

func (x *index) link(l IssueLink) {
	x.links[l.Inward] = with(x.links[l.Inward], l.ID)
	x.links[l.Outward] = with(x.links[l.Outward], l.ID)
}

// with adds an id, unless it is there. A new one is the highest.
func with(ids []int, id int) []int {
	for _, known := range ids {
		if known == id {
			return ids
		}
	}
	return append(ids, id)
}

// lookUp finds an issue by id, key or a key it had before.
func (s *Server) lookUp(idOrKey string) (Issue, bool) {
	id, err := strconv.Atoi(idOrKey)
	if err != nil {
		id = s.by.keys[strings.ToUpper(idOrKey)]
	}
	return s.issues.Get(rowKey(id))
}

func rows[T any](get func(string) (T, bool), ids []int) []T {
	list := make([]T, 0, len(ids))
	for _, id := range ids {
		if row, has := get(rowKey(id)); has {
			list = append(list, row)
		}
	}
	return list
}

func (s *Server) commentsOf(issue int) []Comment { return rows(s.comments.Get, s.by.comments[issue]) }

func (s *Server) remotesOf(issue int) []RemoteLink { return rows(s.remotes.Get, s.by.remotes[issue]) }

func (s *Server) linksOf(issue int) []IssueLink { return rows(s.links.Get, s.by.links[issue]) }
