package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"
)

// mirrorRecord is what the case knows of its mirror.
type mirrorRecord struct {
	Told   string       `json:"told,omitempty"` // digest of the last order that was sent
	Report mirrorReport `json:"report,omitzero"`
	Heard  heard        `json:"heard,omitzero"`
}

// runMirror starts the mirror as soon as there is something to read and a ticket to link its log to, and keeps it
// informed. What is said before stays in Slack until then: nothing of it is missed.
func (c *caseRun) runMirror(ctx workflow.Context) error {
	if err := c.await(ctx, func() bool { return c.channel.ID != "" && c.ticket.ID != "" }); err != nil {
		return err
	}
	return c.keepChild(ctx, child{
		id: MirrorWorkflowID(c.WorkflowID), kind: MirrorType, told: &c.Mirror.Told,
		order:   func() any { return c.mirrorOrder() },
		summary: func() string { return c.Number },
		input:   func(again bool) any { return MirrorInput{State: c.mirrorState(again)} },
	})
}

// mirrorState is what a mirror begins with. One that takes the place of another knows the logs that are there, and reads
// everything again: what is logged already is found in them.
func (c *caseRun) mirrorState(again bool) *MirrorState {
	state := &MirrorState{
		Schema: stateSchema, Case: c.WorkflowID, Key: c.key + ".mirror", Request: withoutReport(c.Request), Placement: c.Placement, Order: c.mirrorOrder(),
		Rung: true, Steps: map[string]*stepRecord{}, EverReset: c.EverReset || again, Ruled: c.Ruled,
	}
	if again {
		state.Logs, state.Whole, state.Room = slices.Clone(c.Mirror.Report.Logs), true, c.Mirror.Report.Room
	}
	return state
}

func (c *caseRun) mirrorOrder() mirrorOrder {
	o := mirrorOrder{
		Number: c.Number, Ticket: c.ticket.ID, Folder: c.folder.ID, Links: c.links(), Round: c.Archive.Round, Rest: c.Archive.Shut, End: c.Archive.Ended,
		Channels: []channelName{{c.channel.ID, c.channelName()}}, Commander: c.commanderFor(),
	}
	for _, a := range c.Analyses {
		if a.Report.Channel != "" {
			o.Channels = append(o.Channels, channelName{a.Report.Channel, c.nameOf(a.Report.Channel, a.Report.Name)})
		}
	}
	return o
}

// hearMirror takes what the mirror reports.
func (c *caseRun) hearMirror(r mirrorReport) {
	if r.Run == "" || r.Run == c.Mirror.Report.Run && r.Seq <= c.Mirror.Report.Seq {
		return
	}
	c.Mirror.Report = r
	c.changed()
}

// channelName is what the case's channel is called now.
func (c *caseRun) channelName() string { return c.nameOf(c.channel.ID, c.channel.Name) }

func (c *caseRun) nameOf(id, name string) string {
	if now := c.Names[id]; now != "" {
		return now
	}
	return name
}

// shut reports whether a channel takes no messages: it was archived, by us at the end or by somebody's hand.
func (c *caseRun) shut(id string) bool { return c.Archive.Shut || slices.Contains(c.Archived, id) }
