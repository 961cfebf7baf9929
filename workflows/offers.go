package workflows

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// runOffers carries every offer to the person and back, each in a branch of its own.
func (c *caseRun) runOffers(ctx workflow.Context) error {
	for {
		var fresh []*offer
		if err := c.await(ctx, func() bool {
			fresh = slices.DeleteFunc(slices.Clone(c.Offers), func(o *offer) bool { return c.begun[o.branch()] })
			return len(fresh) > 0
		}); err != nil {
			return err
		}
		for _, o := range fresh {
			c.begun[o.branch()] = true
			c.branch(ctx, o.branch(), func(ctx workflow.Context) error { return c.carryOffer(ctx, o) })
		}
	}
}

// sayFirst is how long a hand-over waits until the thread has what happened before it: it is read in that order.
const sayFirst = 10 * time.Second

func (o *offer) branch() string { return "handover." + o.ID }

// stepID is the id of one of the offer's steps.
func (o *offer) stepID(what string) string { return "handover." + o.ID + "." + what }

// carryOffer finds whoever is meant, brings them in, posts the hand-over where they see it, and says there in the end
// what became of it.
func (c *caseRun) carryOffer(ctx workflow.Context, o *offer) error {
	pending := func() bool { return o.Became == "" }
	if err := c.whileWanted(ctx, o.branch(), pending, func(ctx workflow.Context) error { return c.bringTo(ctx, o) }); err != nil {
		return err
	}
	c.letGo(ctx, o.stepID("find"), o.stepID("invite"))
	if err := c.awaitFor(ctx, sayFirst, "say first what came before", func() bool { return len(c.Unsaid) == 0 || !pending() }); err != nil {
		return err
	}
	if pending() || c.records[o.stepID("post")] != nil { // it may have been posted
		if err := c.postOffer(ctx, o); err != nil {
			return err
		}
	}
	c.Offers = slices.DeleteFunc(c.Offers, func(other *offer) bool { return other == o })
	for _, what := range []string{"find", "invite", "post", "direct", "told", "end"} {
		delete(c.records, o.stepID(what))
	}
	c.changed()
	return nil
}

// bringTo finds the person and brings them into the channel: a mention reaches nobody who is not in it.
func (c *caseRun) bringTo(ctx workflow.Context, o *offer) error {
	if err := c.await(ctx, func() bool { return c.card.TS != "" }); err != nil {
		return err
	}
	found, err := runStep[slack.Found](ctx, c.runner, step{o.stepID("find"), Slack, ordinary, slackActivities.FindPeople, func(activities.Effect) any {
		return slack.FindPeople{Who: []string{o.To.Asked}}
	}})
	if err != nil {
		return err
	}
	fresh := !o.To.Known // else it was decided in an earlier run, and the thread says what
	if o.To.Known = true; len(found.People) > 0 {
		p := found.People[0]
		o.To.ID, o.To.Name, o.To.Lang, o.To.Offset = p.ID, p.Name, languageOf(p.Locale), p.Offset
	}
	if fresh {
		c.noteQuiet(ctx, o)
	}
	c.changed()
	switch {
	case o.To.ID == "":
		return nil
	case o.To.ID == c.Commander.ID && !c.provisional():
		o.end(ctx, notice.OfferNeedless, "", "")
		c.announce("command_needless", "Commander", o.To.Name)
		return nil
	case slices.Contains(c.members(), o.To.ID):
		o.To.In = true
		return nil
	}
	invited, err := runStep[slack.Invited](ctx, c.runner, step{o.stepID("invite"), Slack, ordinary, slackActivities.InviteToChannel, func(e activities.Effect) any {
		return slack.InviteToChannel{Effect: e, Channel: c.channel.ID, People: []string{o.To.ID}}
	}})
	if err != nil {
		return err
	}
	c.Joined = append(c.Joined, invited.Invited...)
	o.To.In = slices.Contains(invited.Invited, o.To.ID)
	c.changed()
	return nil
}

// postOffer posts the hand-over, waits for what becomes of it, and has the message say so. In a channel that we have
// archived nothing can be said any more; the timeline has it.
func (c *caseRun) postOffer(ctx workflow.Context, o *offer) error {
	open := func() bool { return !c.Archive.Shut }
	var posted slack.Notice
	err := c.whileWanted(ctx, o.stepID("post"), open, func(ctx workflow.Context) (err error) {
		posted, err = runStep[slack.Notice](ctx, c.runner, step{o.stepID("post"), Slack, ordinary, slackActivities.PostNotice, func(e activities.Effect) any {
			return slack.PostNotice{Effect: e, Channel: c.channel.ID, Thread: c.card.TS, Message: c.offerMessage(o)}
		}})
		return err
	})
	if err != nil {
		return err
	}
	c.letGo(ctx, o.stepID("post"))
	direct, err := c.askDirectly(ctx, o)
	if err != nil {
		return err
	}
	if err := c.await(ctx, func() bool { return o.Became != "" }); err != nil {
		return err
	}
	if err := c.tellDirectly(ctx, o, direct); err != nil || posted.TS == "" || !open() {
		return err
	}
	_, _, err = runQuiet[none](ctx, c.runner, step{o.stepID("end"), Slack, ordinary, slackActivities.UpdateNotice, func(activities.Effect) any {
		return slack.UpdateNotice{Channel: c.channel.ID, TS: posted.TS, Message: c.offerMessage(o)}
	}})
	return err
}

func (c *caseRun) offerMessage(o *offer) slack.Message {
	return message(c.view().HandoverMessage(c.handoverOf(o), escapeSlack))
}

func (c *caseRun) handoverOf(o *offer) notice.Handover {
	return notice.Handover{
		ID: o.ID, WorkflowID: c.WorkflowID, To: o.To.Name, ToID: o.To.ID, NotFound: o.To.Known && o.To.ID == "", By: o.By, Note: o.Note, At: o.At,
		Summary: o.Summary, Became: o.Became, Who: o.Who, Reason: o.Reason, Ended: o.Ended, QuietUntil: o.QuietUntil,
	}
}

// askDirectly asks whoever is offered command where they see it: a mention in the thread of a busy channel is overlooked, and
// whoever's shift has not begun does not look there. It is one message, which is kept true in its place; what cannot be
// sent is left, for the thread has it.
func (c *caseRun) askDirectly(ctx workflow.Context, o *offer) (slack.Direct, error) {
	if workflow.GetVersion(ctx, "ask directly", workflow.DefaultVersion, 1) == workflow.DefaultVersion || o.To.ID == "" {
		return slack.Direct{}, nil
	}
	if err := c.untilAwake(ctx, o); err != nil {
		return slack.Direct{}, err
	}
	if o.Became != "" && c.records[o.stepID("direct")] == nil { // nobody needs to be asked any more
		return slack.Direct{}, nil
	}
	posted, _, err := runQuiet[slack.Direct](ctx, c.runner, step{o.stepID("direct"), Slack, ordinary, slackActivities.PostDirect, func(e activities.Effect) any {
		return slack.PostDirect{Effect: e, Person: o.To.ID, Message: c.directMessage(o)}
	}})
	return posted, err
}

// tellDirectly has that message say what became of the offer.
func (c *caseRun) tellDirectly(ctx workflow.Context, o *offer, direct slack.Direct) error {
	if direct.TS == "" {
		return nil
	}
	_, _, err := runQuiet[none](ctx, c.runner, step{o.stepID("told"), Slack, ordinary, slackActivities.UpdateNotice, func(activities.Effect) any {
		return slack.UpdateNotice{Channel: direct.Channel, TS: direct.TS, Message: c.directMessage(o)}
	}})
	return err
}

// directMessage is in the language of whoever reads it. What is for the people of the case alone is left out where others
// may not know of it, and where the person is not in the case.
func (c *caseRun) directMessage(o *offer) slack.Message {
	v := c.view()
	v.HideTitle, v.Now = v.HideTitle || !o.To.In, o.At
	if !o.Waited.IsZero() {
		v.Now = o.Waited
	}
	if o.To.Lang != "" {
		v.Lang = o.To.Lang
	}
	h := c.handoverOf(o)
	h.Summary = v.HandoverSummary(nil, escapeSlack)
	return message(v.DirectOffer(h, c.channel.ID, escapeSlack))
}

// languageOf is the language of a locale such as ja-JP; empty: Slack does not say.
func languageOf(locale string) string {
	switch {
	case locale == "":
		return ""
	case strings.HasPrefix(locale, "ja"):
		return "ja"
	}
	return "en"
}

// offersSettled reports whether every hand-over's message says what became of it, or cannot.
func (c *caseRun) offersSettled() bool {
	return !slices.ContainsFunc(c.Offers, func(o *offer) bool { return !c.is(o.stepID("post"), StepStuck) })
}
