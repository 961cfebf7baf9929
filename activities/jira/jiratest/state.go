package jiratest

import (
	"encoding/json"
	"slices"
	"time"
)

// Issue is an issue as it is stored.
type Issue struct {
	ID          int
	Key         string
	OldKeys     []string // of projects it was moved from
	Project     string   // key
	Type        string   // name
	Summary     string
	Description string
	Labels      []string
	Level       string // id of its security level; empty: none
	Parent      int    // id; 0: none
	Status      string
	Reporter    string // account ids
	Creator     string
	Assignee    string
	Watchers    []string
	Created     time.Time
	Updated     time.Time
	Properties  map[string]json.RawMessage
	More        map[string]any // priority, duedate, custom fields
	// Versions are what search has seen and will see, oldest first.
	Versions []Version
}

// Version is what the search index holds of an issue.
type Version struct {
	At      time.Time
	Project string
	Key     string
	Labels  []string
	Status  string
	Summary string
	Text    string
}

// Comment is a comment of an issue.
type Comment struct {
	ID               int
	Issue            int
	Author, Editor   string // account ids
	Body             string
	Created, Updated time.Time
	Visibility       *Visibility
	Properties       map[string]json.RawMessage
}

// Visibility limits a comment to a group or a project role.
type Visibility struct {
	Type       string `json:"type"`
	Value      string `json:"value,omitempty"`
	Identifier string `json:"identifier,omitempty"`
}

// IssueLink joins two issues.
type IssueLink struct {
	ID              int
	Type            string // name
	Inward, Outward int    // issue ids
}

// RemoteLink is a web link of an issue.
type RemoteLink struct {
	ID           int
	Issue        int
	GlobalID     string
	Title, URL   string
	Summary      string
	Relationship string
}

// Mail is a notification that JIRA would have sent.
type Mail struct {
	To      string // account id
	Issue   string // key
	Subject string
	At      time.Time
}

func (s *Server) putIssue(i Issue, now time.Time) {
	i.Updated = now
	v := Version{
		At: now, Project: i.Project, Key: i.Key, Labels: slices.Clone(i.Labels), Status: i.Status,
		Summary: i.Summary, Text: i.Summary + "\n" + i.Description,
	}
	if n := len(i.Versions); n == 0 || !i.Versions[n-1].same(v) { // a comment changes nothing that search looks at
		i.Versions = append(slices.Clone(i.Versions), v)
	}
	// Versions that no search will see again go.
	for len(i.Versions) > 1 && now.Sub(i.Versions[1].At) >= s.o.SearchLag {
		i.Versions = i.Versions[1:]
	}
	s.issues.Put(rowKey(i.ID), i)
	s.by.issue(i)
}

// same reports whether search would see no difference.
func (v Version) same(w Version) bool {
	return v.Project == w.Project && v.Key == w.Key && v.Status == w.Status && v.Text == w.Text && slices.Equal(v.Labels, w.Labels)
}

// searchable is the version that search sees at a moment; false: it does not know the issue yet.
func (s *Server) searchable(i Issue, now time.Time) (v Version, ok bool) {
	for _, candidate := range i.Versions {
		if now.Sub(candidate.At) >= s.o.SearchLag {
			v, ok = candidate, true
		}
	}
	return v, ok
}

// visible finds an issue that the caller may see; what is hidden looks like what is not there.
func (x *exchange) visible(idOrKey string) (Issue, *problem) {
	i, found := x.s.lookUp(idOrKey)
	if !found || !sees(x.who, i) {
		return Issue{}, missing(noIssue)
	}
	return i, nil
}

// issue is the one the path names.
func (x *exchange) issue() (Issue, *problem) { return x.visible(x.PathValue("issue")) }

// sees reports whether an account may see an issue.
func sees(who Account, i Issue) bool {
	if i.Level == "" {
		return true
	}
	p, _ := project(i.Project)
	level, known := p.level(i.Level)
	return known && slices.Contains(level.Companies, who.Company)
}
