package cases

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
)

// addCauses tells why a step that is being tried is not done yet. The case itself does not know: Temporal retries
// behind its back.
func (c *Cases) addCauses(s *workflows.Status, pending []*workflow.PendingActivityInfo) {
	for i := range s.Steps {
		step := &s.Steps[i]
		for _, activity := range pending {
			if step.State == workflows.StepTrying && stepOf(activity) == step.ID && activity.GetLastFailure() != nil {
				c.addCause(step, activity)
			}
		}
	}
}

// stepOf is the step an activity works for: its id is the step's, with the number of the execution from the second on.
func stepOf(a *workflow.PendingActivityInfo) string {
	id, _, _ := strings.Cut(a.GetActivityId(), "#")
	return id
}

func (c *Cases) addCause(step *workflows.StepStatus, a *workflow.PendingActivityInfo) {
	err := c.failures.FailureToError(a.GetLastFailure())
	cause := err.Error()
	var fault *temporal.ApplicationError // its type is the class, its message names system, deed, cause and hint
	if errors.As(err, &fault) {
		step.Class, cause = fault.Type(), fault.Message()
	}
	step.Cause = fmt.Sprintf("attempt %d; the last one: %s", a.GetAttempt(), cause)
}
