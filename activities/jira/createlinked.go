package jira

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"hikeshi/activities"
)

// apart begins the name of the property that says, on the other issue, that JIRA refuses the link at birth and that
// the issue of this effect may be there without it. It stays: it tells later tries to look further.
const apart = "hikeshi.apart."

func (in OpenLinkedTicket) apart() string {
	sum := sha256.Sum256([]byte(in.Key))
	return apart + hex.EncodeToString(sum[:8])
}

func (in OpenLinkedTicket) check() *failure {
	if f := in.OpenTicket.check(); f != nil {
		return f
	}
	return checkLink(in.op(), in.LinkType, in.Parent)
}

// checkLink refuses a link that names nothing.
func checkLink(op, linkType string, ends ...string) *failure {
	for _, end := range ends {
		if f := noTicket(op, end); f != nil {
			return f
		}
	}
	if strings.TrimSpace(linkType) == "" {
		return call{op: op}.fail(activities.Invalid, "no link type is named", "name one in the configuration, such as Relates")
	}
	return nil
}

// linkedCreator is the act of OpenLinkedTicket. It reads the new issue back, because a link that was silently left out
// would hide the issue from later tries.
func (c *Client) linkedCreator(in OpenLinkedTicket) func(context.Context) (Ticket, error) {
	return func(ctx context.Context) (Ticket, error) {
		ticket, f := c.createLinked(ctx, in)
		if f == nil {
			f = c.ensureLink(ctx, in, ticket)
		}
		if f != nil {
			return Ticket{}, f.Error()
		}
		return ticket, nil
	}
}

func (c *Client) createLinked(ctx context.Context, in OpenLinkedTicket) (Ticket, *failure) {
	fields, f := c.fields(ctx, in.OpenTicket)
	if f != nil {
		return Ticket{}, f
	}
	ticket, f := c.create(ctx, in.OpenTicket, fields, in.withLink())
	if f == nil || !f.refusesLink() {
		return ticket, f
	}
	if bad := c.explainLink(ctx, in.op(), in.LinkType, in.Parent); bad != nil {
		return Ticket{}, bad // it is not the screen: without the link the issue would be an orphan
	}
	if f := c.markApart(ctx, in); f != nil {
		return Ticket{}, f
	}
	return c.create(ctx, in.OpenTicket, fields, nil)
}

// withLink is the part of the create call that links the issue to the other one.
func (in OpenLinkedTicket) withLink() map[string]any {
	link := map[string]any{"type": map[string]string{"name": in.LinkType}, "outwardIssue": reference(in.Parent)}
	return map[string]any{"issuelinks": []any{map[string]any{"add": link}}}
}

// reference names an issue to JIRA: an id consists of digits, a key does not.
func reference(ticket string) map[string]string {
	if _, err := strconv.ParseUint(ticket, 10, 64); err == nil {
		return map[string]string{"id": ticket}
	}
	return map[string]string{"key": ticket}
}

// refusesLink reports whether it can be the link because of which JIRA refused to create an issue.
func (f *failure) refusesLink() bool {
	_, named := f.said.fields["issuelinks"]
	return f.status == http.StatusBadRequest && (named || f.said.mentions("issuelinks")) || f.status == http.StatusNotFound
}

// markApart puts the property on the other issue.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-properties/
func (c *Client) markApart(ctx context.Context, in OpenLinkedTicket) *failure {
	return c.send(ctx, call{
		op: in.op() + ": note that JIRA links it only afterwards", method: http.MethodPut,
		path: "issue/" + url.PathEscape(in.Parent) + "/properties/" + in.apart(), body: proof{in.Key},
		permission: "Edit Issues", missing: ticketHint,
	})
}

// ensureLink links an issue that has no link to the other one.
func (c *Client) ensureLink(ctx context.Context, in OpenLinkedTicket, made Ticket) *failure {
	var now issue
	f := c.send(ctx, call{
		op: in.op() + ": look at its links", method: http.MethodGet, path: "issue/" + url.PathEscape(made.ID), into: &now,
		query:      url.Values{"fields": {"issuelinks"}},
		permission: "Browse Projects in project " + in.Project,
		missing:    ticketHint,
	})
	if f != nil {
		return f
	}
	for _, other := range now.linked(in.LinkType) {
		if other.ID == in.Parent || strings.EqualFold(other.Key, in.Parent) {
			return nil
		}
	}
	return c.link(ctx, in.op()+": link it to "+in.Parent, LinkTickets{From: made.ID, To: in.Parent, LinkType: in.LinkType})
}
