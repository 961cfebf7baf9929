package notice

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// Said says in one sentence what has happened in a case: with an escape for the machine's thread in Slack, without one
// for the timeline. Pairs are names and values; a value may be empty where it is not known. Long texts are shortened:
// this tells that something was said, not all of it.
func Said(lang string, e Escape, id string, pairs ...string) string {
	w, filled := in(lang), slices.Clone(pairs)
	for i := 1; i < len(filled); i += 2 {
		filled[i] = w.value(e, id, filled[i-1], filled[i])
	}
	if text := w.say("said_"+id, filled...); text != "said_"+id {
		return text
	}
	return id
}

// value is what a sentence says in the place of that name.
func (w words) value(e Escape, id, name, value string) string {
	value = incident.CleanLine(value)
	switch name {
	case "By":
		return w.sender(e, id, value)
	case "At":
		return when(e, value)
	case "Lead", "Commander", "Owner":
		return person(e, value)
	case "Step":
		value = StepTitle(w.lang, value)
	case "State":
		value = w.word("containment", value)
	case "Status":
		value = w.taskStatus(incident.TaskStatus(value))
	case "Phase":
		value = w.word("phase_name", value)
	case "Due":
		return e.dated(e.text(unstopped(incident.Shorten(value, maxSaid))))
	case "Decision":
		value = w.word("decision", value)
	case "Why":
		value = w.word("why", value)
	case "Need":
		value = Need(w.lang, value)
	case "RunState":
		value = w.word("run_state", value)
	case "Resolution":
		value = resolution(w.lang, value)
	}
	return e.text(unstopped(incident.Shorten(value, maxSaid)))
}

// when is a time of a sentence, told as RFC 3339; older cases have told it as they show it.
func when(e Escape, value string) string {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return e.text(incident.Shorten(value, maxName))
	}
	return e.clock(t)
}

// sender is who did it. Only Slack's own word is taken for an id of Slack's: at a command line anybody can say that they
// are somebody's.
func (w words) sender(e Escape, id, who string) string {
	switch {
	case who == "":
		return w.say("somebody")
	case who == machine:
		return who
	case strings.HasPrefix(id, "channel_"):
		who = person(e, who)
	default:
		who = e.text(incident.Shorten(who, maxName))
	}
	return w.say("person", "Who", who)
}

// person is how somebody is called. Slack turns an id of its own into their name; others are as they were named.
func person(e Escape, who string) string {
	if e != nil && slackUser.MatchString(who) {
		return "<@" + who + ">"
	}
	return e.text(incident.Shorten(who, maxName))
}

var (
	slackUser  = regexp.MustCompile(`^[UW][A-Z0-9]{6,20}$`)
	slackGroup = regexp.MustCompile(`^S[A-Z0-9]{6,20}$`)
)

// machine is who does what nobody has asked for.
const machine = "Hikeshi"
