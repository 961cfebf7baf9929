package jiratest

import (
	"fmt"
	"maps"
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
			"id": transitionTo(name), "name": name, "to": x.status(name), "hasScreen": len(x.asked(name)) > 0,
			"isGlobal": false, "isInitial": false, "isConditional": false, "isAvailable": true,
		}
		if slices.Contains(list(x.URL.Query()["expand"]), "transitions.fields") {
			t["fields"] = x.asked(name)
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
	from := i.Status
	i.Status = stateNamed(from).next[next]
	if no := x.checkAsked(i, in); no != nil {
		return no.answer()
	}
	if from == finished { // a ticket that is worked on again has no resolution
		i.More = maps.Clone(i.More)
		delete(i.More, "resolution")
	}
	if no := x.change(&i, in); no != nil {
		return no.answer()
	}
	x.notify(i, "moved to "+i.Status, nil)
	return answer{status: http.StatusNoContent}
}

// finished is the status that can ask for more.
const finished = "Done"

func resolutions() []kind {
	return []kind{{"10001", "Won't Do"}, {"10000", "Done"}, {"10002", "Duplicate"}}
}

// asked are the fields on the screen of the transition to a status.
func (x *exchange) asked(to string) map[string]any {
	fields := map[string]any{}
	if to != finished {
		return fields
	}
	if x.s.o.AskResolution {
		allowed := []any{}
		for _, r := range resolutions() {
			allowed = append(allowed, x.resolution(r))
		}
		fields["resolution"] = map[string]any{"required": true, "schema": map[string]any{"type": "resolution", "system": "resolution"},
			"name": "Resolution", "key": "resolution", "hasDefaultValue": false, "operations": []string{"set"}, "allowedValues": allowed}
	}
	if id := x.s.o.AskField; id != "" {
		field := metaField(id, customFields()[id], "string", true)
		delete(field, "fieldId") // it is the key in this list
		fields[id] = field
	}
	return fields
}

func (x *exchange) resolution(r kind) map[string]any {
	return map[string]any{"self": x.self("resolution/" + r.id), "id": r.id, "name": r.name, "description": ""}
}

// checkAsked refuses a transition that leaves out what its screen asks for, unless the issue has it.
func (x *exchange) checkAsked(i Issue, in details) *problem {
	wrong := map[string]string{}
	for id, field := range x.asked(i.Status) {
		if in.Fields[id] == nil && i.More[id] == nil {
			name, _ := field.(map[string]any)["name"].(string)
			wrong[id] = name + " is required."
		}
	}
	if len(wrong) > 0 {
		return badFields(wrong)
	}
	return nil
}

// setResolution takes one of the site's resolutions. It stands on the screen of a transition only.
func (x *exchange) setResolution(i *Issue, v any) string {
	r, known := find(resolutions(), reference(v, "id", "name"))
	if !x.s.o.AskResolution || i.Status != finished {
		return fmt.Sprintf(notOnForm, "resolution")
	}
	if !known {
		return "Specify a valid 'id' or 'name' for resolution"
	}
	i.More["resolution"] = x.resolution(r)
	return ""
}
