package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hikeshi/activities"
)

// SweepTickets asks for tickets that an effect made beside the one that counts: an earlier try's, which JIRA's search hid
// when the look-up ran.
type SweepTickets struct {
	Key string `json:"key"` // of the effect
	// Ticket is the id of the one that counts; empty: the effect was given up, and none does.
	Ticket   string    `json:"ticket,omitempty"`
	Since    time.Time `json:"since"`
	LinkType string    `json:"link_type"` // where the site has no type Duplicate
	// Comment is what the others say to whoever reads them; wiki markup.
	Comment string `json:"comment"`
}

// TicketsSwept lists what was made beside the ticket that counts.
type TicketsSwept struct {
	Tickets []SweptTicket `json:"tickets,omitempty"`
}

// SweptTicket is a ticket that does not count.
type SweptTicket struct {
	Ticket
	// Left says why its status stays as it is; empty: it is done.
	Left string `json:"left,omitempty"`
}

// superfluous is the label of tickets that do not count.
const superfluous = "hikeshi-duplicate"

// duplicateType is JIRA's own link type for duplicates, which sites may have removed.
const duplicateType = "Duplicate"

// SweepTickets finds tickets that carry the effect's key but do not count. It labels each as a duplicate, links it to
// the one that counts, says so in a comment, and moves it to done. It deletes nothing. Call it when the search lag has
// passed since the last try that may have made one.
//
// Running it twice is harmless: a ticket with the label is passed over; label, link and status say the wanted state, and
// the comment carries a key of its own. The label comes last, so that a sweep which was interrupted goes on.
//
// Final are Denied (no Edit Issues or Add Comments permission) and Invalid. Where the ticket cannot be linked or moved to
// done, it stays as it is, and the result says why.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/#api-rest-api-2-search-jql-get
func (a *Activities) SweepTickets(ctx context.Context, in SweepTickets) (TicketsSwept, error) {
	if in.Key == "" {
		return TicketsSwept{}, call{op: "sweep tickets"}.fail(activities.Invalid, "the effect has no key", "").Error()
	}
	others, f := a.Client.others(ctx, in)
	if f != nil {
		return TicketsSwept{}, f.Error()
	}
	var swept TicketsSwept
	for _, other := range others {
		one := SweptTicket{Ticket: a.Client.ticket(other.issue)}
		if !slices.Contains(other.Fields.Labels, superfluous) {
			var err error
			if one.Left, err = a.Client.putAside(ctx, in, one.Ticket); err != nil {
				return TicketsSwept{}, err
			}
		}
		swept.Tickets = append(swept.Tickets, one)
	}
	return swept, nil
}

// others are the tickets of the effect but the one that counts, the oldest first.
func (c *Client) others(ctx context.Context, in SweepTickets) (list []candidate, f *failure) {
	asked := OpenTicket{Effect: activities.Effect{Key: in.Key}}
	hits, f := c.search(ctx, asked, fmt.Sprintf(`labels = "%s" ORDER BY created ASC`, label(in.Key)), 50)
	if f != nil {
		return nil, f
	}
	slices.SortFunc(hits, byID)
	for _, hit := range hits {
		if hit.ID == in.Ticket {
			continue
		}
		is, f := c.candidate(ctx, AdoptTicket{ID: hit.ID}, hit.ID) // the index may be old; the issue itself is not
		switch {
		case f != nil && f.status == http.StatusNotFound:
		case f != nil:
			return nil, f
		case asked.made(is.issue): // a label alone is no proof: whoever clones an issue copies it
			list = append(list, is)
		}
	}
	return list, nil
}

// putAside makes a ticket one that does not count; left says why it is not done.
func (c *Client) putAside(ctx context.Context, in SweepTickets, one Ticket) (left string, err error) {
	if in.Ticket != "" {
		if f := c.linkAsDuplicate(ctx, in, one); f != nil {
			if !f.Class.Final() {
				return "", f.Error()
			}
			left = f.Op + ": " + f.Cause
		}
	}
	say := CommentTicket{Effect: activities.Effect{Key: in.Key + "/duplicate", Since: in.Since}, Ticket: one.ID, Body: in.Comment}
	if err := c.commentOnce(ctx, say); err != nil {
		return "", err
	}
	if _, err := c.move(ctx, MoveTicket{Ticket: one.ID, Done: true}); err != nil {
		f := activities.FaultOf(err)
		if !f.Class.Final() {
			return "", err
		}
		left = f.Op + ": " + f.Cause
	}
	f := c.send(ctx, call{
		op: "label ticket " + one.Key + " as a duplicate", method: http.MethodPut, path: "issue/" + url.PathEscape(one.ID),
		query:      url.Values{"notifyUsers": {"false"}},
		body:       map[string]any{"update": map[string]any{"labels": []any{map[string]string{"add": superfluous}}}},
		permission: "Edit Issues, and Administer Projects to edit without sending mails", missing: ticketHint,
	})
	if f != nil {
		return "", f.Error()
	}
	return left, nil
}

// linkAsDuplicate links the ticket to the one that counts.
func (c *Client) linkAsDuplicate(ctx context.Context, in SweepTickets, one Ticket) *failure {
	op := "link the duplicate " + one.Key
	names, f := c.linkTypes(ctx, op)
	if f != nil {
		return f
	}
	kind := in.LinkType
	if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, duplicateType) }) {
		kind = duplicateType
	}
	return c.link(ctx, op, LinkTickets{From: one.ID, To: in.Ticket, LinkType: kind})
}

// commentOnce adds a comment unless it is there. A sweep is never urgent, so it always looks.
func (c *Client) commentOnce(ctx context.Context, say CommentTicket) error {
	if say.Body == "" {
		return nil
	}
	found, _, err := c.commentFinder(say)(ctx, time.Time{})
	if err != nil || found {
		return err
	}
	_, err = c.commenter(say)(ctx)
	return err
}
