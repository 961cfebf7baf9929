package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// demoFault marks the faults of the demonstration: nobody else's are taken back with them.
const demoFault = "demonstration"

const (
	bookmarkStep = "open.bookmark"
	retryButton  = "resolve_retry"
)

// breakThings has JIRA fail in the worst way, while the case opens: the ticket is made and the answer is lost, and then
// nothing works. Slack will not let us put the ticket's bookmark into the channel.
func (p *play) breakThings(ctx context.Context) error {
	if !p.s.JiraBack {
		p.say.step("JIRA is failing: it loses the answer to the first ticket it makes, and then answers nothing but 503")
		if err := p.breaks(ctx, p.at.Jira,
			fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "after", Times: 1}, fake.Fault{Match: "*", Mode: "status", Status: http.StatusServiceUnavailable}); err != nil {
			return err
		}
	}
	if p.s.Pressed {
		return nil
	}
	return p.breaks(ctx, p.at.Slack, fake.Fault{Match: "bookmarks.add", Mode: "status", Error: "restricted_action"})
}

// breaks injects faults at a vendor, in the place of those that a demonstration that was killed has left there.
func (p *play) breaks(ctx context.Context, vendor string, faults ...fake.Fault) error {
	if err := p.mends(ctx, vendor); err != nil {
		return err
	}
	for _, f := range faults {
		f.Tag = demoFault
		if err := call(ctx, http.MethodPost, control(vendor)+"faults", f, nil); err != nil {
			return fmt.Errorf("break something in the sandbox: %w", err)
		}
	}
	return nil
}

// mends takes the demonstration's faults back.
func (l *local) mends(ctx context.Context, vendor string) error {
	if err := call(ctx, http.MethodDelete, control(vendor)+"faults?tag="+demoFault, nil, nil); err != nil {
		return fmt.Errorf("mend what is broken in the sandbox: %w", err)
	}
	return nil
}

// mendAll leaves the sandbox as it was, however the demonstration ends.
func (l *local) mendAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = l.mends(ctx, l.at.Jira), l.mends(ctx, l.at.Slack) // the sandbox may be gone, and the faults with it
}

// meet waits until people are together, which they are although there is no ticket yet.
func (p *play) meet(ctx context.Context) error {
	opened, ready, err := p.desk.Wait(ctx, incident.RequestID(p.s.trigger()), cases.Ready)
	if err != nil {
		return err
	}
	if ready.Links.Ticket == "" {
		p.say.step("people are together in #%s, under the provisional number %s: nobody waits for JIRA", ready.Links.ChannelName, opened.Number)
	} else {
		p.say.step("people are together in #%s", ready.Links.ChannelName)
	}
	p.say.step("    %s", ready.Links.ChannelURL)
	return nil
}

// mendJira brings JIRA back. The ticket that it made without saying so is found, and not made again.
func (p *play) mendJira(ctx context.Context) error {
	if err := p.mends(ctx, p.at.Jira); err != nil {
		return err
	}
	s, err := p.await(ctx, "the ticket", func(s workflows.Status) bool { return s.Links.Ticket != "" })
	if err != nil {
		return err
	}
	if !p.s.JiraBack {
		p.say.step("JIRA is back: the ticket that it had made is found, not made twice: case %s; channel, folder and sheet follow", s.Number)
		p.s.JiraBack = true
	}
	return p.writeScript(p.s)
}

// decide shows a step that Slack refuses, which waits in everybody's sight, and the button by which somebody has it
// tried again.
func (p *play) decide(ctx context.Context) error {
	if p.s.Pressed {
		return nil
	}
	s, err := p.await(ctx, "the bookmark, stuck or done", func(s workflows.Status) bool {
		step := bookmarkOf(s)
		return step.State == workflows.StepStuck || step.State == workflows.StepDone
	})
	if err != nil {
		return err
	}
	if step := bookmarkOf(s); step.State == workflows.StepStuck {
		p.say.step("one step is stuck, and says so to everybody: %s. %s (%s)", step.Title, step.Cause, step.Hint)
		if err := p.press(ctx, s.Links.Channel); err != nil {
			return err
		}
	}
	p.s.Pressed = true
	return p.writeScript(p.s)
}

func bookmarkOf(s workflows.Status) (found workflows.StepStatus) {
	for _, step := range s.Steps {
		if step.ID == bookmarkStep {
			found = step
		}
	}
	return found
}

// press allows the bookmark and presses the button of the notice in the case's thread, as Ben would.
func (p *play) press(ctx context.Context, channel string) error {
	ts, action, err := p.button(ctx, channel)
	if err != nil {
		return err
	}
	if err := p.mends(ctx, p.at.Slack); err != nil {
		return err
	}
	p.say.step("an administrator allows it; Ben presses Retry on the notice in the thread under the card")
	return p.insist(ctx, func() error {
		pressed := p.pressOnce(ctx, channel, ts, action)
		soon, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		_, err := p.await(soon, "the bookmark", func(s workflows.Status) bool { return bookmarkOf(s).State == workflows.StepDone })
		if err != nil {
			err = errors.Join(pressed, err)
		}
		return err
	})
}

func (p *play) pressOnce(ctx context.Context, channel, ts, action string) error {
	var answer slacktest.Interacted
	err := call(ctx, http.MethodPost, control(p.at.Slack)+"interact", slacktest.Interaction{User: "ben", Channel: channel, MessageTS: ts, ActionID: action}, &answer)
	if err == nil && (answer.Status != http.StatusOK || answer.Error != "") {
		err = fmt.Errorf("the gateway answered %d %s%s", answer.Status, answer.Body, answer.Error)
	}
	if err != nil {
		return fmt.Errorf("press the button: %w", err)
	}
	return nil
}

// insist does it again until it succeeds, as a person does when nothing happens: a gateway that was killed is back soon.
func (p *play) insist(ctx context.Context, do func() error) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		err := do()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// button waits for the notice, and finds its button for the bookmark.
func (p *play) button(ctx context.Context, channel string) (ts, action string, err error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		m, found, err := p.find(ctx, channel, func(m slacktest.Message) bool { return m.BotID != "" && retryOf(m) != "" })
		if err != nil || found {
			return m.TS, retryOf(m), err
		}
		select {
		case <-ctx.Done():
			return "", "", fmt.Errorf("no notice with a button for the stuck step stands in the case's channel: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// retryOf is the id of a message's button that has the bookmark tried again; empty: it has none.
func retryOf(m slacktest.Message) (id string) {
	var blocks []struct {
		Elements []struct {
			ActionID string `json:"action_id"`
			Value    string `json:"value"`
		} `json:"elements"`
	}
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return "" // none of ours
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if strings.HasPrefix(e.ActionID, retryButton) && strings.Contains(e.Value, `"`+bookmarkStep+`"`) {
				id = e.ActionID
			}
		}
	}
	return id
}

// link waits until everything is there, called by its final number, and found by it.
func (p *play) link(ctx context.Context) error {
	opened, status, err := p.desk.Wait(ctx, incident.RequestID(p.s.trigger()), cases.Linked)
	if err != nil {
		return err
	}
	if p.s.Number != "" && p.s.Number != opened.Number {
		return fmt.Errorf("the same command was case %s before and is %s now", p.s.Number, opened.Number)
	}
	p.s.Number = opened.Number
	p.tellLinks(*status)
	return p.writeScript(p.s)
}

// reviewTrouble looks whether the trouble has left anything behind but one of everything under the right name.
func (p *play) reviewTrouble(w world) error {
	number := strings.ToLower(p.s.Number)
	for what, name := range map[string]string{"channel": w.rooms("")[0].Name, "folder": w.role("folder")[0].Name, "sheet": w.role("tasks")[0].Name} {
		if !strings.HasPrefix(strings.ToLower(name), number) {
			return fmt.Errorf("the %s of case %s is called %q", what, p.s.Number, name)
		}
	}
	ticket, channel := w.made("open-ticket")[0].Key, w.rooms("")[0].ID
	marks := slices.DeleteFunc(slices.Clone(w.Bookmarks), func(b slacktest.Bookmark) bool { return b.Channel != channel })
	if len(marks) != 1 || !strings.HasSuffix(marks[0].Link, ticket) {
		return fmt.Errorf("the channel has the bookmarks %+v, not one of ticket %s", marks, ticket)
	}
	p.say.step("neither JIRA's outage nor the refused bookmark has left anything twice, or under the provisional number")
	return nil
}
