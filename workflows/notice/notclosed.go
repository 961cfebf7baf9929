package notice

import (
	"regexp"
	"strings"

	"hikeshi/workflows/incident"
)

// notClosed is the form of the case's refusal to be closed: its needs, in the words of its gates.
var notClosed = regexp.MustCompile(`^case (\S+) cannot be closed yet; still missing: (.+)$`)

// InSlack is a refusal as people read it in Slack. What a case needs before it is closed is named in plain words there,
// and met with buttons: what to type on a command line would fill a telephone's screen.
func InSlack(lang string, r *incident.Refusal) *incident.Refusal {
	w := in(lang)
	m := notClosed.FindStringSubmatch(r.Message)
	if m == nil {
		return w.inForm(InLanguage(lang, r), r)
	}
	return &incident.Refusal{
		Code: r.Code, Message: w.say("not_closed", "Number", m[1], "Missing", w.needs(strings.Split(m[2], ", "))), Hint: w.say("not_closed_hint"),
	}
}

var (
	missingField = regexp.MustCompile(`^--(\S+) is missing$`)
	oneOfFields  = regexp.MustCompile(`^Give one of --(\S+(?:, --\S+)*)$`)
	orOption     = regexp.MustCompile(`: --\S+$`)
)

// inForm is a refusal because of what was not filled in: by the labels of a form, and by what to type, for those who typed.
func (w words) inForm(told, r *incident.Refusal) *incident.Refusal {
	if m := missingField.FindStringSubmatch(r.Message); m != nil {
		told.Message, told.Hint = w.say("not_filled", "Field", FieldLabel(w.lang, "", m[1]), "Option", m[1]), orOption.ReplaceAllString(told.Hint, "")
	}
	if m := oneOfFields.FindStringSubmatch(r.Hint); m != nil {
		labels := strings.Split(m[1], ", --")
		for i, field := range labels {
			labels[i] = FieldLabel(w.lang, "", field)
		}
		told.Hint = w.say("not_filled_hint", "Fields", strings.Join(labels, w.say("comma")))
	}
	return told
}

// needs names what is missing, in a line; analyses and lessons together.
func (w words) needs(missing []string) string {
	var said []string
	same := map[string]int{} // where what is missing of several stands
	which := map[string][]string{}
	for _, need := range missing {
		kind, of, _ := strings.Cut(need, " ")
		if id := map[string]string{"conclude": "need_conclude_one", "decide": "need_decide_one"}[kind]; id != "" && of != "" {
			if _, known := same[id]; !known {
				same[id] = len(said)
				said = append(said, "")
			}
			which[id] = append(which[id], of)
			said[same[id]] = w.say(id, "Which", strings.Join(which[id], "/"))
			continue
		}
		said = append(said, Need(w.lang, need))
	}
	return strings.Join(said, w.say("comma"))
}
