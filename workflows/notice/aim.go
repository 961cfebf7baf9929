package notice

import (
	"encoding/json"
	"strings"
)

// ActPrefix begins the action ids of buttons that do something to a case; the verb follows, as in case_triage.
const ActPrefix = "case_"

// Aim is what a button for a verb carries: the case or the analysis that it is about, and what is said with it already.
type Aim struct {
	Workflow string            `json:"workflow"`
	Fields   map[string]string `json:"fields,omitempty"`
}

// Valid reports whether it can be one of ours.
func (a Aim) Valid() bool { return chosenWorkflow.MatchString(a.Workflow) }

// Number is the number under which the case was opened; empty if it is not valid.
func (a Aim) Number() string { return Chosen{WorkflowID: a.Workflow}.Number() }

// Analysis is the id of the analysis that it is about; empty: the whole case.
func (a Aim) Analysis() string {
	parts := chosenWorkflow.FindStringSubmatch(a.Workflow)
	if parts != nil && strings.HasPrefix(parts[2], "a") {
		return parts[2]
	}
	return ""
}

// value is what the button carries.
//
//workflowcheck:ignore encoding/json caches types in a sync.Map, which changes nothing that we see
func (a Aim) value() string {
	raw, _ := json.Marshal(a) // strings: cannot fail
	return string(raw)
}
