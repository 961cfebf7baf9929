package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// contain records how far the damage is contained. It may be said in any phase, and again: new facts change it.
func (c *caseRun) contain(ctx workflow.Context, cmd ContainCommand) (Answer, *incident.Refusal) {
	c.Containment = cmd.State
	c.Contained = &stated{By: cmd.By.Called(), At: workflow.Now(ctx)}
	words := []string{"State", string(cmd.State), "By", cmd.By.Called()}
	c.announce("contained", words...)
	c.enter(ctx, cmd.By.Called(), "contained", words...)
	if cmd.State == incident.NotContained {
		return Answer{Text: fmt.Sprintf("%s: recorded as not contained", c.Number)}, nil
	}
	return Answer{Text: fmt.Sprintf("%s: containment: %s", c.Number, cmd.State)}, nil
}

func (cmd ContainCommand) sender() incident.By { return cmd.By }

func (cmd ContainCommand) check() *incident.Refusal {
	if state, err := incident.ParseContainment(string(cmd.State)); err != nil || state != cmd.State {
		return incident.Refuse(incident.Usage, "Use none, acting, contained or not applicable", "unknown containment %q", incident.Shorten(string(cmd.State), 40))
	}
	return nil
}
