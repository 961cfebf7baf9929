package jiratest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

const (
	maxSummary = 255
	maxText    = 32767
	maxLabel   = 255
)

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// set writes fields into the issue and notes what is wrong under the field's name.
func (x *exchange) set(i *Issue, fields map[string]any, wrong map[string]string) {
	for name, v := range fields {
		if text := x.setField(i, name, v); text != "" {
			wrong[name] = text
		}
	}
}

// setField writes one field; the result says what is wrong.
func (x *exchange) setField(i *Issue, name string, v any) string {
	switch name {
	case "summary":
		return setSummary(i, v)
	case "description":
		return setDescription(i, v)
	case "labels":
		return setLabels(i, v)
	case "security":
		return x.setLevel(i, v)
	case "assignee", "reporter":
		return setPerson(i, name, v)
	case "parent":
		parent, no := x.visible(reference(v, "key", "id"))
		if no != nil {
			return "Could not find issue by id or key."
		}
		i.Parent = parent.ID
	case "resolution":
		return x.setResolution(i, v)
	case "priority", "duedate", "environment":
		i.More[name] = v
	default:
		if _, known := customFields()[name]; !known {
			return fmt.Sprintf(notOnForm, name)
		}
		i.More[name] = v
	}
	return ""
}

func setSummary(i *Issue, v any) string {
	s, is := v.(string)
	switch {
	case !is:
		return "Operation value must be a string"
	case strings.TrimSpace(s) == "":
		return "You must specify a summary of the issue."
	case strings.ContainsAny(s, "\r\n"):
		return "The summary is invalid because it contains newline characters."
	case length(s) > maxSummary:
		return "Summary must be less than 255 characters."
	}
	i.Summary = s
	return ""
}

func setDescription(i *Issue, v any) string {
	s, is := v.(string)
	if !is && v != nil {
		return "Operation value must be a string"
	}
	if length(s) > maxText {
		return tooLong
	}
	i.Description = s
	return ""
}

func setLabels(i *Issue, v any) string {
	list, is := v.([]any)
	if !is {
		return "data was not an array"
	}
	labels := []string{}
	for _, l := range list {
		s, is := l.(string)
		if !is {
			return "Operation value must be a string"
		}
		if text := checkLabel(s); text != "" {
			return text
		}
		labels = append(labels, s)
	}
	slices.Sort(labels)
	i.Labels = slices.Compact(labels)
	return ""
}

func checkLabel(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\r\n") {
		return fmt.Sprintf("The label '%s' contains spaces which is invalid.", s)
	}
	if length(s) > maxLabel {
		return fmt.Sprintf("The label '%s' exceeds the maximum length of 255 characters.", s)
	}
	return ""
}

// setLevel takes only levels that the caller is in.
func (x *exchange) setLevel(i *Issue, v any) string {
	if v == nil {
		i.Level = ""
		return ""
	}
	p, _ := project(i.Project)
	want := reference(v, "id", "name")
	for _, l := range p.Levels {
		if (l.ID == want || l.Name == want) && slices.Contains(l.Companies, x.who.Company) {
			i.Level = l.ID
			return ""
		}
	}
	return "Specify a valid 'id' or 'name' for security level"
}

func setPerson(i *Issue, name string, v any) string {
	id := reference(v, "accountId", "id")
	if _, known := accountByID(id); !known && v != nil {
		return "Specify a valid value for " + name
	}
	if name == "reporter" {
		if id == "" {
			return "Reporter is required."
		}
		i.Reporter = id
		return ""
	}
	i.Assignee = id
	return ""
}

// update carries out the operations of "update": set, add and remove.
func (x *exchange) update(i *Issue, ops map[string][]map[string]any, wrong map[string]string) (links []pendingLink) {
	for name, list := range ops {
		for _, op := range list {
			for verb, v := range op {
				link, text := x.operate(i, name, verb, v)
				if text != "" {
					wrong[name] = text
				}
				if link != nil {
					links = append(links, link)
				}
			}
		}
	}
	return links
}

func (x *exchange) operate(i *Issue, name, verb string, v any) (pendingLink, string) {
	switch {
	case verb == "set":
		return nil, x.setField(i, name, v)
	case name == "labels":
		return nil, operateLabel(i, verb, v)
	case name == "issuelinks" && verb == "add":
		if x.s.o.RefuseLinks && i.ID == 0 {
			return nil, fmt.Sprintf(notOnForm, name)
		}
		return x.pending(v)
	}
	return nil, fmt.Sprintf("Field '%s' does not support operation '%s'", name, verb)
}

func operateLabel(i *Issue, verb string, v any) string {
	s, is := v.(string)
	if !is {
		return "Operation value must be a string"
	}
	if text := checkLabel(s); text != "" {
		return text
	}
	i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return l == s })
	if verb == "add" {
		i.Labels = append(i.Labels, s)
		slices.Sort(i.Labels)
	}
	return ""
}
