package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"hikeshi/activities"
)

// property is the name of the entity property that proves whose issue it is.
const property = "hikeshi"

// proof is the property's value.
type proof struct {
	Key string `json:"key"`
}

// UnmarshalJSON passes over a property of the same name that somebody else wrote in another form: it proves nothing,
// and must not stop us from reading the issue.
func (p *proof) UnmarshalJSON(raw []byte) error {
	var ours struct {
		Key string `json:"key"`
	}
	if json.Unmarshal(raw, &ours) == nil {
		p.Key = ours.Key
	}
	return nil
}

// ourFields are set by us alone: letting configuration override them could open an issue to everybody or break its
// look-up.
var ourFields = []string{"project", "issuetype", "summary", "description", "labels", "security"}

func (in OpenTicket) op() string { return "open ticket in project " + in.Project }

// check refuses what could never work, before any call.
func (in OpenTicket) check() *failure {
	r := call{op: in.op()}
	if in.Key == "" {
		return r.fail(activities.Invalid, "the effect has no key", "")
	}
	if in.Project == "" || strings.ContainsFunc(in.Project, notInKey) {
		return r.fail(activities.Invalid, fmt.Sprintf("%q is no project key", in.Project), "set jira.project in the configuration, such as SEC")
	}
	for _, name := range ourFields {
		if _, ok := in.Fields[name]; ok {
			return r.fail(activities.Invalid, fmt.Sprintf("the field %q is not free to set", name), "take it out of jira.fields in the configuration")
		}
	}
	return nil
}

func notInKey(r rune) bool {
	return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_')
}

// creator is the act of OpenTicket: one POST, and before it, if a security level is wanted and not known yet, one GET.
func (c *Client) creator(in OpenTicket) func(context.Context) (Ticket, error) {
	return func(ctx context.Context) (Ticket, error) {
		fields, f := c.fields(ctx, in)
		if f != nil {
			return Ticket{}, f.Error()
		}
		ticket, f := c.create(ctx, in, fields, nil)
		if f != nil {
			return Ticket{}, f.Error()
		}
		return ticket, nil
	}
}

func (c *Client) fields(ctx context.Context, in OpenTicket) (map[string]any, *failure) {
	fields := map[string]any{}
	for name, v := range in.Fields {
		fields[name] = v
	}
	fields["project"] = map[string]string{"key": in.Project}
	fields["issuetype"] = map[string]string{"name": in.IssueType}
	fields["summary"] = oneLine(in.Summary)
	fields["labels"] = append([]string{label(in.Key)}, in.Labels...)
	if in.Description != "" {
		fields["description"] = in.Description
	}
	if in.SecurityLevel != "" {
		id, f := c.securityLevel(ctx, in.Project, in.SecurityLevel)
		if f != nil {
			return nil, f
		}
		fields["security"] = map[string]string{"id": id}
	}
	return fields, nil
}

// create posts the issue, with what update adds to it; nil: nothing.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-post
func (c *Client) create(ctx context.Context, in OpenTicket, fields, update map[string]any) (Ticket, *failure) {
	var made issue
	r := call{
		op: in.op(), method: http.MethodPost, path: "issue", into: &made,
		body:       createBody(in, fields, update),
		permission: "Create Issues in project " + in.Project,
		missing:    projectHint(in.Project),
	}
	if f := c.send(ctx, r); f != nil {
		if _, bad := f.said.fields["security"]; bad {
			c.forgetLevels(in.Project)
		}
		in.explain(f)
		return Ticket{}, f
	}
	if made.ID == "" || made.Key == "" {
		return Ticket{}, r.fail(activities.Ambiguous, "the reply names no issue", "")
	}
	return c.ticket(made), nil
}

func createBody(in OpenTicket, fields, update map[string]any) map[string]any {
	body := map[string]any{"fields": fields, "properties": marked(proof{in.Key})}
	if update != nil {
		body["update"] = update
	}
	return body
}

// marked is the list of properties in a create call, with ours in it.
func marked(value any) []any { return []any{map[string]any{"key": property, "value": value}} }

// explain sharpens the class and the hint of a refused create: JIRA says 400 to most things.
func (in OpenTicket) explain(f *failure) {
	if f.status != http.StatusBadRequest {
		return
	}
	_, project := f.said.fields["project"]
	_, kind := f.said.fields["issuetype"]
	_, security := f.said.fields["security"]
	switch {
	case project && f.said.mentions("permission"):
		f.Class, f.Hint = activities.Denied, "the account needs the permission Create Issues in project "+in.Project
	case project:
		f.Class, f.Hint = activities.NotFound, projectHint(in.Project)
	case kind:
		f.Hint = fmt.Sprintf("check the issue type %q in the configuration: project %s may not have it", in.IssueType, in.Project)
	case security:
		f.Hint = fmt.Sprintf("our account needs the permission Set Issue Security in %s and must be in the level %q", in.Project, in.SecurityLevel)
	case len(f.said.fields) > 0:
		f.Hint = fmt.Sprintf("set jira.fields in the configuration: %s", strings.Join(f.said.names(), ", "))
	}
}

// maxSummary is JIRA's limit for the one-line summary.
const maxSummary = 255

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len16(s) <= maxSummary {
		return s
	}
	runes := []rune(s)
	for len16(string(runes)) > maxSummary-1 {
		runes = slices.Delete(runes, len(runes)-1, len(runes))
	}
	return string(runes) + "…"
}
