package jiratest

import (
	"maps"
	"slices"
	"strings"
)

// permissions of a project: names by key. https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-permissions/
func permissions() map[string]string {
	return map[string]string{
		"BROWSE_PROJECTS": "Browse Projects", "CREATE_ISSUES": "Create Issues", "EDIT_ISSUES": "Edit Issues", "ADD_COMMENTS": "Add Comments",
		"LINK_ISSUES": "Link Issues", "TRANSITION_ISSUES": "Transition Issues", "ASSIGN_ISSUES": "Assign Issues", "ASSIGNABLE_USER": "Assignable User",
		"SET_ISSUE_SECURITY": "Set Issue Security", "ADMINISTER_PROJECTS": "Administer Projects", "DELETE_ISSUES": "Delete Issues",
	}
}

// myPermissions says which of the permissions that are named the caller has in a project. Cloud wants them named.
func (x *exchange) myPermissions() answer {
	q := x.URL.Query()
	if q.Get("permissions") == "" {
		return bad("The 'permissions' query parameter is required.").answer()
	}
	p, known := project(q.Get("projectKey"))
	if q.Get("projectKey") != "" && !known {
		return missing("No project could be found with key '" + q.Get("projectKey") + "'.").answer()
	}
	out, all := map[string]any{}, permissions()
	for i, key := range strings.Split(q.Get("permissions"), ",") {
		name, known := all[key]
		if !known {
			return bad("Unrecognized permission: " + key).answer()
		}
		out[key] = map[string]any{"id": []string{"10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"}[min(i, 10)], "key": key, "name": name,
			"type": "PROJECT", "description": "", "havePermission": x.has(key, p)}
	}
	return ok(map[string]any{"permissions": out})
}

func (x *exchange) has(key string, p Project) bool {
	switch {
	case x.who.ID == product.ID && slices.Contains(x.s.o.Withhold, key):
		return false
	case key == "ADMINISTER_PROJECTS":
		return x.who.Administers
	}
	return key != "CREATE_ISSUES" || !p.Locked || x.who.ID != product.ID
}

// editMeta lists the fields on the edit screen of an issue.
func (x *exchange) editMeta() answer {
	if _, no := x.issue(); no != nil {
		return no.answer()
	}
	fields := map[string]any{}
	custom := customFields()
	for _, f := range []map[string]any{
		metaField("summary", "Summary", "string", true), metaField("description", "Description", "string", false), metaField("labels", "Labels", "array", false),
		metaField("security", "Security Level", "securitylevel", false), metaField("assignee", "Assignee", "user", false),
	} {
		fields[f["key"].(string)] = f
	}
	for _, id := range slices.Sorted(maps.Keys(custom)) {
		fields[id] = metaField(id, custom[id], "string", false)
	}
	for id, f := range maps.Clone(fields) {
		delete(f.(map[string]any), "fieldId") // it is the key in this list
		if slices.Contains(x.s.o.OffScreen, id) {
			delete(fields, id)
		}
	}
	return ok(map[string]any{"fields": fields})
}

// searchAssignable lists who can be made the assignee: of an issue only who sees it.
func (x *exchange) searchAssignable() answer {
	q := x.URL.Query()
	if _, known := project(q.Get("project")); !known && q.Get("issueKey") == "" {
		return missing("No project could be found with key '" + q.Get("project") + "'.").answer()
	}
	if q.Get("accountId") == "" && q.Get("query") == "" {
		return bad("At least one of the query parameters must be given: query, accountId.").answer()
	}
	found := []any{}
	for _, a := range accounts() {
		if q.Get("issueKey") != "" {
			i, no := x.visible(q.Get("issueKey"))
			if no != nil {
				return no.answer()
			}
			if !sees(a, i) {
				continue
			}
		}
		if a.ID == q.Get("accountId") || q.Get("query") != "" && strings.Contains(strings.ToLower(a.Name), strings.ToLower(q.Get("query"))) {
			found = append(found, x.person(a.ID))
		}
	}
	return ok(found)
}
