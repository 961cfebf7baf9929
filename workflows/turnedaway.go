package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// TurnedAwayCommand tells a case that a door has not shown it to somebody, or has not let them act on it, because they
// may not see it. The door has answered them: this is for the record.
type TurnedAwayCommand struct {
	Act string      `json:"act"` // what they asked for: status, audit, or the verb of a command
	Why string      `json:"why"`
	By  incident.By `json:"by"`
}

// turned is somebody who was turned away.
type turned struct {
	Who string    `json:"who"`
	Act string    `json:"act"`
	At  time.Time `json:"at"`
}

// Whoever asks again and again must not make the history longer: the same person with the same act is recorded once in
// so long, and so many people at most. The rest is rejected before it enters the history; doors log it.
const (
	turnedOnceIn = 24 * time.Hour
	maxTurned    = 20
)

// noteTurnedAway records who was turned away: like other refusals, as a command that was accepted and refused.
func (c *caseRun) noteTurnedAway(ctx workflow.Context) error {
	handler := func(ctx workflow.Context, cmd TurnedAwayCommand) (Answer, error) {
		heard := identify(ctx, &c.run, TurnedAwayUpdate, cmd)
		c.Turned = append(c.turnedLately(ctx), turned{cmd.By.Who, cmd.Act, workflow.Now(ctx)})
		refused := incident.Refuse(incident.Rule, "Nothing has to be done: it is for the record", "%s asked for %s of case %s, and may not see it: %s",
			heard.cmd.By.Called(), cmd.Act, c.Number, incident.CleanLine(cmd.Why))
		answer := Answer{Number: c.Number, Phase: c.Phase, Text: refused.Error(), Refused: refused}
		answer.mark(heard.doubted)
		return answer, nil
	}
	validator := func(ctx workflow.Context, cmd TurnedAwayCommand) error {
		if !cmd.By.Valid() {
			return rejected(incident.Refuse(incident.Usage, "The door that sent this must say who asked", "the command has no sender"))
		}
		if refusal := firstOf(without("the act", "Say what was asked for", cmd.Act), tooLong("act", 40, cmd.Act), tooLong("reason", maxLine, cmd.Why)); refusal != nil {
			return rejected(refusal)
		}
		lately := c.turnedLately(ctx)
		had := func(t turned) bool { return t.Who == cmd.By.Who && t.Act == cmd.Act }
		if len(lately) >= maxTurned || slices.ContainsFunc(lately, had) {
			return rejected(incident.Refuse(incident.Rule, "Nothing has to be done: the door's log has it", "who is turned away from case %s is recorded already", c.Number))
		}
		return nil
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, TurnedAwayUpdate, handler, workflow.UpdateHandlerOptions{
		Description: `Records that somebody was not shown this case: {"act":"status","why":"…",` + bySample + `}; sent by the door that they asked.`, Validator: validator,
	})
}

// turnedLately are those who are remembered still.
func (c *caseRun) turnedLately(ctx workflow.Context) []turned {
	now := workflow.Now(ctx)
	return slices.DeleteFunc(slices.Clone(c.Turned), func(t turned) bool { return now.Sub(t.At) >= turnedOnceIn })
}

func (cmd TurnedAwayCommand) sender() incident.By { return cmd.By }

func (cmd TurnedAwayCommand) check() *incident.Refusal { return nil }
