package notice

import (
	"regexp"
	"strings"
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
