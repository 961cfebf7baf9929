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

// askedHint tells people what to do about fields that we cannot answer.
func askedHint(fields []string) string {
	return "move the ticket by hand, or take these fields off the transition's screen: " + strings.Join(fields, ", ")
}
