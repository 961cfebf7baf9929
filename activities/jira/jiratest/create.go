package jiratest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// details is the body of create, edit and transition.
type details struct {
	Fields     map[string]any              `json:"fields"`
	Update     map[string][]map[string]any `json:"update"`
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
	Transition *struct {
		ID string `json:"id"`
	} `json:"transition"`
}

// createIssue checks everything first: JIRA creates all of an issue or nothing. A number is used up either way.
func (x *exchange) createIssue() answer {
	var in details
	if no := x.decode(&in); no != nil {
		return no.answer()
	}
	p, known := project(reference(in.Fields["project"], "key", "id"))
	if !known {
		return badFields(map[string]string{"project": "Specify a valid project ID or key"}).answer()
	}
	if p.Locked && x.who.ID == product.ID {
		return forbidden("You do not have permission to create issues in this project.").answer()
	}
	number := x.s.sequence(p.Key, 1)
	i := Issue{
		Project: p.Key, Key: p.Key + "-" + strconv.Itoa(number), Status: statuses()[0].name,
		Reporter: x.who.ID, Creator: x.who.ID, Watchers: []string{x.who.ID}, Created: x.now,
		Properties: map[string]json.RawMessage{}, More: map[string]any{},
	}
	links, no := x.fill(&i, p, in)
	if no != nil {
		return no.answer()
	}
	i.ID = x.s.sequence("issue", 10001)
	x.s.putIssue(i, x.now)
	for _, l := range links {
		x.addLink(l(i.ID))
	}
	x.notify(i, "created", nil)
	return created(map[string]any{"id": strconv.Itoa(i.ID), "key": i.Key, "self": x.self("issue/" + strconv.Itoa(i.ID))})
}

// pendingLink is a link of an issue that has no id yet.
type pendingLink func(id int) IssueLink

// fill sets what the request asks for, or says all that is wrong with it.
func (x *exchange) fill(i *Issue, p Project, in details) ([]pendingLink, *problem) {
	wrong := map[string]string{}
	t, known := find(issueTypes(), reference(in.Fields["issuetype"], "id", "name"))
	if !known {
		wrong["issuetype"] = "Specify a valid issue type"
	}
	i.Type = t.name
	if _, has := in.Fields["summary"]; !has {
		wrong["summary"] = "You must specify a summary of the issue."
	}
	for _, name := range p.Required {
		if v := in.Fields[name]; v == nil || v == "" {
			wrong[name] = customFields()[name] + " is required."
		}
	}
	fields := maps.Clone(in.Fields)
	delete(fields, "project")
	delete(fields, "issuetype")
	x.set(i, fields, wrong)
	links := x.update(i, in.Update, wrong)
	for _, property := range in.Properties {
		if property.Key == "" || !json.Valid(property.Value) {
			return nil, bad("The property key and value must be given.")
		}
		i.Properties[property.Key] = property.Value
	}
	if len(wrong) > 0 {
		return nil, badFields(wrong)
	}
	return links, nil
}

// reference reads {"key": …} or {"id": …}: the first of the names that is there.
func reference(v any, names ...string) string {
	object, _ := v.(map[string]any)
	for _, name := range names {
		if s, is := object[name].(string); is && s != "" {
			return s
		}
	}
	return ""
}

// editIssue changes fields; without a change there is no mail.
func (x *exchange) editIssue() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	var in details
	if no := x.decode(&in); no != nil {
		return no.answer()
	}
	if no := x.change(&i, in); no != nil {
		return no.answer()
	}
	if !x.silent() {
		x.notify(i, "updated", nil)
	}
	return done()
}

// change applies fields, update and properties of an edit or a transition.
func (x *exchange) change(i *Issue, in details) *problem {
	i.Labels, i.Properties, i.More = slices.Clone(i.Labels), maps.Clone(i.Properties), maps.Clone(i.More)
	wrong := map[string]string{}
	x.set(i, in.Fields, wrong)
	links := x.update(i, in.Update, wrong)
	for _, property := range in.Properties {
		i.Properties[property.Key] = property.Value
	}
	if len(wrong) > 0 {
		return badFields(wrong)
	}
	x.s.putIssue(*i, x.now)
	for _, l := range links {
		x.addLink(l(i.ID))
	}
	return nil
}
