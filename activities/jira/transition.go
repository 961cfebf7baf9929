package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
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

// askedField is a field on the screen of a transition.
type askedField struct {
	Name       string          `json:"name"`
	Required   bool            `json:"required"`
	HasDefault bool            `json:"hasDefaultValue"`
	Allowed    []allowedOption `json:"allowedValues"`
	Schema     struct {
		Type string `json:"type"`
	} `json:"schema"`
}

// allowedOption is a value that a field can take. Resolutions have a name, options of custom fields a value.
type allowedOption struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

const resolution = "resolution"

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

func askedHint(fields []string) string {
	return "move the ticket by hand, or take these fields off the transition's screen: " + strings.Join(fields, ", ")
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

// unanswerable are the required fields for which JIRA offers no choice of values, sorted.
func (t transition) unanswerable() (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(t.Fields)) {
		if f := t.Fields[id]; f.required() && len(f.Allowed) == 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

func (f askedField) required() bool { return f.Required && !f.HasDefault }

// fill answers what a transition asks for: a resolution always, because a ticket that is done without one counts as
// open in JIRA's reports; of the rest only what is required and has no value yet.
func (c *Client) fill(ctx context.Context, in MoveTicket, t transition) (map[string]any, *failure) {
	answers := map[string]any{}
	if f, asked := t.Fields[resolution]; asked && len(f.Allowed) > 0 && (f.required() || in.Done && in.reached(t.To)) {
		answers[resolution] = f.answer()
	}
	owed, fail := c.owed(ctx, in, t)
	if fail != nil {
		return nil, fail
	}
	var unknown []string
	for _, id := range owed {
		if f := t.Fields[id]; len(f.Allowed) > 0 {
			answers[id] = f.answer()
		} else {
			unknown = append(unknown, fmt.Sprintf("%s (%s)", cmp.Or(f.Name, id), id))
		}
	}
	if len(unknown) > 0 {
		return nil, call{op: in.op()}.fail(activities.Invalid,
			fmt.Sprintf("the transition to %q asks for %s", t.To.Name, strings.Join(unknown, ", ")), askedHint(unknown))
	}
	return answers, nil
}

// owed are the required fields of a transition, without the resolution, that the ticket has no value in.
func (c *Client) owed(ctx context.Context, in MoveTicket, t transition) (ids []string, f *failure) {
	for _, id := range slices.Sorted(maps.Keys(t.Fields)) {
		if f := t.Fields[id]; f.required() && (id != resolution || len(f.Allowed) == 0) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var now struct {
		Fields map[string]json.RawMessage `json:"fields"`
	}
	f = c.send(ctx, call{
		op: in.op() + ": read the fields that are asked for", method: http.MethodGet, path: "issue/" + url.PathEscape(in.Ticket), into: &now,
		query:      url.Values{"fields": {strings.Join(ids, ",")}},
		permission: "Browse Projects", missing: ticketHint,
	})
	return slices.DeleteFunc(ids, func(id string) bool { return !empty(now.Fields[id]) }), f
}

func empty(value json.RawMessage) bool {
	return slices.Contains([]string{"", "null", `""`, "[]", "{}"}, string(value))
}

// doneLike are beginnings of what sites call the resolution of work that was done, in lower case.
var doneLike = [...]string{"done", "fixed", "resolved", "complete", "完了", "解決", "修正済み"}

// answer is the value that says that the work was done, else the first.
func (f askedField) answer() any {
	best := f.Allowed[0]
	for _, o := range slices.Backward(f.Allowed) {
		if o.isDone() {
			best = o
		}
	}
	value := best.reference()
	if f.Schema.Type == "array" {
		return []any{value}
	}
	return value
}

func (o allowedOption) isDone() bool {
	name := strings.ToLower(cmp.Or(o.Name, o.Value))
	return slices.ContainsFunc(doneLike[:], func(word string) bool { return strings.HasPrefix(name, word) })
}

func (o allowedOption) reference() map[string]string {
	switch {
	case o.ID != "":
		return map[string]string{"id": o.ID}
	case o.Value != "":
		return map[string]string{"value": o.Value}
	default:
		return map[string]string{"name": o.Name}
	}
}
