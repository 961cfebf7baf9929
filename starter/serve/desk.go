package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/starter/slackbot"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/settings"
)

// deskOf is the [slackbot.Desk] over Temporal's cases.
type deskOf struct {
	*cases.Cases
	probe     time.Duration // how often what cannot be held back is tried again
	operators string        // id of their channel
}

// Open records the request.
func (d deskOf) Open(ctx context.Context, request incident.Request) error {
	opened, err := d.Cases.Open(ctx, request)
	return spent(known(err), opened.Refused)
}

// Follow waits until the channel can be used, or cannot be opened for now. Its person is the opener: the id is made of
// a trigger id, which Slack gave to them alone and nobody can guess. So it asks for no
// further rights, also when Slack sends the same request again; those of this machine do not count.
func (d deskOf) Follow(ctx context.Context, requestID string) (notice.Case, error) {
	opened, status, err := d.Wait(ctx, requestID, cases.Settled)
	if status == nil {
		var refusal *incident.Refusal
		return notice.Case{Number: opened.Number}, spent(known(err), opened.Number == "" && errors.As(err, &refusal))
	}
	return caseOf(*status), known(err)
}

// Status reads a case as a person in Slack may see it: the rights of this machine do not count.
func (d deskOf) Status(ctx context.Context, number string, v slackbot.Viewer) (notice.Case, error) {
	viewer := settings.Viewer{SlackUser: v.User, Channel: v.Channel}
	read := d.StatusOfChannel
	about := v.Channel
	if number != "" {
		read, about = d.Cases.Status, number
	}
	view, err := read(ctx, about, viewer)
	if err != nil {
		return notice.Case{}, known(err)
	}
	c := caseOf(view.Status)
	if view.Partial {
		c.Notes = append(c.Notes, view.Why)
	}
	return c, nil
}

// List lists the cases that a person in Slack may see: the rights of this machine do not count.
func (d deskOf) List(ctx context.Context, which string, v slackbot.Viewer) (notice.CaseList, error) {
	list := notice.CaseList{Most: cases.DefaultLimit}
	viewer := settings.Viewer{SlackUser: v.User, Channel: v.Channel}
	for _, f := range filtersOf(which, v.User) {
		f.Limit = cases.DefaultLimit
		heads, err := d.Cases.List(ctx, viewer, f)
		if err != nil {
			return notice.CaseList{}, known(err)
		}
		for _, h := range heads {
			list.Cases = append(list.Cases, listed(h))
		}
	}
	return list, nil
}

// filtersOf are the lists that are shown one after the other.
func filtersOf(which, user string) []cases.Filter {
	closed := cases.Filter{All: true, Phase: incident.PhaseClosed}
	switch which {
	case notice.ListOpen:
		return []cases.Filter{{}}
	case notice.ListMine:
		return []cases.Filter{{Of: user}}
	case notice.ListClosed:
		return []cases.Filter{closed}
	}
	return []cases.Filter{{}, closed}
}

// Stuck lists what is stuck in the cases that a person in Slack may see, and the vendors that are held.
func (d deskOf) Stuck(ctx context.Context, v slackbot.Viewer) (notice.StuckList, error) {
	stuck, err := d.Cases.Stuck(ctx, settings.Viewer{SlackUser: v.User, Channel: v.Channel}, cases.StuckFilter{})
	if err != nil {
		return notice.StuckList{}, known(err)
	}
	held, err := d.Held(ctx)
	if err != nil {
		return notice.StuckList{}, known(err)
	}
	var list notice.StuckList
	for _, c := range stuck {
		list.Cases = append(list.Cases, stuckOf(c, v, d.operators))
		if c.Partial {
			list.Silent = append(list.Silent, c.Number)
		}
	}
	for _, h := range held {
		b := heldOf(h)
		b.Probe = d.probe
		list.Held = append(list.Held, b)
	}
	return list, nil
}

// Ring rings the mirror of the channel's case.
func (d deskOf) Ring(ctx context.Context, b slackbot.Bell) error {
	var bell workflows.Bell
	for _, h := range b.Hints {
		bell.Hints = append(bell.Hints, workflows.Hint{Channel: h.Channel, TS: h.TS, Thread: h.Thread, Deleted: h.Deleted})
	}
	if b.Said || len(b.Hints) == 0 { // a hint names its channel itself
		bell.Channels = []string{b.Channel}
	}
	err := d.Cases.Ring(ctx, b.Channel, bell)
	if errors.Is(err, cases.ErrNoCaseYet) {
		return slackbot.ErrNoCaseYet
	}
	return err
}

// Happened tells the channel's case.
func (d deskOf) Happened(ctx context.Context, e slackbot.Event) error {
	return d.Cases.Happened(ctx, workflows.ChannelEvent{Channel: e.Channel, Did: e.Did, User: e.User, Called: e.Called, Name: e.Name})
}

// taken is a decision, and what is needed to follow it.
type taken struct {
	cases.Taken
	number string // by which it was asked for
}

// Decide decides about a stuck step as a person in Slack may: the rights of this machine do not count.
func (d deskOf) Decide(ctx context.Context, s slackbot.Decision, v slackbot.Viewer) (slackbot.Taken, error) {
	decision := cases.Decision{Step: s.Shown(), Workflow: s.WorkflowID, Generation: s.Generation, Action: workflows.Action(s.Action), Reason: s.Reason, By: from(s.By, v)}
	if decision.Action == workflows.ActionSupply {
		input, err := json.Marshal(map[string]string{"id": s.Supply})
		if err != nil {
			return nil, err
		}
		decision.Input = input
	}
	got, err := d.Cases.Decide(ctx, s.Number(), settings.Viewer{SlackUser: v.User, Channel: v.Channel}, decision, s.ID)
	return taken{got, s.Number()}, spent(known(err), got.Refused != nil)
}

// from is the sender in the channel that the door vouches for: a dialog is filled in none, but was asked for in one.
func from(by incident.By, v slackbot.Viewer) incident.By {
	by.Channel = v.Channel
	return by
}

// Do has a case do what a person in Slack wants: the rights of this machine do not count.
func (d deskOf) Do(ctx context.Context, a slackbot.Act) (slackbot.Done, error) {
	answer, err := d.Cases.Do(ctx, cases.Act{ID: a.ID, Keyed: a.Keyed, Verb: a.Verb, Number: a.Number, Fields: a.Fields, By: from(a.By, a.Viewer),
		Viewer: settings.Viewer{SlackUser: a.Viewer.User, Channel: a.Viewer.Channel}})
	return slackbot.Done{Number: answer.Number, Text: answer.Text, ID: answer.ID, Missing: answer.Missing}, spent(known(err), answer.Refused != nil)
}

// Became looks what becomes of the step. Whoever may only decide about it reads no cause.
func (d deskOf) Became(ctx context.Context, t slackbot.Taken) notice.Outcome {
	decided, ok := t.(taken)
	if !ok {
		return notice.Outcome{}
	}
	became := d.Cases.Became(ctx, decided.number, decided.Taken)
	outcome := notice.Outcome{Number: decided.Number, Step: decided.Step, Became: became.Outcome}
	if !decided.Veiled {
		outcome.Cause, outcome.Hint = became.After.Cause, became.After.Hint
	}
	return outcome
}

// known turns what the gateway tells apart into its own word for it.
func known(err error) error {
	if cases.IsUnknown(err) {
		return fmt.Errorf("%w: %w", slackbot.ErrNotConfirmed, err)
	}
	return err
}

// spent marks what a workflow has answered to this very id: it answers nothing else under it. What the door refuses, or a
// workflow before it records anything, is no such answer, and says nothing of what came before under the same id.
func spent(err error, answered bool) error {
	if err == nil || !answered {
		return err
	}
	return slackbot.Spent{Refusal: err}
}

// reading decides who may read, and has it recorded whom the rules turn away.
func reading(ctx context.Context, config *settings.Config, desk *cases.Cases) func(verb string, by incident.By, inside bool) error {
	return func(verb string, by incident.By, inside bool) error {
		err := config.Reading(verb, by, inside)
		if err != nil {
			desk.TurnAway(ctx, verb, err.Error(), by, inside)
		}
		return err
	}
}

// runbooksOf reads the runbooks anew each time: people add some while the gateway runs. Those that cannot be run are
// left out; which there are at last, the worker says.
func runbooksOf(config *settings.Config) func() []notice.Runbook {
	return func() (list []notice.Runbook) {
		for _, b := range config.Library().List(config.Language) {
			if b.Problem == "" {
				list = append(list, notice.Runbook{Name: b.Name, Title: b.Title})
			}
		}
		return list
	}
}
