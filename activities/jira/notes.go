package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"hikeshi/activities"
)

// note is what we read of a comment.
type note struct {
	ID     string `json:"id"`
	Author struct {
		AccountID string `json:"accountId"`
		Name      string `json:"name"` // Data Center has no account ids
	} `json:"author"`
	Body       string `json:"body"`
	Created    string `json:"created"`
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

// newest hands the comments of a ticket to each, the newest first, with the value of our property (nil: it has none),
// until each returns false or an error.
func (c *Client) newest(ctx context.Context, op, ticket string, each func(note, []byte) (bool, error)) error {
	dc, f := c.dataCenter(ctx)
	if f != nil {
		return f.Error()
	}
	m := marks{c: c, op: op}
	read := func(raw json.RawMessage) (bool, error) {
		var n note
		if err := json.Unmarshal(raw, &n); err != nil {
			return false, unreadable(op).Error()
		}
		value, f := m.of(ctx, n)
		if f != nil {
			return false, f.Error()
		}
		return each(n, value)
	}
	if dc {
		return c.backward(ctx, listing{op: op, ticket: ticket}, read)
	}
	return c.forward(ctx, listing{op: op, ticket: ticket, order: "-created"}, read)
}

func unreadable(op string) *failure {
	return call{op: op}.fail(activities.Unavailable, "the reply holds a comment that we do not understand", "")
}

// marks reads our property of comments. Whether JIRA shows properties in its list is not documented for Data Center;
// where it does not, those of our own comments are read one by one.
type marks struct {
	c     *Client
	op    string
	shown bool   // a property was seen in the list: the list has them all
	me    string // our account; empty: not asked yet
}

// of returns our property of a comment; nil: it has none.
func (m *marks) of(ctx context.Context, n note) ([]byte, *failure) {
	m.shown = m.shown || len(n.Properties) > 0
	for _, p := range n.Properties {
		if p.Key == property {
			return p.Value, nil
		}
	}
	if m.shown {
		return nil, nil
	}
	ours, f := m.ours(ctx, n)
	if f != nil || !ours {
		return nil, f
	}
	return m.ask(ctx, n.ID)
}

func (m *marks) ours(ctx context.Context, n note) (bool, *failure) {
	if m.me == "" {
		access, f := m.c.whoami(ctx)
		if f != nil {
			return false, f
		}
		m.me = access.Account
	}
	return cmp.Or(n.Author.AccountID, n.Author.Name) == m.me, nil
}

// ask reads the property of one comment.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comment-properties/
func (m *marks) ask(ctx context.Context, id string) ([]byte, *failure) {
	var reply struct {
		Value json.RawMessage `json:"value"`
	}
	f := m.c.send(ctx, call{
		op: m.op + ": read the property of comment " + id, method: http.MethodGet,
		path: "comment/" + url.PathEscape(id) + "/properties/" + property, into: &reply,
		permission: "Browse Projects",
	})
	if f != nil && f.status == http.StatusNotFound { // no such property, or the comment was deleted meanwhile
		return nil, nil
	}
	return reply.Value, f
}
