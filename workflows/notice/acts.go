package notice

import "hikeshi/workflows/incident"

// Acts are the verbs that fit a case as it stands, the most urgent first. What does not fit is refused by the case all
// the same: this is only what is worth a button.
func (c Case) Acts() []string {
	switch c.Phase {
	case incident.PhaseClosed:
		return []string{"reopen"}
	case incident.PhaseArchive:
		return []string{"back"}
	case incident.PhaseLessons:
		return []string{"decide", "lesson", "task", "update", "severity", "take", "handover", "waive", "back", "mistake"}
	}
	list := []string{"triage", "details", "severity", "contain", "analyze"}
	for _, a := range c.Analyses {
		if a.Open() {
			list = append(list, "conclude")
			break
		}
	}
	return append(list, "run", "task", "update", "lesson", "take", "handover", "waive", "close", "merge", "mistake")
}

// onCard reports whether a verb has a button on the card: what is seldom wanted is found by the bare command.
func onCard(verb string) bool { return verb != "waive" && verb != "conclude" && verb != "merge" }

// ActButtons are buttons for verbs, about the case with that workflow id or about one of its analyses.
func ActButtons(lang, workflow string, verbs ...string) (list []Button) {
	aim := Aim{Workflow: workflow}
	if !aim.Valid() {
		return nil
	}
	for _, verb := range verbs {
		b := Button{Text: FormWord(lang, "verb", verb), ActionID: ActPrefix + verb, Value: aim.value()}
		switch verb {
		case "triage", "reopen":
			b.Style = "primary"
		}
		list = append(list, b)
	}
	return list
}

// addActs puts the urgent acts on the card, as buttons.
func (m *Message) addActs(c Case) {
	var verbs []string
	for _, verb := range c.Acts() {
		if onCard(verb) {
			verbs = append(verbs, verb)
		}
	}
	if buttons := ActButtons(c.Lang, c.WorkflowID, verbs...); len(buttons) > 0 {
		m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: buttons})
	}
}
