package jira_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

// deed is one effect that has to happen exactly once, whichever of its calls a fault strikes.
type deed struct {
	options    jiratest.Options
	dataCenter bool
	config     func(*jira.Config)
	do         func(t *testing.T, b *bundle, e activities.Effect) error
	check      func(t *testing.T, b *bundle)
}

// parent is the key of the ticket that is there before every deed.
const parent = "SEC-1"

func deeds() map[string]deed {
	patient := func(cfg *jira.Config) { cfg.SearchLag = time.Hour } // an empty search would prove nothing for an hour
	return map[string]deed{
		"open":               {options: jiratest.Options{SearchLag: time.Hour}, do: openAnother, check: twoTickets},
		"open, Data Center":  {options: jiratest.Options{SearchLag: time.Hour}, dataCenter: true, do: openAnother, check: twoTickets},
		"open, of a level":   {options: jiratest.Options{SearchLag: time.Hour}, do: openRestricted, check: twoTickets},
		"web link":           {do: webLink, check: oneWebLink},
		"status block":       {do: statusBlock, check: oneStatusBlock},
		"take over":          {do: takeOver, check: takenOver},
		"open linked":        {config: patient, do: openLinked, check: oneLinkedTicket},
		"open, link refused": {options: jiratest.Options{RefuseLinks: true, SearchLag: time.Hour}, do: openLinked, check: oneLinkedTicket},
		"open, link refused, Data Center": {
			options: jiratest.Options{RefuseLinks: true, SearchLag: time.Hour}, dataCenter: true, do: openLinked, check: oneLinkedTicket,
		},
		"link":                 {do: link, check: oneLink},
		"comment":              {config: patient, do: comment, check: oneComment},
		"comment, no expand":   {options: jiratest.Options{HideProperties: true}, do: comment, check: oneComment},
		"comment, Data Center": {dataCenter: true, options: jiratest.Options{HideProperties: true}, do: comment, check: oneComment},
		"digest":               {do: digest, check: oneComment},
		"digest, Data Center":  {dataCenter: true, options: jiratest.Options{HideProperties: true}, do: digest, check: oneComment},
		"move":                 {do: moveToDone, check: movedOnce},
		"move with resolution": {options: jiratest.Options{AskResolution: true}, do: moveToDone, check: movedOnce},
		"assign":               {do: assign, check: assignedOnce},
		"assign, Data Center":  {dataCenter: true, do: assign, check: assignedOnce},
		"export":               {do: export, check: func(*testing.T, *bundle) {}},
	}
}

// rig is a fake in front of which requests are counted, so that a fault can strike a certain one.
type rig struct {
	*bundle
	requests atomic.Int64
	strike   map[int64]fake.Fault // by the number of the request
}

func (d deed) rig(t *testing.T, strike map[int64]fake.Fault) *rig {
	t.Helper()
	s, url := jiratest.Start(t, d.options)
	s.LimitRates(false)
	r := &rig{bundle: &bundle{s, url, adapter(t, url, func(*jira.Config) {})}, strike: strike}
	if first, err := r.open(t, ask("case/1")); err != nil || first.Key != parent {
		t.Fatalf("open %s: %+v, %v", parent, first, err)
	}
	var next http.Handler = s
	if d.dataCenter {
		next = dataCenter(s)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if f, hit := r.strike[r.requests.Add(1)]; hit {
			f.Match, f.Times = "*", 1
			if err := s.Inject(f); err != nil {
				t.Error(err)
			}
		}
		next.ServeHTTP(w, req)
	}))
	t.Cleanup(func() { web.CloseClientConnections(); web.Close() })
	r.a = adapter(t, web.URL, func(cfg *jira.Config) {
		cfg.Timeout = 10 * time.Second
		if d.config != nil {
			d.config(cfg)
		}
	})
	return r
}

// run tries the deed as Temporal would, until it is done. A final error stands for a refusal that passes, such as a
// right that was taken away and given back: a person then lets the step try again, which begins with a look.
func (d deed) run(t *testing.T, r *rig) {
	t.Helper()
	e := activities.Effect{Key: "case/1/deed", First: true, Since: time.Now()}
	var err error
	for range 1 + len(r.strike) {
		if err = d.do(t, r.bundle, e); err == nil {
			break
		}
		e.First, e.Last = false, time.Now()
	}
	if err != nil {
		t.Fatalf("it does not end: %v", err)
	}
	d.check(t, r.bundle)
}

// Each fault strikes each call of each deed, and then two calls of it.
func TestExactlyOnce(t *testing.T) {
	modes := map[string]fake.Fault{
		"before": {Mode: "before"}, "500": {Mode: "status", Status: 500}, "429": {Mode: "status", Status: 429}, "401": {Mode: "status", Status: 401},
		"403": {Mode: "status", Status: 403}, "404": {Mode: "status", Status: 404},
		"after": {Mode: "after"}, "drop": {Mode: "drop"}, "garbage": {Mode: "garbage"}, "latency": {Mode: "latency", LatencyMS: 5},
	}
	for name, d := range deeds() {
		t.Run(name, func(t *testing.T) {
			clean := d.rig(t, nil)
			d.run(t, clean)
			for mode, f := range modes {
				t.Run(mode, func(t *testing.T) {
					t.Parallel()
					for n := range clean.requests.Load() {
						d.run(t, d.rig(t, map[int64]fake.Fault{n + 1: f}))
					}
				})
			}
			t.Run("twice", func(t *testing.T) {
				t.Parallel()
				lost, down := modes["after"], modes["before"]
				for n := range clean.requests.Load() {
					for m := range clean.requests.Load() + 2 {
						d.run(t, d.rig(t, map[int64]fake.Fault{n + 1: lost, n + 2 + m: down}))
						d.run(t, d.rig(t, map[int64]fake.Fault{n + 1: down, n + 2 + m: lost}))
					}
				}
			})
		})
	}
}

func openAnother(t *testing.T, b *bundle, e activities.Effect) error {
	in := ask(e.Key)
	in.Effect = e
	_, err := b.open(t, in)
	return err
}

// openRestricted has to read the project's levels first.
func openRestricted(t *testing.T, b *bundle, e activities.Effect) error {
	in := ask(e.Key)
	in.Effect, in.SecurityLevel = e, "Acme"
	_, err := b.open(t, in)
	return err
}

func twoTickets(t *testing.T, b *bundle) {
	t.Helper()
	if n := len(b.Issues()); n != 2 {
		t.Errorf("%d tickets; want the one that was there and the new one", n)
	}
}

func webLink(t *testing.T, b *bundle, _ activities.Effect) error {
	in := jira.LinkTicket{Ticket: parent, Links: []jira.Link{{GlobalID: "a", Title: "A", URL: "https://a.example"}, {GlobalID: "b", Title: "B", URL: "https://b.example"}}}
	return jiratest.Run(t, b.a, b.a.LinkTicket, in, nil)
}

func oneWebLink(t *testing.T, b *bundle) {
	t.Helper()
	if n := len(b.RemoteLinks(parent)); n != 2 {
		t.Errorf("%d web links; want each of the two once", n)
	}
}

func statusBlock(t *testing.T, b *bundle, _ activities.Effect) error {
	return jiratest.Run(t, b.a, b.a.WriteStatusBlock, jira.WriteStatusBlock{Ticket: parent, Block: "phase: open"}, nil)
}

func oneStatusBlock(t *testing.T, b *bundle) {
	t.Helper()
	if text := b.Issues()[0].Description; strings.Count(text, "phase: open") != 1 {
		t.Errorf("description = %q; want the block once", text)
	}
}

func takeOver(t *testing.T, b *bundle, e activities.Effect) error {
	if len(b.Issues()) == 1 {
		b.byHand(t, incident)
	}
	in := jira.AdoptLinkedTicket{AdoptTicket: jira.AdoptTicket{Effect: e, ID: "SEC-2"}, Parent: parent, LinkType: "Relates"}
	return jiratest.Run(t, b.a, b.a.AdoptLinkedTicket, in, nil)
}

func takenOver(t *testing.T, b *bundle) {
	t.Helper()
	oneLink(t, b)
	if i := b.Issues()[1]; markOf(i) != "case/1/deed" || len(i.Labels) != 1 {
		t.Errorf("mark %q and labels %v; want ours once", markOf(i), i.Labels)
	}
}

func openLinked(t *testing.T, b *bundle, e activities.Effect) error {
	in := jira.OpenLinkedTicket{OpenTicket: ask(e.Key), Parent: parent, LinkType: "Relates"}
	in.Effect = e
	var got jira.Ticket
	err := jiratest.Run(t, b.a, b.a.OpenLinkedTicket, in, &got)
	if err == nil && (got.ID == "" || got.Key == "") {
		t.Errorf("ticket = %+v; want an id and a key", got)
	}
	return err
}

func oneLinkedTicket(t *testing.T, b *bundle) {
	t.Helper()
	oneLink(t, b)
	if n := len(b.Issues()); n != 2 {
		t.Errorf("%d tickets; want the one that was there and the new one", n)
	}
}

func oneLink(t *testing.T, b *bundle) {
	t.Helper()
	if links := b.IssueLinks(parent); len(links) != 1 {
		t.Errorf("links = %+v; want one", links)
	}
}

func link(t *testing.T, b *bundle, _ activities.Effect) error {
	if len(b.Issues()) == 1 {
		if status, body := b.call(t, person(t, "aoi"), "POST", "issue", `{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Task"},"summary":"theme"}}`); status != 201 {
			t.Fatalf("create: %d %s", status, body)
		}
	}
	return jiratest.Run(t, b.a, b.a.LinkTickets, jira.LinkTickets{From: parent, To: "SEC-2", LinkType: "Relates"}, nil)
}

func comment(t *testing.T, b *bundle, e activities.Effect) error {
	var got jira.Comment
	err := jiratest.Run(t, b.a, b.a.CommentTicket, jira.CommentTicket{Effect: e, Ticket: parent, Body: "Contained."}, &got)
	if err == nil && got.ID == "" {
		t.Errorf("comment = %+v; want an id", got)
	}
	return err
}

func oneComment(t *testing.T, b *bundle) {
	t.Helper()
	if list := b.Comments(parent); len(list) != 1 || !strings.Contains(string(list[0].Properties["hikeshi"]), `"case/1/deed"`) {
		t.Errorf("comments = %+v; want one with the key of the effect", list)
	}
}

// digest looks before it writes, as every caller does.
func digest(t *testing.T, b *bundle, e activities.Effect) error {
	there := false
	err := b.a.Client.Digests(t.Context(), parent, func(d ledger.Digest) (bool, error) {
		there = there || d.Key == e.Key
		return !there, nil
	})
	if err != nil || there {
		return err
	}
	return b.a.Client.WriteDigest(t.Context(), parent, ledger.Digest{Key: e.Key, Seq: 1, Body: "said"})
}

func moveToDone(t *testing.T, b *bundle, _ activities.Effect) error {
	var got jira.TicketMoved
	err := jiratest.Run(t, b.a, b.a.MoveTicket, jira.MoveTicket{Ticket: parent, Done: true}, &got)
	if err == nil && got.Status != "Done" {
		t.Errorf("status = %q, want Done", got.Status)
	}
	return err
}

func movedOnce(t *testing.T, b *bundle) {
	t.Helper()
	if status := b.Issues()[0].Status; status != "Done" {
		t.Errorf("status = %q, want Done", status)
	}
}

func export(t *testing.T, b *bundle, _ activities.Effect) error {
	if len(b.Comments(parent)) == 0 {
		for n := range 110 { // two pages
			b.say(t, parent, fmt.Sprintf("comment %d", n))
		}
	}
	var out bytes.Buffer
	if err := b.a.Client.ExportTicket(t.Context(), parent, &out); err != nil {
		return err
	}
	if got := bodies(t, out.Bytes()); len(got) != 110 || got[109] != "comment 109" {
		t.Errorf("%d comments; want 110 in order", len(got))
	}
	return nil
}

// say adds a comment as a person.
func (b *bundle) say(t *testing.T, ticket, text string) {
	t.Helper()
	if status, body := b.call(t, person(t, "aoi"), "POST", "issue/"+ticket+"/comment", fmt.Sprintf(`{"body":%q}`, text)); status != http.StatusCreated {
		t.Fatalf("comment: %d %s", status, body)
	}
}

// bodies are the texts of the comments in an export, and the proof that it is JSON.
func bodies(t *testing.T, raw []byte) (list []string) {
	t.Helper()
	var e struct {
		Issue    struct{ Key string }
		Comments []struct{ Body string }
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Issue.Key != parent {
		t.Fatalf("export of %q: %v", e.Issue.Key, err)
	}
	for _, c := range e.Comments {
		list = append(list, c.Body)
	}
	return list
}

// dataCenter makes the fake look like Data Center: another version, the old search only, comments in the order in which
// they were written, people without account ids.
func dataCenter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		switch {
		case r.URL.Path == "/rest/api/2/search":
			r.URL.Path = "/rest/api/2/search/jql"
		case r.URL.Path == "/rest/api/2/search/jql":
			http.NotFound(w, r)
			return
		case strings.HasSuffix(r.URL.Path, "/comment") && r.Method == http.MethodGet:
			query.Del("orderBy")
			query.Del("expand")
			r.URL.RawQuery = query.Encode()
		case strings.HasSuffix(r.URL.Path, "/assignee"):
			body, _ := io.ReadAll(r.Body) // it is in memory
			if bytes.Contains(body, []byte("accountId")) {
				http.Error(w, "{}", http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(body, []byte(`"name":`), []byte(`"accountId":`))))
		}
		reply := httptest.NewRecorder()
		next.ServeHTTP(reply, r)
		body := bytes.ReplaceAll(reply.Body.Bytes(), []byte(`"accountId":`), []byte(`"name":`))
		body = bytes.ReplaceAll(body, []byte(`"deploymentType":"Cloud"`), []byte(`"deploymentType":"Server"`))
		for k, v := range reply.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(reply.Code)
		_, _ = w.Write(body) // the client is gone: its call was done all the same
	})
}
