package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"hikeshi/activities"
)

// AssignTicket asks for a ticket to be given to somebody, who gets a mail from JIRA.
type AssignTicket struct {
	Ticket  string `json:"ticket"`  // key or id
	Account string `json:"account"` // account id (Cloud) or user name (Data Center)
}

// AssignTicket makes somebody the assignee of a ticket.
//
// Running it twice is harmless: a ticket has one assignee, and JIRA neither changes anything nor sends a mail when that
// is whom it has already.
//
// Final are Invalid (nobody of that name, or they may not be assigned tickets or see this one: JIRA makes no difference),
// NotFound (no such ticket, or it is hidden from us) and Denied (no Assign Issues permission).
func (a *Activities) AssignTicket(ctx context.Context, in AssignTicket) error {
	if f := a.Client.assign(ctx, in); f != nil {
		return f.Error()
	}
	return nil
}

// assign uses the call that needs no Edit Issues permission. Data Center has no account ids.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-assignee-put
// https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/issue-assign
func (c *Client) assign(ctx context.Context, in AssignTicket) *failure {
	op := fmt.Sprintf("assign ticket %s to %s", in.Ticket, in.Account)
	if f := noTicket(op, in.Ticket); f != nil {
		return f
	}
	if strings.TrimSpace(in.Account) == "" { // an empty one would take the ticket away from whoever has it
		return call{op: op}.fail(activities.Invalid, "nobody is named", "set jira.on_call in the configuration")
	}
	dc, f := c.dataCenter(ctx)
	if f != nil {
		return f
	}
	field := "accountId"
	if dc {
		field = "name"
	}
	f = c.send(ctx, call{
		op: op, method: http.MethodPut, path: "issue/" + url.PathEscape(in.Ticket) + "/assignee", body: map[string]string{field: in.Account},
		permission: "Assign Issues", missing: ticketHint,
	})
	if f != nil && f.Class == activities.Invalid {
		f.Hint = "check jira.on_call: it must be an account that may see the ticket and be assigned tickets of its project (Assignable User)"
	}
	return f
}
