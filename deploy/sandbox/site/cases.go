package site

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"

	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/slack/slacktest"
)

// caseView is where a case stands in each system, as far as the reader may see it and its ticket links it.
type caseView struct {
	Number   string `json:"number"`
	Title    string `json:"title"`
	Status   string `json:"status"`
	Ticket   string `json:"ticket"` // addresses of pages here; empty: not there, or not for the reader
	Slack    string `json:"slack"`
	Sheet    string `json:"sheet"`
	Folder   string `json:"folder"`
	Workflow string `json:"workflow"`
}

// What a ticket's description links, by what its address looks like.
var (
	sheetAt    = regexp.MustCompile(`/spreadsheets/d/[A-Za-z0-9_-]+/edit`)
	folderAt   = regexp.MustCompile(`/drive/folders/[A-Za-z0-9_-]+`)
	channelAt  = regexp.MustCompile(`/slack/([CG][A-Z0-9]+)`)
	workflowAt = regexp.MustCompile(`/namespaces/[^/?#\]|\s]+/workflows/[^?#\]|\s]+`)
)

// casesOf is GET /cases: those that the reader sees, the newest first.
func (s *Site) casesOf(w http.ResponseWriter, r *http.Request) {
	reader, _ := s.reader(r)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(s.cases(reader)) // the reader is gone: nothing to do
}

func (s *Site) cases(reader fake.Person) []caseView {
	list := []caseView{}
	for _, issue := range s.issuesOf(reader) {
		if issue.Type == "Incident" && channelAt.MatchString(issue.Description) {
			list = append(list, s.caseOf(reader, issue))
		}
	}
	return list
}

func (s *Site) caseOf(reader fake.Person, issue jiratest.Issue) caseView {
	text := issue.Description
	v := caseView{Number: issue.Key, Title: issue.Summary, Status: issue.Status, Ticket: "/jira/" + issue.Key, Sheet: sheetAt.FindString(text), Folder: folderAt.FindString(text)}
	if s.hasUI() {
		v.Workflow = UIPath + "/"
		if found := workflowAt.FindString(text); found != "" {
			v.Workflow = UIPath + found
		}
	}
	id := channelAt.FindStringSubmatch(text)[1]
	if slices.ContainsFunc(s.channelsOf(reader), func(ch slacktest.Channel) bool { return ch.ID == id && ch.Has(reader.ID) }) {
		v.Slack = "/slack/" + id
	}
	return v
}

// togetherView is the page that shows everything side by side.
type togetherView struct {
	Cases []caseView
	HasUI bool
}

func (s *Site) togetherPage(_ *http.Request, reader fake.Person) (string, any, bool) {
	return "Hikeshi sandbox", togetherView{s.cases(reader), s.hasUI()}, true
}
