package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
)

// maxNext bounds how far ahead the next update may be promised.
const maxNext = 30 * 24 * time.Hour

// publish tells stakeholders how things stand: in the channel, in the executives' channel, and on the ticket.
func (c *caseRun) publish(ctx workflow.Context, cmd PublishCommand) (Answer, *incident.Refusal) {
	c.Counters.Updates++
	u := incident.Update{ID: fmt.Sprintf("u%d", c.Counters.Updates), Text: incident.CleanText(cmd.Text), By: cmd.By.Called(), At: workflow.Now(ctx)}
	c.LastUpdate, c.NextUpdate, c.Reminded = &u, time.Time{}, false
	if cmd.Next > 0 {
		c.NextUpdate = u.At.Add(cmd.Next)
	}
	c.errand(errand{Kind: "channel", Ref: u.ID, Update: &u})
	if c.Placement.Executives != "" {
		c.errand(errand{Kind: "executives", Ref: u.ID, Update: &u})
	}
	c.errand(errand{Kind: "ticket", Ref: u.ID, Update: &u})
	c.enter(ctx, u.By, "update_published", "By", u.By)
	return Answer{ID: u.ID, Text: fmt.Sprintf("%s: update %s is being published", c.Number, u.ID)}, nil
}

// tellExecutives ends the story for those who were told its beginning.
func (c *caseRun) tellExecutives(ctx workflow.Context, by incident.By, text string) {
	if c.LastUpdate == nil || c.Placement.Executives == "" {
		return
	}
	c.Counters.Updates++
	u := incident.Update{ID: fmt.Sprintf("u%d", c.Counters.Updates), Text: text, By: by.Called(), At: workflow.Now(ctx)}
	c.errand(errand{Kind: "executives", Ref: u.ID, Update: &u})
}

// postUpdate posts an update as a message of its own, where people cannot miss it.
func (c *caseRun) postUpdate(ctx workflow.Context, id, channel string, u incident.Update) error {
	_, err := runStep[slack.Notice](ctx, c.runner, step{id, Slack, ordinary, slackActivities.PostNotice, func(e activities.Effect) any {
		v := c.view()
		if channel == c.Placement.Executives {
			v.Lang = c.executivesLanguage()
		}
		return slack.PostNotice{Effect: e, Channel: channel, Message: message(v.UpdateMessage(u, slack.Escape))}
	}})
	return err
}

// commentUpdate puts an update on the ticket, as a comment that its watchers get by mail.
func (c *caseRun) commentUpdate(ctx workflow.Context, id string, u incident.Update) error {
	_, err := runStep[jira.Comment](ctx, c.runner, step{id, Jira, ordinary, jiraActivities.CommentTicket, func(e activities.Effect) any {
		return jira.CommentTicket{Effect: e, Ticket: c.ticket.ID, Body: c.view().UpdateComment(u, jira.Escape)}
	}})
	return err
}

// remind says, once, that the update that was promised is due.
func (c *caseRun) remind(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return !c.NextUpdate.IsZero() && !c.Reminded && !c.atRest() }); err != nil {
			return err
		}
		due := c.NextUpdate
		if err := c.awaitFor(ctx, due.Sub(workflow.Now(ctx)), "an update for stakeholders is due", func() bool { return c.NextUpdate != due || c.atRest() }); err != nil {
			return err
		}
		if c.NextUpdate != due || c.atRest() {
			continue
		}
		c.Reminded = true
		c.announce("update_due", "At", due.UTC().Format(time.RFC3339))
		c.changed()
	}
}

// atRest reports whether the case is past the time in which people work on it.
func (c *caseRun) atRest() bool {
	return c.Phase == incident.PhaseArchive || c.Phase == incident.PhaseClosed
}

func (cmd PublishCommand) sender() incident.By { return cmd.By }

func (cmd PublishCommand) check() *incident.Refusal {
	if cmd.Next < 0 || cmd.Next > maxNext {
		return incident.Refuse(incident.Usage, "Use a time such as 30m, 2h or 24h", "the next update is due in %v?", cmd.Next)
	}
	return firstOf(without("the text of the update", "Say how things stand: update --text …", cmd.Text), tooLong("update", maxText, cmd.Text))
}
