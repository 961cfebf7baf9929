package jira_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

// doubled is a fake in which a try was hidden from the next one, so that SEC-1 and SEC-2 are of one effect. SEC-3 is a
// person's clone of SEC-1: it has its label, but not its proof.
func doubled(t *testing.T) *bundle {
	t.Helper()
	b := setup(t, jiratest.Options{})
	b.LimitRates(false)
	for range 2 {
		if _, err := b.open(t, ask("req/1")); err != nil {
			t.Fatal(err)
		}
	}
	b.byHand(t, incident+`,"labels":["case-req-1"]`)
	return b
}

func sweeping(ticket string) jira.SweepTickets {
	return jira.SweepTickets{Key: "req/1", Ticket: ticket, Since: time.Now(), LinkType: "Relates", Comment: "A duplicate of SEC-1."}
}

func (b *bundle) sweep(t *testing.T, in jira.SweepTickets) (got jira.TicketsSwept, err error) {
	t.Helper()
	err = jiratest.Run(t, b.a, b.a.SweepTickets, in, &got)
	return got, err
}

// wantAside checks that the tickets were put aside, once, and no others.
func (b *bundle) wantAside(t *testing.T, links int, keys ...string) {
	t.Helper()
	for _, i := range b.Issues() {
		aside := slices.Contains(i.Labels, "hikeshi-duplicate")
		comments := b.Comments(i.Key)
		want := slices.Contains(keys, i.Key)
		if aside != want || (i.Status == "Done") != want || want != (len(comments) == 1 && strings.Contains(comments[0].Body, "A duplicate")) {
			t.Errorf("%s: labels %v, status %s, comments %+v; put aside: %t", i.Key, i.Labels, i.Status, comments, want)
		}
	}
	if list := b.IssueLinks("SEC-1"); len(list) != links || links > 0 && list[0].Type != "Duplicate" {
		t.Errorf("links = %+v; want %d", list, links)
	}
}

func TestSweepTickets(t *testing.T) {
	b := doubled(t)
	for range 2 {
		got, err := b.sweep(t, sweeping(b.id(1)))
		if err != nil || len(got.Tickets) != 1 || got.Tickets[0].Key != "SEC-2" || got.Tickets[0].Left != "" {
			t.Fatalf("SweepTickets = %+v, %v", got, err)
		}
	}
	b.wantAside(t, 1, "SEC-2")
	if got, err := b.sweep(t, jira.SweepTickets{Key: "another", Since: time.Now()}); err != nil || len(got.Tickets) != 0 {
		t.Errorf("an effect without tickets: %+v, %v", got, err)
	}
	_, err := b.sweep(t, jira.SweepTickets{})
	wantClass(t, err, activities.Invalid)
}

// Where the effect was given up, none of its tickets counts.
func TestSweepTicketsOfAnEffectThatWasGivenUp(t *testing.T) {
	b := doubled(t)
	if got, err := b.sweep(t, sweeping("")); err != nil || len(got.Tickets) != 2 {
		t.Fatalf("SweepTickets = %+v, %v", got, err)
	}
	b.wantAside(t, 0, "SEC-1", "SEC-2")
}

// A ticket that somebody supplied counts, and an earlier try's does not.
func TestSweepTicketsBesideASuppliedOne(t *testing.T) {
	b := doubled(t)
	if _, err := b.adopt(t, jira.AdoptTicket{Effect: activities.Effect{Key: "req/1"}, ID: "SEC-3"}); err != nil {
		t.Fatal(err)
	}
	if got, err := b.sweep(t, sweeping(b.id(3))); err != nil || len(got.Tickets) != 2 {
		t.Fatalf("SweepTickets = %+v, %v", got, err)
	}
}

// A fault at any call leaves nothing half-done in the end, and nothing done twice.
func TestSweepTicketsAfterFaults(t *testing.T) {
	clean := doubled(t)
	before := len(clean.Calls())
	if _, err := clean.sweep(t, sweeping(clean.id(1))); err != nil {
		t.Fatal(err)
	}
	calls := len(clean.Calls()) - before
	for _, mode := range []fake.Fault{{Mode: "before"}, {Mode: "after"}, {Mode: "garbage"}, {Mode: "status", Status: 401}, {Mode: "status", Status: 429}} {
		t.Run(mode.Mode, func(t *testing.T) {
			t.Parallel()
			for nth := 1; nth <= calls; nth++ {
				b := doubled(t)
				mode.Match, mode.Nth, mode.Times = "*", nth, 1
				b.inject(t, mode)
				for range 3 {
					if _, err := b.sweep(t, sweeping(b.id(1))); err == nil {
						break
					}
				}
				b.wantAside(t, 1, "SEC-2")
			}
		})
	}
}

// A project in which nobody may move or link a ticket keeps it, labelled and commented.
func TestSweepTicketsThatCannotBeMoved(t *testing.T) {
	b := doubled(t)
	b.inject(t, fake.Fault{Match: "POST /rest/api/2/issueLink", Mode: "status", Status: 403})
	b.inject(t, fake.Fault{Match: "POST /rest/api/2/issue/*/transitions", Mode: "status", Status: 403})
	got, err := b.sweep(t, sweeping(b.id(1)))
	if err != nil || len(got.Tickets) != 1 || !strings.Contains(got.Tickets[0].Left, "HTTP 403") {
		t.Fatalf("SweepTickets = %+v, %v; want it to say what is left", got, err)
	}
	if i := b.Issues()[1]; !slices.Contains(i.Labels, "hikeshi-duplicate") || len(b.Comments("SEC-2")) != 1 {
		t.Errorf("issue = %+v; want it labelled and commented", i)
	}
}

// id is the id of the nth issue.
func (b *bundle) id(n int) string { return strconv.Itoa(b.Issues()[n-1].ID) }
