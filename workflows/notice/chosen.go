package notice

import (
	"regexp"
	"strings"
)

// Chosen is what a button of a stuck notice carries: the step that was seen, as the update that decides names it.
type Chosen struct {
	WorkflowID string `json:"workflow_id"`
	Step       string `json:"step"`
	Generation int    `json:"generation"`
}

var (
	chosenWorkflow = regexp.MustCompile(`^case/([A-Z][A-Z0-9_]{0,40}(?:-[A-Z0-9]{1,20}){1,4})(?:/(a[0-9]{1,4}|mirror|run/[0-9]{1,4}))?$`)
	chosenStep     = regexp.MustCompile(`^[a-z][a-z0-9@]*(\.[a-z0-9_]{1,40}){0,8}$`)
)

// Valid reports whether it can be one of ours.
func (c Chosen) Valid() bool {
	return chosenWorkflow.MatchString(c.WorkflowID) && len(c.Step) <= 120 && chosenStep.MatchString(c.Step) && c.Generation > 0
}

// Number is the number under which the case was opened; empty if it is not valid.
func (c Chosen) Number() string {
	if parts := chosenWorkflow.FindStringSubmatch(c.WorkflowID); parts != nil {
		return parts[1]
	}
	return ""
}

// Shown is the step's id as its case shows it: those of an analysis with the analysis before them.
func (c Chosen) Shown() string {
	parts := chosenWorkflow.FindStringSubmatch(c.WorkflowID)
	if parts != nil && strings.HasPrefix(parts[2], "a") {
		return parts[2] + "/" + c.Step
	}
	return c.Step
}

// OwnStep is a step's id within the workflow that it belongs to.
func OwnStep(shown string) string {
	if _, own, found := strings.Cut(shown, "/"); found {
		return own
	}
	return shown
}
