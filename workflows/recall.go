package workflows

import "go.temporal.io/sdk/workflow"

// recall gives a new run of a case what the opening made, before anything is heard: a signal that came while the case
// rolled over is taken before any branch has read its steps again, and what is said of a channel that the run does not
// know yet would be taken for no channel of the case's.
func (c *caseRun) recall(ctx workflow.Context) {
	if c.Rolls == 0 || !recalls(ctx) {
		return
	}
	c.recalled(stepTicket, &c.ticket)
	c.recalled(stepPeople, &c.people)
	c.recalled(stepChannel, &c.channel)
	c.recalled(stepInvite, &c.invited)
	c.recalled(stepCard, &c.card)
	c.recalled(stepFolder, &c.folder)
	c.recalled(stepShare, &c.shared)
	c.recalled(stepSheet, &c.sheet)
	if renamed := c.channel; c.recalled(stepRenameChannel, &renamed) {
		c.channel.Name = renamed.Name
	}
}

// recall gives a new run of an analysis its channel: else the first thing that it reports is that it has none.
func (a *analysisRun) recall(ctx workflow.Context) {
	if a.is(stepAnalysisChannel, StepDone) && recalls(ctx) {
		a.recalled(stepAnalysisChannel, &a.channel)
		a.recalled(stepAnalysisCard, &a.card)
	}
}

// recalls reports whether this run recalls; one that began before that does not.
func recalls(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "know what the opening made from the start", workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

// recalled reads what a step has made, if it is done. One whose result cannot be read says so itself, in its branch.
func (r *runner) recalled(id string, into any) bool {
	rec := r.records[id]
	return rec != nil && rec.State == StepDone && decode(rec.Result, into) == nil
}
