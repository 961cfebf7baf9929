package workflows

import (
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// show keeps what operators see in the Temporal UI and in lists up to date: search attributes, memo and the current
// details. Changes of one workflow task are written together, and only if they are changes.
func (c *caseRun) show(ctx workflow.Context) error {
	var attributes, head string // what is written; the memo and the attributes of a first run came with its start
	if c.Rolls == 0 {
		attributes, head = digest(c.attributes()), digest(c.head())
	}
	for {
		seen := c.changes
		workflow.SetCurrentDetails(ctx, c.page(ctx))
		if now := digest(c.attributes()); now != attributes {
			if err := workflow.UpsertTypedSearchAttributes(ctx, c.attributes().updates()...); err != nil {
				return err
			}
			attributes = now
		}
		if now := digest(c.head()); now != head {
			if err := workflow.UpsertMemo(ctx, map[string]any{HeadMemo: c.head()}); err != nil {
				return err
			}
			head = now
		}
		if err := c.await(ctx, func() bool { return c.changes != seen }); err != nil {
			return err
		}
	}
}

// attributes are the values of the search attributes: see the constants for what may stand in them.
type attributes struct {
	Number, Phase, Status, Severity, Kind, Commander string
	Orgs, Channel, Stuck                             []string
	StuckSince                                       *time.Time
}

func (c *caseRun) attributes() attributes {
	a := attributes{Number: c.Number, Phase: string(c.Phase), Status: string(c.state()), Severity: c.Severity.String(), Kind: incident.KnownKind(c.Kind)}
	if c.Placement.Audience != incident.AudienceRestricted {
		a.Commander = c.Commander.ID
		for _, o := range c.Placement.Organisations {
			if !o.Unlisted {
				a.Orgs = append(a.Orgs, o.ID)
			}
		}
	}
	if c.channel.ID != "" {
		a.Channel = []string{c.channel.ID}
	}
	for _, id := range c.ids(StepStuck) {
		rec := c.records[id]
		a.Stuck = append(a.Stuck, id, string(rec.System), string(rec.System)+":"+rec.Class)
		if a.StuckSince == nil || rec.Since.Before(*a.StuckSince) {
			a.StuckSince = &rec.Since
		}
	}
	slices.Sort(a.Stuck)
	a.Stuck = slices.Compact(a.Stuck)
	return a
}

func (a attributes) updates() []temporal.SearchAttributeUpdate {
	list := []temporal.SearchAttributeUpdate{
		keyword(CaseNumber).ValueSet(a.Number), keyword(CasePhase).ValueSet(a.Phase), keyword(CaseStatus).ValueSet(a.Status),
		keyword(CaseSeverity).ValueSet(a.Severity),
	}
	list = appendKeyword(list, CaseKind, a.Kind)
	list = appendKeyword(list, CaseCommander, a.Commander)
	list = appendKeywords(list, CaseOrg, a.Orgs)
	list = appendKeywords(list, CaseChannel, a.Channel)
	list = appendKeywords(list, StuckStep, a.Stuck)
	since := temporal.NewSearchAttributeKeyTime(StuckSince)
	if a.StuckSince == nil {
		return append(list, since.ValueUnset())
	}
	return append(list, since.ValueSet(*a.StuckSince))
}

func appendKeyword(list []temporal.SearchAttributeUpdate, name, value string) []temporal.SearchAttributeUpdate {
	if value == "" {
		return append(list, keyword(name).ValueUnset())
	}
	return append(list, keyword(name).ValueSet(value))
}

func appendKeywords(list []temporal.SearchAttributeUpdate, name string, values []string) []temporal.SearchAttributeUpdate {
	if len(values) == 0 {
		return append(list, keywords(name).ValueUnset())
	}
	return append(list, keywords(name).ValueSet(values))
}

// state says whether the case is moving.
func (c *caseRun) state() incident.Status {
	switch {
	case len(c.ids(StepStuck)) > 0:
		return incident.Stuck
	case len(c.ids(StepTrying)) > 0:
		return incident.Running
	default:
		return incident.Waiting
	}
}

func (c *caseRun) head() Head {
	return Head{
		Number: c.Number, WorkflowID: c.WorkflowID, Title: c.Request.Title, Phase: c.Phase, Status: c.state(), Severity: c.Severity,
		Commander: c.Commander.Name, Audience: c.Placement.Audience, Organisations: c.Placement.Organisations, Members: c.members(),
		Drill: c.Request.Drill, Opened: c.Opened, Channel: c.channel.ID, Stuck: c.ids(StepStuck),
	}
}

// page is the case's page in the Temporal UI.
func (c *caseRun) page(ctx workflow.Context) string {
	v := c.view()
	v.Now = workflow.Now(ctx)
	v.Commands = []notice.Command{{
		Text: "triage", Name: TriageUpdate,
		JSON: `{"severity":` + strconv.Itoa(max(1, int(c.Severity))) + `,"scope":"…","commander":"@…","by":{"who":"…","door":"cli","assurance":"self-declared"}}`,
	}, {Text: "roll", Name: RollSignal}}
	return v.Page()
}
