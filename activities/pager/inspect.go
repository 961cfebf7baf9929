package pager

import (
	"context"
	"io"
	"net/http"

	"hikeshi/activities"
)

// Reach looks whether somebody answers at the receiver's address. It sends no page, only a HEAD request; every answer is
// one.
func (c *Client) Reach(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.url, nil)
	if err != nil {
		return fail(activities.Invalid, "build the request: "+err.Error(), "").Error()
	}
	resp, err := c.web.Do(req)
	if err != nil {
		f := unanswered(err)
		f.Op, f.Class = "reach the pager", activities.Unavailable
		return f.Error()
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxReply)) // a HEAD has none
	return resp.Body.Close()
}
