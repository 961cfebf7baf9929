package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// How somebody came to command a case.
const (
	wasNamed        = "named"
	tookCommand     = "took"
	acceptedCommand = "accepted"
)

// provisional reports whether the opener commands only because nobody else does yet.
func (c *caseRun) provisional() bool {
	return c.Commander.How == "" && c.Commander.Asked == c.Request.By.Who
}

// take makes the sender commander at once: whoever sees that nobody leads must not have to ask.
func (c *caseRun) take(ctx workflow.Context, cmd TakeCommand) (Answer, *incident.Refusal) {
	if c.Commander.isSender(cmd.By) && !c.provisional() {
		return Answer{Text: fmt.Sprintf("%s: you command it already", c.Number)}, nil
	}
	from := c.Commander.Name
	if c.Commander.isSender(cmd.By) {
		from = ""
	}
	c.lapse(ctx, notice.OfferTaken, cmd.By.Called())
	c.Commander = c.senderCommands(cmd.By, tookCommand)
	words := []string{"By", cmd.By.Called(), "Commander", from}
	c.announce("command_taken", words...)
	c.enter(ctx, cmd.By.Called(), "command_taken", words...)
	return Answer{Text: fmt.Sprintf("%s: you command it now", c.Number)}, nil
}

// isSender reports whether the message comes from the commander. Slack vouches for its ids, and for nothing else; at a
// command line people are known by their login.
func (m commander) isSender(by incident.By) bool {
	if inSlack(by) {
		return m.ID == by.Who
	}
	return m.ID == "" && m.Asked == by.Who
}

// inSlack reports whether Slack itself says who the sender is: somebody who only claims to be one of its users is not.
func inSlack(by incident.By) bool { return by.Assurance == incident.SlackSigned }

// senderCommands is the sender as commander. Somebody at a command line is nobody in Slack: nobody is looked up or
// invited then.
func (c *caseRun) senderCommands(by incident.By, how string) commander {
	m := commander{Asked: by.Who, Name: by.Called(), Known: true, In: true, How: how}
	if inSlack(by) {
		m.ID, m.Known, m.In = by.Who, by.Name != "", slices.Contains(c.members(), by.Who)
	}
	return m
}

func (cmd TakeCommand) sender() incident.By { return cmd.By }

func (cmd TakeCommand) check() *incident.Refusal { return nil }
