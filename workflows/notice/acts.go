package notice

import (
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

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
			list = append(list, "conclude", "lead")
			break
		}
	}
	return append(list, "run", "task", "update", "lesson", "take", "handover", "waive", "close", "merge", "mistake")
}

// onCard reports whether a verb has a button on the card: what is seldom wanted is found by the bare command, unless it is
// what the case needs next.
func (c Case) onCard(verb string) bool {
	return verb == c.next() || !slices.Contains([]string{"waive", "conclude", "lead", "merge"}, verb)
}

// next is the verb for what the case's phase needs first; empty: nothing that a verb is for, as when the case is closed.
func (c Case) next() string {
	if c.Phase == incident.PhaseClosed {
		return ""
	}
	for _, g := range c.Gates {
		if g.Name != string(c.Phase) || g.Open {
			continue
		}
		for _, need := range g.Missing {
			kind, _, _ := strings.Cut(need, " ")
			if verb := verbOfNeed[kind]; verb != "" {
				return verb
			}
		}
	}
	return ""
}

// verbOfNeed says which verb meets what a gate asks for, by the first word of it.
var verbOfNeed = map[string]string{
	"severity": "triage", "commander": "triage", "scope": "triage", "reassessment": "triage",
	"conclude": "conclude", "containment": "contain", "resolution": "close", "decide": "decide",
}

// ActButtons are buttons for verbs; that which the case needs next stands out.
func (c Case) ActButtons(verbs ...string) (list []Button) {
	aim := Aim{Workflow: c.WorkflowID}
	if !aim.Valid() {
		return nil
	}
	next := c.next()
	for _, verb := range verbs {
		b := Button{Text: FormWord(c.Lang, "verb", verb), ActionID: ActPrefix + verb, Value: aim.value()}
		if verb == next {
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
		if c.onCard(verb) {
			verbs = append(verbs, verb)
		}
	}
	if buttons := c.ActButtons(verbs...); len(buttons) > 0 {
		m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: buttons})
	}
}
