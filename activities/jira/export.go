package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"hikeshi/activities"
)

// ExportTicket writes an issue with all of its comments as one JSON object, {"issue": {…}, "comments": […]}: the issue as
// JIRA sent it, with its properties, the names of its fields and, under "remotelinks", its web links; then the comments,
// the oldest first, also as JIRA sent them. It keeps one page of comments in memory. An error of w is returned as it is.
func (c *Client) ExportTicket(ctx context.Context, ticket string, w io.Writer) error {
	op := "export ticket " + ticket
	if f := noTicket(op, ticket); f != nil {
		return f.Error()
	}
	issue, f := c.exportIssue(ctx, op, ticket)
	if f != nil {
		return f.Error()
	}
	out := &array{w: w}
	out.write(`{"issue":`, string(issue), `,"comments":[`)
	if out.err == nil {
		err := c.forward(ctx, listing{op: op, ticket: ticket, order: "created"}, out.add)
		if err != nil {
			return err
		}
	}
	out.write("\n]}\n")
	return out.err
}

// exportIssue reads the issue with its web links in it. Its comments are left out: they have no place in memory.
func (c *Client) exportIssue(ctx context.Context, op, ticket string) ([]byte, *failure) {
	var issue, links json.RawMessage
	path := "issue/" + url.PathEscape(ticket)
	r := call{
		op: op, method: http.MethodGet, path: path, into: &issue,
		query:      url.Values{"fields": {"*all,-comment"}, "properties": {"*all"}, "expand": {"names"}},
		permission: "Browse Projects", missing: ticketHint,
	}
	if f := c.send(ctx, r); f != nil {
		return nil, f
	}
	body, is := bytes.CutSuffix(bytes.TrimSpace(issue), []byte("}"))
	if !is || len(body) < 2 { // {} is no issue
		return nil, r.fail(activities.Unavailable, "the reply is no issue", "")
	}
	f := c.send(ctx, call{
		op: op + ": read its web links", method: http.MethodGet, path: path + "/remotelink", into: &links,
		permission: "Browse Projects", missing: ticketHint,
	})
	if f != nil {
		return nil, f
	}
	return bytes.Join([][]byte{body, []byte(`,"remotelinks":`), links, []byte("}")}, nil), nil
}

// array writes the elements of a JSON array as they come, until the writer fails.
type array struct {
	w    io.Writer
	some bool
	err  error
}

func (a *array) add(element json.RawMessage) (bool, error) {
	if a.some {
		a.write(",")
	}
	a.write("\n", string(element))
	a.some = true
	return a.err == nil, a.err
}

func (a *array) write(parts ...string) {
	for _, p := range parts {
		if a.err == nil {
			_, a.err = io.WriteString(a.w, p)
		}
	}
}
