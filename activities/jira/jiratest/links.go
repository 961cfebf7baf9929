package jiratest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func linkTypeOf(v any) (linkType, bool) {
	want := reference(v, "name", "id")
	i := slices.IndexFunc(linkTypes(), func(t linkType) bool { return t.id == want || strings.EqualFold(t.name, want) })
	if i < 0 {
		return linkType{}, false
	}
	return linkTypes()[i], true
}

// pending reads a link in update.issuelinks of an issue that may not exist yet.
func (x *exchange) pending(v any) (pendingLink, string) {
	object, _ := v.(map[string]any)
	t, known := linkTypeOf(object["type"])
	if !known {
		return nil, "No issue link type with name '" + reference(object["type"], "name", "id") + "' found."
	}
	if other, no := x.visible(reference(object["outwardIssue"], "key", "id")); no == nil {
		return func(id int) IssueLink { return IssueLink{Type: t.name, Inward: id, Outward: other.ID} }, ""
	}
	if other, no := x.visible(reference(object["inwardIssue"], "key", "id")); no == nil {
		return func(id int) IssueLink { return IssueLink{Type: t.name, Inward: other.ID, Outward: id} }, ""
	}
	return nil, noIssue
}

// addLink adds a link unless it is there.
func (x *exchange) addLink(l IssueLink) {
	same := func(o IssueLink) bool { return o.Type == l.Type && o.Inward == l.Inward && o.Outward == l.Outward }
	if slices.ContainsFunc(x.s.linksOf(l.Inward), same) {
		return
	}
	l.ID = x.s.sequence("link", 10001)
	x.s.links.Put(rowKey(l.ID), l)
	x.s.by.link(l)
}

// getLinkTypes lists the types of links between issues.
func (x *exchange) getLinkTypes() answer {
	types := []any{}
	for _, t := range linkTypes() {
		types = append(types, x.linkType(t))
	}
	return ok(map[string]any{"issueLinkTypes": types})
}

func (x *exchange) linkType(t linkType) map[string]any {
	return map[string]any{"id": t.id, "name": t.name, "inward": t.inward, "outward": t.outward, "self": x.self("issueLinkType/" + t.id)}
}

func (x *exchange) linkIssues() answer {
	var in map[string]any
	if no := x.decode(&in); no != nil {
		return no.answer()
	}
	t, known := linkTypeOf(in["type"])
	if !known {
		return missing("No issue link type with name '" + reference(in["type"], "name", "id") + "' found.").answer()
	}
	inward, no := x.visible(reference(in["inwardIssue"], "key", "id"))
	if no != nil {
		return no.answer()
	}
	outward, no := x.visible(reference(in["outwardIssue"], "key", "id"))
	if no != nil {
		return no.answer()
	}
	x.addLink(IssueLink{Type: t.name, Inward: inward.ID, Outward: outward.ID})
	return answer{status: http.StatusCreated}
}

// linksOf shows the links of an issue to issues that the caller may see.
func (x *exchange) linksOf(i Issue) []any {
	out := []any{}
	for _, l := range x.s.linksOf(i.ID) {
		side, other := "outwardIssue", l.Outward
		if l.Outward == i.ID {
			side, other = "inwardIssue", l.Inward
		}
		o, _ := x.s.issues.Get(rowKey(other))
		if !sees(x.who, o) {
			continue
		}
		t, _ := linkTypeOf(map[string]any{"name": l.Type})
		id := strconv.Itoa(l.ID)
		out = append(out, map[string]any{"id": id, "self": x.self("issueLink/" + id), side: x.stub(o), "type": x.linkType(t)})
	}
	return out
}

type remoteIn struct {
	GlobalID     string `json:"globalId"`
	Relationship string `json:"relationship"`
	Object       struct {
		Title   string `json:"title"`
		URL     string `json:"url"`
		Summary string `json:"summary"`
	} `json:"object"`
}

// addRemote adds a web link, or replaces the one with the same global id: what the request leaves out is emptied.
func (x *exchange) addRemote() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	var in remoteIn
	if no := x.decode(&in); no != nil {
		return no.answer()
	}
	wrong := map[string]string{}
	if in.Object.Title == "" {
		wrong["title"] = "'title' is required."
	}
	if in.Object.URL == "" {
		wrong["url"] = "'url' is required."
	}
	if len(in.GlobalID) > 255 {
		wrong["globalId"] = "'globalId' must have no more than 255 characters."
	}
	if len(wrong) > 0 {
		return badFields(wrong).answer()
	}
	l := RemoteLink{Issue: i.ID, GlobalID: in.GlobalID, Title: in.Object.Title, URL: in.Object.URL, Summary: in.Object.Summary, Relationship: in.Relationship}
	status := http.StatusCreated
	for _, old := range x.s.remotesOf(i.ID) {
		if in.GlobalID != "" && old.GlobalID == in.GlobalID {
			l.ID, status = old.ID, http.StatusOK
		}
	}
	if l.ID == 0 {
		l.ID = x.s.sequence("remotelink", 10001)
	}
	x.s.remotes.Put(rowKey(l.ID), l)
	x.s.by.remotes[i.ID] = with(x.s.by.remotes[i.ID], l.ID)
	return answer{status: status, body: map[string]any{"id": l.ID, "self": x.self("issue/" + i.Key + "/remotelink/" + strconv.Itoa(l.ID))}}
}

// listRemotes lists the web links of an issue, or gives the one with the global id that is asked for.
func (x *exchange) listRemotes() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	want, out := x.URL.Query().Get("globalId"), []any{}
	for _, l := range x.s.remotesOf(i.ID) {
		link := map[string]any{
			"id": l.ID, "self": x.self("issue/" + i.Key + "/remotelink/" + strconv.Itoa(l.ID)), "globalId": l.GlobalID,
			"relationship": l.Relationship, "object": map[string]any{"title": l.Title, "url": l.URL, "summary": l.Summary},
		}
		if want == l.GlobalID && want != "" {
			return ok(link)
		}
		out = append(out, link)
	}
	if want != "" {
		return missing("The remote link with global ID '" + want + "' was not found.").answer()
	}
	return ok(out)
}
