package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"hikeshi/activities"
)

// status is a status of an issue.
type status struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Category struct {
		Key string `json:"key"`
	} `json:"statusCategory"`
}

// The categories that every status of JIRA belongs to one of.
const (
	categoryNew  = "new"
	categoryWork = "indeterminate"
	categoryDone = "done"
)

// maxHops bounds how many transitions one move makes: To Do → In Progress → Review → Done are three.
const maxHops = 4

func (in MoveTicket) op() string {
	if in.Done {
		return "move ticket " + in.Ticket + " to done"
	}
	return "take ticket " + in.Ticket + " back into work"
}

// reached reports whether a status is where the ticket should be.
func (in MoveTicket) reached(s status) bool { return (s.Category.Key == categoryDone) == in.Done }

// move reads the status, takes the ticket one transition on, and reads again: rules of the project may have moved it
// further, and a conflicting change (409) may have moved it elsewhere.
func (c *Client) move(ctx context.Context, in MoveTicket) (TicketMoved, error) {
	if f := noTicket(in.op(), in.Ticket); f != nil {
		return TicketMoved{}, f.Error()
	}
	var been []status
	for {
		now, f := c.status(ctx, in)
		if f != nil {
			return TicketMoved{}, f.Error()
		}
		if in.reached(now) {
			return TicketMoved{Status: now.Name}, nil
		}
		if been = append(been, now); len(been) > maxHops {
			return TicketMoved{}, in.lost(been).Error()
		}
		if f := c.hop(ctx, in, been); f != nil && f.status != http.StatusConflict {
			return TicketMoved{}, f.Error()
		}
	}
}

// lost says that the ticket was moved and moved and is not there yet.
func (in MoveTicket) lost(been []status) *failure {
	var names []string
	for _, s := range been {
		names = append(names, s.Name)
	}
	return call{op: in.op()}.fail(activities.Unavailable,
		fmt.Sprintf("it is not there after %d transitions; it was in: %s", maxHops, strings.Join(names, ", ")),
		"move it by hand if this does not end: the project's rules or a person may move it back")
}

func (c *Client) status(ctx context.Context, in MoveTicket) (status, *failure) {
	var now issue
	r := call{
		op: in.op() + ": read its status", method: http.MethodGet, path: "issue/" + url.PathEscape(in.Ticket), into: &now,
		query:      url.Values{"fields": {"status"}},
		permission: "Browse Projects", missing: ticketHint,
	}
	f := c.send(ctx, r)
	if f == nil && now.Fields.Status.Category.Key == "" {
		f = r.fail(activities.Unavailable, "the reply names no status", "")
	}
	return now.Fields.Status, f
}
