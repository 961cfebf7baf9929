package cases

import (
	"context"
	"fmt"
	"strings"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// adoptable refuses early what the case would find out late: a channel or a ticket that belongs to a case, or that no
// case of this placement can have. A request that is recorded already is let through: by now they may be its own.
func (c *Cases) adoptable(ctx context.Context, request incident.Request, place workflows.Placement) error {
	if !request.Adopts() {
		return nil
	}
	if _, err := c.describe(ctx, workflows.IntakeWorkflowID(request.ID)); !isNotFound(err) {
		return err
	}
	who := asking{c.config.Viewer, request.By}
	if request.By.Door == incident.DoorSlack { // the rights of this machine do not count
		who.viewer = settings.Viewer{SlackUser: request.By.Who}
	}
	if err := c.freeChannel(ctx, request.Channel, who); err != nil {
		return err
	}
	return c.freeTicket(ctx, request.Ticket, place.Project, who)
}

// asking is who wants something, and what they may see.
type asking struct {
	viewer settings.Viewer
	by     incident.By
}

func (c *Cases) freeChannel(ctx context.Context, channel string, who asking) error {
	if !plainChannel.MatchString(channel) {
		return nil // a name, which the case looks up
	}
	id, err := c.newest(ctx, fmt.Sprintf("%s = '%s'", workflows.CaseChannel, channel))
	if err != nil || id == "" {
		return err
	}
	return about("channel", c.belongs(ctx, "the channel "+channel, id, who))
}

func (c *Cases) freeTicket(ctx context.Context, ticket, project string, who asking) error {
	key, _, isKey := strings.Cut(ticket, "-")
	if !isKey || !plainNumber.MatchString(ticket) {
		return nil // an id or other words, which JIRA knows
	}
	if !strings.EqualFold(key, project) {
		return about("ticket", incident.Refuse(incident.Rule, "Move it to project "+project+" in JIRA, or name another ticket. Nothing was opened",
			"the ticket %s is in project %s, but such a case is numbered in %s", ticket, key, project))
	}
	found, err := c.find(ctx, ticket)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return about("ticket", c.belongs(ctx, "the ticket "+ticket, found.GetWorkflowExecutionInfo().GetExecution().GetWorkflowId(), who))
}

// belongs is the refusal of a thing that a case has already. It names the case to those who may know of it; others read
// what they would of a thing that is not there, and the case hears of it.
func (c *Cases) belongs(ctx context.Context, what, workflowID string, who asking) error {
	found, err := c.describe(ctx, workflowID)
	if err != nil && !isNotFound(err) {
		return err
	}
	if err == nil {
		if head, err := c.head(found.GetWorkflowExecutionInfo()); err == nil && (c.config.Visible(head, who.viewer) || c.isIn(ctx, workflowID, who.by)) {
			return incident.Refuse(incident.Rule, "Go on in that case: status "+head.Number+". Nothing was opened", "%s belongs to case %s already", what, head.Number)
		}
		c.turnAway(workflowID, incident.VerbOpen, notVisible, who.by)
	}
	return incident.Refuse(incident.Rule, "Name another one, or leave it out: a new one is made then. Nothing was opened",
		"%s cannot be taken over: it is not there, the app may not see it, or it belongs to something else", what)
}

// isIn reports whether somebody asks in a channel of the case: Slack lets nobody else in.
func (c *Cases) isIn(ctx context.Context, workflowID string, by incident.By) bool {
	if by.Door != incident.DoorSlack || by.Channel == "" {
		return false
	}
	own, err := c.caseOfChannel(ctx, by.Channel)
	return err == nil && own == workflowID
}
