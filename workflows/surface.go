package workflows

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// surface is a place outside where people read the state of the case. It is rewritten when what it should say differs
// from what it says, at most once for a burst of changes.
type surface struct {
	name string // key in CaseState.Shown
	step step
	// tells is what the surface tells, without the words; a difference is a reason to write it.
	tells func() any
	// ready reports whether there is something to write to.
	ready func() bool
}

// linksSurface is the sheet's Links tab; laying out the board fills it for the first time.
const linksSurface = "links"

// calm is how long changes may still come in before a surface is rewritten, while steps are at work.
const calm = 5 * time.Second

// keepCurrent keeps the card, the ticket's status block and the sheet's links true.
func (c *caseRun) keepCurrent(ctx workflow.Context) {
	for _, s := range c.surfaces(ctx) {
		c.branch(ctx, s.name, func(ctx workflow.Context) error { return c.refresh(ctx, s) })
	}
}

func (c *caseRun) surfaces(ctx workflow.Context) []surface {
	return []surface{{
		name:  "card",
		ready: func() bool { return c.card.TS != "" },
		tells: func() any { return c.facts() },
		step: step{"card.refresh", Slack, ordinary, slackActivities.UpdateNotice, func(activities.Effect) any {
			return slack.UpdateNotice{Channel: c.channel.ID, TS: c.card.TS, Message: c.cardMessage(ctx)}
		}},
	}, {
		name:  "ticket",
		ready: func() bool { return c.ticket.Key != "" },
		tells: func() any { return c.facts() },
		step: step{"ticket.refresh", Jira, ordinary, jiraActivities.WriteStatusBlock, func(activities.Effect) any {
			v := c.outside()
			v.Now = workflow.Now(ctx)
			return jira.WriteStatusBlock{Ticket: c.ticket.ID, Block: v.StatusBlock(jira.Escape)}
		}},
	}, {
		name:  linksSurface,
		ready: func() bool { return c.is(stepBoard, StepDone) },
		tells: func() any { return c.links() },
		step: step{"links.refresh", Sheets, ordinary, sheetsActivities.WriteProjection, func(activities.Effect) any {
			return sheets.WriteProjection{Sheet: c.sheet.ID, Tab: notice.LinksTab, Rows: c.view().LinkRows()}
		}},
	}}
}

// refresh rewrites one surface whenever it is no longer true.
func (c *caseRun) refresh(ctx workflow.Context, s surface) error {
	looked := -1 // look again only after a change
	untrue := func() bool {
		if !s.ready() || looked == c.changes {
			return false
		}
		looked = c.changes
		return digest(s.tells()) != c.Shown[s.name]
	}
	for {
		if err := c.await(ctx, untrue); err != nil {
			return err
		}
		if err := c.awaitFor(ctx, calm, "wait for the rest of the changes", c.calm); err != nil {
			return err
		}
		shown := digest(s.tells())
		if shown == c.Shown[s.name] {
			continue // it has become true again
		}
		c.again(s.step)
		if _, err := runStep[none](ctx, c.runner, s.step); err != nil {
			return err
		}
		c.Shown[s.name] = shown
		looked = -1
	}
}

// facts is what card and ticket tell. Whether they are rewritten depends on these and never on the words, so that
// wording may change freely; another fact changes what recorded cases would do, and needs workflow.GetVersion.
type facts struct {
	Number      string
	Phase       incident.Phase
	Severity    incident.Severity
	Kind        string
	Scope       string
	Commander   string
	Containment incident.Containment
	Links       Links
	Owed        []string // the main things that are not there
	Stuck       []string // steps, each with its error
	Missed      []string // people who could not be brought in, names that were taken
}

func (c *caseRun) facts() facts {
	f := facts{Number: c.Number, Phase: c.Phase, Severity: c.Severity, Kind: c.Kind, Scope: c.Scope, Commander: c.Commander.Name,
		Containment: c.Containment, Links: c.links()}
	for _, id := range c.debts() {
		switch {
		case c.is(id, StepStuck):
			f.Stuck = append(f.Stuck, id+" "+c.records[id].Class+" "+c.records[id].Cause)
		case isMain(id):
			f.Owed = append(f.Owed, id)
		}
	}
	f.Missed = slices.Concat(c.people.Unknown, c.channel.Taken)
	for _, r := range c.invited.Refused {
		f.Missed = append(f.Missed, r.Person)
	}
	for _, r := range c.shared.Refused {
		f.Missed = append(f.Missed, r.Person)
	}
	if c.commanderUnknown() {
		f.Missed = append(f.Missed, c.Commander.Asked)
	}
	return f
}

// calm reports whether nothing of the opening is under way that will change what people read.
func (c *caseRun) calm() bool {
	if !c.Commander.settled() {
		return false
	}
	return !slices.ContainsFunc(c.debts(), func(id string) bool { return strings.HasPrefix(id, "open.") && !c.is(id, StepStuck) })
}

// outside is the view for surfaces: without the machine's own housekeeping, whose coming and going is no news.
func (c *caseRun) outside() notice.Case {
	v := c.view()
	if v.Status == incident.Running {
		v.Status = incident.Waiting
	}
	v.Steps = slices.DeleteFunc(v.Steps, func(s notice.Step) bool { return s.State != string(StepStuck) && !isMain(s.ID) })
	return v
}

// isMain reports whether a step makes one of the things that people look for.
func isMain(id string) bool {
	return slices.Contains([]string{stepTicket, stepChannel, stepFolder, stepSheet}, id)
}

// cardMessage renders the card for Slack.
func (c *caseRun) cardMessage(ctx workflow.Context) slack.Message {
	v := c.outside()
	v.Now = workflow.Now(ctx)
	card := v.Card(slack.Escape)
	m := slack.Message{Text: card.Text}
	for _, b := range card.Blocks {
		m.Blocks = append(m.Blocks, slack.Block{Kind: b.Kind, Text: b.Text, Fields: b.Fields})
	}
	return m
}
