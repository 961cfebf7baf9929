package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows"
)

// benchQueue is where this process runs its own workflow. The activities are those of the product, in its worker.
const benchQueue = "bench"

// plan is what the baseline does: the steps of an opened case with the inputs that the product gave them.
type plan struct {
	Ticket        jira.OpenTicket
	People        slack.FindPeople
	Channel       slack.OpenChannel
	Invite        slack.InviteToChannel
	Card          slack.PostNotice
	Pin           slack.PinNotice
	Describe      slack.DescribeChannel
	Bookmark      slack.BookmarkLinks
	Folder        drive.OpenFolder
	Sheet         drive.OpenSheet
	Board         sheets.LayOutBoard
	CardRefresh   *slack.UpdateNotice // nil: the product did without
	TicketRefresh *jira.WriteStatusBlock
	LinksRefresh  *sheets.WriteProjection
}

// planOf reads the inputs back from the histories of a case.
func (p *product) planOf(ctx context.Context, c *opened) (plan, error) {
	intake, own, err := p.histories(ctx, c)
	if err != nil {
		return plan{}, err
	}
	var out plan
	for id, into := range map[string]any{
		"open.ticket": &out.Ticket, "open.people": &out.People, "open.channel": &out.Channel, "open.invite": &out.Invite, "open.card": &out.Card,
		"open.pin": &out.Pin, "open.describe": &out.Describe, "open.bookmark": &out.Bookmark, "open.folder": &out.Folder, "open.sheet": &out.Sheet, "open.board": &out.Board,
		"card.refresh": &out.CardRefresh, "ticket.refresh": &out.TicketRefresh, "links.refresh": &out.LinksRefresh,
	} {
		from := own
		if id == "open.ticket" {
			from = intake
		}
		e, err := from.find(id)
		if err != nil && !strings.HasPrefix(id, "open.") {
			continue // a refresh that was not needed
		}
		if err == nil {
			err = p.options.DataConverter.FromPayloads(e.input, into)
		}
		if err != nil {
			return out, fmt.Errorf("read the input of %s of case %s: %w", id, c.number, err)
		}
	}
	return out, nil
}

// again makes the plan one for another case: new keys, so that nothing is adopted, and a channel name nobody has.
func (p plan) again(name string, now time.Time) plan {
	for id, e := range map[string]*activities.Effect{
		"ticket": &p.Ticket.Effect, "channel": &p.Channel.Effect, "invite": &p.Invite.Effect, "card": &p.Card.Effect, "describe": &p.Describe.Effect,
		"bookmark": &p.Bookmark.Effect, "folder": &p.Folder.Effect, "sheet": &p.Sheet.Effect, "board": &p.Board.Effect,
	} {
		*e = activities.Effect{Key: name + "." + id, First: true, Since: now}
	}
	p.Channel.Names, p.Channel.Mark, p.Describe.Mark = []string{name}, name, name
	p.Folder.Properties = map[string]string{"hikeshiCase": name, "hikeshiRole": "folder"}
	p.Sheet.Properties = map[string]string{"hikeshiCase": name, "hikeshiRole": "tasks"}
	return p
}

// sequential does the plan step after step and returns the channel's id.
func sequential(ctx workflow.Context, p plan) (string, error) {
	s := sequence{ctx: ctx}
	var ticket jira.Ticket
	var people slack.Found
	var channel slack.Channel
	var card slack.Notice
	s.do(workflows.Jira, "OpenTicket", p.Ticket, &ticket)
	s.do(workflows.Slack, "FindPeople", p.People, &people)
	s.do(workflows.Slack, "OpenChannel", p.Channel, &channel)
	p.Invite.Channel, p.Card.Channel = channel.ID, channel.ID
	s.do(workflows.Slack, "InviteToChannel", p.Invite, nil)
	s.do(workflows.Slack, "PostNotice", p.Card, &card)
	s.do(workflows.Slack, "PinNotice", slack.PinNotice{Channel: channel.ID, TS: card.TS}, nil)
	p.Describe.Channel = channel.ID
	s.do(workflows.Slack, "DescribeChannel", p.Describe, nil)
	p.Bookmark.Channel = channel.ID
	s.do(workflows.Slack, "BookmarkLinks", p.Bookmark, nil)
	sheet := s.files(p)
	if p.CardRefresh != nil {
		s.do(workflows.Slack, "UpdateNotice", slack.UpdateNotice{Channel: channel.ID, TS: card.TS, Message: p.CardRefresh.Message}, nil)
	}
	if p.TicketRefresh != nil {
		s.do(workflows.Jira, "WriteStatusBlock", jira.WriteStatusBlock{Ticket: ticket.ID, Block: p.TicketRefresh.Block}, nil)
	}
	if p.LinksRefresh != nil {
		s.do(workflows.Sheets, "WriteProjection", sheets.WriteProjection{Sheet: sheet.ID, Tab: p.LinksRefresh.Tab, Rows: p.LinksRefresh.Rows}, nil)
	}
	return channel.ID, s.err
}

// sequence runs activities one after the other, up to the first error.
type sequence struct {
	ctx workflow.Context
	err error
}

func (s *sequence) files(p plan) (sheet drive.Sheet) {
	var id drive.FolderID
	s.do(workflows.Drive, "ReserveFolderID", nil, &id)
	p.Folder.ID, p.Sheet.Folder = id.ID, id.ID
	s.do(workflows.Drive, "OpenFolder", p.Folder, nil)
	s.do(workflows.Drive, "OpenSheet", p.Sheet, &sheet)
	p.Board.Sheet = sheet.ID
	s.do(workflows.Sheets, "LayOutBoard", p.Board, nil)
	return sheet
}

func (s *sequence) do(system workflows.System, activity string, in, out any) {
	if s.err != nil {
		return
	}
	ctx := workflow.WithActivityOptions(s.ctx, workflow.ActivityOptions{
		TaskQueue: system.Queue(), StartToCloseTimeout: 15 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, MaximumAttempts: 14},
	})
	var args []any
	if in != nil {
		args = []any{in}
	}
	s.err = workflow.ExecuteActivity(ctx, activity, args...).Get(ctx, out)
}

// pair is one thing measured for the baseline: until people are together, and until everything is linked.
type pair struct{ together, linked time.Duration }

// baseline does the steps of a case one after the other, n times with a pause between, and times them.
func (p *product) baseline(ctx context.Context, c *opened, n int) ([]pair, error) {
	template, err := p.planOf(ctx, c)
	if err != nil || n == 0 {
		return nil, err
	}
	w := worker.New(p.client, benchQueue, worker.Options{LocalActivityWorkerOnly: true})
	w.RegisterWorkflowWithOptions(sequential, workflow.RegisterOptions{Name: "Sequential"})
	if err := w.Start(); err != nil {
		return nil, fmt.Errorf("start the baseline's worker: %w", err)
	}
	defer w.Stop()
	var list []pair
	for i := range n + 1 {
		one, err := p.runPlan(ctx, template, i)
		if err != nil {
			return nil, err
		}
		if i > 0 { // the first warms up, as the product's did
			list = append(list, one)
		}
	}
	return list, nil
}

func (p *product) runPlan(ctx context.Context, template plan, i int) (pair, error) {
	sent := time.Now()
	name := fmt.Sprintf("sequential-%d-%d", sent.Unix(), i)
	running, err := p.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: name, TaskQueue: benchQueue}, "Sequential", template.again(name, sent))
	if err != nil {
		return pair{}, fmt.Errorf("start the baseline: %w", err)
	}
	var channel string
	if err := running.Get(ctx, &channel); err != nil {
		return pair{}, fmt.Errorf("do the steps one after the other: %w", err)
	}
	r, err := p.history(ctx, name)
	if err != nil {
		return pair{}, err
	}
	calls, err := p.vendors.slack.calls(ctx)
	if err != nil {
		return pair{}, err
	}
	end, err := together(calls, channel)
	return pair{together: end.Sub(sent), linked: r.last().Sub(sent)}, err
}
