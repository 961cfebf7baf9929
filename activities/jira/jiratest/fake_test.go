package jiratest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
)

// site is a fake and the people who talk to it.
type site struct {
	*jiratest.Server
	t   *testing.T
	url string
}

func start(t *testing.T, o jiratest.Options) *site {
	t.Helper()
	s, url := jiratest.Start(t, o)
	return &site{s, t, url}
}

// reply is what came back, decoded.
type reply struct {
	status int
	text   string
	header http.Header
	body   map[string]any
}

// as sends a request as somebody: "hikeshi" or a name of the cast.
func (s *site) as(name, method, path, body string) reply {
	s.t.Helper()
	path, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequest(method, s.url+"/rest/api/2/"+path+"?"+values.Encode(), strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(fake.JiraUser, fake.JiraToken)
	for _, p := range fake.Cast() {
		if p.Name == name {
			req.SetBasicAuth(p.Email, fake.JiraUserToken(p))
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	r := reply{status: resp.StatusCode, text: string(text), header: resp.Header}
	_ = json.Unmarshal(text, &r.body) // lists and empty replies are read as text
	return r
}

// want sends a request as the product and fails the test unless the status is the one expected.
func (s *site) want(status int, method, path, body string) reply {
	s.t.Helper()
	r := s.as("hikeshi", method, path, body)
	if r.status != status {
		s.t.Fatalf("%s %s = %d %s; want %d", method, path, r.status, r.text, status)
	}
	return r
}

// create makes an issue in SEC with further fields, as JSON: `"labels":["a"]`.
func (s *site) create(more ...string) string {
	s.t.Helper()
	fields := append([]string{`"project":{"key":"SEC"},"issuetype":{"name":"Incident"},"summary":"Phishing"`}, more...)
	return s.want(201, "POST", "issue", `{"fields":{`+strings.Join(fields, ",")+`}}`).body["key"].(string)
}

func (s *site) keys(who, jql string) []string {
	s.t.Helper()
	r := s.as(who, "GET", "search/jql?fields=summary&jql="+url.QueryEscape(jql), "")
	if r.status != 200 {
		s.t.Fatalf("search %s: %d %s", jql, r.status, r.text)
	}
	keys := []string{}
	for _, i := range r.body["issues"].([]any) {
		keys = append(keys, i.(map[string]any)["key"].(string))
	}
	return keys
}

func TestJQL(t *testing.T) {
	s := start(t, jiratest.Options{})
	s.create(`"labels":["one","case-a"]`)
	s.create(`"labels":["two"],"description":"a file with macros"`, `"assignee":{"accountId":"aoi"}`)
	s.create()
	for jql, want := range map[string]string{
		`project = SEC`:                                      "SEC-3 SEC-2 SEC-1",
		`project = "sec" ORDER BY key ASC`:                   "SEC-1 SEC-2 SEC-3",
		`labels = "case-a"`:                                  "SEC-1",
		`labels in (one, two) ORDER BY created DESC`:         "SEC-2 SEC-1",
		`project = SEC AND labels is EMPTY`:                  "SEC-3",
		`labels != one`:                                      "SEC-2",
		`project = SEC AND NOT labels = one ORDER BY id`:     "SEC-2 SEC-3",
		`key = SEC-2 OR (issuekey = SEC-3 AND labels = one)`: "SEC-2",
		`id = 10001`:                                         "SEC-1",
		`key >= SEC-2 ORDER BY key`:                          "SEC-2 SEC-3",
		`text ~ "macros file"`:                               "SEC-2",
		`text ~ "\"with macros\""`:                           "SEC-2",
		`text ~ phishing AND assignee = aoi`:                 "SEC-2",
		`project = SEC AND created <= "-5m"`:                 "",
		`project = SEC AND created >= -5m ORDER BY key`:      "SEC-1 SEC-2 SEC-3",
		`project = SEC AND created < "2020/01/01 00:00"`:     "",
		`project = SEC AND created > 2020-01-01 AND key < 2`: "",
		`project = DRILL`:                                    "",
	} {
		if got := strings.Join(s.keys("hikeshi", jql), " "); got != want {
			t.Errorf("%s = %q, want %q", jql, got, want)
		}
	}
}

func TestJQLRefusals(t *testing.T) {
	s := start(t, jiratest.Options{})
	for jql, says := range map[string]string{
		``:                            "Unbounded JQL",
		`ORDER BY created`:            "Unbounded JQL",
		`project = NOPE`:              "does not exist for the field 'project'",
		`key = SEC-99`:                "does not exist for field 'key'",
		`colour = red`:                "Field 'colour' does not exist",
		`created > yesterday`:         "is invalid",
		`labels ~ one`:                "not supported",
		`summary = one`:               "not supported",
		`project = SEC labels = one`:  "but got 'labels'",
		`labels = "one`:               "has not been completed",
		`labels in (one`:              "ends where more is expected",
		`project = SEC ORDER BY mood`: "Field 'mood' does not exist",
	} {
		if r := s.as("hikeshi", "GET", "search/jql?jql="+url.QueryEscape(jql), ""); r.status != 400 || !strings.Contains(r.text, says) {
			t.Errorf("%q = %d %s; want 400 saying %q", jql, r.status, r.text, says)
		}
	}
}

func TestSearchPages(t *testing.T) {
	s := start(t, jiratest.Options{})
	for range 5 {
		s.create()
	}
	body := `{"jql":"project = SEC ORDER BY key","maxResults":2,"fields":["summary"]%s}`
	got, next := "", ""
	for page := 1; ; page++ {
		r := s.want(200, "POST", "search/jql", fmt.Sprintf(body, next))
		got += fmt.Sprintf(" %d", len(r.body["issues"].([]any)))
		if r.body["isLast"] == true {
			break
		}
		next = fmt.Sprintf(`,"nextPageToken":%q`, r.body["nextPageToken"])
	}
	if got != " 2 2 1" {
		t.Errorf("pages of%s issues, want 2 2 1", got)
	}
	s.want(400, "POST", "search/jql", `{"jql":"project = DRILL"`+next+`}`)
	if r := s.want(200, "GET", "search/jql?jql=project=SEC", ""); strings.Contains(r.text, "key") {
		t.Errorf("without fields search gives ids only: %s", r.text)
	}
}

// An issue, and then a label put on it, are found only after the lag.
func TestSearchLag(t *testing.T) {
	const lag = 300 * time.Millisecond
	s := start(t, jiratest.Options{SearchLag: lag})
	s.LimitRates(false) // it polls
	key := s.create(`"labels":["old"]`)
	if got := s.keys("hikeshi", "labels = old"); len(got) != 0 {
		t.Errorf("found at once: %v", got)
	}
	s.want(200, "GET", "issue/"+key, "")
	s.eventually(func() bool { return len(s.keys("hikeshi", "labels = old")) == 1 })
	s.want(204, "PUT", "issue/"+key, `{"update":{"labels":[{"add":"new"},{"remove":"old"}]}}`)
	if got := s.keys("hikeshi", "labels = new"); len(got) != 0 || len(s.keys("hikeshi", "labels = old")) != 1 {
		t.Errorf("a change was found at once: %v", got)
	}
	s.eventually(func() bool { return len(s.keys("hikeshi", "labels = new")) == 1 })
}

func (s *site) eventually(holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			s.t.Fatal("the condition did not come true in 10 s")
		}
	}
}

func TestSurvivesReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jira.db")
	open := func() (*site, func()) {
		server, err := jiratest.Open(jiratest.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(server)
		return &site{server, t, web.URL}, func() {
			web.Close()
			if err := server.Store.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, stop := open()
	key := s.create(`"labels":["kept"]`, `"security":{"name":"Acme"}`)
	s.want(201, "POST", "issue/"+key+"/comment", `{"body":"hello","properties":[{"key":"p","value":{"n":1}}]}`)
	s.want(201, "POST", "issue/"+key+"/remotelink", `{"globalId":"g","object":{"title":"t","url":"https://x.example"}}`)
	s.want(201, "PUT", "issue/"+key+"/properties/p", `{"n":2}`)
	before, err := json.Marshal(s.Store.Dump())
	if err != nil {
		t.Fatal(err)
	}
	stop()
	s, stop = open()
	defer stop()
	after, err := json.Marshal(s.Store.Dump())
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("state differs after reopening: %v\n%s\n%s", err, before, after)
	}
	if next := s.create(); next != "SEC-2" || s.want(200, "GET", "issue/"+key+"/properties/p", "").text == "" {
		t.Errorf("next issue = %s, want SEC-2", next)
	}
}
