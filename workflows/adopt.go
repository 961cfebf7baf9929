package workflows

import (
	"path"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// adoption is how a thing that somebody supplies takes the place of what a step would have made: an activity that looks
// whether it is there, fits and is nobody else's, and takes it over. Its result is that of the step's own activity.
type adoption struct {
	steps    string // ids, as a path pattern
	activity any
	input    func(e activities.Effect, id string) any
}

// supplied is the thing that takes the place of what a step would make: the one that somebody has named for it, or that
// the request names. Where somebody changed what is to be made, it is to be made after all.
func (r *runner) supplied(id string, rec *stepRecord) string {
	if rec.Supplied != "" || len(rec.Change) > 0 || r.asked == nil {
		return rec.Supplied
	}
	return r.asked(id)
}

// adoptionIn finds how a step's result can be supplied.
func adoptionIn(list []adoption, id string) (adoption, bool) {
	for _, a := range list {
		if fits, err := path.Match(a.steps, visits.ReplaceAllString(id, "")); err == nil && fits {
			return a, true
		}
	}
	return adoption{}, false
}

// asked is what the request wants to be taken over instead of being made.
func (c *caseRun) asked(step string) string {
	switch step {
	case stepChannel:
		return c.Request.Channel
	case stepTicket:
		return c.Request.Ticket
	}
	return ""
}

// adoptTicket takes over a ticket. One that more people can read than may know of the case is refused.
func (c *caseRun) adoptTicket(e activities.Effect, id string) any {
	return jira.AdoptTicket{Effect: e, ID: id, Project: c.Placement.Project, SecurityLevel: c.Placement.SecurityLevel}
}

// adoptChannel takes over a channel. The one that the request names may be public if the whole group may know of the case:
// whoever asked has agreed that it is. In Slack they must be in it, for what its members said is not others' to give away.
func (c *caseRun) adoptChannel(e activities.Effect, id string) any {
	in := slack.AdoptChannel{Effect: e, ID: id, Mark: c.key, Private: !c.Placement.PublicChannel}
	if id == c.Request.Channel {
		in.Private = c.Placement.Audience != incident.AudienceGroup
		if c.Request.By.Door == incident.DoorSlack {
			in.Asker = c.Request.By.Who
		}
	}
	return in
}

// noteAdopted writes down, once, that a thing which people made by hand has become the case's.
func (c *caseRun) noteAdopted(ctx workflow.Context, step, said, name string) {
	if taken := c.adopted(); slices.Contains(c.Adopted, step) || step == stepChannel && !taken.Channel || step == stepTicket && !taken.Ticket {
		return
	}
	c.Adopted = append(c.Adopted, step)
	c.enter(ctx, c.opener(), said, "Name", name, "By", c.opener())
}

// purpose is the channel's: what people had written there stays behind what we say.
func (c *caseRun) purpose() string {
	ours, theirs := c.view().Purpose(), c.channel.Purpose
	if theirs == "" || strings.HasPrefix(theirs, ours) { // we have been here before
		return slack.Escape(ours)
	}
	return slack.Escape(ours + " · " + theirs)
}

// adopted is what texts say of what was taken over: it may have been made after all.
func (c *caseRun) adopted() notice.Adopted {
	return notice.Adopted{
		Channel: c.Request.Channel != "" && (c.channel.Theirs || len(c.channel.Members) > 0), Ticket: c.Request.Ticket != "" && c.ticket.Adopted, By: c.opener(),
	}
}
