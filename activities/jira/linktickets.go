package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hikeshi/activities"
)

func (c *Client) linkTickets(ctx context.Context, in LinkTickets) error {
	op := fmt.Sprintf("link ticket %s to ticket %s", in.From, in.To)
	if f := checkLink(op, in.LinkType, in.From, in.To); f != nil {
		return f.Error()
	}
	if f := c.link(ctx, op, in); f != nil {
		return f.Error()
	}
	return nil
}

// link makes a link. JIRA does not say well what is wrong with one: Cloud answers 404 to an unknown type as to a missing
// issue, Data Center answers 500 to both. So these are looked into before anything is said to be final.
func (c *Client) link(ctx context.Context, op string, in LinkTickets) *failure {
	f := c.send(ctx, call{
		op: op, method: http.MethodPost, path: "issueLink",
		body: map[string]any{
			"type": map[string]string{"name": in.LinkType}, "inwardIssue": reference(in.From), "outwardIssue": reference(in.To),
		},
		permission: "Link Issues", missing: ticketHint,
	})
	if f != nil && (f.status == http.StatusNotFound || f.status == http.StatusInternalServerError) {
		if why := c.explainLink(ctx, op, in.LinkType, in.From, in.To); why != nil && why.Class.Final() {
			return why
		}
	}
	return f
}

// explainLink finds out what is wrong with a link; nil: its type and the issues are there.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-link-types/
func (c *Client) explainLink(ctx context.Context, op, linkType string, tickets ...string) *failure {
	names, f := c.linkTypes(ctx, op)
	if f != nil {
		return f
	}
	if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, linkType) }) {
		return call{op: op}.fail(activities.Invalid, fmt.Sprintf("JIRA has no link type %q", linkType),
			"correct the link type in the configuration; JIRA has: "+orNone(strings.Join(names, ", ")))
	}
	for _, ticket := range tickets {
		f := c.send(ctx, call{
			op: op + ": look at ticket " + ticket, method: http.MethodGet, path: "issue/" + url.PathEscape(ticket),
			query: url.Values{"fields": {"labels"}}, permission: "Browse Projects", missing: ticketHint,
		})
		if f != nil {
			return f
		}
	}
	return nil
}

func (c *Client) linkTypes(ctx context.Context, op string) (names []string, f *failure) {
	var reply struct {
		Types []struct {
			Name string `json:"name"`
		} `json:"issueLinkTypes"`
	}
	f = c.send(ctx, call{
		op: op + ": list the link types", method: http.MethodGet, path: "issueLinkType", into: &reply,
		permission: "to use JIRA", missing: "issue linking is switched off in JIRA: ask its administrator",
	})
	for _, t := range reply.Types {
		names = append(names, t.Name)
	}
	return names, f
}
