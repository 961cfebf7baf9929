package site

import (
	"net/http"

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
	Comments  []jiratest.Comment
	LevelName string
	Mails     int // that JIRA would have sent to the reader, about all issues
}

func (s *Site) issuePage(r *http.Request, reader fake.Person) (string, any, bool) {
	issue, ok := s.Jira.IssueAs(reader, r.PathValue("key"))
	if !ok {
		return "", nil, false
	}
	v := issueView{Issue: issue, Links: s.Jira.RemoteLinks(issue.Key), Comments: s.Jira.CommentsAs(reader, issue.Key),
		LevelName: jiratest.LevelName(issue), Mails: s.Jira.MailsTo(reader.Name)}
	return issue.Key, v, true
}
