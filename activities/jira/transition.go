package jira

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hikeshi/activities"
)

// transition is a way from a status to another.
type transition struct {
	ID     string                `json:"id"`
	To     status                `json:"to"`
	Fields map[string]askedField `json:"fields"`
}

// hop makes the transition that leads to the target, or nearer to it. The last of been is where the ticket is.
func (c *Client) hop(ctx context.Context, in MoveTicket, been []status) *failure {
	list, f := c.transitions(ctx, in)
	if f != nil {
		return f
	}
	t, f := in.choose(list, been)
	if f != nil {
		return f
	}
	fields, f := c.fill(ctx, in, t)
	if f != nil {
		return f
	}
	body := map[string]any{"transition": map[string]string{"id": t.ID}}
	if len(fields) > 0 {
		body["fields"] = fields
	}
	f = c.send(ctx, call{
		op: fmt.Sprintf("%s: move it to %q", in.op(), t.To.Name), method: http.MethodPost,
		path: "issue/" + url.PathEscape(in.Ticket) + "/transitions", body: body,
		permission: "Transition Issues", missing: ticketHint,
	})
	if f != nil && f.status == http.StatusBadRequest && len(f.said.fields) > 0 {
		f.Hint = askedHint(f.said.names())
	}
	return f
}

// transitions are those that our account may make now, with the fields that they ask for.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-transitions-get
func (c *Client) transitions(ctx context.Context, in MoveTicket) ([]transition, *failure) {
	var reply struct {
		Transitions []transition `json:"transitions"`
	}
	f := c.send(ctx, call{
		op: in.op() + ": list its transitions", method: http.MethodGet, path: "issue/" + url.PathEscape(in.Ticket) + "/transitions", into: &reply,
		query:      url.Values{"expand": {"transitions.fields"}},
		permission: "Browse Projects", missing: ticketHint,
	})
	return reply.Transitions, f
}

// choose takes the best transition to a status where the ticket has not been in this move.
func (in MoveTicket) choose(list []transition, been []status) (transition, *failure) {
	fresh := slices.DeleteFunc(slices.Clone(list), func(t transition) bool {
		return slices.ContainsFunc(been, func(s status) bool { return s.ID == t.To.ID })
	})
	if len(fresh) == 0 {
		return transition{}, in.noWay(list, been[len(been)-1])
	}
	return slices.MinFunc(fresh, func(a, b transition) int { // the first of equals, as JIRA lists them
		return cmp.Or(cmp.Compare(in.rank(a), in.rank(b)), cmp.Compare(len(a.unanswerable()), len(b.unanswerable())))
	}), nil
}

// rank is low for a status where the ticket should be, or from where that is near.
func (in MoveTicket) rank(t transition) int {
	order := []string{categoryWork, categoryNew, categoryDone}
	if in.Done {
		order = []string{categoryDone, categoryWork, categoryNew}
	}
	if i := slices.Index(order, t.To.Category.Key); i >= 0 {
		return i
	}
	return len(order)
}

// noWay explains a ticket that cannot be moved on. JIRA lists no transition at all to an account that may make none.
func (in MoveTicket) noWay(list []transition, now status) *failure {
	r := call{op: in.op()}
	if len(list) == 0 {
		return r.fail(activities.Denied, fmt.Sprintf("JIRA offers no transition from %q", now.Name), "the account needs the permission Transition Issues")
	}
	var names []string
	for _, t := range list {
		names = append(names, t.To.Name)
	}
	return r.fail(activities.Invalid, fmt.Sprintf("the project's workflow has no way from %q", now.Name),
		"move it by hand, or add a transition; the statuses that can be reached from there are: "+strings.Join(names, ", "))
}
