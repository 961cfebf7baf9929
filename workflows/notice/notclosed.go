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
	m := notClosed.FindStringSubmatch(r.Message)
	if m == nil {
		return InLanguage(lang, r)
	}
	w := in(lang)
	return &incident.Refusal{
		Code: r.Code, Message: w.say("not_closed", "Number", m[1], "Missing", w.needs(strings.Split(m[2], ", "))), Hint: w.say("not_closed_hint"),
	}
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
