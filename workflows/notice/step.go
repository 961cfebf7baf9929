package notice

import (
	"regexp"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

// StepTitle is what a step does, for people. A step of an analysis that its case shows has the analysis before it.
func StepTitle(lang, id string) string {
	whose, step, found := strings.Cut(id, "/")
	if !found {
		whose, step = "", id
	}
	key := "step_title_" + strings.Join(named(step), "_")
	title := in(lang).say(key)
	switch {
	case title == key:
		return id
	case found:
		return whose + ": " + title
	}
	return title
}

// named are the parts of a step's id that say what it does: without numbers, ids and the visit.
func named(step string) (parts []string) {
	for part := range strings.SplitSeq(visit.ReplaceAllString(step, ""), ".") {
		if !numbered.MatchString(part) {
			parts = append(parts, part)
		}
	}
	return parts
}

var (
	visit    = regexp.MustCompile(`@[0-9]+`)
	numbered = regexp.MustCompile(`^[a-z]?[0-9]+$`)
)

const stuck = "stuck"

// stuckFirst are the steps that are not done, those before the others that need somebody.
func (c Case) stuckFirst() []Step {
	list := slices.Clone(c.Steps)
	slices.SortStableFunc(list, func(a, b Step) int {
		switch {
		case a.State == stuck && b.State != stuck:
			return -1
		case a.State != stuck && b.State == stuck:
			return 1
		}
		return 0
	})
	return list
}

// noteLines are what people should know, each on one line.
func (c Case) noteLines(e Escape) (lines []string) {
	for _, n := range c.Notes {
		lines = append(lines, e.dated(within(e, incident.CleanLine(n), 2*maxSaid)))
	}
	return lines
}

// stepLine says in one line what is owed and why.
func (c Case) stepLine(s Step) string {
	title := StepTitle(c.Lang, s.ID)
	if s.State != stuck {
		return c.say("step_owed", "Step", title)
	}
	return c.say("step_stuck", "Step", title, "Cause", unstopped(Translated(c.Lang, s.Cause)), "Since", clock(s.Since), "Hint", unstopped(Translated(c.Lang, s.Hint)))
}

// unstopped is a text for the middle of a sentence of ours, which ends it itself.
func unstopped(text string) string { return strings.TrimRight(incident.CleanLine(text), " .。") }
