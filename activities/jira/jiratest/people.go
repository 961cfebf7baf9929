package jiratest

import (
	"slices"
	"strings"
)

func (x *exchange) getWatchers() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	people := []any{}
	for _, id := range i.Watchers {
		people = append(people, x.person(id))
	}
	return ok(map[string]any{
		"self": x.self("issue/" + i.Key + "/watchers"), "watchCount": len(people),
		"isWatching": slices.Contains(i.Watchers, x.who.ID), "watchers": people,
	})
}

// addWatcher takes a JSON string with the account id; an empty body means the caller.
func (x *exchange) addWatcher() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	id := x.who.ID
	if x.ContentLength > 0 {
		if no := x.decode(&id); no != nil {
			return no.answer()
		}
	}
	who, known := accountByID(id)
	if !known {
		return missing("The user '" + id + "' does not exist.").answer()
	}
	if !sees(who, i) {
		return bad("The user '" + who.Name + "' does not have permission to view this issue.").answer()
	}
	if !slices.Contains(i.Watchers, id) {
		i.Watchers = append(slices.Clone(i.Watchers), id)
		x.s.issues.Put(rowKey(i.ID), i)
	}
	return done()
}

func (x *exchange) removeWatcher() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	id := x.URL.Query().Get("accountId")
	if id == "" {
		return bad("The accountId query parameter is required.").answer()
	}
	i.Watchers = slices.DeleteFunc(slices.Clone(i.Watchers), func(w string) bool { return w == id })
	x.s.issues.Put(rowKey(i.ID), i)
	return done()
}

// assign sets or, with a null account id, empties the assignee.
func (x *exchange) assign() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	var in struct {
		AccountID *string `json:"accountId"`
	}
	if no := x.decode(&in); no != nil {
		return no.answer()
	}
	before := i.Assignee
	i.Assignee = ""
	if in.AccountID != nil {
		who, known := accountByID(*in.AccountID)
		if !known || !sees(who, i) {
			return badFields(map[string]string{"assignee": "User '" + *in.AccountID + "' cannot be assigned issues."}).answer()
		}
		i.Assignee = who.ID
	}
	if i.Assignee != before {
		x.s.putIssue(i, x.now)
		x.notify(i, "assigned", nil)
	}
	return done()
}

// searchUsers finds people by the beginning of a word of their name or of their e-mail.
func (x *exchange) searchUsers() answer {
	q := x.URL.Query()
	query, id := strings.ToLower(q.Get("query")), q.Get("accountId")
	if query == "" && id == "" {
		return bad("At least one of the query parameters must be given: query, accountId, property.").answer()
	}
	found := []any{}
	for _, a := range accounts() {
		words := append(strings.Fields(strings.ToLower(a.Name)), strings.ToLower(a.Email))
		byWord := query != "" && slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, query) })
		if byWord || a.ID == id {
			found = append(found, x.person(a.ID))
		}
	}
	part, _, _ := page(found, q.Get("startAt"), q.Get("maxResults"), 50)
	return ok(part)
}
