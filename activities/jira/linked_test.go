package jira_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func askLinked(key string) jira.OpenLinkedTicket {
	return jira.OpenLinkedTicket{OpenTicket: ask(key), Parent: parent, LinkType: "Relates"}
}

// withParent makes a fake with the ticket that others are linked to in it.
func withParent(t *testing.T, o jiratest.Options) *bundle {
	t.Helper()
	b := setup(t, o)
	if first, err := b.open(t, ask("case/1")); err != nil || first.Key != parent {
		t.Fatalf("open %s: %+v, %v", parent, first, err)
	}
	return b
}

func (b *bundle) openLinked(t *testing.T, in jira.OpenLinkedTicket) (got jira.Ticket, err error) {
	t.Helper()
	err = jiratest.Run(t, b.a, b.a.OpenLinkedTicket, in, &got)
	return got, err
}

func TestLinkedTicketIsLinkedAtBirth(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	before := len(b.Calls())
	in := askLinked("case/1/log")
	in.SecurityLevel, in.Labels = "Acme", []string{"log"}
	got, err := b.openLinked(t, in)
	if err != nil || got.Adopted {
		t.Fatalf("OpenLinkedTicket = %+v, %v", got, err)
	}
	if n := len(b.Calls()) - before; n != 3 { // the level's id, the ticket, a look at its link
		t.Errorf("%d calls, want 3", n)
	}
	if i := b.Issues()[1]; i.LevelName() != "Acme" || strings.Join(i.Labels, " ") != "case-case-1-log log" || string(i.Properties["hikeshi"]) != `{"key":"case/1/log"}` {
		t.Errorf("issue = %+v", i)
	}
	if mails := b.Mails(); len(mails) != 0 {
		t.Errorf("mails = %+v; want none", mails)
	}
}

// A later try neither searches nor waits for the search: the other ticket knows its links at once.
func TestLinkedLookUpDoesNotSearch(t *testing.T) {
	b := withParent(t, jiratest.Options{SearchLag: time.Hour})
	b.a = adapter(t, b.url, func(cfg *jira.Config) { cfg.SearchLag = time.Hour })
	for range 3 { // others that are linked to it
		b.link(t)
	}
	in := askLinked("case/1/log")
	in.First = false
	first, err := b.openLinked(t, in)
	if err != nil || first.Adopted {
		t.Fatalf("nothing was there: %+v, %v; want a new ticket at once", first, err)
	}
	b.link(t)
	moved, err := b.Move(first.Key, "DRILL")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.openLinked(t, in); err != nil || !again.Adopted || again.ID != first.ID || again.Key != moved {
		t.Errorf("later try = %+v, %v; want %s", again, err, moved)
	}
	if n := b.Count("GET /rest/api/2/search"); n != 0 {
		t.Errorf("%d searches, want none", n)
	}
}

// link adds a ticket of somebody else's that is linked to the parent.
func (b *bundle) link(t *testing.T) {
	t.Helper()
	body := `{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Task"},"summary":"other"},
		"update":{"issuelinks":[{"add":{"type":{"name":"Relates"},"outwardIssue":{"key":"SEC-1"}}}]},"properties":[{"key":"hikeshi","value":"foreign"}]}`
	if status, text := b.call(t, person(t, "aoi"), "POST", "issue", body); status != 201 {
		t.Fatalf("create: %d %s", status, text)
	}
}

// A ticket with many links is not read through: the newest that are older than the request end the look-up.
func TestLinkedLookUpEndsAtOldTickets(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	for range 5 {
		b.link(t)
	}
	in := askLinked("case/1/log")
	in.First, in.Since = false, time.Now().Add(48*time.Hour)
	before := b.Count("GET /rest/api/2/issue/")
	if _, err := b.openLinked(t, in); err != nil {
		t.Fatal(err)
	}
	if n := b.Count("GET /rest/api/2/issue/") - before; n != 3 { // the parent, the newest of the five, the new one
		t.Errorf("%d issues were read, want 3", n)
	}
}

func TestOldestOfTwoLinkedWins(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	in := askLinked("case/1/log")
	first, err := b.openLinked(t, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.openLinked(t, in); err != nil { // as if two tries had overlapped
		t.Fatal(err)
	}
	in.First = false
	if got, err := b.openLinked(t, in); err != nil || got.ID != first.ID {
		t.Errorf("later try = %+v, %v; want the oldest, %s", got, err, first.Key)
	}
}

func TestLinkRefusedAtBirth(t *testing.T) {
	b := withParent(t, jiratest.Options{RefuseLinks: true})
	got, err := b.openLinked(t, askLinked("case/1/log"))
	if err != nil {
		t.Fatal(err)
	}
	if links := b.IssueLinks(got.Key); len(links) != 1 || len(b.Issues()) != 2 {
		t.Errorf("links = %+v in %d tickets; want one link afterwards", links, len(b.Issues()))
	}
}

// A site that takes a link and drops it without a word must not hide the ticket from later tries.
func TestLinkIsMadeGood(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	in := askLinked("case/1/log")
	b.a = adapter(t, withoutUpdates(t, b), func(*jira.Config) {})
	if _, err := b.openLinked(t, in); err != nil {
		t.Fatal(err)
	}
	in.First = false
	if got, err := b.openLinked(t, in); err != nil || !got.Adopted || len(b.IssueLinks(parent)) != 1 {
		t.Errorf("later try = %+v, %v with links %+v", got, err, b.IssueLinks(parent))
	}
}

func TestLinkedRefusals(t *testing.T) {
	with := func(f func(*jira.OpenLinkedTicket)) jira.OpenLinkedTicket {
		in := askLinked("case/1/log")
		f(&in)
		return in
	}
	for name, tt := range map[string]struct {
		in    jira.OpenLinkedTicket
		class activities.Class
		says  string
	}{
		"no parent":      {with(func(in *jira.OpenLinkedTicket) { in.Parent = "" }), activities.Invalid, "no ticket is named"},
		"no link type":   {with(func(in *jira.OpenLinkedTicket) { in.LinkType = " " }), activities.Invalid, "no link type is named"},
		"unknown parent": {with(func(in *jira.OpenLinkedTicket) { in.Parent = "SEC-99" }), activities.NotFound, "SEC-99"},
		"unknown type":   {with(func(in *jira.OpenLinkedTicket) { in.LinkType = "Loves" }), activities.Invalid, "JIRA has: Blocks, Duplicate, Relates"},
		"unknown level":  {with(func(in *jira.OpenLinkedTicket) { in.SecurityLevel = "Secret" }), activities.Invalid, `"Secret"`},
		"no project":     {with(func(in *jira.OpenLinkedTicket) { in.Project = "NOPE" }), activities.NotFound, "project"},
		"required field": {with(func(in *jira.OpenLinkedTicket) { in.Project = "STRICT" }), activities.Invalid, "customfield_10042"},
		"no key":         {with(func(in *jira.OpenLinkedTicket) { in.Key = "" }), activities.Invalid, "no key"},
	} {
		for _, refuse := range []bool{false, true} {
			b := withParent(t, jiratest.Options{RefuseLinks: refuse})
			_, err := b.openLinked(t, tt.in)
			wantClass(t, err, tt.class)
			if !strings.Contains(err.Error(), tt.says) || len(b.Issues()) != 1 {
				t.Errorf("%s: error = %v with %d tickets; want it to say %q, and no ticket", name, err, len(b.Issues()), tt.says)
			}
		}
	}
}

func TestLinkTicketsRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		in    jira.LinkTickets
		class activities.Class
	}{
		"nothing named":  {jira.LinkTickets{From: parent, LinkType: "Relates"}, activities.Invalid},
		"no type":        {jira.LinkTickets{From: parent, To: "SEC-2"}, activities.Invalid},
		"unknown type":   {jira.LinkTickets{From: parent, To: parent, LinkType: "Loves"}, activities.Invalid},
		"unknown ticket": {jira.LinkTickets{From: parent, To: "SEC-99", LinkType: "Relates"}, activities.NotFound},
	} {
		for _, status := range []int{0, 500} { // 500 is what Data Center says to all of them
			b := withParent(t, jiratest.Options{})
			if status != 0 {
				b.inject(t, fake.Fault{Match: "POST /rest/api/2/issueLink", Mode: "status", Status: status})
			}
			f := wantClass(t, jiratest.Run(t, b.a, b.a.LinkTickets, tt.in, nil), tt.class)
			if !strings.Contains(f.Op, "link ticket") {
				t.Errorf("%s: fault = %+v", name, f)
			}
		}
	}
	b := withParent(t, jiratest.Options{})
	b.link(t)
	b.inject(t, fake.Fault{Match: "POST /rest/api/2/issueLink", Mode: "status", Status: 500})
	in := jira.LinkTickets{From: parent, To: "SEC-2", LinkType: "Relates"}
	wantClass(t, jiratest.Run(t, b.a, b.a.LinkTickets, in, nil), activities.Ambiguous) // nothing is wrong with it: JIRA is ill
}

// withoutUpdates serves the fake to create calls whose "update" part gets lost on the way.
func withoutUpdates(t *testing.T, b *bundle) string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/rest/api/2/issue" {
			var body map[string]any
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			delete(body, "update")
			raw, _ := json.Marshal(body) // it came from JSON
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
		}
		b.Server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	return web.URL
}
