package jira_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/retrytest"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

// lag is how long the fake's search misses things here; believedLag is what the adapter gives it. A slow machine needs
// less between a try and its retry than the one, and between a try's begin and its effect than the difference.
const (
	lag         = 3 * time.Second
	believedLag = 7 * time.Second
)

// hidden is a fake in which neither the walk nor, for a while, the search finds a new ticket: more numbers were used up
// before it than the walk steps over.
func hidden(t *testing.T, o jiratest.Options, timeout time.Duration) *bundle {
	t.Helper()
	o.SearchLag = lag
	b := setup(t, o)
	b.a = adapter(t, b.url, func(cfg *jira.Config) { cfg.SearchLag, cfg.Timeout = believedLag, timeout })
	if _, err := b.open(t, ask("case/1")); err != nil {
		t.Fatal(err)
	}
	for range 12 {
		if status, _ := b.call(t, person(t, "aoi"), "POST", "issue", `{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Incident"},"summary":""}}`); status != 400 {
			t.Fatalf("status %d for a ticket without a summary", status)
		}
	}
	return b
}

// A try that made the ticket and was then refused, whatever with, is not believed to have made nothing.
func TestRefusedAfterTheTicketWasMade(t *testing.T) {
	for _, status := range []int{401, 429, 503} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			b := hidden(t, jiratest.Options{RefuseLinks: true}, time.Minute)
			// The link at birth is refused; the ticket is made without it, and then read back.
			b.inject(t, fake.Fault{Match: "GET /rest/api/2/issue/10002", Mode: "status", Status: status, Times: 1})
			in := jira.OpenLinkedTicket{OpenTicket: ask("case/1/theme"), Parent: parent, LinkType: "Relates"}
			var got jira.Ticket
			x := retrytest.Execution{Activities: b.a, Longest: believedLag}
			if err := x.Run(b.a.OpenLinkedTicket, in, &got); err != nil || !got.Adopted || len(got.Attempts) < 2 {
				t.Errorf("OpenLinkedTicket = %+v, %v; want the first try's ticket, after some waiting", got, err)
			}
			if n := len(b.Issues()); n != 2 || len(b.IssueLinks(parent)) != 1 {
				t.Errorf("%d tickets, %d links; want the ticket once, linked once", n, len(b.IssueLinks(parent)))
			}
		})
	}
}

// A request that is carried out after we gave it up makes no second thing.
func TestCarriedOutLate(t *testing.T) {
	for name, d := range map[string]struct {
		call string
		do   func(b *bundle, x *retrytest.Execution, e activities.Effect) error
		made func(b *bundle) int
	}{
		"ticket": {"POST /rest/api/2/issue$", func(b *bundle, x *retrytest.Execution, e activities.Effect) error {
			in := ask("")
			in.Effect = e
			return x.Run(b.a.OpenTicket, in, nil)
		}, func(b *bundle) int { return len(b.Issues()) - 1 }},
		"linked ticket": {"POST /rest/api/2/issue$", func(b *bundle, x *retrytest.Execution, e activities.Effect) error {
			in := jira.OpenLinkedTicket{OpenTicket: ask(""), Parent: parent, LinkType: "Relates"}
			in.Effect = e
			return x.Run(b.a.OpenLinkedTicket, in, nil)
		}, func(b *bundle) int { return len(b.Issues()) - 1 }},
		"comment": {"POST /rest/api/2/issue/SEC-1/comment", func(b *bundle, x *retrytest.Execution, e activities.Effect) error {
			return x.Run(b.a.CommentTicket, jira.CommentTicket{Effect: e, Ticket: parent, Body: "once"}, nil)
		}, func(b *bundle) int { return len(b.Comments(parent)) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := hidden(t, jiratest.Options{}, 2*time.Second)
			b.inject(t, fake.Fault{Match: d.call, Mode: "late", LatencyMS: 200, Times: 1})
			e := activities.Effect{Key: "case/1/deed", First: true, Since: time.Now(), Settle: 4 * time.Second}
			if err := d.do(b, &retrytest.Execution{Activities: b.a, Longest: believedLag}, e); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return wasLate(b.Calls()) })
			if n := d.made(b); n != 1 {
				t.Errorf("there are %d of it, want 1", n)
			}
		})
	}
}

// wasLate reports whether the call that came late has been carried out.
func wasLate(calls []fake.Call) bool {
	return slices.ContainsFunc(calls, func(c fake.Call) bool { return c.Fault == "late" && !c.Done.IsZero() })
}

func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); {
		if time.Now().After(deadline) {
			t.Fatal("it never came")
		}
		time.Sleep(5 * time.Millisecond)
	}
}
