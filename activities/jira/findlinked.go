package jira

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// issueLink is a link as one of its two issues shows it.
type issueLink struct {
	Type struct {
		Name string `json:"name"`
	} `json:"type"`
	Inward  *issue `json:"inwardIssue"` // only the other one of the two is there
	Outward *issue `json:"outwardIssue"`
}

// linked are the issues at the other ends of an issue's links of a type, those with the highest ids first.
func (i issue) linked(linkType string) (others []issue) {
	for _, l := range i.Fields.Links {
		other := cmp.Or(l.Outward, l.Inward)
		if other != nil && strings.EqualFold(l.Type.Name, linkType) {
			others = append(others, *other)
		}
	}
	slices.SortFunc(others, func(a, b issue) int { return byID(b, a) })
	return slices.CompactFunc(others, func(a, b issue) bool { return a.ID == b.ID })
}

// linkedFinder is the look-up of OpenLinkedTicket: among the issues that are linked to the other one, and only if an
// earlier try was refused the link at birth, everywhere.
func (c *Client) linkedFinder(in OpenLinkedTicket) func(context.Context, time.Time) (bool, Ticket, error) {
	return func(ctx context.Context, last time.Time) (bool, Ticket, error) {
		parent, f := c.parent(ctx, in)
		if f != nil {
			return false, Ticket{}, f.Error()
		}
		found, f := c.among(ctx, in, parent.linked(in.LinkType))
		if f != nil {
			return false, Ticket{}, f.Error()
		}
		if found != nil {
			return true, c.ticket(*found), nil
		}
		if parent.Properties[in.apart()].Key != in.Key {
			return false, Ticket{}, nil
		}
		return c.findApart(ctx, in, last)
	}
}

// parent reads the other issue. JIRA answers from its database here, not from the search index.
func (c *Client) parent(ctx context.Context, in OpenLinkedTicket) (issue, *failure) {
	var parent issue
	f := c.send(ctx, call{
		op: in.op() + ": look at the links of " + in.Parent, method: http.MethodGet, path: "issue/" + url.PathEscape(in.Parent), into: &parent,
		query:      url.Values{"fields": {"issuelinks"}, "properties": {in.apart()}},
		permission: "Browse Projects",
		missing:    ticketHint,
	})
	return parent, f
}

// longBefore is how much older than the request an issue must be to end the look-up: ids rise with time, but the nodes
// of a cluster hand them out in blocks, and clocks differ.
const longBefore = 24 * time.Hour

// among finds the effect's issue among linked ones. Of several the oldest wins.
func (c *Client) among(ctx context.Context, in OpenLinkedTicket, linked []issue) (found *issue, f *failure) {
	for _, other := range linked {
		i, f := c.get(ctx, in.OpenTicket, other.ID)
		switch {
		case f != nil && f.status == http.StatusNotFound: // hidden: ours never is
		case f != nil:
			return nil, f
		case in.made(*i):
			found = i
		case i.createdBefore(in.Since.Add(-longBefore)):
			return found, nil
		}
	}
	return found, nil
}

// findApart finds the issue of a try that may have ended before it could link it.
func (c *Client) findApart(ctx context.Context, in OpenLinkedTicket, last time.Time) (bool, Ticket, error) {
	found, ticket, err := c.finder(in.OpenTicket)(ctx, last)
	if err != nil || !found {
		return found, ticket, err
	}
	if f := c.ensureLink(ctx, in, ticket); f != nil {
		return false, Ticket{}, f.Error()
	}
	return true, ticket, nil
}

// stampLayout is JIRA's form of a time.
const stampLayout = "2006-01-02T15:04:05.000-0700"

// createdBefore is false also where the time is not known.
func (i issue) createdBefore(t time.Time) bool { return before(i.Fields.Created, t) }

func before(stamp string, t time.Time) bool {
	at, err := time.Parse(stampLayout, stamp)
	return err == nil && at.Before(t)
}
