package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Ids of the steps of triage.
const (
	stepCommander       = "triage.commander"
	stepInviteCommander = "triage.invite"
)

// triage takes what people have found out: how bad, what kind, who commands, how far. The case moves on by itself
// when severity, commander and scope are known.
func (c *caseRun) triage(ctx workflow.Context, cmd TriageCommand) (Answer, *incident.Refusal) {
	who := incident.CleanLine(cmd.Commander)
	words := []string{"Severity", "", "Kind", incident.CleanLine(cmd.Kind), "Commander", c.Named.Of(who), "Scope", incident.CleanText(cmd.Scope)}
	if cmd.Severity != incident.SeverityUnknown {
		c.Severity = cmd.Severity
		words[1] = cmd.Severity.String()
	}
	if kind := words[3]; kind != "" {
		c.Kind = kind
	}
	if who != "" {
		c.lapse(ctx, notice.OfferNamed, cmd.By.Called())
		c.Commander = commander{Asked: who, Name: c.Named.Of(who), How: wasNamed}
	}
	if scope := words[7]; scope != "" {
		c.Scope = scope
	}
	c.Reassess = false
	c.announce("triaged", words...)
	c.enter(ctx, cmd.By.Called(), "triaged", words...)
	return c.triageAnswer(), nil
}

func (c *caseRun) triageAnswer() Answer {
	gate := c.triageGate()
	if gate.Open {
		return Answer{Text: fmt.Sprintf("%s: %s, scope known, commander %s", c.Number, c.Severity, c.Commander.Name)}
	}
	return Answer{Text: fmt.Sprintf("%s: recorded; still missing: %s", c.Number, strings.Join(gate.Missing, ", ")), Missing: gate.Missing}
}

func (cmd TriageCommand) sender() incident.By { return cmd.By }

func (cmd TriageCommand) check() *incident.Refusal {
	switch {
	case cmd.Severity < incident.SeverityUnknown || cmd.Severity > incident.Sev4:
		return incident.Refuse(incident.Usage, "Use 1 (worst), 2, 3 or 4", "unknown severity %d", int(cmd.Severity))
	case cmd.Severity == 0 && incident.CleanLine(cmd.Kind+cmd.Commander+cmd.Scope) == "":
		return incident.Refuse(incident.Usage, "Give a severity, a kind, a commander or the scope", "nothing to record")
	}
	return firstOf(tooLong("scope", maxText, cmd.Scope), tooLong("kind", maxLine, cmd.Kind), tooLong("commander", maxLine, cmd.Commander))
}

// findCommander looks up whoever was named commander and brings them into the channel. Whoever is named later
// overtakes: the first may be somebody whom Slack cannot find or does not let in.
func (c *caseRun) findCommander(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return c.channel.ID != "" && !c.Commander.settled() }); err != nil {
			return err
		}
		asked := c.Commander.Asked
		err := c.whileWanted(ctx, "commander "+asked, func() bool { return c.Commander.Asked == asked }, func(ctx workflow.Context) error {
			return c.bringIn(ctx, asked)
		})
		if err != nil {
			return err
		}
		c.letGo(ctx, stepCommander, stepInviteCommander)
	}
}

// settled reports whether there is nothing left to do about the commander.
func (m commander) settled() bool { return m.Known && (m.ID == "" || m.In) }

func (c *caseRun) bringIn(ctx workflow.Context, asked string) error {
	if !c.Commander.Known {
		find := step{stepCommander, Slack, ordinary, slackActivities.FindPeople, func(activities.Effect) any {
			return slack.FindPeople{Who: []string{asked}}
		}}
		c.instead(find)
		found, err := runStep[slack.Found](ctx, c.runner, find)
		if err != nil || asked != c.Commander.Asked {
			return err
		}
		c.Commander.Known = true
		if len(found.People) > 0 {
			c.Commander.ID, c.Commander.Name = found.People[0].ID, found.People[0].Name
		}
		c.changed()
	}
	id := c.Commander.ID
	if id == "" {
		return nil
	}
	invite := step{stepInviteCommander, Slack, ordinary, slackActivities.InviteToChannel, func(e activities.Effect) any {
		return slack.InviteToChannel{Effect: e, Channel: c.channel.ID, People: []string{id}}
	}}
	c.instead(invite)
	invited, err := runStep[slack.Invited](ctx, c.runner, invite)
	if err != nil {
		return err
	}
	c.Joined = append(c.Joined, invited.Invited...)
	if asked == c.Commander.Asked {
		c.Commander.In = true
	}
	c.changed()
	return nil
}
