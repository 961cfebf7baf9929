package workflows

import (
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/activities/pager"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Ids of the steps that reach people without Slack.
const (
	stepPage      = "reach.page"
	stepPageAgain = "reach.page.2"
	stepAssign    = "reach.assign"
)

// callAgain is how long after the first page of a severe case people are called a second time, and the last, if they
// have not come together.
const callAgain = 15 * time.Minute

// reachRecord is how people were called because Slack did not bring them together.
type reachRecord struct {
	Since    time.Time `json:"since,omitzero"` // when it was noticed; zero: Slack did
	Why      string    `json:"why,omitempty"`  // a reason of activities/pager
	Pages    []paged   `json:"pages,omitempty"`
	Assigned time.Time `json:"assigned,omitzero"` // when the ticket was given to Who
	Who      string    `json:"who,omitempty"`
}

// paged is how a page ended.
type paged struct {
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
	People int       `json:"people,omitempty"` // who were called; 0: the receiver does not say
	Failed string    `json:"failed,omitempty"` // why nobody could be called; empty: it was accepted
}

// reach calls people by the pager and by JIRA's mail when Slack does not bring them together: because it does not
// answer, because its queue is held, or because it refuses. Once they are together nobody is called any more.
func (c *caseRun) reach(ctx workflow.Context) error {
	if !c.Placement.Pager && c.Placement.OnCall == "" {
		return nil
	}
	apart := func() bool { return !c.together() && !c.atRest() }
	if c.Reach.Since.IsZero() {
		long := c.Opened.Add(c.Placement.Escalation).Sub(workflow.Now(ctx))
		if err := c.awaitFor(ctx, long, "let people come together in Slack", func() bool { return !apart() || c.stopped() }); err != nil {
			return err
		}
		if !apart() {
			return nil
		}
		c.Reach.Since, c.Reach.Why = workflow.Now(ctx), c.whyApart()
		c.changed()
	}
	if c.Placement.OnCall != "" {
		c.branch(ctx, "assign", func(ctx workflow.Context) error { return c.tryToReach(ctx, apart, c.assignOnCall, stepAssign) })
	}
	if !c.Placement.Pager {
		return nil
	}
	return c.tryToReach(ctx, apart, c.callPeople, stepPage, stepPageAgain)
}

// tryToReach does one of them while it is wanted, and leaves no debt behind: nobody misses a call that came too late.
func (c *caseRun) tryToReach(ctx workflow.Context, wanted func() bool, do func(workflow.Context) error, ids ...string) error {
	if err := c.whileWanted(ctx, ids[0], wanted, do); err != nil {
		return err
	}
	c.letGo(ctx, ids...)
	return nil
}

// together reports whether the people who were named are in the channel, as far as Slack lets them in.
func (c *caseRun) together() bool {
	return c.channel.ID != "" && (c.is(stepInvite, StepDone) || c.is(stepInvite, StepSkipped))
}

// bringers are the steps that bring people together.
var bringers = [...]string{stepPeople, stepChannel, stepInvite}

// stopped reports whether one of them is stuck: there is nothing to wait for.
func (c *caseRun) stopped() bool {
	return slices.ContainsFunc(bringers[:], func(id string) bool { return c.is(id, StepStuck) })
}

func (c *caseRun) whyApart() string {
	if slices.ContainsFunc(bringers[:], c.refuses) {
		return pager.ReasonRefused
	}
	return pager.ReasonSilent
}

// refuses reports whether a step is stuck because the vendor has said no, and not because it is silent.
func (r *runner) refuses(id string) bool {
	return r.is(id, StepStuck) && activities.Class(r.records[id].Class).Final()
}

// callPeople pages once, and once more if the case is severe and nobody has come together after a while. Then it stops:
// whoever did not hear it twice is not reached by a third.
func (c *caseRun) callPeople(ctx workflow.Context) error {
	if err := c.sendPage(ctx, stepPage, c.Reach.Why); err != nil {
		return err
	}
	rest := c.Reach.Since.Add(callAgain).Sub(workflow.Now(ctx))
	if err := c.awaitFor(ctx, rest, "let people come together before they are called again", func() bool { return false }); err != nil {
		return err
	}
	severe := func() bool { return c.Severity == incident.Sev1 || c.Severity == incident.Sev2 }
	if err := c.await(ctx, severe); err != nil {
		return err
	}
	return c.sendPage(ctx, stepPageAgain, pager.ReasonAlone)
}

// sendPage sends one page. One that cannot be sent is said, and held against nobody.
func (c *caseRun) sendPage(ctx workflow.Context, id, why string) error {
	sent, done, err := runQuiet[pager.Paged](ctx, c.runner, step{id, Pager, urgent, pagerActivities.PageOnCall, func(e activities.Effect) any {
		return c.pageOnCall(e, why)
	}})
	if err != nil || c.hasPaged(why) {
		return err
	}
	p := paged{Why: why, At: workflow.Now(ctx), People: sent.People}
	if done {
		c.enter(ctx, machine, "paged", "Why", why, "Count", count(sent.People))
	} else {
		p.Failed = c.records[id].Cause
		c.enter(ctx, machine, "not_paged", "Why", why, "Cause", p.Failed)
	}
	c.Reach.Pages = append(c.Reach.Pages, p)
	c.changed()
	return nil
}

func (c *caseRun) hasPaged(why string) bool {
	for _, p := range c.Reach.Pages {
		if p.Why == why {
			return true
		}
	}
	return false
}

// pageOnCall is the page: of a restricted case it tells the number and how bad it is, and nothing else.
func (c *caseRun) pageOnCall(e activities.Effect, why string) pager.PageOnCall {
	in := pager.PageOnCall{Effect: e, Number: c.Number, Reason: why, Drill: c.Request.Drill, Text: c.view().PagerText(why), At: e.Since}
	if c.Severity != incident.SeverityUnknown {
		in.Severity = c.Severity.String()
	}
	if !c.Placement.HideTitle {
		in.Link = c.ticket.URL
	}
	return in
}

// assignOnCall gives the ticket to whoever is on call, as soon as there is one.
func (c *caseRun) assignOnCall(ctx workflow.Context) error {
	if err := c.await(ctx, func() bool { return c.ticket.ID != "" }); err != nil {
		return err
	}
	who := c.Placement.OnCall
	_, done, err := runQuiet[none](ctx, c.runner, step{stepAssign, Jira, urgent, jiraActivities.AssignTicket, func(activities.Effect) any {
		return jira.AssignTicket{Ticket: c.ticket.ID, Account: who}
	}})
	if err != nil || !done || !c.Reach.Assigned.IsZero() {
		return err
	}
	c.Reach.Assigned, c.Reach.Who = workflow.Now(ctx), who
	c.enter(ctx, machine, "assigned_on_call", "Owner", who)
	c.changed()
	return nil
}

// reachNotes say how people were called, also when they are together at last.
func (c *caseRun) reachNotes() (list []string) {
	for _, p := range c.Reach.Pages {
		if p.Failed != "" {
			list = append(list, notice.NotPaged(c.lang, p.Why, p.Failed))
		} else {
			list = append(list, notice.Paged(c.lang, p.Why, p.People, p.At))
		}
	}
	if !c.Reach.Assigned.IsZero() {
		list = append(list, notice.Assigned(c.lang, c.Reach.Who, c.Reach.Assigned))
	}
	return list
}

// count is a number for a sentence; empty if it is not known.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
