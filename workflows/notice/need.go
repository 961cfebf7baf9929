package notice

import "strings"

// Need is what a gate asks for, in words; one of newer code has its own English words.
func Need(lang, need string) string {
	w := in(lang)
	kind, which, found := strings.Cut(need, " ")
	if found {
		switch kind {
		case "conclude":
			return w.say("need_conclude_one", "Which", which)
		case "decide":
			return w.say("need_decide_one", "Which", which)
		case "debt":
			return w.say("need_debt", "Step", StepTitle(lang, which))
		}
	}
	return w.word("need", need)
}

// GateHint says what to do about something that a gate needs, and how to go on without it where that is allowed.
func GateHint(lang, need string) string {
	w := in(lang)
	kind, which, found := strings.Cut(need, " ")
	if !found {
		which = need
	}
	act := ""
	switch {
	case found && kind == "conclude":
		act = "conclude --analysis " + which + " --finding … / --drop …"
	case found && kind == "decide":
		act = "decide --lesson " + which + " --as theme / accept / join:KEY"
	case found && kind == "debt":
		return w.say("hint_debt")
	case need == "severity", need == "reassessment":
		act = "triage --severity 1-4"
	case need == "commander":
		act = "triage --commander @…"
	case need == "scope":
		act = "triage --scope …"
	case need == "containment":
		act = "contain --state contained / not-applicable"
	case need == "resolution":
		return "close --resolution …"
	case need == "archive":
		return w.say("hint_archive")
	case need == "a channel with the people in it":
		return w.say("hint_channel")
	default:
		return w.say("hint_waive", "Need", need)
	}
	return w.say("hint_act", "Act", act, "Need", which)
}
