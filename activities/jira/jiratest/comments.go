package jiratest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// readable reports whether an account may read the comment: a group is known by the company's name, and everybody in
// the CSIRT has every role.
func (c Comment) readable(who Account) bool {
	if c.Visibility == nil || who.Company == csirt || c.Author == who.ID {
		return true
	}
	v := c.Visibility
	return v.Type == "group" && (v.Value == who.Company || v.Identifier == who.Company)
}

func (x *exchange) readable(i Issue) []Comment {
	return slices.DeleteFunc(x.s.commentsOf(i.ID), func(c Comment) bool { return !c.readable(x.who) })
}

type commentIn struct {
	Body       *string     `json:"body"`
	Visibility *Visibility `json:"visibility"`
	Author     any         `json:"author"`
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

// check refuses what JIRA refuses. A comment with its read-only author in it is a known trap of go-jira.
func (in commentIn) check() *problem {
	switch {
	case in.Author != nil:
		return bad("Invalid request payload. Refer to the REST API documentation and try again.")
	case in.Body == nil || strings.TrimSpace(*in.Body) == "":
		return badFields(map[string]string{"comment": "Comment body can not be empty!"})
	case length(*in.Body) > maxText:
		return badFields(map[string]string{"comment": tooLong})
	case in.Visibility != nil && in.Visibility.Type != "group" && in.Visibility.Type != "role":
		return bad("Invalid request payload. Refer to the REST API documentation and try again.")
	}
	return nil
}

func (x *exchange) addComment() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	var in commentIn
	if no = x.decode(&in); no == nil {
		no = in.check()
	}
	if no != nil {
		return no.answer()
	}
	if len(x.s.by.comments[i.ID]) >= x.s.o.MaxComments {
		return (&problem{status: http.StatusRequestEntityTooLarge, messages: []string{"The issue has reached its limit of comments."}}).answer()
	}
	c := Comment{
		ID: x.s.sequence("comment", 10001), Issue: i.ID, Author: x.who.ID, Editor: x.who.ID, Body: *in.Body,
		Created: x.now, Updated: x.now, Visibility: in.Visibility, Properties: map[string]json.RawMessage{},
	}
	for _, p := range in.Properties {
		c.Properties[p.Key] = p.Value
	}
	x.s.comments.Put(rowKey(c.ID), c)
	x.s.by.comments[i.ID] = append(x.s.by.comments[i.ID], c.ID)
	if !slices.Contains(i.Watchers, x.who.ID) && x.who.ID != product.ID { // people follow what they comment on
		i.Watchers = append(slices.Clone(i.Watchers), x.who.ID)
	}
	x.s.putIssue(i, x.now)
	x.notify(i, "commented", c.readable)
	return created(x.comment(c))
}

// listComments pages through the comments; orderBy is created, +created or -created.
func (x *exchange) listComments() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	all := x.readable(i)
	q := x.URL.Query()
	switch q.Get("orderBy") {
	case "", "created", "+created":
	case "-created":
		slices.Reverse(all)
	default:
		return bad("The value of orderBy is not supported: " + q.Get("orderBy")).answer()
	}
	page, start, size := page(all, q.Get("startAt"), q.Get("maxResults"), 100)
	return ok(map[string]any{"startAt": start, "maxResults": size, "total": len(all), "comments": x.renderComments(page)})
}

// page cuts a list as startAt and maxResults say; limit is the most that JIRA gives.
func page[T any](all []T, startAt, maxResults string, limit int) (part []T, start, size int) {
	start, _ = strconv.Atoi(startAt)
	size, err := strconv.Atoi(maxResults)
	if err != nil || size > limit {
		size = limit
	}
	from := min(max(0, start), len(all))
	return all[from:min(from+max(0, size), len(all))], start, size
}

func (x *exchange) pathComment() (Issue, Comment, *problem) {
	i, no := x.issue()
	if no != nil {
		return i, Comment{}, no
	}
	id, _ := strconv.Atoi(x.PathValue("comment"))
	c, found := x.s.comments.Get(rowKey(id))
	if !found || c.Issue != i.ID || !c.readable(x.who) {
		return i, c, missing("Can not find a comment for the id: " + x.PathValue("comment") + ".")
	}
	return i, c, nil
}

func (x *exchange) getComment() answer {
	_, c, no := x.pathComment()
	if no != nil {
		return no.answer()
	}
	return ok(x.comment(c))
}

// updateComment replaces the body and the visibility: one that is left out is lifted.
func (x *exchange) updateComment() answer {
	i, c, no := x.pathComment()
	var in commentIn
	if no == nil {
		no = x.decode(&in)
	}
	if no == nil {
		no = in.check()
	}
	if no != nil {
		return no.answer()
	}
	c.Body, c.Visibility, c.Editor, c.Updated, c.Properties = *in.Body, in.Visibility, x.who.ID, x.now, maps.Clone(c.Properties)
	for _, p := range in.Properties {
		c.Properties[p.Key] = p.Value
	}
	x.s.comments.Put(rowKey(c.ID), c)
	if !x.silent() {
		x.notify(i, "comment edited", c.readable)
	}
	return ok(x.comment(c))
}

// deleteComment is what a person can do in the page of an issue.
func (x *exchange) deleteComment() answer {
	i, c, no := x.pathComment()
	if no != nil {
		return no.answer()
	}
	x.s.comments.Delete(rowKey(c.ID))
	x.s.by.comments[i.ID] = slices.DeleteFunc(x.s.by.comments[i.ID], func(id int) bool { return id == c.ID })
	x.s.putIssue(i, x.now)
	return done()
}

func (x *exchange) renderComments(all []Comment) []any {
	out := []any{}
	for _, c := range all {
		out = append(out, x.comment(c))
	}
	return out
}

func (x *exchange) comment(c Comment) map[string]any {
	id := strconv.Itoa(c.ID)
	out := map[string]any{
		"self": x.self("issue/" + strconv.Itoa(c.Issue) + "/comment/" + id), "id": id, "body": c.Body,
		"author": x.person(c.Author), "updateAuthor": x.person(c.Editor),
		"created": stamp(c.Created), "updated": stamp(c.Updated), "jsdPublic": true,
	}
	if c.Visibility != nil {
		out["visibility"] = c.Visibility
	}
	if slices.Contains(list(x.URL.Query()["expand"]), "properties") && !x.s.o.HideProperties {
		values := []any{}
		for _, key := range slices.Sorted(maps.Keys(c.Properties)) {
			values = append(values, map[string]any{"key": key, "value": c.Properties[key]})
		}
		out["properties"] = values
	}
	return out
}
