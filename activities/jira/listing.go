package jira

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// commentsPerPage keeps a page of the longest comments within the size of reply that we read.
const commentsPerPage = 100

// listing is a list of a ticket's comments that is read page by page.
type listing struct {
	op     string
	ticket string
	order  string // JIRA's orderBy; empty: as JIRA likes it, which is the oldest first
}

// commentPage is a part of a listing.
type commentPage struct {
	Total    int               `json:"total"`
	Comments []json.RawMessage `json:"comments"`
}

// page reads a part of a listing.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/#api-rest-api-2-issue-issueidorkey-comment-get
func (c *Client) page(ctx context.Context, l listing, start, size int) (commentPage, *failure) {
	var p commentPage
	query := url.Values{"startAt": {strconv.Itoa(start)}, "maxResults": {strconv.Itoa(size)}, "expand": {"properties"}}
	if l.order != "" {
		query.Set("orderBy", l.order)
	}
	f := c.send(ctx, call{
		op: l.op, method: http.MethodGet, path: "issue/" + url.PathEscape(l.ticket) + "/comment", query: query, into: &p,
		permission: "Browse Projects", missing: ticketHint,
	})
	return p, f
}

// forward hands the comments to each in the listing's order, every one once, until each returns false or an error. A
// page begins with the last comment of the page before. If it does not, comments were deleted meanwhile and others
// have moved up past the place where we read on: then the reading steps back until it meets a comment that it knows.
func (c *Client) forward(ctx context.Context, l listing, each func(json.RawMessage) (bool, error)) error {
	known := seen{}
	for start := 0; ; {
		p, f := c.page(ctx, l, start, commentsPerPage)
		if f != nil {
			return f.Error()
		}
		fresh, f := known.sift(l, p.Comments)
		if f != nil {
			return f.Error()
		}
		if start > 0 && len(fresh) == len(p.Comments) {
			start = max(0, start-commentsPerPage)
			continue
		}
		if more, err := known.hand(fresh, each); !more || err != nil {
			return err
		}
		if start += len(p.Comments) - 1; start+1 >= p.Total {
			return nil
		}
	}
}

// backward hands the comments to each from the end of the listing. What is deleted meanwhile moves others down, towards
// what is still to be read; what is added is newer than the look-up.
func (c *Client) backward(ctx context.Context, l listing, each func(json.RawMessage) (bool, error)) error {
	first, f := c.page(ctx, l, 0, 1)
	if f != nil {
		return f.Error()
	}
	known := seen{}
	for end := first.Total; end > 0; end -= commentsPerPage {
		start := max(0, end-commentsPerPage)
		p, f := c.page(ctx, l, start, end-start)
		if f != nil {
			return f.Error()
		}
		fresh, f := known.sift(l, p.Comments)
		if f != nil {
			return f.Error()
		}
		slices.Reverse(fresh)
		if more, err := known.hand(fresh, each); !more || err != nil {
			return err
		}
	}
	return nil
}

// seen are the ids of the comments that were handed on.
type seen map[string]bool

type fresh struct {
	id  string
	raw json.RawMessage
}

// sift leaves out the comments that were seen.
func (s seen) sift(l listing, raw []json.RawMessage) (list []fresh, f *failure) {
	for _, r := range raw {
		var n struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(r, &n) != nil || n.ID == "" {
			return nil, unreadable(l.op)
		}
		if !s[n.ID] {
			list = append(list, fresh{n.ID, r})
		}
	}
	return list, nil
}

func (s seen) hand(list []fresh, each func(json.RawMessage) (bool, error)) (more bool, err error) {
	for _, one := range list {
		s[one.id] = true
		if more, err := each(one.raw); !more || err != nil {
			return false, err
		}
	}
	return true, nil
}
