package jira

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What follows looks at how a site is set up, for whoever installs or repairs it. It only reads.

// Need is a permission that Hikeshi's account has to have in a project, by JIRA's own key and as people know it.
type Need struct{ Key, Name, For string }

// Needs are the permissions for everything that is done with tickets.
func Needs() []Need {
	return []Need{
		{"BROWSE_PROJECTS", "Browse Projects", "to see its own tickets"},
		{"CREATE_ISSUES", "Create Issues", "to open tickets"},
		{"EDIT_ISSUES", "Edit Issues", "to keep the status block of a ticket true"},
		{"ADD_COMMENTS", "Add Comments", "to log what people say"},
		{"LINK_ISSUES", "Link Issues", "to link a case's ticket to its log and its themes"},
		{"TRANSITION_ISSUES", "Transition Issues", "to close tickets"},
		{"ASSIGN_ISSUES", "Assign Issues", "to give the ticket to whoever is on call when Slack is silent"},
		{SetSecurity, "Set Issue Security", "to limit who may see a ticket"},
		{Administer, "Administer Projects", "to keep edits of the status block from sending mails"},
	}
}

// SetSecurity and Administer are permissions that not every installation needs: without security levels none is set, and
// Data Center refuses an edit without mails, which Cloud only makes with mails.
const (
	SetSecurity = "SET_ISSUE_SECURITY"
	Administer  = "ADMINISTER_PROJECTS"
)

// Lacks returns which of the needed permissions our account does not have in a project.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-permissions/#api-rest-api-2-mypermissions-get
func (c *Client) Lacks(ctx context.Context, project string) (lacks []Need, err error) {
	var keys []string
	for _, n := range Needs() {
		keys = append(keys, n.Key)
	}
	var reply struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	f := c.send(ctx, call{
		op: "read our permissions in project " + project, method: http.MethodGet, path: "mypermissions", into: &reply,
		query:      url.Values{"projectKey": {project}, "permissions": {strings.Join(keys, ",")}},
		permission: "Browse Projects in project " + project, missing: projectHint(project),
	})
	if f != nil {
		return nil, f.Error()
	}
	for _, n := range Needs() {
		if !reply.Permissions[n.Key].Have {
			lacks = append(lacks, n)
		}
	}
	return lacks, nil
}

// IssueTypes returns the issue types of a project: ids by name.
func (c *Client) IssueTypes(ctx context.Context, project string) (map[string]string, error) {
	var reply struct {
		Types []struct{ ID, Name string } `json:"issueTypes"`
	}
	f := c.send(ctx, call{
		op: "read project " + project, method: http.MethodGet, path: "project/" + url.PathEscape(project), into: &reply,
		permission: "Browse Projects in project " + project, missing: projectHint(project),
	})
	if f != nil {
		return nil, f.Error()
	}
	types := map[string]string{}
	for _, t := range reply.Types {
		types[t.Name] = t.ID
	}
	return types, nil
}

// Field is a field on a screen.
type Field struct {
	ID       string
	Name     string
	Required bool // and JIRA puts nothing in by itself
}

// wireField is a field as JIRA lists it. Data Center's lists call them values.
type wireField struct {
	ID         string `json:"fieldId"`
	Name       string `json:"name"`
	Required   bool   `json:"required"`
	HasDefault bool   `json:"hasDefaultValue"`
}

// CreateFields returns the fields with which a ticket of a type can be created.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-createmeta-projectidorkey-issuetypes-issuetypeid-get
func (c *Client) CreateFields(ctx context.Context, project, typeID string) (fields []Field, err error) {
	for {
		var page struct {
			Total  int         `json:"total"`
			Fields []wireField `json:"fields"`
			Values []wireField `json:"values"`
		}
		f := c.send(ctx, call{
			op: "read the create screen of project " + project, method: http.MethodGet, into: &page,
			path:       "issue/createmeta/" + url.PathEscape(project) + "/issuetypes/" + url.PathEscape(typeID),
			query:      url.Values{"startAt": {strconv.Itoa(len(fields))}, "maxResults": {"200"}},
			permission: "Create Issues in project " + project, missing: projectHint(project),
		})
		if f != nil {
			return nil, f.Error()
		}
		list := append(page.Fields, page.Values...)
		for _, w := range list {
			fields = append(fields, Field{w.ID, w.Name, w.Required && !w.HasDefault})
		}
		if len(list) == 0 || len(fields) >= page.Total {
			return fields, nil
		}
	}
}

// Levels returns the names of the security levels of a project that our account may set, sorted.
func (c *Client) Levels(ctx context.Context, project string) ([]string, error) {
	fresh, f := c.readLevels(ctx, project)
	if f != nil {
		return nil, f.Error()
	}
	return slices.Sorted(maps.Keys(fresh.ids)), nil
}

// LinkTypes returns the names of the types of links between tickets.
func (c *Client) LinkTypes(ctx context.Context) ([]string, error) {
	names, f := c.linkTypes(ctx, "look at JIRA")
	if f != nil {
		return nil, f.Error()
	}
	return names, nil
}

// Sample is a ticket of a project by which its screens and its workflow can be seen.
type Sample struct {
	Key    string
	Status string
	Done   bool
}

// Samples returns the newest tickets of a type, of a level if one is named, at most two: one that is done and one that
// is not. Workflows and edit screens can only be seen by a ticket.
func (c *Client) Samples(ctx context.Context, project, issueType, level string) (list []Sample, err error) {
	jql := fmt.Sprintf(`project = "%s" AND issuetype = "%s"`, jqlText(project), jqlText(issueType))
	if level != "" {
		jql += fmt.Sprintf(` AND level = "%s"`, jqlText(level))
	}
	hits, f := c.query(ctx, "look for tickets of project "+project, project, jql+" ORDER BY created DESC", "status", 20)
	if f != nil {
		return nil, f.Error()
	}
	for _, hit := range hits {
		s := Sample{hit.Key, hit.Fields.Status.Name, hit.Fields.Status.Category.Key == categoryDone}
		if !slices.ContainsFunc(list, func(other Sample) bool { return other.Done == s.Done }) {
			list = append(list, s)
		}
	}
	return list, nil
}

// jqlText makes a text harmless between the quotes of a query.
func jqlText(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }

// CheckWay says whether the next transition of a ticket, towards done or back into work, is one that can be made: by the
// same rules as MoveTicket, which it does not carry out. The error says what is in the way.
func (c *Client) CheckWay(ctx context.Context, s Sample) error {
	in := MoveTicket{Ticket: s.Key, Done: !s.Done}
	now, f := c.status(ctx, in)
	if f != nil {
		return f.Error()
	}
	list, f := c.transitions(ctx, in)
	if f != nil {
		return f.Error()
	}
	next, f := in.choose(list, []status{now})
	if f != nil {
		return f.Error()
	}
	if _, f := c.fill(ctx, in, next); f != nil {
		return f.Error()
	}
	return nil
}

// EditFields returns the ids of the fields that our account may edit in a ticket.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-editmeta-get
func (c *Client) EditFields(ctx context.Context, ticket string) ([]string, error) {
	var reply struct {
		Fields map[string]any `json:"fields"`
	}
	f := c.send(ctx, call{
		op: "read the edit screen of ticket " + ticket, method: http.MethodGet, path: "issue/" + url.PathEscape(ticket) + "/editmeta", into: &reply,
		permission: "Edit Issues", missing: ticketHint,
	})
	if f != nil {
		return nil, f.Error()
	}
	return slices.Sorted(maps.Keys(reply.Fields)), nil
}

// Assignable reports whether somebody can be made the assignee of tickets of a project, or of one ticket, which they then
// may see.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-user-search/#api-rest-api-2-user-assignable-search-get
func (c *Client) Assignable(ctx context.Context, project, ticket, account string) (bool, error) {
	dc, f := c.dataCenter(ctx)
	if f != nil {
		return false, f.Error()
	}
	who := "accountId"
	if dc {
		who = "username"
	}
	query := url.Values{who: {account}, "project": {project}}
	if ticket != "" {
		query = url.Values{who: {account}, "issueKey": {ticket}}
	}
	var people []struct {
		AccountID string `json:"accountId"`
		Name      string `json:"name"`
	}
	f = c.send(ctx, call{
		op: "look whether " + account + " can be assigned tickets of " + project, method: http.MethodGet, path: "user/assignable/search", into: &people,
		query: query, permission: "Browse users and groups, or Assign Issues in project " + project, missing: projectHint(project),
	})
	if f != nil {
		return false, f.Error()
	}
	for _, p := range people {
		if p.AccountID == account || dc && strings.EqualFold(p.Name, account) { // Data Center finds by the beginning of a name
			return true, nil
		}
	}
	return false, nil
}

// DataCenter reports whether the site is Data Center, not Cloud.
func (c *Client) DataCenter(ctx context.Context) (bool, error) {
	dc, f := c.dataCenter(ctx)
	if f != nil {
		return false, f.Error()
	}
	return dc, nil
}
