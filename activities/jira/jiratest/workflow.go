package jiratest

import (
	"net/http"
	"slices"
)

// state is a status of the workflow To Do → In Progress → Done; next are the statuses that can follow.
type state struct {
	id, name string
	category kind
	color    string
	next     []string
}

func statuses() []state {
	return []state{
		{"10000", "To Do", kind{"2", "new"}, "blue-gray", []string{"In Progress"}},
		{"10001", "In Progress", kind{"4", "indeterminate"}, "yellow", []string{"To Do", "Done"}},
		{"10002", "Done", kind{"3", "done"}, "green", []string{"In Progress"}},
	}
}

func stateNamed(name string) state {
	i := slices.IndexFunc(statuses(), func(s state) bool { return s.name == name })
	return statuses()[max(0, i)]
}

func (x *exchange) status(name string) map[string]any {
	s := stateNamed(name)
	names := map[string]string{"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
	return map[string]any{"self": x.self("status/" + s.id), "id": s.id, "name": s.name, "description": "", "statusCategory": map[string]any{
		"self": x.self("statuscategory/" + s.category.id), "id": int(s.category.id[0] - '0'), "key": s.category.name, "name": names[s.category.name], "colorName": s.color,
	}}
}

// transition ids follow JIRA's habit: 11, 21, 31 by the status they lead to.
func transitionTo(name string) string {
	i := slices.IndexFunc(statuses(), func(s state) bool { return s.name == name })
	return []string{"11", "21", "31"}[i]
}

func (x *exchange) getTransitions() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	open := []any{}
	for _, name := range stateNamed(i.Status).next {
		t := map[string]any{
			"id": transitionTo(name), "name": name, "to": x.status(name), "hasScreen": false,
			"isGlobal": false, "isInitial": false, "isConditional": false, "isAvailable": true,
		}
		if slices.Contains(list(x.URL.Query()["expand"]), "transitions.fields") {
			t["fields"] = map[string]any{}
		}
		open = append(open, t)
	}
	return ok(map[string]any{"expand": "transitions", "transitions": open})
}

func (x *exchange) doTransition() answer {
	i, no := x.issue()
	if no != nil {
		return no.answer()
	}
	var in details
	if no := x.decode(&in); no != nil {
		return no.answer()
	}
	if in.Transition == nil || in.Transition.ID == "" {
		return bad("Missing 'transition' identifier").answer()
	}
	next := slices.IndexFunc(stateNamed(i.Status).next, func(name string) bool { return transitionTo(name) == in.Transition.ID })
	if next < 0 {
		return bad("It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue.").answer()
	}
	i.Status = stateNamed(i.Status).next[next]
	if no := x.change(&i, in); no != nil {
		return no.answer()
	}
	x.notify(i, "moved to "+i.Status, nil)
	return answer{status: http.StatusNoContent}
}
