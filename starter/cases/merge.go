package cases

import (
	"context"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// aimed is a merge with the workflow id of the case that it goes to. What a door can know to be in vain is refused before
// anything is said: that case is not there, or not for the viewer to see, or does not take the duplicate.
func (c *Cases) aimed(ctx context.Context, duplicate string, cmd workflows.MergeCommand) (workflows.MergeCommand, error) {
	viewer := c.config.Viewer
	if cmd.By.Door == incident.DoorSlack { // the rights of this machine do not count
		viewer = settings.Viewer{SlackUser: cmd.By.Who}
	}
	found, err := c.find(ctx, cmd.Into)
	if err != nil {
		return cmd, err
	}
	info := found.GetWorkflowExecutionInfo()
	into, err := c.head(info)
	if err != nil {
		return cmd, judge(c.config, into, err, nil)
	}
	if !c.config.Visible(into, viewer) {
		return cmd, missing(cmd.Into)
	}
	cmd.Into, cmd.IntoID = into.Number, info.GetExecution().GetWorkflowId()
	if cmd.IntoID == duplicate {
		return cmd, nil // the case says that it cannot be a duplicate of itself
	}
	own, err := c.describe(ctx, duplicate)
	if err != nil {
		return cmd, err
	}
	from, err := c.head(own.GetWorkflowExecutionInfo())
	if err != nil {
		return cmd, judge(c.config, from, err, nil)
	}
	return cmd, c.takes(ctx, into, from, running(info))
}

// takes says why a case does not take a duplicate, as far as a door can know; nil: it may.
func (c *Cases) takes(ctx context.Context, into, from workflows.Head, runs bool) error {
	close := "close " + from.Number + " --resolution \"duplicate of " + into.Number + "\""
	asking, cancel := context.WithTimeout(ctx, within(ctx, queryTime))
	defer cancel()
	status, err := c.query(asking, into.WorkflowID)
	switch original := status.Resolution.Original(); {
	case err == nil && original != "":
		return incident.Refuse(incident.Rule, "Name "+original+" instead", "case %s is itself a duplicate of %s", into.Number, original)
	case !runs:
		return incident.Refuse(incident.Rule, "Nothing can move there any more; to note it only: "+close, "case %s has ended", into.Number)
	case into.Phase == incident.PhaseClosed || into.Phase == incident.PhaseArchive:
		return incident.Refuse(incident.Rule, "Reopen it first; or note it only: "+close, "case %s is in %s", into.Number, into.Phase)
	case !from.Audience.Admits(organisations(from), into.Audience, organisations(into)):
		return workflows.WouldTellMore(from.Number, into.Number)
	}
	return nil // without an answer: the case itself decides
}

func organisations(h workflows.Head) (ids []string) {
	for _, o := range h.Organisations {
		ids = append(ids, o.ID)
	}
	return ids
}
