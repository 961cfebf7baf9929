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
		c.branch(ctx, s.name, func(ctx workflow.Context) error { return c.refresh(ctx, c.Shown, c.calm, s) })
	}
}

func (c *caseRun) surfaces(ctx workflow.Context) []surface {
	return []surface{{
		name:  "card",
		ready: func() bool { return c.card.TS != "" && !c.shut(c.channel.ID) && !c.Archive.Reopening },
		tells: func() any { return c.facts() },
		step: step{"card.refresh", Slack, ordinary, slackActivities.UpdateNotice, func(activities.Effect) any {
			return slack.UpdateNotice{Channel: c.channel.ID, TS: c.card.TS, Message: c.cardMessage(ctx)}
		}},
	}, {
		name:  "ticket",
		ready: func() bool { return c.ticket.Key != "" },
		tells: func() any { return []any{c.facts(), c.Mirror.Report.Through, c.Mirror.Report.Counts} },
		step: step{"ticket.refresh", Jira, ordinary, jiraActivities.WriteStatusBlock, func(activities.Effect) any {
			v := c.outside()
			v.Now = workflow.Now(ctx)
			return jira.WriteStatusBlock{Ticket: c.ticket.ID, Block: v.StatusBlock(jira.Escape)}
		}},
	}, {
		name:  linksSurface,
		ready: func() bool { return c.is(stepBoard, StepDone) },
		tells: func() any { return c.linksShown() },
		step: step{"links.refresh", Sheets, ordinary, sheetsActivities.WriteProjection, func(activities.Effect) any {
			return sheets.WriteProjection{Sheet: c.sheet.ID, Tab: notice.LinksTab, Rows: c.view().LinkRows()}
		}},
	}, {
		name:  "lessons",
		ready: func() bool { return c.is(stepBoard, StepDone) && len(c.Lessons) > 0 },
		tells: func() any { return c.lessonRows() },
		step: step{"lessons.refresh", Sheets, ordinary, sheetsActivities.WriteProjection, func(activities.Effect) any {
			return sheets.WriteProjection{Sheet: c.sheet.ID, Tab: notice.LessonsTab, Rows: c.lessonRows()}
		}},
	}}
}

// refresh rewrites one surface whenever it is no longer true. shown holds the digests of what surfaces tell; calm says
// that no more changes are expected soon.
func (r *run) refresh(ctx workflow.Context, shown map[string]string, calmed func() bool, s surface) error {
	looked := -1 // look again only after a change
	untrue := func() bool {
		if !s.ready() || looked == r.changes {
			return false
		}
		looked = r.changes
		return digest(s.tells()) != shown[s.name]
	}
	for {
		if err := r.await(ctx, untrue); err != nil {
			return err
		}
		if err := r.awaitFor(ctx, calm, "wait for the rest of the changes", calmed); err != nil {
			return err
		}
		now := digest(s.tells())
		if now == shown[s.name] || !s.ready() {
			continue // it has become true again, or cannot be written any more
		}
		r.again(s.step)
		written, err := r.write(ctx, s)
		if err != nil {
			return err
		}
		if written {
			shown[s.name] = now
		}
		looked = -1
	}
}

// write rewrites a surface, and gives it up when there is nothing to write to any more: nobody misses it then.
func (r *run) write(ctx workflow.Context, s surface) (written bool, err error) {
	err = r.whileWanted(ctx, s.step.id, s.ready, func(ctx workflow.Context) error {
		_, err := runStep[none](ctx, r.runner, s.step)
		written = err == nil
		return err
	})
	if err == nil {
		r.letGo(ctx, s.step.id)
	}
	return written, err
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
	Contained   *stated
	Links       Links
	Analyses    []any
	Runs        []any  `json:",omitempty"` // of runbooks, each with its state
	Tasks       [2]int // open, all
	Lessons     [2]int // undecided, all
	Themes      []string
	Update      string // the last one's id
	NextUpdate  time.Time
	Resolution  incident.Resolution
	Waivers     int
	BrokenGlass int
	Missing     []string
	Logs        int
	Gaps        int
	Archive     ArchiveStatus
	Left        []string
	Reach       reachRecord
	Closed      []string // channels that somebody has archived
	Owed        []string // the main things that are not there
	Stuck       []string // steps, each with its error
	Missed      []string // people who could not be brought in, names that were taken
	Held        []string `json:",omitempty"` // vendors for which the owed ones wait
	Merging     string   `json:",omitempty"`
	Duplicates  []string `json:",omitempty"`
	Commands    string   `json:",omitempty"` // how the commander came to it; empty: they opened the case
	Offer       string   `json:",omitempty"` // whom command is offered to
	Details     any      `json:",omitempty"` // nil: none
}

func (c *caseRun) facts() facts {
	f := facts{Number: c.Number, Phase: c.Phase, Severity: c.Severity, Kind: c.Kind, Scope: c.Scope, Commander: c.Commander.Name,
		Containment: c.Containment, Contained: c.Contained, Links: c.links(),
		Tasks: [2]int{c.openTasks(), len(c.Tasks)}, Lessons: [2]int{c.undecided(), len(c.Lessons)}, NextUpdate: c.NextUpdate, Resolution: c.Resolution,
		Waivers: len(c.Waivers), BrokenGlass: len(c.BrokenGlass), Logs: len(c.Mirror.Report.Logs), Gaps: c.Mirror.Report.Counts.Lost,
		Archive: c.Archive.Kept, Left: c.Left, Reach: c.Reach, Closed: c.Archived, Commands: c.Commander.How}
	for _, a := range c.Analyses {
		f.Analyses = append(f.Analyses, []any{a.Analysis, c.nameOf(a.Report.Channel, a.Report.Name), a.Report.Missed})
	}
	for _, r := range c.Runs {
		f.Runs = append(f.Runs, []any{r.ID, r.Book.Name, r.state()})
	}
	for _, l := range c.Lessons {
		f.Themes = append(f.Themes, l.Theme)
	}
	if c.LastUpdate != nil {
		f.Update = c.LastUpdate.ID
	}
	if c.Details != (incident.Details{}) {
		f.Details = c.Details
	}
	if o := c.offered(); o != nil {
		f.Offer = o.ID + " " + o.To.Name
	}
	for _, g := range c.gates() {
		if g.Name == string(c.Phase) && c.Phase != incident.PhaseArchive { // what holds up the archive comes and goes
			f.Missing = g.Missing
		}
	}
	for _, id := range c.debts() {
		switch {
		case c.is(id, StepStuck):
			f.Stuck = append(f.Stuck, id+" "+c.records[id].Class+" "+c.records[id].Cause)
		case isMain(id):
			f.Owed = append(f.Owed, id)
		}
	}
	for _, vendor := range workflow.DeterministicKeys(c.Held) {
		f.Held = append(f.Held, vendor+" "+c.Held[vendor].Class+" "+c.Held[vendor].Since.UTC().Format(time.RFC3339))
	}
	f.Merging = c.merging()
	for _, d := range c.duplicates() {
		f.Duplicates = append(f.Duplicates, d.Number+" "+digest([]any{d.Links, d.Logs}))
	}
	f.Missed = slices.Concat(c.people.Unknown, c.channel.Taken)
	for _, r := range c.invited.Refused {
		f.Missed = append(f.Missed, r.Person)
	}
	for _, r := range c.shared.Refused {
		f.Missed = append(f.Missed, r.Person)
	}
	for _, m := range c.stillMissed() {
		f.Missed = append(f.Missed, m.Who)
	}
	if c.commanderUnknown() {
		f.Missed = append(f.Missed, c.Commander.Asked)
	}
	return f
}

// linksShown is what the sheet's Links tab tells.
func (c *caseRun) linksShown() any {
	if list := c.duplicates(); len(list) > 0 {
		return []any{c.links(), list}
	}
	return c.links()
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
func isMain(id string) bool { return slices.Contains(mainSteps[:], id) }

var mainSteps = [...]string{stepTicket, stepChannel, stepFolder, stepSheet}

// cardMessage renders the card for Slack.
func (c *caseRun) cardMessage(ctx workflow.Context) slack.Message {
	v := c.outside()
	v.Now = workflow.Now(ctx)
	if c.departing() {
		v.Phase, v.Status = incident.PhaseClosed, incident.Ended
	}
	return message(v.Card(slack.Escape))
}

// message is a rendered message as Slack's activities take it.
func message(n notice.Message) slack.Message {
	m := slack.Message{Text: n.Text}
	for _, b := range n.Blocks {
		block := slack.Block{Kind: b.Kind, Text: b.Text, Fields: b.Fields}
		for _, button := range b.Buttons {
			block.Buttons = append(block.Buttons, slack.Button{Text: button.Text, ActionID: button.ActionID, Value: button.Value, Style: button.Style})
		}
		m.Blocks = append(m.Blocks, block)
	}
	return m
}
