package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// rate says how bad it is, in whatever phase it is found out. What depends on it, such as a second call of the pager,
// looks at it again.
func (c *caseRun) rate(ctx workflow.Context, cmd SeverityCommand) (Answer, *incident.Refusal) {
	had := c.Severity
	if had == cmd.Severity && !c.Reassess {
		return Answer{Text: fmt.Sprintf("%s: it is %s already", c.Number, had)}, nil
	}
	c.Severity, c.Reassess = cmd.Severity, false
	words := []string{"Severity", cmd.Severity.String(), "Before", "", "Reason", incident.CleanText(cmd.Reason), "By", cmd.By.Called()}
	if had != incident.SeverityUnknown && had != cmd.Severity {
		words[3] = had.String()
	}
	c.announce("severity", words...)
	c.enter(ctx, cmd.By.Called(), "severity", words...)
	return Answer{Text: fmt.Sprintf("%s: %s", c.Number, cmd.Severity)}, nil
}

func (cmd SeverityCommand) sender() incident.By { return cmd.By }

func (cmd SeverityCommand) check() *incident.Refusal {
	if cmd.Severity < incident.Sev1 || cmd.Severity > incident.Sev4 {
		return incident.Refuse(incident.Usage, "Use 1 (worst), 2, 3 or 4: severity --severity 2", "unknown severity %d", int(cmd.Severity))
	}
	return tooLong("reason", maxReason, cmd.Reason)
}
