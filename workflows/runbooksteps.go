package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/runbook"
)

// do does one step of the runbook.
func (b *bookRun) do(ctx workflow.Context, n int, s runbook.Step) error {
	switch s.Kind {
	case runbook.Invite:
		return b.invite(ctx, n, s)
	case runbook.Notify:
		return b.say(ctx, n, s)
	default:
		return b.askCase(ctx, n, s)
	}
}

// invite brings people into the case's channel.
func (b *bookRun) invite(ctx workflow.Context, n int, s runbook.Step) error {
	if err := b.await(ctx, func() bool { return b.Order.Channel != "" }); err != nil {
		return err
	}
	own := stepsOf(n, s.Kind)
	found, err := runStep[slack.Found](ctx, b.runner, step{own[0], Slack, ordinary, slackActivities.FindPeople, func(activities.Effect) any {
		return slack.FindPeople{Who: b.meant(s.People), IDs: true}
	}})
	if err != nil {
		return err
	}
	missed, people := found.Unknown, ids(found)
	if len(people) > 0 {
		in, err := runStep[slack.Invited](ctx, b.runner, step{own[1], Slack, ordinary, slackActivities.InviteToChannel, func(e activities.Effect) any {
			return slack.InviteToChannel{Effect: e, Channel: b.Order.Channel, People: people}
		}})
		if err != nil {
			return err
		}
		b.Joined = append(b.Joined, in.Invited...)
		slices.Sort(b.Joined)
		b.Joined = slices.Compact(b.Joined)
		for _, r := range in.Refused {
			missed = append(missed, r.Person+" ("+r.Reason+")")
		}
	} else { // nobody to invite: the step is as done as it can be
		b.settle(ctx, step{id: own[1], system: Slack}, slack.Invited{})
	}
	if len(missed) > 0 {
		if b.Missed == nil {
			b.Missed = map[int][]string{}
		}
		b.Missed[n] = missed
	}
	b.changed()
	return nil
}

// meant are the people that a runbook names, with the commander of this case for the word.
func (b *bookRun) meant(people []string) []string {
	list := slices.Clone(people)
	for i, who := range list {
		if who == runbook.Commander && b.Order.Commander != "" {
			list[i] = b.Order.Commander
		}
	}
	return list
}

// say posts a step's text in the machine's thread.
func (b *bookRun) say(ctx workflow.Context, n int, s runbook.Step) error {
	if err := b.await(ctx, func() bool { return b.speaks() }); err != nil {
		return err
	}
	_, err := runStep[slack.Notice](ctx, b.runner, step{stepsOf(n, s.Kind)[0], Slack, ordinary, slackActivities.PostNotice, func(e activities.Effect) any {
		said := notice.RunSaid{Step: n, Of: len(b.Book.Steps), Text: s.Text}
		for _, who := range b.meant(s.Mention) {
			if who != runbook.Commander { // nobody commands whom Slack knows
				said.Mention = append(said.Mention, who)
			}
		}
		return slack.PostNotice{Effect: e, Channel: b.Order.Channel, Thread: b.Order.Thread, Message: message(b.view().RunNotice(b.shown(), said, slack.Escape))}
	}})
	return err
}

// speaks reports whether the machine's thread can be written to.
func (b *bookRun) speaks() bool {
	return b.Order.Channel != "" && b.Order.Thread != "" && !b.Order.Shut
}

// How long a run waits for the case's answer before it asks again: the case answers at once, so nothing was heard.
const (
	askPatience    = time.Minute
	longestAskWait = time.Hour
)

// askCase has the case do a step that is the case's own business. The step is named, not told: the case does what its own
// copy of the runbook says, and does it once. What the case refuses is stuck, like a vendor's refusal.
func (b *bookRun) askCase(ctx workflow.Context, n int, s runbook.Step) error {
	id := stepsOf(n, s.Kind)[0]
	rec := b.record(step{id: id, system: CaseSystem})
	for !rec.settled() {
		if b.rolling {
			return errRolling
		}
		if b.carryOut(ctx, id, rec) {
			continue
		}
		answer, err := b.answer(ctx, n, id, rec)
		switch {
		case err != nil:
			return err
		case answer.Refused == nil:
			b.runner.done(ctx, rec, answer)
		default:
			b.stuck(ctx, rec, activities.Fault{Class: activities.Invalid, System: string(CaseSystem), Cause: answer.Refused.Message, Hint: answer.Refused.Hint})
			rec.Refused++
			if err := b.waitToProbe(ctx, id, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer waits for what the case says to a step.
func (b *bookRun) answer(ctx workflow.Context, n int, id string, rec *stepRecord) (runAnswer, error) {
	got, answered := b.Order.Done[n]
	if b.Ask.Step != n || answered && got.Refused != nil && got.Try >= b.Ask.Try { // it was not asked for, or is asked for anew
		b.Ask = runAsk{Step: n, Try: b.Ask.Try + 1}
		rec.Tried, rec.Asked = true, workflow.Now(ctx)
	}
	if rec.State != StepStuck {
		b.move(ctx, rec, StepTrying)
	}
	heard := func() bool {
		got, answered = b.Order.Done[n]
		return answered && (got.Refused == nil || got.Try >= b.Ask.Try)
	}
	for wait := askPatience; ; wait = min(2*wait, longestAskWait) {
		if err := b.awaitFor(ctx, wait, b.titleOf(id), heard); err != nil {
			return runAnswer{}, err
		}
		if heard() {
			return got, nil
		}
		b.Ask.Nudge++
		b.changed()
	}
}

// Ids of the steps of a run that are not the runbook's.
const (
	stepRunCard    = "run.card"
	stepRunRefresh = "run.card.refresh"
	stepRunEnd     = "run.end"
)

// postCard posts the card that shows how far the run is, in the machine's thread, and keeps it true. A card that cannot
// be posted holds up nothing; it is tried once more when the run has ended, and then given up with it.
func (b *bookRun) postCard(ctx workflow.Context) error {
	if rec := b.records[stepRunCard]; rec != nil && rec.wasLetGo() {
		return nil // given up
	}
	if given, err := b.awaitThread(ctx); err != nil || given {
		return err
	}
	var card slack.Notice
	wanted := func() bool { return b.State == runRunning || b.speaks() && !b.is(stepRunCard, StepStuck) }
	err := b.whileWanted(ctx, stepRunCard, wanted, func(ctx workflow.Context) (err error) {
		card, err = runStep[slack.Notice](ctx, b.runner, b.cardStep())
		return err
	})
	if err != nil {
		return err
	}
	if card.TS == "" && b.is(stepRunCard, StepStuck) && b.speaks() { // what it was stuck with may be over: the steps went on too
		if card, _, err = runQuiet[slack.Notice](ctx, b.runner, b.cardStep()); err != nil {
			return err
		}
	}
	b.letGo(ctx, stepRunCard)
	if card.TS == "" {
		return nil // nobody misses it any more
	}
	return b.refresh(ctx, b.Shown, func() bool { return b.State != runRunning }, surface{
		name:  "card",
		ready: b.cardLives,
		tells: func() any { return b.shown() },
		step: step{stepRunRefresh, Slack, ordinary, slackActivities.UpdateNotice, func(activities.Effect) any {
			return slack.UpdateNotice{Channel: b.Order.Channel, TS: card.TS, Message: message(b.view().RunCard(b.shown(), slack.Escape))}
		}},
	})
}

// awaitThread waits until there is a thread for the card. A card that is stuck when the run ends without one is given up:
// nobody can decide about it any more.
func (b *bookRun) awaitThread(ctx workflow.Context) (given bool, err error) {
	over := func() bool { return b.State != runRunning && b.is(stepRunCard, StepStuck) }
	for !b.speaks() && forgetsTries(ctx) {
		if rec := b.records[stepRunCard]; b.is(stepRunCard, StepTrying) { // nothing is under way: the run before this one tried, or somebody has decided
			b.carryOut(ctx, stepRunCard, rec) // the case hears of it now, whenever there is a thread to try it in
			if !rec.settled() {
				b.move(ctx, rec, StepOwed)
			}
		}
		if over() {
			b.letGo(ctx, stepRunCard)
			return true, nil
		}
		if err := b.await(ctx, func() bool { return b.speaks() || b.is(stepRunCard, StepTrying) || over() }); err != nil {
			return false, err
		}
	}
	return false, b.await(ctx, b.speaks)
}

// forgetsTries reports whether the run waits for no try of the run before it; one that did may wait for good.
func forgetsTries(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "wait for no try of the run before", workflow.DefaultVersion, 1) == 1
}

func (b *bookRun) cardStep() step {
	return step{stepRunCard, Slack, ordinary, slackActivities.PostNotice, func(e activities.Effect) any {
		b.Shown["card"] = digest(b.shown())
		return slack.PostNotice{Effect: e, Channel: b.Order.Channel, Thread: b.Order.Thread, Message: message(b.view().RunCard(b.shown(), slack.Escape))}
	}}
}

// cardLives reports whether the card can still be written. One that Slack refuses to change, because somebody has deleted
// it, is given up when the run has ended.
func (b *bookRun) cardLives() bool {
	b.cardGone = b.cardGone || b.State != runRunning && b.refuses(stepRunRefresh)
	return !b.cardGone && b.speaks()
}

// cardSettled reports whether the card tells how the run has ended, or never will.
func (b *bookRun) cardSettled() bool {
	rec := b.records[stepRunCard]
	switch {
	case b.cardGone || !b.speaks():
		return rec == nil || rec.State != StepTrying
	case rec == nil || !rec.settled():
		return false
	}
	return rec.Result == nil || b.Shown["card"] == digest(b.shown())
}
