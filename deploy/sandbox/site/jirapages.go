package site

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
)

// issuesOf are the issues a person may see, newest first.
func (s *Site) issuesOf(reader fake.Person) (list []jiratest.Issue) {
	all := s.Jira.Issues()
	for i := len(all) - 1; i >= 0; i-- {
		if issue, ok := s.Jira.IssueAs(reader, all[i].Key); ok {
			list = append(list, issue)
		}
	}
	return list
}

func (s *Site) issuesPage(_ *http.Request, reader fake.Person) (string, any, bool) {
	return "JIRA", s.issuesOf(reader), true
}

// issueView is an issue as one person sees it.
type issueView struct {
	jiratest.Issue
	Links     []jiratest.RemoteLink
	Linked    []linkedView
	Comments  []jiratest.Comment
	Hidden    int // comments that the reader may not read
	LevelName string
	Mailed    []string // who is told of changes
	Mails     []jiratest.Mail
	MailsMine int // that JIRA would have sent to the reader, about all issues
	Changes   []changeView
}

// linkedView is another issue, as far as the reader may see it.
type linkedView struct{ How, Key, Summary, Status string }

// changeView is what changed lately.
type changeView struct {
	At   time.Time
	What string
}

func (s *Site) issuePage(r *http.Request, reader fake.Person) (string, any, bool) {
	issue, ok := s.Jira.IssueAs(reader, r.PathValue("key"))
	if !ok {
		return "", nil, false
	}
	v := issueView{Issue: issue, Links: s.Jira.RemoteLinks(issue.Key), Linked: s.linked(reader, issue), Comments: s.Jira.CommentsAs(reader, issue.Key),
		LevelName: jiratest.LevelName(issue), MailsMine: s.Jira.MailsTo(reader.Name), Changes: changes(issue.Versions)}
	v.Hidden = len(s.Jira.Comments(issue.Key)) - len(v.Comments)
	v.Mailed = s.mailed(issue)
	for _, m := range s.Jira.Mails() {
		if m.Issue == issue.Key {
			v.Mails = append(v.Mails, m)
		}
	}
	slices.Reverse(v.Mails)
	return issue.Key, v, true
}

// mailed are those who get mails about the issue: who follows it and may see it.
func (s *Site) mailed(issue jiratest.Issue) (names []string) {
	for _, p := range fake.Cast() {
		follows := slices.Contains(append([]string{issue.Reporter, issue.Assignee}, issue.Watchers...), p.Name)
		if _, sees := s.Jira.IssueAs(p, issue.Key); follows && sees {
			names = append(names, p.RealName)
		}
	}
	return names
}

func (s *Site) linked(reader fake.Person, issue jiratest.Issue) (list []linkedView) {
	all := s.issuesOf(reader)
	for _, l := range s.Jira.IssueLinks(issue.Key) {
		other := l.Inward + l.Outward - issue.ID
		if i := slices.IndexFunc(all, func(i jiratest.Issue) bool { return i.ID == other }); i >= 0 {
			list = append(list, linkedView{l.Type, all[i].Key, all[i].Summary, all[i].Status})
		}
	}
	return list
}

// changes are what search has still to learn, and what it knows: the latest first.
func changes(versions []jiratest.Version) (list []changeView) {
	for i := len(versions) - 1; i > 0; i-- {
		now, before := versions[i], versions[i-1]
		what := "description or labels"
		switch {
		case now.Status != before.Status:
			what = fmt.Sprintf("status: %s → %s", before.Status, now.Status)
		case now.Key != before.Key:
			what = fmt.Sprintf("moved: %s → %s", before.Key, now.Key)
		case now.Summary != before.Summary:
			what = fmt.Sprintf("summary: %s → %s", before.Summary, now.Summary)
		}
		list = append(list, changeView{now.At, what})
	}
	return list
}
