package jira_test

import (
	"encoding/json"
	"strings"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

// byHand makes a ticket as a person would.
func (b *bundle) byHand(t *testing.T, fields string) {
	t.Helper()
	if status, text := b.call(t, person(t, "aoi"), "POST", "issue", `{"fields":{`+fields+`,"summary":"by hand"}}`); status != 201 {
		t.Fatalf("create: %d %s", status, text)
	}
}

// markOf is the key in our property of an issue.
func markOf(i jiratest.Issue) string {
	var proof struct {
		Key string `json:"key"`
	}
	_ = json.Unmarshal(i.Properties["hikeshi"], &proof) // none: no key
	return proof.Key
}

const incident = `"project":{"key":"SEC"},"issuetype":{"name":"Incident"}`

func supply(key, id string) jira.AdoptTicket {
	return jira.AdoptTicket{Effect: activities.Effect{Key: key}, ID: id, Project: "SEC", IssueType: "Incident"}
}

func (b *bundle) adopt(t *testing.T, in jira.AdoptTicket) (got jira.Ticket, err error) {
	t.Helper()
	err = jiratest.Run(t, b.a, b.a.AdoptTicket, in, &got)
	return got, err
}

// However a person names a ticket, it becomes ours once, and later tries of OpenTicket find it.
func TestAdoptTicket(t *testing.T) {
	for name, said := range map[string]string{
		"key": "SEC-1", "small letters": " sec-1 ", "id": "10001", "address": "URL/browse/SEC-1?focusedId=3",
		"a board's address": "URL/jira/software/projects/SEC/boards/1?selectedIssue=SEC-1", "as Slack shows it": "<URL/browse/SEC-1|SEC-1>",
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, jiratest.Options{})
			b.byHand(t, incident)
			mails := len(b.Mails())
			in := supply("req.open.ticket.2", strings.Replace(said, "URL", b.url, 1))
			for range 2 {
				got, err := b.adopt(t, in)
				if err != nil || got.Key != "SEC-1" || got.ID != "10001" || got.URL != b.url+"/browse/SEC-1" || !got.Adopted {
					t.Fatalf("AdoptTicket = %+v, %v", got, err)
				}
			}
			i := b.Issues()[0]
			if markOf(i) != "req.open.ticket.2" || strings.Join(i.Labels, " ") != "case-req-open-ticket-2" {
				t.Errorf("issue = %+v; want our marks", i)
			}
			if n := b.Count("PUT /"); n != 2 || len(b.Mails()) != mails {
				t.Errorf("%d writes and %d mails; want each mark written once, and no mail", n, len(b.Mails())-mails)
			}
			later := ask("req.open.ticket.2")
			later.First = false
			if got, err := b.open(t, later); err != nil || got.Key != "SEC-1" || !got.Adopted {
				t.Errorf("OpenTicket = %+v, %v; want the ticket that was taken over", got, err)
			}
		})
	}
}

// An earlier generation's ticket, which nobody saw, is still this step's.
func TestAdoptWhatAnEarlierTryMade(t *testing.T) {
	b := setup(t, jiratest.Options{})
	if _, err := b.open(t, ask("req.open.ticket.1")); err != nil {
		t.Fatal(err)
	}
	if got, err := b.adopt(t, supply("req.open.ticket.2", "SEC-1")); err != nil || got.Key != "SEC-1" {
		t.Fatalf("AdoptTicket = %+v, %v", got, err)
	}
}

func TestAdoptTicketRefuses(t *testing.T) {
	b := setup(t, jiratest.Options{})
	if _, err := b.open(t, ask("another.open.ticket.1")); err != nil { // SEC-1
		t.Fatal(err)
	}
	b.byHand(t, `"project":{"key":"SEC"},"issuetype":{"name":"Task"}`) // SEC-2
	b.byHand(t, `"project":{"key":"DRILL"},"issuetype":{"name":"Incident"}`)
	b.byHand(t, incident)                              // SEC-3
	b.byHand(t, incident+`,"security":{"id":"10101"}`) // SEC-4, for Acme
	change := func(id string, f func(*jira.AdoptTicket)) jira.AdoptTicket {
		in := supply("req.open.ticket.1", id)
		if f != nil {
			f(&in)
		}
		return in
	}
	for name, test := range map[string]struct {
		in    jira.AdoptTicket
		class activities.Class
		says  string
	}{
		"not there":        {change("SEC-99", nil), activities.NotFound, "deleted"},
		"another case's":   {change("SEC-1", nil), activities.Denied, `its mark is "another.open.ticket.1"`},
		"another type":     {change("SEC-2", nil), activities.Invalid, `of the type "Task"`},
		"another project":  {change("DRILL-1", nil), activities.Invalid, "not in SEC"},
		"open to more":     {change("SEC-3", func(in *jira.AdoptTicket) { in.SecurityLevel = "Acme" }), activities.Invalid, "set that level"},
		"another level":    {change("SEC-4", func(in *jira.AdoptTicket) { in.SecurityLevel = "Bravo" }), activities.Invalid, "set that level"},
		"no words":         {change("", nil), activities.Invalid, "names no ticket"},
		"a sentence":       {change("the one from yesterday", nil), activities.Invalid, "names no ticket"},
		"a path":           {change("../myself", nil), activities.Invalid, "names no ticket"},
		"another site":     {change("https://evil.example/browse/SEC-3", nil), activities.Invalid, "not one of this JIRA"},
		"no ticket's page": {change(b.url+"/secure/Dashboard.jspa", nil), activities.Invalid, "not that of a ticket"},
		"no key":           {change("SEC-3", func(in *jira.AdoptTicket) { in.Key = "" }), activities.Invalid, "no key"},
	} {
		t.Run(name, func(t *testing.T) {
			before := b.Count("PUT /")
			_, err := b.adopt(t, test.in)
			wantClass(t, err, test.class)
			if !strings.Contains(err.Error(), test.says) || b.Count("PUT /") != before {
				t.Errorf("error = %v; want it to say %q, and nothing written", err, test.says)
			}
		})
	}
	ok := change("SEC-4", func(in *jira.AdoptTicket) { in.SecurityLevel = "Acme" })
	if _, err := b.adopt(t, ok); err != nil {
		t.Errorf("a ticket of the level: %v", err)
	}
}

func TestAdoptLinkedTicket(t *testing.T) {
	b := setup(t, jiratest.Options{})
	for range 2 {
		b.byHand(t, incident)
	}
	in := jira.AdoptLinkedTicket{AdoptTicket: supply("req.mirror.log.1", "SEC-2"), Parent: "SEC-1", LinkType: "Relates"}
	for range 2 {
		var got jira.Ticket
		if err := jiratest.Run(t, b.a, b.a.AdoptLinkedTicket, in, &got); err != nil || got.Key != "SEC-2" {
			t.Fatalf("AdoptLinkedTicket = %+v, %v", got, err)
		}
	}
	if links := b.IssueLinks("SEC-1"); len(links) != 1 {
		t.Errorf("links = %+v; want one", links)
	}
	in.ID = "SEC-1"
	wantClass(t, jiratest.Run(t, b.a, b.a.AdoptLinkedTicket, in, nil), activities.Invalid)
	in.ID, in.LinkType = "SEC-2", "Poem"
	wantClass(t, jiratest.Run(t, b.a, b.a.AdoptLinkedTicket, in, nil), activities.Invalid)
}

// A fault at any call leaves the ticket ours in the end.
func TestAdoptTicketAfterFaults(t *testing.T) {
	for _, mode := range []fake.Fault{{Mode: "after"}, {Mode: "before"}, {Mode: "status", Status: 403}, {Mode: "drop"}, {Mode: "garbage"}} {
		for nth := 1; nth <= 4; nth++ {
			b := setup(t, jiratest.Options{})
			b.byHand(t, incident)
			mode.Match, mode.Nth, mode.Times = "* /rest/api/2/issue/", nth, 1
			b.inject(t, mode)
			in := supply("req.open.ticket.1", "SEC-1")
			if _, err := b.adopt(t, in); err == nil && mode.Mode != "after" && mode.Mode != "drop" { // the library repeats reads whose connection died
				t.Errorf("%s at call %d went unnoticed", mode.Mode, nth)
			}
			_, err := b.adopt(t, in)
			if i := b.Issues()[0]; err != nil || markOf(i) != in.Key || len(i.Labels) != 1 {
				t.Errorf("%s at call %d: %v, mark %q, labels %v", mode.Mode, nth, err, markOf(i), i.Labels)
			}
		}
	}
}
