package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
)

const stepCommander = "triage.commander"

// maxScope bounds the description of the damage, in characters.
const maxScope = 4000

// triage takes what people have found out: how bad, what kind, who commands, how far. The case moves on by itself
// when severity, commander and scope are known.
func (c *caseRun) triage(ctx workflow.Context, cmd TriageCommand) (Answer, error) {
	id := workflow.GetCurrentUpdateInfo(ctx).ID
	if a, ok := c.answered(id); ok {
		return a, nil
	}
	if cmd.Severity != incident.SeverityUnknown {
		c.Severity = cmd.Severity
	}
	if kind := incident.CleanLine(cmd.Kind); kind != "" {
		c.Kind = kind
	}
	if scope := incident.CleanText(cmd.Scope); scope != "" {
		c.Scope = scope
	}
	if who := incident.CleanLine(cmd.Commander); who != "" {
		c.Commander = commander{Asked: who, Name: who}
	}
	c.changed()
	answer := Answer{Number: c.Number, Phase: c.Phase, Text: c.triageAnswer()}
	c.remember(id, answer)
	return answer, nil
}

func (c *caseRun) triageAnswer() string {
	gate := c.triageGate()
	if gate.Open {
		return fmt.Sprintf("%s: %s, scope known, commander %s", c.Number, c.Severity, c.Commander.Name)
	}
	return fmt.Sprintf("%s: recorded; still missing: %s", c.Number, strings.Join(gate.Missing, ", "))
}

// checkTriage refuses a command that is wrong in its shape, before it enters the history.
func checkTriage(cmd TriageCommand) error {
	switch {
	case !cmd.By.Valid():
		return incident.Refuse(incident.Usage, "The door that sent this must say who asked", "the command has no sender")
	case cmd.Severity < incident.SeverityUnknown || cmd.Severity > incident.Sev4:
		return incident.Refuse(incident.Usage, "Use 1 (worst), 2, 3 or 4", "unknown severity %d", int(cmd.Severity))
	case len([]rune(cmd.Scope)) > maxScope || len([]rune(cmd.Kind)) > 500 || len([]rune(cmd.Commander)) > 500:
		return incident.Refuse(incident.Usage, "Put the details into the channel", "a text is too long: scope may have %d characters, kind and commander 500", maxScope)
	case cmd.Severity == 0 && incident.CleanLine(cmd.Kind+cmd.Commander+cmd.Scope) == "":
		return incident.Refuse(incident.Usage, "Give a severity, a kind, a commander or the scope", "nothing to record")
	}
	return nil
}

// findCommander looks up whoever was named commander and brings them into the channel.
func (c *caseRun) findCommander(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return !c.Commander.Known && c.channel.ID != "" }); err != nil {
			return err
		}
		asked := c.Commander.Asked
		s := step{stepCommander, Slack, ordinary, slackActivities.FindPeople, func(activities.Effect) any {
			return slack.FindPeople{Who: []string{asked}}
		}}
		c.again(s)
		found, err := runStep[slack.Found](ctx, c.runner, s)
		if err != nil {
			return err
		}
		if asked != c.Commander.Asked {
			continue // somebody else was named meanwhile
		}
		c.Commander.Known = true
		if len(found.People) > 0 {
			c.Commander.ID, c.Commander.Name = found.People[0].ID, found.People[0].Name
		}
		c.changed()
		if c.Commander.ID != "" {
			if err := c.inviteCommander(ctx, c.Commander.ID); err != nil {
				return err
			}
		}
	}
}

func (c *caseRun) inviteCommander(ctx workflow.Context, id string) error {
	s := step{"triage.invite", Slack, ordinary, slackActivities.InviteToChannel, func(e activities.Effect) any {
		return slack.InviteToChannel{Effect: e, Channel: c.channel.ID, People: []string{id}}
	}}
	c.again(s)
	_, err := runStep[slack.Invited](ctx, c.runner, s)
	return err
}
