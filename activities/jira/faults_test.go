package jira_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

// call asks the fake directly, as a person.
func (b *bundle) call(t *testing.T, who fake.Person, method, path, body string) (int, string) {
	t.Helper()
	return b.callAs(t, who.Email, fake.JiraUserToken(who), method, path, body)
}

func (b *bundle) callAs(t *testing.T, user, token, method, path, body string) (int, string) {
	t.Helper()
	path, query, _ := strings.Cut(path, "?")
	if values, err := url.ParseQuery(query); err == nil {
		query = values.Encode()
	}
	req, err := http.NewRequest(method, b.url+"/rest/api/2/"+path+"?"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user, token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestFaultClasses(t *testing.T) {
	for name, tt := range map[string]struct {
		fault       fake.Fault
		write, read activities.Class
		tickets     int
		after       time.Duration
	}{
		"503":            {fault: fake.Fault{Mode: "before"}, write: activities.Ambiguous, read: activities.Unavailable},
		"500":            {fault: fake.Fault{Mode: "status", Status: 500}, write: activities.Ambiguous, read: activities.Unavailable},
		"408":            {fault: fake.Fault{Mode: "status", Status: 408}, write: activities.Ambiguous, read: activities.Unavailable},
		"503 with wait":  {fault: fake.Fault{Mode: "status", Status: 503, RetryAfter: 7}, write: activities.Ambiguous, read: activities.Unavailable, after: 7 * time.Second},
		"429 with wait":  {fault: fake.Fault{Mode: "status", Status: 429, RetryAfter: 9}, write: activities.RateLimited, read: activities.RateLimited, after: 9 * time.Second},
		"429 without":    {fault: fake.Fault{Mode: "status", Status: 429}, write: activities.RateLimited, read: activities.RateLimited},
		"401":            {fault: fake.Fault{Mode: "status", Status: 401}, write: activities.Credentials, read: activities.Credentials},
		"403":            {fault: fake.Fault{Mode: "status", Status: 403}, write: activities.Denied, read: activities.Denied},
		"404":            {fault: fake.Fault{Mode: "status", Status: 404}, write: activities.NotFound, read: activities.NotFound},
		"409":            {fault: fake.Fault{Mode: "status", Status: 409}, write: activities.Unavailable, read: activities.Unavailable},
		"413":            {fault: fake.Fault{Mode: "status", Status: 413}, write: activities.Invalid, read: activities.Invalid},
		"422":            {fault: fake.Fault{Mode: "status", Status: 422}, write: activities.Invalid, read: activities.Invalid},
		"dropped":        {fault: fake.Fault{Mode: "drop"}, write: activities.Ambiguous, read: activities.Unavailable},
		"lost reply":     {fault: fake.Fault{Mode: "after"}, write: activities.Ambiguous, read: activities.Unavailable, tickets: 1},
		"a sign-in page": {fault: fake.Fault{Mode: "garbage"}, write: activities.Ambiguous, read: activities.Unavailable, tickets: 1},
		"no answer":      {fault: fake.Fault{Mode: "hang"}, write: activities.Ambiguous, read: activities.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, jiratest.Options{})
			b.a = adapter(t, b.url, func(cfg *jira.Config) {
				if cfg.Timeout = time.Minute; tt.fault.Mode == "hang" { // the others do not hurry a slow machine
					cfg.Timeout = 2 * time.Second
				}
			})
			tt.fault.Match = "*"
			b.inject(t, tt.fault)
			_, err := b.open(t, ask("req/1"))
			if f := wantClass(t, err, tt.write); f.After != tt.after || f.System != "jira" || f.Cause == "" {
				t.Errorf("fault = %+v; want a cause and a wait of %s", f, tt.after)
			}
			if n := len(b.Issues()); n != tt.tickets {
				t.Errorf("%d tickets, want %d", n, tt.tickets)
			}
			wantClass(t, jiratest.Run(t, b.a, b.a.CheckJiraAccess, nil, nil), tt.read)
		})
	}
}

func TestNobodyListens(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	web.Close()
	a := adapter(t, web.URL, func(*jira.Config) {})
	err := jiratest.Run(t, a, a.OpenTicket, ask("req/1"), nil)
	wantClass(t, err, activities.Unavailable) // the call never left: nothing can have been created
}

func TestCredentialsStayWithTheBaseHost(t *testing.T) {
	got := make(chan string, 1)
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Authorization") }))
	defer foreign.Close()
	web := httptest.NewServer(http.RedirectHandler(foreign.URL, http.StatusFound))
	defer web.Close()
	a := adapter(t, web.URL, func(*jira.Config) {})
	f := wantClass(t, jiratest.Run(t, a, a.CheckJiraAccess, nil, nil), activities.Unavailable)
	if len(got) != 0 || !strings.Contains(f.Cause, "redirected") {
		t.Errorf("fault = %+v; want the redirect refused, not followed", f)
	}
}

func TestOurOwnRate(t *testing.T) {
	b := setup(t, jiratest.Options{})
	b.a = adapter(t, b.url, func(cfg *jira.Config) { cfg.NoRates, cfg.RateShare = false, 0.001 }) // one call in 50 s
	if err := jiratest.Run(t, b.a, b.a.CheckJiraAccess, nil, nil); err != nil {
		t.Fatal(err)
	}
	f := wantClass(t, jiratest.Run(t, b.a, b.a.CheckJiraAccess, nil, nil), activities.RateLimited)
	if f.After < 10*time.Second || len(b.Calls()) != 1 {
		t.Errorf("fault = %+v after %d calls; want it to wait for its share", f, len(b.Calls()))
	}
}

// Data Center takes a bearer token, knows people by name, and has only the old search.
func TestDataCenter(t *testing.T) {
	s, _ := jiratest.Start(t, jiratest.Options{})
	var bearer, searched bool
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer = r.Header.Get("Authorization") == "Bearer "+fake.JiraToken
		r.SetBasicAuth(fake.JiraUser, fake.JiraToken)
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/jira")
		switch r.URL.Path {
		case "/rest/api/2/serverInfo":
			fake.WriteJSON(w, map[string]string{"deploymentType": "Server"})
			return
		case "/rest/api/2/search":
			searched, r.URL.Path = true, "/rest/api/2/search/jql"
		case "/rest/api/2/search/jql":
			http.NotFound(w, r)
			return
		}
		s.ServeHTTP(w, r)
	}))
	defer web.Close()
	a := adapter(t, web.URL+"/jira", func(cfg *jira.Config) { cfg.User = "" })
	in := ask("req/1")
	in.First = false
	var got jira.Ticket
	if err := jiratest.Run(t, a, a.OpenTicket, in, &got); err != nil || !bearer || !searched {
		t.Fatalf("OpenTicket = %+v, %v; bearer %v, searched %v", got, err, bearer, searched)
	}
	if got.URL != web.URL+"/jira/browse/SEC-1" {
		t.Errorf("URL = %s; want it under the context path", got.URL)
	}
}
