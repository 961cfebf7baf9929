package workflows

import (
	"path"

	"hikeshi/activities"
)

// adoption is how a thing that somebody supplies takes the place of what a step would have made: an activity that looks
// whether it is there, fits and is nobody else's, and takes it over. Its result is that of the step's own activity.
type adoption struct {
	steps    string // ids, as a path pattern
	activity any
	input    func(e activities.Effect, id string) any
}

// adoptionIn finds how a step's result can be supplied.
func adoptionIn(list []adoption, id string) (adoption, bool) {
	for _, a := range list {
		if fits, err := path.Match(a.steps, visits.ReplaceAllString(id, "")); err == nil && fits {
			return a, true
		}
	}
	return adoption{}, false
}
