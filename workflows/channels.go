package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// happened takes what somebody did to one of the case's channels. Slack may tell it late, twice or not at all.
func (c *caseRun) happened(ctx workflow.Context, e ChannelEvent) {
	of := slices.IndexFunc(c.Analyses, func(a *analysisRecord) bool { return a.Report.Channel == e.Channel })
	if e.Channel == "" || e.Channel != c.channel.ID && of < 0 {
		return
	}
	switch e.Did {
	case "joined", "left":
		if of < 0 {
			c.peopleMove(&c.Joined, &c.Left, e)
			break
		}
		c.leadMoves(ctx, c.Analyses[of], e)
	case "archived", "unarchived":
		c.channelArchived(ctx, e)
	case "renamed":
		c.channelRenamed(ctx, e)
	case "public", "private":
		c.channelOpened(ctx, e)
	}
	c.changed()
}

func (c *caseRun) peopleMove(in, out *[]string, e ChannelEvent) {
	if e.Did == "left" {
		in, out = out, in
	}
	*out = slices.DeleteFunc(*out, func(id string) bool { return id == e.User })
	if e.User != "" && !slices.Contains(*in, e.User) {
		*in = append(*in, e.User)
	}
}

// leadMoves keeps who is in an analysis's channel, and says when its lead has left.
func (c *caseRun) leadMoves(ctx workflow.Context, a *analysisRecord, e ChannelEvent) {
	c.peopleMove(&a.Joined, &a.Left, e)
	if e.User == "" || e.User != a.LeadID || a.LeadGone == (e.Did == "left") {
		return
	}
	a.LeadGone = e.Did == "left"
	if a.LeadGone && a.Open() {
		words := []string{"Analysis", a.ID, "Name", a.Name, "Lead", a.Lead}
		c.announce("lead_left", words...)
		c.enter(ctx, a.Lead, "lead_left", words...)
	}
}

// channelArchived says that somebody has archived a channel that is still needed, or has taken it back into use. What
// we do ourselves at the end is no news.
func (c *caseRun) channelArchived(ctx workflow.Context, e ChannelEvent) {
	if c.atRest() || c.Archive.Reopening || !noted(&c.Archived, e.Channel, e.Did == "archived") {
		return
	}
	id := "channel_" + e.Did
	words := []string{"Name", c.anyName(e.Channel), "By", e.by()}
	if e.Channel != c.channel.ID || e.Did == "unarchived" {
		c.announce(id, words...)
	}
	if e.Did == "archived" {
		c.tell(id, []string{"Name", c.forAll(c.anyName(e.Channel)), "By", e.by()})
	}
	c.enter(ctx, e.by(), id, words...)
}

// noted adds a channel to a list, or takes it off, and reports whether that is news.
func noted(list *[]string, channel string, on bool) bool {
	if slices.Contains(*list, channel) == on {
		return false
	}
	if on {
		*list = append(*list, channel)
	} else {
		*list = slices.DeleteFunc(*list, func(known string) bool { return known == channel })
	}
	return true
}

// channelOpened says that somebody has made a private channel of the case's public, where everybody in the workspace may
// read and act then, or has made it private again. The operators hear of it as well: who is in the channel may be who did it.
func (c *caseRun) channelOpened(ctx workflow.Context, e ChannelEvent) {
	if c.Placement.PublicChannel || !noted(&c.MadePublic, e.Channel, e.Did == "public") {
		return
	}
	id := "channel_" + e.Did
	words := []string{"Name", c.anyName(e.Channel), "By", e.by()}
	if !c.atRest() {
		c.announce(id, words...)
	}
	c.tell(id, []string{"Name", c.forAll(c.anyName(e.Channel)), "By", e.by()})
	c.enter(ctx, e.by(), id, words...)
}

// by is how texts name whoever did it.
func (e ChannelEvent) by() string { return incident.Names{e.User: e.Called}.Of(e.User) }

func (c *caseRun) channelRenamed(ctx workflow.Context, e ChannelEvent) {
	if e.Channel == c.channel.ID && !c.channel.Theirs && slices.Contains(c.channelNames(), e.Name) {
		delete(c.Names, e.Channel) // our own renaming
	}
	if e.Name == "" || e.Name == c.anyName(e.Channel) {
		return
	}
	if c.Names == nil {
		c.Names = map[string]string{}
	}
	c.Names[e.Channel] = e.Name
	words := []string{"Name", e.Name, "By", e.by()}
	c.announce("channel_renamed", words...)
	c.enter(ctx, e.by(), "channel_renamed", words...)
}

// anyName is what one of the case's channels is called now.
func (c *caseRun) anyName(id string) string {
	if id == c.channel.ID {
		return c.channelName()
	}
	for _, a := range c.Analyses {
		if a.Report.Channel == id {
			return c.nameOf(id, a.Report.Name)
		}
	}
	return id
}
