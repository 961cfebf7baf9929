package jiratest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/jira"
)

// life is the part of the contract that is about tickets after they were opened.
func (c *contract) life(t *testing.T) {
	t.Run("opens one linked ticket however often it is asked", c.openLinkedOnce)
	t.Run("refuses a link to nothing", c.badLinks)
	t.Run("links two tickets once", c.linkOnce)
	t.Run("comments once", c.commentOnce)
	t.Run("moves a ticket to done and back", c.move)
	t.Run("gives digests back, the newest first", c.digests)
	t.Run("exports a ticket with its comments", c.export)
}

func (c *contract) openLinked(t *testing.T, in jira.OpenLinkedTicket) jira.Ticket {
	t.Helper()
	var got jira.Ticket
	if err := Run(t, c.a, c.a.OpenLinkedTicket, in, &got); err != nil || got.ID == "" || got.Key == "" {
		t.Fatalf("OpenLinkedTicket = %+v, %v; want a ticket", got, err)
	}
	return got
}

func (c *contract) openLinkedOnce(t *testing.T) {
	parent := c.open(t, c.ask())
	in := jira.OpenLinkedTicket{OpenTicket: c.ask(), Parent: parent.ID, LinkType: "Relates"}
	first := c.openLinked(t, in)
	in.First, in.Parent = false, parent.Key
	second := c.openLinked(t, in)
	if second.ID != first.ID || !second.Adopted || first.Adopted {
		t.Fatalf("second OpenLinkedTicket = %+v; want the first again, adopted: %+v", second, first)
	}
	if others := c.linked(t, parent); len(others) != 1 || others[0] != first.Key {
		t.Fatalf("the other ticket is linked to %v; want it linked to %s", others, first.Key)
	}
}

func (c *contract) badLinks(t *testing.T) {
	in := jira.OpenLinkedTicket{OpenTicket: c.ask(), Parent: c.project + "-999999", LinkType: "Relates"}
	if err := Run(t, c.a, c.a.OpenLinkedTicket, in, nil); !activities.Is(err, activities.NotFound) {
		t.Errorf("OpenLinkedTicket linked to nothing: %v; want NotFound", err)
	}
	in.Parent, in.LinkType = c.open(t, c.ask()).Key, "Loves"
	if err := Run(t, c.a, c.a.OpenLinkedTicket, in, nil); !activities.Is(err, activities.Invalid) {
		t.Errorf("OpenLinkedTicket with an unknown link type: %v; want Invalid", err)
	}
	bad := jira.LinkTickets{From: in.Parent, To: c.project + "-999999", LinkType: "Relates"}
	if err := Run(t, c.a, c.a.LinkTickets, bad, nil); !activities.Is(err, activities.NotFound) {
		t.Errorf("LinkTickets to nothing: %v; want NotFound", err)
	}
}

func (c *contract) linkOnce(t *testing.T) {
	one, two := c.open(t, c.ask()), c.open(t, c.ask())
	for range 2 {
		if err := Run(t, c.a, c.a.LinkTickets, jira.LinkTickets{From: one.ID, To: two.Key, LinkType: "Relates"}, nil); err != nil {
			t.Fatalf("LinkTickets: %v", err)
		}
	}
	if others := c.linked(t, one); len(others) != 1 || others[0] != two.Key {
		t.Fatalf("%s is linked to %v; want one link to %s", one.Key, others, two.Key)
	}
}

// linked are the keys of the tickets that a ticket is linked to.
func (c *contract) linked(t *testing.T, ticket jira.Ticket) (keys []string) {
	t.Helper()
	type end struct {
		Key string `json:"key"`
	}
	var issue struct {
		Fields struct {
			Links []struct{ InwardIssue, OutwardIssue end } `json:"issuelinks"`
		} `json:"fields"`
	}
	c.decode(t, c.exported(t, ticket).Issue, &issue)
	for _, l := range issue.Fields.Links {
		keys = append(keys, l.InwardIssue.Key+l.OutwardIssue.Key)
	}
	return keys
}

func (c *contract) commentOnce(t *testing.T) {
	in := jira.CommentTicket{Effect: c.ask().Effect, Ticket: c.open(t, c.ask()).ID, Body: "Contained at *14:32*."}
	var first, second jira.Comment
	if err := Run(t, c.a, c.a.CommentTicket, in, &first); err != nil || first.ID == "" {
		t.Fatalf("CommentTicket = %+v, %v; want a comment", first, err)
	}
	in.First = false
	if err := Run(t, c.a, c.a.CommentTicket, in, &second); err != nil || second.ID != first.ID || !second.Adopted {
		t.Fatalf("second CommentTicket = %+v, %v; want the first again, adopted: %+v", second, err, first)
	}
}

func (c *contract) move(t *testing.T) {
	ticket := c.open(t, c.ask())
	var before string
	for _, done := range []bool{true, true, false, true} {
		var got jira.TicketMoved
		if err := Run(t, c.a, c.a.MoveTicket, jira.MoveTicket{Ticket: ticket.Key, Done: done}, &got); err != nil || got.Status == "" {
			t.Fatalf("MoveTicket(done: %v) = %+v, %v; want a status", done, got, err)
		}
		if !done && got.Status == before {
			t.Fatalf("MoveTicket out of done left the ticket in %q", got.Status)
		}
		before = got.Status
	}
}

func (c *contract) digests(t *testing.T) {
	log := c.open(t, c.ask())
	for n := 1; n <= 3; n++ {
		d := ledger.Digest{Key: fmt.Sprintf("digest/%d", n), Seq: n, Body: fmt.Sprintf("digest %d", n), Entries: []ledger.Entry{{Kind: ledger.Said, Channel: "C1", TS: "1.1"}}}
		if err := c.a.Client.WriteDigest(t.Context(), log.ID, d); err != nil {
			t.Fatalf("WriteDigest: %v", err)
		}
	}
	if err := Run(t, c.a, c.a.CommentTicket, jira.CommentTicket{Effect: c.ask().Effect, Ticket: log.ID, Body: "not a digest"}, nil); err != nil {
		t.Fatalf("CommentTicket: %v", err)
	}
	var read []int
	err := c.a.Client.Digests(t.Context(), log.ID, func(d ledger.Digest) (bool, error) {
		read = append(read, d.Seq)
		return d.Seq > 2, nil
	})
	if err != nil || fmt.Sprint(read) != "[3 2]" {
		t.Fatalf("Digests read %v, %v; want 3 and 2, then to stop", read, err)
	}
}

// export is what ExportTicket writes.
type export struct {
	Issue    json.RawMessage   `json:"issue"`
	Comments []json.RawMessage `json:"comments"`
}

func (c *contract) exported(t *testing.T, ticket jira.Ticket) (e export) {
	t.Helper()
	var out bytes.Buffer
	if err := c.a.Client.ExportTicket(t.Context(), ticket.ID, &out); err != nil {
		t.Fatalf("ExportTicket: %v", err)
	}
	c.decode(t, out.Bytes(), &e)
	return e
}

func (c *contract) decode(t *testing.T, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("decode the export: %v\n%s", err, raw)
	}
}

func (c *contract) export(t *testing.T) {
	ticket := c.open(t, c.ask())
	for _, body := range []string{"one", "two"} {
		in := jira.CommentTicket{Effect: c.ask().Effect, Ticket: ticket.ID, Body: body}
		if err := Run(t, c.a, c.a.CommentTicket, in, nil); err != nil {
			t.Fatalf("CommentTicket: %v", err)
		}
	}
	e := c.exported(t, ticket)
	var issue struct {
		Key    string         `json:"key"`
		Links  []any          `json:"remotelinks"`
		Fields map[string]any `json:"fields"`
	}
	c.decode(t, e.Issue, &issue)
	if issue.Key != ticket.Key || issue.Links == nil || issue.Fields["summary"] == "" || len(e.Comments) != 2 || !bytes.Contains(e.Comments[0], []byte("one")) {
		t.Fatalf("export = %s with comments %s", e.Issue, e.Comments)
	}
}
