package jira

import (
	"cmp"
	"context"
	"net/http"

	"hikeshi/activities"
)

// whoami reads the account of our token.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-myself/
func (c *Client) whoami(ctx context.Context) (JiraAccess, *failure) {
	var me struct {
		AccountID   string `json:"accountId"`
		Name        string `json:"name"` // Data Center has no account ids
		DisplayName string `json:"displayName"`
	}
	r := call{
		op: "ask JIRA who we are", method: http.MethodGet, path: "myself", into: &me,
		permission: "to use JIRA", missing: "check JIRA_URL: no JIRA answers there",
	}
	if f := c.send(ctx, r); f != nil {
		return JiraAccess{}, f
	}
	access := JiraAccess{Account: cmp.Or(me.AccountID, me.Name), Name: me.DisplayName}
	if access.Account == "" {
		return JiraAccess{}, r.fail(activities.Unavailable, "the reply names no account", "check JIRA_URL: a proxy may answer there")
	}
	return access, nil
}

func (c *Client) self(ctx context.Context) (JiraAccess, error) {
	access, f := c.whoami(ctx)
	if f != nil {
		return JiraAccess{}, f.Error()
	}
	return access, nil
}
