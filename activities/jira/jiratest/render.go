package jiratest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stamp is JIRA's form of a time.
func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000-0700") }

func (x *exchange) getIssue() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	fields := list(x.URL.Query()["fields"])
	if len(fields) == 0 {
		fields = []string{"*all"}
	}
	out := x.render(i, fields, list(x.URL.Query()["properties"]))
	if shown, has := out["fields"].(map[string]any); has && slices.Contains(list(x.URL.Query()["expand"]), "names") {
		out["names"] = names(shown)
	}
	return ok(out)
}

// names are the fields' names as people see them.
func names(fields map[string]any) map[string]string {
	list := map[string]string{}
	for id := range fields {
		list[id] = cmp.Or(customFields()[id], strings.ToUpper(id[:1])+id[1:])
	}
	return list
}

// list reads a list parameter, given with commas or several times.
func list(values []string) (all []string) {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// render shows an issue with the fields and properties asked for; without fields, its id alone, as search does.
func (x *exchange) render(i Issue, fields, properties []string) map[string]any {
	id := strconv.Itoa(i.ID)
	if len(fields) == 0 && len(properties) == 0 {
		return map[string]any{"id": id}
	}
	out := map[string]any{"id": id, "key": i.Key, "self": x.self("issue/" + id), "expand": "renderedFields,names,schema,transitions"}
	shown := map[string]any{}
	for name, value := range x.fields(i) {
		if wants(fields, name) {
			shown[name] = value()
		}
	}
	out["fields"] = shown
	if len(properties) > 0 {
		values := map[string]json.RawMessage{}
		for name, v := range i.Properties {
			if wants(properties, name) {
				values[name] = v
			}
		}
		out["properties"] = values
	}
	return out
}

// wants reads JIRA's lists of names: *all, *navigable, name and -name.
func wants(asked []string, name string) bool {
	if slices.Contains(asked, "-"+name) {
		return false
	}
	allBut := len(asked) > 0 && !slices.ContainsFunc(asked, func(a string) bool { return !strings.HasPrefix(a, "-") })
	return allBut || slices.Contains(asked, name) || slices.Contains(asked, "*all") || slices.Contains(asked, "*navigable")
}

// fields are the values of an issue's fields, worked out for those only that are asked for: the comments and links of
// an issue can be thousands.
func (x *exchange) fields(i Issue) map[string]func() any {
	t, _ := find(issueTypes(), i.Type)
	p, _ := project(i.Project)
	is := func(v any) func() any { return func() any { return v } }
	f := map[string]func() any{
		"summary": is(i.Summary), "description": is(nil), "labels": is(append([]string{}, i.Labels...)),
		"status": func() any { return x.status(i.Status) }, "issuetype": func() any { return x.issueType(t) },
		"project": func() any { return x.project(p) }, "created": is(stamp(i.Created)), "updated": is(stamp(i.Updated)),
		"reporter": func() any { return x.person(i.Reporter) }, "creator": func() any { return x.person(i.Creator) },
		"assignee": func() any { return x.person(i.Assignee) }, "watches": func() any { return x.watches(i) },
		"issuelinks": func() any { return x.linksOf(i) }, "subtasks": func() any { return x.subtasks(i) },
		"attachment": is([]any{}), "security": is(nil), "resolution": is(nil), "comment": func() any { return x.commentField(i) },
	}
	for name, v := range i.More {
		f[name] = is(v)
	}
	if i.Description != "" {
		f["description"] = is(i.Description)
	}
	if level, has := p.level(i.Level); has {
		f["security"] = is(x.level(level))
	}
	if parent, has := x.s.issues.Get(rowKey(i.Parent)); has && sees(x.who, parent) {
		f["parent"] = is(x.stub(parent))
	}
	return f
}

func (x *exchange) watches(i Issue) map[string]any {
	return map[string]any{"self": x.self("issue/" + i.Key + "/watchers"), "watchCount": len(i.Watchers), "isWatching": slices.Contains(i.Watchers, x.who.ID)}
}

func (x *exchange) commentField(i Issue) map[string]any {
	comments := x.readable(i)
	return map[string]any{"comments": x.renderComments(comments), "total": len(comments), "maxResults": len(comments), "startAt": 0}
}

// stub is how an issue shows inside another.
func (x *exchange) stub(i Issue) map[string]any {
	t, _ := find(issueTypes(), i.Type)
	id := strconv.Itoa(i.ID)
	return map[string]any{"id": id, "key": i.Key, "self": x.self("issue/" + id), "fields": map[string]any{
		"summary": i.Summary, "status": x.status(i.Status), "issuetype": x.issueType(t),
	}}
}

func (x *exchange) subtasks(parent Issue) []any {
	found := []any{}
	for _, i := range rows(x.s.issues.Get, x.s.by.children[parent.ID]) {
		if i.Parent == parent.ID && sees(x.who, i) {
			found = append(found, x.stub(i))
		}
	}
	return found
}

func (x *exchange) issueType(t kind) map[string]any {
	return map[string]any{"self": x.self("issuetype/" + t.id), "id": t.id, "name": t.name, "description": "", "subtask": false, "hierarchyLevel": 0}
}

func (x *exchange) level(l Level) map[string]any {
	return map[string]any{"self": x.self("securitylevel/" + l.ID), "id": l.ID, "name": l.Name, "description": ""}
}

func (x *exchange) project(p Project) map[string]any {
	return map[string]any{"self": x.self("project/" + p.ID), "id": p.ID, "key": p.Key, "name": p.Name, "projectTypeKey": "software", "simplified": false}
}

// person shows an account; nil for nobody.
func (x *exchange) person(id string) any {
	a, known := accountByID(id)
	if !known {
		return nil
	}
	return map[string]any{
		"self": x.self("user?accountId=" + a.ID), "accountId": a.ID, "accountType": "atlassian", "active": true,
		"displayName": a.Name, "emailAddress": a.Email, "timeZone": a.TZ,
	}
}
