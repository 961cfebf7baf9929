package workflows

import (
	"net/url"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// showChild keeps what operators see of a child in the Temporal UI and in lists up to date: the current details, and
// the search attributes by which stuck workflows are found.
func (r *run) showChild(ctx workflow.Context, number func() string, state func() incident.Status, page func(time.Time) string) error {
	shown := ""
	for {
		seen := r.changes
		workflow.SetCurrentDetails(ctx, page(workflow.Now(ctx)))
		stuck, since := stuckIn(stuckSteps(r.runner, r.id))
		if now := digest([]any{number(), state(), stuck, since}); now != shown {
			list := appendKeywords([]temporal.SearchAttributeUpdate{
				keyword(CaseNumber).ValueSet(number()), keyword(CaseStatus).ValueSet(string(state())),
			}, StuckStep, stuck)
			if err := workflow.UpsertTypedSearchAttributes(ctx, appendTime(list, StuckSince, since)...); err != nil {
				return err
			}
			shown = now
		}
		if err := r.await(ctx, func() bool { return r.changes != seen }); err != nil {
			return err
		}
	}
}

// status says whether the steps are moving.
func (r *runner) status() incident.Status {
	switch {
	case len(r.ids(StepStuck)) > 0:
		return incident.Stuck
	case len(r.ids(StepTrying)) > 0:
		return incident.Running
	default:
		return incident.Waiting
	}
}

// stuckSteps are the steps of a workflow that cannot go on.
func stuckSteps(r *runner, workflowID string) []StepStatus {
	var list []StepStatus
	for _, id := range r.ids(StepStuck) {
		list = append(list, stepStatus(r, workflowID, id))
	}
	return list
}

// showSteps adds to a child's view what it has not done, and what people can tell it to do.
func (r *run) showSteps(v *notice.Case) {
	v.Commands = append(resolveCommands(r.id, stuckSteps(r.runner, r.id)), notice.Command{Text: "roll", Name: RollSignal})
	for _, id := range r.ids(StepOwed, StepTrying, StepStuck) {
		v.Steps = append(v.Steps, stepOf(id, r.records[id]))
	}
}

// stuckIn is what stands in the search attributes of these steps: each step, its system, and system:class; and since
// when the first of them is stuck.
func stuckIn(steps []StepStatus) (words []string, since *time.Time) {
	for _, s := range steps {
		words = append(words, s.ID, s.System, s.System+":"+s.Class)
		if s.Since != nil && (since == nil || s.Since.Before(*since)) {
			since = s.Since
		}
	}
	slices.Sort(words)
	return slices.Compact(words), since
}

// stepOf is a step as texts show it.
func stepOf(id string, rec *stepRecord) notice.Step {
	return notice.Step{ID: id, System: string(rec.System), Class: rec.Class, Cause: rec.Cause, Hint: rec.Hint, State: string(rec.State), Since: rec.Since}
}

// caseLinks are the addresses of a case's things as texts show them.
func caseLinks(l Links, number string) []notice.Link {
	return []notice.Link{
		{Kind: "ticket", Text: l.Ticket, URL: l.TicketURL}, {Kind: "channel", Text: l.ChannelName, URL: l.ChannelURL},
		{Kind: "folder", Text: number, URL: l.FolderURL}, {Kind: "sheet", Text: number, URL: l.SheetURL},
	}
}

// linkTo is the address of a channel; empty where no address is known.
func linkTo(base, channel string) string {
	if base == "" || channel == "" {
		return ""
	}
	return base + channel
}

// temporalPage is the address of a workflow's page in the Temporal UI; empty where there is none.
func temporalPage(p Placement, workflowID string) string {
	if p.UI == "" {
		return ""
	}
	return p.UI + url.PathEscape(workflowID)
}
