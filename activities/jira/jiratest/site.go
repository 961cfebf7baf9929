package jiratest

import (
	"maps"
	"slices"
	"strconv"
)

// routes lists the calls that the fake knows.
func (s *Server) routes() {
	s.handle("GET myself", func(x *exchange) answer { return ok(x.person(x.who.ID)) })
	s.handle("GET serverInfo", (*exchange).serverInfo)
	s.handle("GET project/{project}", (*exchange).getProject)
	s.handle("GET project/{project}/securitylevel", (*exchange).getLevels)
	s.handle("GET issue/createmeta/{project}/issuetypes/{type}", (*exchange).createMeta)
	s.handle("GET attachment/meta", func(*exchange) answer { return ok(map[string]any{"enabled": true, "uploadLimit": 1 << 30}) })
	s.handle("GET mypermissions", (*exchange).myPermissions)
	s.handle("GET issue/{issue}/editmeta", (*exchange).editMeta)
	s.handle("GET user/assignable/search", (*exchange).searchAssignable)
	s.handle("GET user/search", (*exchange).searchUsers)
	s.handle("GET search/jql", (*exchange).searchGet)
	s.handle("POST search/jql", (*exchange).searchPost)
	s.handle("POST issue", (*exchange).createIssue)
	s.handle("GET issue/{issue}", (*exchange).getIssue)
	s.handle("PUT issue/{issue}", (*exchange).editIssue)
	s.handle("GET issue/{issue}/comment", (*exchange).listComments)
	s.handle("POST issue/{issue}/comment", (*exchange).addComment)
	s.handle("GET issue/{issue}/comment/{comment}", (*exchange).getComment)
	s.handle("PUT issue/{issue}/comment/{comment}", (*exchange).updateComment)
	s.handle("DELETE issue/{issue}/comment/{comment}", (*exchange).deleteComment)
	s.properties("comment/{comment}/properties", (*exchange).commentProperties)
	s.properties("issue/{issue}/properties", (*exchange).issueProperties)
	s.handle("GET issue/{issue}/transitions", (*exchange).getTransitions)
	s.handle("POST issue/{issue}/transitions", (*exchange).doTransition)
	s.handle("GET issue/{issue}/watchers", (*exchange).getWatchers)
	s.handle("POST issue/{issue}/watchers", (*exchange).addWatcher)
	s.handle("DELETE issue/{issue}/watchers", (*exchange).removeWatcher)
	s.handle("GET issue/{issue}/remotelink", (*exchange).listRemotes)
	s.handle("POST issue/{issue}/remotelink", (*exchange).addRemote)
	s.handle("PUT issue/{issue}/assignee", (*exchange).assign)
	s.handle("POST issueLink", (*exchange).linkIssues)
	s.handle("GET issueLinkType", (*exchange).getLinkTypes)
}

func (x *exchange) serverInfo() answer {
	return ok(map[string]any{
		"baseUrl": x.base, "version": "1001.0.0-SNAPSHOT", "versionNumbers": []int{1001, 0, 0}, "deploymentType": "Cloud",
		"buildNumber": 100287, "buildDate": "2026-01-01T00:00:00.000+0000", "serverTime": stamp(x.now), "scmInfo": "", "serverTitle": "JIRA of the sandbox",
	})
}

func (x *exchange) pathProject() (Project, *problem) {
	key := x.PathValue("project")
	p, known := project(key)
	if !known {
		return p, missing("No project could be found with key '" + key + "'.")
	}
	return p, nil
}

func (x *exchange) getProject() answer {
	p, no := x.pathProject()
	if no != nil {
		return no.answer()
	}
	out := x.project(p)
	types := []any{}
	for _, t := range issueTypes() {
		types = append(types, x.issueType(t))
	}
	out["issueTypes"], out["isPrivate"], out["style"] = types, false, "classic"
	return ok(out)
}

// getLevels lists the levels that the caller is in.
func (x *exchange) getLevels() answer {
	p, no := x.pathProject()
	if no != nil {
		return no.answer()
	}
	out := []any{}
	for _, l := range p.Levels {
		if slices.Contains(l.Companies, x.who.Company) {
			out = append(out, x.level(l))
		}
	}
	return ok(map[string]any{"levels": out})
}

// createMeta lists the fields of an issue type in a project.
func (x *exchange) createMeta() answer {
	p, no := x.pathProject()
	if no != nil {
		return no.answer()
	}
	if _, known := find(issueTypes(), x.PathValue("type")); !known {
		return bad("The issue type selected is invalid.").answer()
	}
	fields := []any{
		metaField("summary", "Summary", "string", true), metaField("description", "Description", "string", false),
		metaField("labels", "Labels", "array", false), metaField("security", "Security Level", "securitylevel", false),
		metaField("assignee", "Assignee", "user", false), metaField("parent", "Parent", "issuelink", false),
	}
	if !x.s.o.RefuseLinks {
		fields = append(fields, metaField("issuelinks", "Linked Issues", "array", false))
	}
	custom := customFields()
	for _, id := range slices.Sorted(maps.Keys(custom)) {
		fields = append(fields, metaField(id, custom[id], "string", slices.Contains(p.Required, id)))
	}
	fields = slices.DeleteFunc(fields, func(f any) bool {
		id, _ := f.(map[string]any)["fieldId"].(string)
		return slices.Contains(x.s.o.OffScreen, id)
	})
	q := x.URL.Query()
	part, start, size := page(fields, q.Get("startAt"), q.Get("maxResults"), 50)
	return ok(map[string]any{"startAt": start, "maxResults": size, "total": len(fields), "fields": part})
}

func metaField(id, name, kind string, required bool) map[string]any {
	schema := map[string]any{"type": kind, "system": id}
	if number, custom := customID(id); custom {
		schema = map[string]any{"type": kind, "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textfield", "customId": number}
	}
	return map[string]any{"fieldId": id, "key": id, "name": name, "required": required, "hasDefaultValue": false, "operations": []string{"set"}, "schema": schema}
}

func customID(id string) (int, bool) {
	if len(id) <= len("customfield_") {
		return 0, false
	}
	n, err := strconv.Atoi(id[len("customfield_"):])
	return n, err == nil
}
