package site

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"

	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
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

var (
	sheetAt    = regexp.MustCompile(`/spreadsheets/d/[^/?#]+/edit`)
	folderAt   = regexp.MustCompile(`/drive/folders/[^/?#]+`)
	workflowAt = regexp.MustCompile(`/namespaces/[^/?#"|>\s]+/workflows/[^?#"|>\s\\]+`)
	channelAt  = regexp.MustCompile(`/slack/([A-Z0-9]+)`)
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
		links := s.Jira.RemoteLinks(issue.Key)
		if issue.Type != "Incident" || len(links) == 0 {
			continue
		}
		list = append(list, s.caseOf(reader, issue, links))
	}
	return list
}

func (s *Site) caseOf(reader fake.Person, issue jiratest.Issue, links []jiratest.RemoteLink) caseView {
	v := caseView{Number: issue.Key, Title: issue.Summary, Status: issue.Status, Ticket: "/jira/" + issue.Key}
	for _, l := range links {
		switch {
		case sheetAt.MatchString(l.URL):
			v.Sheet = sheetAt.FindString(l.URL)
		case folderAt.MatchString(l.URL):
			v.Folder = folderAt.FindString(l.URL)
		case channelAt.MatchString(l.URL):
			id := channelAt.FindStringSubmatch(l.URL)[1]
			v.Workflow = s.workflowOf(id)
			for _, ch := range s.channelsOf(reader) {
				if ch.ID == id && slices.Contains(ch.Members, reader.ID) {
					v.Slack = "/slack/" + id
				}
			}
		}
	}
	return v
}

// togetherView is the page that shows everything side by side.
type togetherView struct {
	Cases []caseView
	HasUI bool
	Words map[string]string
}

func (s *Site) togetherPage(_ *http.Request, reader fake.Person) (string, any, bool) {
	return "Hikeshi sandbox", togetherView{s.cases(reader), s.hasUI(), spoken(reader)}, true
}

// workflowOf is the page of the case's workflow, as the card in its channel links it; empty: there is no Web UI.
func (s *Site) workflowOf(channel string) string {
	if !s.hasUI() {
		return ""
	}
	ch, _ := s.Slack.Channel(channel)
	for _, m := range s.Slack.Messages(channel) {
		if found := workflowAt.FindString(m.Text + string(m.Blocks)); found != "" && slices.Contains(ch.Pins, m.TS) {
			return UIPath + found
		}
	}
	return UIPath + "/"
}
