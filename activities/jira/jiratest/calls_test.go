package jiratest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
)

func TestReadersSeeTheirLevelOnly(t *testing.T) {
	s := start(t, jiratest.Options{})
	acme, open := s.create(`"security":{"name":"Acme"}`), s.create()
	s.want(201, "POST", "issueLink", fmt.Sprintf(`{"type":{"name":"Relates"},"inwardIssue":{"key":%q},"outwardIssue":{"key":%q}}`, acme, open))
	for who, sees := range map[string]bool{"hikeshi": true, "aoi": true, "kenji": true, "lena": false, "daigo": false} {
		want := 404
		if sees {
			want = 200
		}
		for _, path := range []string{"", "/comment", "/watchers", "/remotelink", "/transitions", "/properties"} {
			if r := s.as(who, "GET", "issue/"+acme+path, ""); r.status != want {
				t.Errorf("%s reads %s%s: %d, want %d", who, acme, path, r.status, want)
			}
		}
		if found := strings.Contains(strings.Join(s.keys(who, "project = SEC"), " "), acme); found != sees {
			t.Errorf("%s finds %s: %v", who, acme, found)
		}
		if r := s.as(who, "GET", "issue/"+open, ""); r.status != 200 || strings.Contains(r.text, acme) != sees {
			t.Errorf("%s reads the open issue: %d, and its link to %s shows: %v", who, r.status, acme, !sees)
		}
	}
	if r := s.as("lena", "POST", "issue/"+acme+"/comment", `{"body":"x"}`); r.status != 404 {
		t.Errorf("lena comments on a hidden issue: %d", r.status)
	}
	if r := s.as("lena", "GET", "project/SEC/securitylevel", ""); strings.Contains(r.text, "Acme") || !strings.Contains(r.text, "Bravo") {
		t.Errorf("lena's levels: %s", r.text)
	}
}

func TestCreateRefusals(t *testing.T) {
	s := start(t, jiratest.Options{})
	base := func(project, more string) string {
		return fmt.Sprintf(`{"fields":{"project":{"key":%q},"issuetype":{"name":"Task"}%s}}`, project, more)
	}
	for name, tt := range map[string]struct {
		body, field, says string
		status            int
	}{
		"unknown project":    {base("NOPE", `,"summary":"x"`), "project", "valid project", 400},
		"locked project":     {base("LOCKED", `,"summary":"x"`), "", "permission to create", 403},
		"no summary":         {base("SEC", ``), "summary", "must specify a summary", 400},
		"two lines":          {base("SEC", `,"summary":"a\nb"`), "summary", "newline", 400},
		"long summary":       {base("SEC", `,"summary":"`+strings.Repeat("é", 256)+`"`), "summary", "255", 400},
		"long description":   {base("SEC", `,"summary":"x","description":"`+strings.Repeat("x", 32768)+`"`), "description", "32,767", 400},
		"unknown field":      {base("SEC", `,"summary":"x","customfield_1":1`), "customfield_1", "cannot be set", 400},
		"missing field":      {base("STRICT", `,"summary":"x"`), "customfield_10042", "Business unit is required.", 400},
		"label with a space": {base("SEC", `,"summary":"x","labels":["a b"]`), "labels", "contains spaces", 400},
		"foreign level":      {base("SEC", `,"summary":"x","security":{"id":"10110"}`), "security", "security level", 400},
		"no JSON":            {`{`, "", "Invalid request payload", 400},
	} {
		r := s.as("hikeshi", "POST", "issue", tt.body)
		var body struct {
			ErrorMessages []string
			Errors        map[string]string
		}
		if err := json.Unmarshal([]byte(r.text), &body); err != nil {
			t.Fatalf("%s: %s: %v", name, r.text, err)
		}
		said := body.Errors[tt.field]
		if tt.field == "" {
			said = strings.Join(body.ErrorMessages, "; ")
		}
		if r.status != tt.status || !strings.Contains(said, tt.says) {
			t.Errorf("%s = %d %s; want %d saying %q", name, r.status, r.text, tt.status, tt.says)
		}
	}
	if n := len(s.Issues()); n != 0 {
		t.Errorf("%d issues were created", n)
	}
	if r := s.as("aoi", "POST", "issue", base("LOCKED", `,"summary":"x"`)); r.status != 201 {
		t.Errorf("a person creates in LOCKED: %d %s", r.status, r.text)
	}
}

func TestSignIn(t *testing.T) {
	s := start(t, jiratest.Options{})
	if r := s.as("lena", "GET", "myself", ""); r.body["accountId"] != "lena" {
		t.Errorf("lena is %s", r.text)
	}
	for user, token := range map[string]string{"lena@bravo.example": fake.JiraToken, fake.JiraUser: "", "": "", "nobody@x.example": "x"} {
		req, err := http.NewRequest("GET", s.url+"/rest/api/2/myself", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(user, token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close() // the status is all we want
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%q with a wrong token: %d, want 401", user, resp.StatusCode)
		}
	}
}

func TestComments(t *testing.T) {
	s := start(t, jiratest.Options{MaxComments: 3})
	key := s.create()
	path := "issue/" + key + "/comment"
	for _, body := range []string{"first", "second", "third"} {
		s.want(201, "POST", path, fmt.Sprintf(`{"body":%q,"properties":[{"key":"mirror","value":{"at":1}}],"visibility":{"type":"group","value":"acme"}}`, body))
	}
	s.want(413, "POST", path, `{"body":"one too many"}`)
	s.want(400, "POST", path, `{"body":"x","author":{}}`)
	s.want(400, "POST", path, `{"body":"`+strings.Repeat("x", 32768)+`"}`)
	r := s.want(200, "GET", path+"?orderBy=-created&startAt=1&maxResults=1&expand=properties", "")
	first := r.body["comments"].([]any)[0].(map[string]any)
	if first["body"] != "second" || r.body["total"] != 3.0 || !strings.Contains(r.text, `"mirror"`) {
		t.Errorf("second newest comment: %s", r.text)
	}
	if r := s.as("lena", "GET", path, ""); r.body["total"] != 0.0 {
		t.Errorf("lena reads comments for acme: %s", r.text)
	}
	if r := s.as("kenji", "GET", path, ""); r.body["total"] != 3.0 {
		t.Errorf("kenji reads: %s", r.text)
	}
	id := first["id"].(string)
	s.want(200, "PUT", path+"/"+id, `{"body":"second, corrected"}`)
	if r := s.as("lena", "GET", path+"/"+id, ""); r.body["body"] != "second, corrected" {
		t.Errorf("an edit without visibility lifts it: %s", r.text)
	}
	s.want(201, "PUT", "comment/"+id+"/properties/seen", `true`)
	if r := s.want(200, "GET", "comment/"+id+"/properties/seen", ""); r.body["value"] != true {
		t.Errorf("property: %s", r.text)
	}
	if n := len(s.Comments(key)); n != 3 {
		t.Errorf("%d comments, want 3", n)
	}
}

func TestMailsGoToFollowersWhoMaySee(t *testing.T) {
	s := start(t, jiratest.Options{})
	key := s.create(`"security":{"name":"Acme"}`, `"assignee":{"accountId":"ben"}`)
	mails := func() string {
		return fmt.Sprintf("aoi %d, ben %d, kenji %d, lena %d, hikeshi %d", s.MailsTo("aoi"), s.MailsTo("ben"), s.MailsTo("kenji"), s.MailsTo("lena"), s.MailsTo("hikeshi"))
	}
	s.want(204, "POST", "issue/"+key+"/watchers", `"kenji"`)
	s.want(204, "POST", "issue/"+key+"/watchers", `"aoi"`)
	s.want(400, "POST", "issue/"+key+"/watchers", `"lena"`)
	s.want(204, "PUT", "issue/"+key+"?notifyUsers=false", `{"fields":{"summary":"quiet"}}`)
	s.want(204, "PUT", "issue/"+key, `{"fields":{"summary":"loud"}}`)
	s.want(204, "DELETE", "issue/"+key+"/watchers?accountId=aoi", "")
	if r := s.as("kenji", "PUT", "issue/"+key+"?notifyUsers=false", `{"fields":{"summary":"not an administrator"}}`); r.status != 204 {
		t.Fatalf("kenji edits: %d %s", r.status, r.text)
	}
	s.want(201, "POST", "issue/"+key+"/comment", `{"body":"inside","visibility":{"type":"group","value":"csirt"}}`)
	if diff := cmp.Diff("aoi 1, ben 4, kenji 1, lena 0, hikeshi 1", mails()); diff != "" {
		t.Errorf("mails (-want +got):\n%s\n%+v", diff, s.Mails())
	}
}

func TestWorkflow(t *testing.T) {
	s := start(t, jiratest.Options{})
	key := s.create()
	path := "issue/" + key + "/transitions"
	s.want(400, "POST", path, `{"transition":{"id":"31"}}`) // not from To Do
	for _, id := range []string{"21", "31"} {
		if r := s.want(200, "GET", path+"?expand=transitions.fields", ""); !strings.Contains(r.text, `"id":"`+id+`"`) || !strings.Contains(r.text, `"fields":{}`) {
			t.Fatalf("transitions: %s", r.text)
		}
		s.want(204, "POST", path, `{"transition":{"id":"`+id+`"},"update":{},"fields":{}}`)
	}
	if status := s.Issues()[0].Status; status != "Done" {
		t.Errorf("status = %s, want Done", status)
	}
}

func TestLinksParentsAndMoves(t *testing.T) {
	s := start(t, jiratest.Options{})
	key := s.create()
	log := s.want(201, "POST", "issue", fmt.Sprintf(`{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Task"},"summary":"Log","parent":{"key":%q}},
		"update":{"issuelinks":[{"add":{"type":{"name":"Relates"},"outwardIssue":{"key":%q}}}]}}`, key, key)).body["key"].(string)
	for range 2 { // the second makes no second link
		s.want(201, "POST", "issueLink", fmt.Sprintf(`{"type":{"name":"Relates"},"inwardIssue":{"key":%q},"outwardIssue":{"key":%q}}`, log, key))
	}
	s.want(404, "POST", "issueLink", fmt.Sprintf(`{"type":{"name":"Loves"},"inwardIssue":{"key":%q},"outwardIssue":{"key":%q}}`, log, key))
	r := s.want(200, "GET", "issue/"+key+"?fields=issuelinks,subtasks", "")
	if n := strings.Count(r.text, `"key":"`+log+`"`); n != 2 { // as link and as sub-task
		t.Errorf("issue names %s %d times, want 2: %s", log, n, r.text)
	}
	moved, err := s.Move(key, "DRILL")
	if err != nil {
		t.Fatal(err)
	}
	if r := s.want(200, "GET", "issue/"+key+"?fields=summary", ""); r.body["key"] != moved {
		t.Errorf("the old key answers with %v, want %s", r.body["key"], moved)
	}
}

func TestLinksRefusedAtBirth(t *testing.T) {
	s := start(t, jiratest.Options{RefuseLinks: true})
	key := s.create()
	body := `{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Task"},"summary":"Log"},"update":{"issuelinks":[{"add":{"type":{"name":"Relates"},"outwardIssue":{"key":"SEC-1"}}}]}}`
	if r := s.want(400, "POST", "issue", body); !strings.Contains(r.text, `"issuelinks":"Field 'issuelinks' cannot be set`) || len(s.Issues()) != 1 {
		t.Errorf("create with a link: %s", r.text)
	}
	if r := s.want(200, "GET", "issue/createmeta/SEC/issuetypes/10001", ""); strings.Contains(r.text, "issuelinks") {
		t.Errorf("fields of the create screen: %s", r.text)
	}
	other := s.create()
	s.want(204, "PUT", "issue/"+other, `{"update":{"issuelinks":[{"add":{"type":{"name":"Relates"},"outwardIssue":{"key":"SEC-1"}}}]}}`)
	if links := s.IssueLinks(key); len(links) != 1 {
		t.Errorf("links = %+v, want the one made afterwards", links)
	}
}

func TestTransitionThatAsks(t *testing.T) {
	s := start(t, jiratest.Options{AskResolution: true})
	path := "issue/" + s.create() + "/transitions"
	s.want(204, "POST", path, `{"transition":{"id":"21"}}`)
	if r := s.want(200, "GET", path+"?expand=transitions.fields", ""); !strings.Contains(r.text, `"required":true`) || !strings.Contains(r.text, `"hasScreen":true`) {
		t.Errorf("transitions: %s", r.text)
	}
	for body, says := range map[string]string{
		`{"transition":{"id":"31"}}`:                                         "Resolution is required.",
		`{"transition":{"id":"31"},"fields":{"resolution":{"name":"Gone"}}}`: "Specify a valid",
		`{"transition":{"id":"11"},"fields":{"resolution":{"id":"10000"}}}`:  "not on the appropriate screen",
	} {
		if r := s.want(400, "POST", path, body); !strings.Contains(r.text, says) || s.Issues()[0].Status != "In Progress" {
			t.Errorf("%s = %s; want it to say %q and to move nothing", body, r.text, says)
		}
	}
	s.want(204, "POST", path, `{"transition":{"id":"31"},"fields":{"resolution":{"name":"Done"}}}`)
	if r := s.want(200, "GET", "issue/SEC-1?fields=resolution", ""); !strings.Contains(r.text, `"name":"Done"`) {
		t.Errorf("resolution: %s", r.text)
	}
	s.want(204, "POST", path, `{"transition":{"id":"21"}}`)
	if r := s.want(200, "GET", "issue/SEC-1?fields=resolution", ""); !strings.Contains(r.text, `"resolution":null`) {
		t.Errorf("a ticket that is worked on again has a resolution: %s", r.text)
	}
}

// What finds rows quickly must not remember rows that are gone.
func TestNothingIsFoundAfterAReset(t *testing.T) {
	s := start(t, jiratest.Options{})
	key, other := s.create(), s.create()
	s.want(201, "POST", "issue/"+key+"/comment", `{"body":"x"}`)
	s.want(201, "POST", "issue/"+key+"/remotelink", `{"globalId":"g","object":{"title":"t","url":"https://x.example"}}`)
	s.want(201, "POST", "issueLink", fmt.Sprintf(`{"type":{"name":"Relates"},"inwardIssue":{"key":%q},"outwardIssue":{"key":%q}}`, key, other))
	if err := s.Reset(); err != nil {
		t.Fatal(err)
	}
	s.want(404, "GET", "issue/"+key, "")
	key = s.create()
	if len(s.Comments(key))+len(s.RemoteLinks(key))+len(s.IssueLinks(key)) != 0 {
		t.Errorf("%s has what the issue before the reset had", key)
	}
}

func TestRateLimits(t *testing.T) {
	s := start(t, jiratest.Options{})
	key := s.create()
	var r reply
	for range 25 { // a burst of 20 writes to one issue is allowed
		if r = s.as("hikeshi", "PUT", "issue/"+key+"/properties/p", "1"); r.status == 429 {
			break
		}
	}
	if r.status != 429 || r.header.Get("Retry-After") == "" || r.header.Get("RateLimit-Reason") == "" {
		t.Errorf("after 25 writes: %d %v", r.status, r.header)
	}
	s.want(200, "GET", "issue/"+key, "")
}
