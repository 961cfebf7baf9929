package cases

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

// input reads the fields of a command and keeps the first thing that is wrong with them.
type input struct {
	fields Fields
	by     incident.By
	wrong  error
}

// BadField is a refusal because of one field of a command, so that a form can show it there.
type BadField struct {
	Name string // of the field
	*incident.Refusal
}

// Field returns the name of the field.
func (b *BadField) Field() string { return b.Name }

// Unwrap returns the refusal.
func (b *BadField) Unwrap() error { return b.Refusal }

// text is a field's text as it was written.
func (s *input) text(name string) string {
	if values := s.fields[name]; len(values) > 0 {
		return incident.CleanText(values[0])
	}
	return ""
}

func (s *input) line(name string) string { return incident.CleanLine(s.text(name)) }

// id is a plain word of the case's own: a1, t3, doing.
func (s *input) id(name string) string { return strings.ToLower(s.line(name)) }

// slackMention is how Slack sends the mention of a person or a group.
var slackMention = regexp.MustCompile(`^<(?:@|!subteam\^)([A-Z0-9]{2,30})(?:\|[^<>]*)?>$`)

// person is somebody named: Slack's id where they were mentioned.
func (s *input) person(name string) string {
	if people := s.people(name); len(people) > 0 {
		return people[0]
	}
	return ""
}

func (s *input) people(name string) (list []string) {
	for _, who := range s.fields[name] {
		who = incident.CleanLine(who)
		if m := slackMention.FindStringSubmatch(who); m != nil {
			who = m[1]
		}
		if who != "" {
			list = append(list, who)
		}
	}
	return list
}

// needs refuses a field that says nothing.
func (s *input) needs(name, hint string) {
	if s.text(name) == "" {
		s.refuse(name, incident.Refuse(incident.Usage, hint, "--%s is missing", name))
	}
}

// yes reports whether a field that is yes or no says yes.
func (s *input) yes(name string) bool {
	said := s.id(name)
	return said != "" && said != "no" && said != "false"
}

// named is the id of something of the case. It refuses a field that was given and names nothing.
func (s *input) named(name string) string {
	id := s.id(name)
	if _, given := s.fields[name]; given && id == "" {
		s.refuse(name, incident.Refuse(incident.Usage, "Give its id, such as a1, t3 or r1", "--%s names nothing", name))
	}
	return id
}

// any refuses a command in which none of these fields says anything.
func (s *input) any(names ...string) { s.oneOf("nothing to record", names...) }

// changes refuses a command that is to change something and says of nothing how it should be.
func (s *input) changes(names ...string) { s.oneOf("nothing to change", names...) }

func (s *input) oneOf(otherwise string, names ...string) {
	if !slices.ContainsFunc(names, func(name string) bool { return s.text(name) != "" }) {
		s.refuse(names[0], incident.Refuse(incident.Usage, "Give one of --"+strings.Join(names, ", --"), "%s", otherwise))
	}
}

// refuse keeps the error of a field, if it is one and the first.
func (s *input) refuse(name string, err error) {
	var refusal *incident.Refusal
	if s.wrong == nil && errors.As(err, &refusal) {
		s.wrong = &BadField{name, refusal}
	}
}

// about is the error, as one because of a field if it is a refusal.
func about(name string, err error) error {
	var refusal *incident.Refusal
	if errors.As(err, &refusal) {
		return &BadField{name, refusal}
	}
	return err
}
