package workflows

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
)

// desk is where decisions about the case's own steps are taken.
func (c *caseRun) desk() desk {
	return desk{
		number: func() string { return c.Number },
		phase:  func() incident.Phase { return c.Phase },
		vouched: func(ctx workflow.Context, act string, by incident.By) *incident.Refusal {
			return c.allowed(ctx, act, by, rules{verified: true, anytime: true})
		},
		standing: c.standing, glass: c.breakGlass, giveUp: c.giveUp, memory: c.CaseState,
	}
}

// adoption is how a thing that somebody supplies becomes the case's.
func (c *caseRun) adoption(id string) (adoption, bool) {
	p := c.Placement
	return adoptionIn([]adoption{
		{stepTicket, jiraActivities.AdoptTicket, c.adoptTicket},
		{stepChannel, slackActivities.AdoptChannel, c.adoptChannel},
		{stepCard, slackActivities.AdoptNotice, func(e activities.Effect, id string) any {
			return slack.AdoptNotice{Effect: e, ID: id, Channel: c.channel.ID}
		}},
		{stepFolder, driveActivities.AdoptFolder, func(e activities.Effect, id string) any {
			return drive.AdoptFolder{Effect: e, ID: id, Parent: p.Folder, Properties: c.properties("folder")}
		}},
		{stepSheet, driveActivities.AdoptSheet, func(e activities.Effect, id string) any {
			return drive.AdoptSheet{Effect: e, ID: id, Folder: c.folder.ID, Properties: c.properties("tasks")}
		}},
		{"lesson.*.theme.*", jiraActivities.AdoptLinkedTicket, func(e activities.Effect, id string) any {
			ticket := jira.AdoptTicket{Effect: e, ID: id, Project: p.Project, SecurityLevel: p.SecurityLevel}
			return jira.AdoptLinkedTicket{AdoptTicket: ticket, Parent: c.ticket.ID, LinkType: p.LinkType}
		}},
	}, id)
}

// decided are the names of the sentences about decisions.
var decided = map[Action]string{ActionRetry: "step_retried", ActionSupply: "step_supplied", ActionSkip: "step_skipped", ActionAbort: "step_aborted"}

// carriedOut writes down what somebody has decided about a step.
func (c *caseRun) carriedOut(ctx workflow.Context, step string, d decision) {
	words := []string{"Step", step, "Reason", d.Reason, "By", d.By}
	c.enter(ctx, d.By, decided[d.Action], words...)
	c.noteDecided(step, d)
	if d.Action == ActionSkip || d.Action == ActionAbort {
		c.announce(decided[d.Action], words...)
	}
}

// giveUp gives up what a step belongs to: an archive that has begun, or a piece of work that a command left behind.
func (c *caseRun) giveUp(ctx workflow.Context, step string, d decision) {
	if strings.HasPrefix(step, "archive@") {
		c.goBack(ctx, incident.PhaseAnalysis)
		words := []string{"Phase", string(incident.PhaseAnalysis), "Reason", d.Reason, "By", d.By}
		c.announce("moved_back", words...)
		c.enter(ctx, d.By, "moved_back", words...)
		return
	}
	i := slices.IndexFunc(c.Errands, func(e errand) bool { return e.ID == step })
	if i < 0 {
		return
	}
	e := c.Errands[i]
	if e.Kind == "theme" || e.Kind == "join" { // the lesson is to be decided anew
		l := c.lessonByID(e.Ref)
		l.As, l.Theme, l.Reason, l.DecidedBy = "", "", "", ""
	}
	c.dropErrand(step)
}

// hearDecided takes what somebody has decided about a step of a child.
func (c *caseRun) hearDecided(ctx workflow.Context, n decidedNote) {
	a, r := c.analysis(n.Child), c.runByID(n.Child)
	shown := n.Child + "/" + n.Step
	var had *heard
	switch {
	case a != nil:
		had = &a.Heard
	case r != nil:
		had = &r.Heard
	case n.Child == mirrorChild:
		had, shown = &c.Mirror.Heard, n.Step // the mirror's, which stand without it
	}
	if n.Decision.By == "" || n.Step == "" || had == nil || !had.isNew(n) {
		return
	}
	d := n.Decision
	if d.Glass != "" {
		by := incident.By{Who: d.By, Door: incident.DoorCLI, Assurance: incident.SelfDeclared, BreakGlass: d.Glass}
		c.breakGlass(ctx, decisionName(d.Action, shown), by)
	}
	c.carriedOut(ctx, shown, d)
	if d.Action == ActionAbort && a != nil && a.Open() {
		a.State, a.Reason, a.Ended, a.Abandoned = incident.AnalysisDropped, d.Reason, workflow.Now(ctx), true
		words := []string{"Analysis", a.ID, "Name", a.Name, "Reason", d.Reason, "By", d.By}
		c.announce("analysis_dropped", words...)
		c.enter(ctx, d.By, "analysis_dropped", words...)
	}
	if d.Action == ActionAbort && r != nil && r.going() && r.Aborted == nil {
		c.endRun(ctx, r, d.By, d.Reason)
	}
	c.changed()
}
