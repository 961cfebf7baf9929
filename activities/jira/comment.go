package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hikeshi/activities"
)

func (in CommentTicket) op() string { return "comment on ticket " + in.Ticket }

// check refuses what could never work, before any call.
func (in CommentTicket) check() *failure {
	if in.Key == "" {
		return call{op: in.op()}.fail(activities.Invalid, "the effect has no key", "")
	}
	if f := noTicket(in.op(), in.Ticket); f != nil {
		return f
	}
	return checkBody(in.op(), in.Body)
}

func checkBody(op, body string) *failure {
	r := call{op: op}
	if strings.TrimSpace(body) == "" {
		return r.fail(activities.Invalid, "the comment is empty", "")
	}
	if n := len16(body); n > maxText {
		return r.fail(activities.Invalid, fmt.Sprintf("the comment has %d characters, JIRA takes %d", n, maxText), "make the text shorter")
	}
	return nil
}

// commenter is the act of CommentTicket.
func (c *Client) commenter(in CommentTicket) func(context.Context) (Comment, error) {
	return func(ctx context.Context) (Comment, error) {
		made, f := c.comment(ctx, in.op(), in.Ticket, in.Body, proof{in.Key})
		if f != nil {
			return Comment{}, f.Error()
		}
		return Comment{ID: made}, nil
	}
}

// comment adds a comment with our property in the same call, and returns its id. The library's own call sends read-only
// fields with it, which JIRA Cloud refuses.
func (c *Client) comment(ctx context.Context, op, ticket, body string, value any) (string, *failure) {
	var made note
	r := call{
		op: op, method: http.MethodPost, path: "issue/" + url.PathEscape(ticket) + "/comment", into: &made,
		body:       map[string]any{"body": body, "properties": marked(value)},
		permission: "Add Comments", missing: ticketHint,
	}
	if f := c.send(ctx, r); f != nil {
		return "", f
	}
	if made.ID == "" {
		return "", r.fail(activities.Ambiguous, "the reply names no comment", "")
	}
	return made.ID, nil
}

// clocksDiffer is how much older than the request a comment must be to end the look-up.
const clocksDiffer = 5 * time.Minute

// commentFinder is the look-up of CommentTicket. JIRA lists comments from its database, not from the search index.
func (c *Client) commentFinder(in CommentTicket) func(context.Context, time.Time) (bool, Comment, error) {
	return func(ctx context.Context, _ time.Time) (found bool, comment Comment, err error) {
		err = c.newest(ctx, in.op()+": look at its comments", in.Ticket, func(n note, value []byte) (bool, error) {
			if before(n.Created, in.Since.Add(-clocksDiffer)) {
				return false, nil
			}
			if keyIn(value) == in.Key {
				found, comment.ID = true, n.ID
			}
			return !found, nil
		})
		return found && err == nil, comment, err
	}
}

// keyIn reads the effect's key in our property; empty: there is none.
func keyIn(value []byte) string {
	var p proof
	if len(value) > 0 {
		_ = p.UnmarshalJSON(value) // never fails: what is not ours holds no key
	}
	return p.Key
}
