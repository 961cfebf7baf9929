package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"hikeshi/activities"
)

// linkTicket writes the links in order; one that is refused leaves those before it in place.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-remote-links/
func (c *Client) linkTicket(ctx context.Context, in LinkTicket) error {
	if f := noTicket("link ticket", in.Ticket); f != nil {
		return f.Error()
	}
	for _, l := range in.Links {
		var made struct {
			ID int64 `json:"id"`
		}
		r := call{
			op: fmt.Sprintf("link ticket %s to %q", in.Ticket, l.GlobalID), method: http.MethodPost,
			path: "issue/" + url.PathEscape(in.Ticket) + "/remotelink", into: &made,
			body: map[string]any{
				"globalId": l.GlobalID,
				"object":   map[string]string{"url": l.URL, "title": l.Title},
			},
			permission: "Link Issues",
			missing:    ticketHint,
		}
		if l.GlobalID == "" || l.Title == "" || l.URL == "" { // without its id JIRA would add the link again each time
			return r.fail(activities.Invalid, "a link needs an id, a title and an address", "").Error()
		}
		if f := c.send(ctx, r); f != nil {
			return f.Error()
		}
	}
	return nil
}
