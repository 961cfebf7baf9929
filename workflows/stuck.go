package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// toldStuck is the notice about stuck steps in one place.
type toldStuck struct {
	TS      string        `json:"ts,omitempty"`      // of the message; empty: there is none, or its story has ended
	Shown   string        `json:"shown,omitempty"`   // digest of what it tells
	Decided []decidedStep `json:"decided,omitempty"` // what became of steps since it was posted
	Stuck   []string      `json:"stuck,omitempty"`   // the steps that it shows
}

// decidedStep is what became of a step that was stuck; no action: it went on by itself.
type decidedStep struct {
	Step   string    `json:"step"`
	Action Action    `json:"action,omitempty"`
	By     string    `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// maxDecidedSteps bounds what a notice remembers.
const maxDecidedSteps = 10

// How long the notices wait: for company, because steps tend to be stuck together; and after a notice that could not be
// written, before the next try without a change. For one that may have been posted is looked for a day.
const (
	stuckCalm    = 2 * time.Second
	stuckRest    = 15 * time.Minute
	noticeSought = 24 * time.Hour
)

// tellStuck keeps one notice about stuck steps true in one place: the machine's thread in the case's channel, or the
// operators' channel. It must not itself hold up the case: what cannot be written is given up until there is more to say.
func (c *caseRun) tellStuck(ctx workflow.Context, place string, at func() (channel, thread string)) error {
	for {
		if err := c.awaitUntrue(ctx, place, at); err != nil {
			return err
		}
		if err := c.awaitFor(ctx, stuckCalm, "collect what is stuck", func() bool { return false }); err != nil {
			return err
		}
		if !c.stuckUntrue(place, at) && !(c.noticeLost(ctx, place, at) && seeksNotices(ctx)) {
			continue // it went on by itself
		}
		written, err := c.writeStuck(ctx, place, at)
		if err != nil {
			return err
		}
		if !written {
			changes := digest(c.stuckNow())
			if err := c.awaitFor(ctx, stuckRest, "the notice about stuck steps could not be written", func() bool { return digest(c.stuckNow()) != changes }); err != nil {
				return err
			}
		}
	}
}

// stuckUntrue reports whether the notice does not tell what is so, and there is a place for it.
func (c *caseRun) stuckUntrue(place string, at func() (channel, thread string)) bool {
	t, now := c.toldAt(place), c.stuckNow()
	if channel, _ := at(); channel == "" {
		return false
	}
	return (t.TS != "" || len(now) > 0) && digest(now) != t.Shown
}

// awaitUntrue waits until there is something to tell, or to take back.
func (c *caseRun) awaitUntrue(ctx workflow.Context, place string, at func() (channel, thread string)) error {
	untrue := func() bool { return c.stuckUntrue(place, at) }
	if err := c.await(ctx, func() bool { return untrue() || c.noticeLost(ctx, place, at) }); err != nil {
		return err
	}
	if untrue() || seeksNotices(ctx) {
		return nil
	}
	return c.await(ctx, untrue)
}

// noticeLost reports whether a notice may have been posted of which nothing was heard, and nothing is stuck any more: it
// must not go on saying so, nor be the one that later trouble finds and rewrites, where nobody notices. Slack may never let
// it be looked for, so that ends.
func (c *caseRun) noticeLost(ctx workflow.Context, place string, at func() (channel, thread string)) bool {
	rec := c.records["stuck."+place]
	if channel, _ := at(); channel == "" || rec == nil || !rec.Tried || c.toldAt(place).TS != "" || len(c.stuckNow()) > 0 {
		return false
	}
	posted := !rec.Told || !rec.Doubt.IsZero() // for all that is known
	return posted && sought(ctx, rec) && (!rec.settled() || rec.wasGivenUp())
}

// sought reports whether a notice of which nothing was heard is young enough to be looked for.
func sought(ctx workflow.Context, rec *stepRecord) bool {
	return workflow.Now(ctx).Sub(rec.Asked) < noticeSought
}

func (c *caseRun) toldAt(place string) *toldStuck {
	if c.Told == nil {
		c.Told = map[string]*toldStuck{}
	}
	if c.Told[place] == nil {
		c.Told[place] = &toldStuck{Shown: digest([]StepStatus{})}
	}
	return c.Told[place]
}

// stuckNow is what is stuck anywhere in the case. Since when a step has been refused, and how often, is no news.
func (c *caseRun) stuckNow() []StepStatus {
	return append(stuckSteps(c.runner, c.WorkflowID), c.childrenSteps()...)
}

// writeStuck posts the notice, or rewrites it. When nothing is stuck any more it says so for the last time; the next
// trouble gets a new one.
func (c *caseRun) writeStuck(ctx workflow.Context, place string, at func() (channel, thread string)) (written bool, err error) {
	t, now := c.toldAt(place), c.stuckNow()
	shown := digest(now)
	channel, thread := at()
	c.noteResumed(ctx, t, now)
	if t.TS == "" {
		post := step{"stuck." + place, Slack, urgent, slackActivities.PostNotice, func(e activities.Effect) any {
			return slack.PostNotice{Effect: e, Channel: channel, Thread: thread, Message: c.stuckMessage(ctx, place, t, now)}
		}}
		c.postAgain(ctx, post)
		posted, done, err := runQuiet[slack.Notice](ctx, c.runner, post)
		if err != nil || !done {
			return false, err
		}
		t.TS, t.Shown = posted.TS, shown
		switch {
		case posted.Adopted && seeksNotices(ctx):
			t.Shown = "" // it tells what was so when it was posted
		case len(now) == 0: // the lost one had never been posted: this one has told its whole story
			*t = toldStuck{Shown: shown}
		}
		return true, nil
	}
	edit := step{"stuck." + place + ".edit", Slack, urgent, slackActivities.UpdateNotice, func(activities.Effect) any {
		return slack.UpdateNotice{Channel: channel, TS: t.TS, Message: c.stuckMessage(ctx, place, t, now)}
	}}
	c.again(edit)
	_, done, err := runQuiet[none](ctx, c.runner, edit)
	switch {
	case err != nil:
		return false, err
	case !done && !activities.Class(c.records[edit.id].Class).Final(): // it is there, and its turn comes
		return false, nil
	case !done: // somebody has deleted it, or it cannot be edited any more: the next one is new
		t.TS, t.Shown = "", digest([]StepStatus{})
		return len(now) == 0, nil
	case len(now) == 0:
		*t = toldStuck{Shown: shown}
	default:
		t.Shown = shown
	}
	return true, nil
}

// postAgain asks for another notice. One that was given up while Slack did not answer may have been posted all the same:
// it is still the one that is wanted, and is looked for first. Where Slack has refused it, looking may be refused as well.
func (c *caseRun) postAgain(ctx workflow.Context, post step) {
	rec := c.record(post)
	if rec.wasGivenUp() && sought(ctx, rec) && seeksNotices(ctx) {
		c.move(ctx, rec, StepOwed)
		return
	}
	c.again(post)
}

// seeksNotices reports whether the run looks for notices that it has given up; one that posted others before it could goes
// on doing so.
func seeksNotices(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "look for a notice that was given up", workflow.DefaultVersion, 1) == 1
}

// noteResumed notes which steps went on by themselves since the notice was written.
func (c *caseRun) noteResumed(ctx workflow.Context, t *toldStuck, now []StepStatus) {
	still := map[string]bool{}
	for _, s := range now {
		still[s.ID] = true
	}
	for _, id := range t.Stuck {
		if !still[id] && !t.hasDecided(id) {
			t.add(decidedStep{Step: id, At: workflow.Now(ctx)})
		}
	}
	t.Stuck = nil
	for _, s := range now {
		t.Stuck = append(t.Stuck, s.ID)
	}
}

func (t *toldStuck) hasDecided(id string) bool {
	for _, d := range t.Decided {
		if d.Step == id {
			return true
		}
	}
	return false
}

func (t *toldStuck) add(d decidedStep) {
	t.Decided = newest(maxDecidedSteps, t.Decided, d)
}

// noteDecided has the notices say who decided what.
func (c *caseRun) noteDecided(step string, d decision) {
	for _, place := range []string{notice.InCase, notice.ForOperators} {
		if t := c.toldAt(place); t.TS != "" || slices.Contains(t.Stuck, step) { // the second is of one that may have been posted
			t.add(decidedStep{Step: step, Action: d.Action, By: d.By, Reason: incident.Shorten(d.Reason, 200), At: d.At})
		}
	}
}

func (c *caseRun) stuckMessage(ctx workflow.Context, place string, t *toldStuck, now []StepStatus) slack.Message {
	lang := c.lang
	if place == notice.ForOperators {
		lang = c.operatorsLanguage()
	}
	n := notice.StuckNotice{
		Lang: lang, Number: c.Number, Title: c.Request.Title, HideTitle: c.Placement.HideTitle, Place: place, Links: c.view().Links,
		Drill: c.Request.Drill, Now: workflow.Now(ctx),
	}
	for _, s := range now {
		stuck := notice.StuckStep{Step: s.notice(), WorkflowID: s.WorkflowID, Generation: s.Generation}
		for _, a := range s.Actions {
			stuck.Actions = append(stuck.Actions, string(a))
		}
		n.Steps = append(n.Steps, stuck)
	}
	for _, d := range t.Decided {
		n.Decided = append(n.Decided, notice.DecidedStep{ID: d.Step, Action: string(d.Action), By: d.By, Reason: d.Reason, At: d.At})
	}
	return message(n.Message(slack.Escape))
}

// inThread is the machine's thread in the case's channel; no channel: it cannot be written to.
func (c *caseRun) inThread() (channel, thread string) {
	if c.card.TS == "" || c.shut(c.channel.ID) || c.Archive.Reopening {
		return "", ""
	}
	return c.channel.ID, c.card.TS
}

func (c *caseRun) toOperators() (channel, thread string) { return c.Placement.Operators, "" }
