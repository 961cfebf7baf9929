package workflows

import (
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
	StuckSince, Deadline                             *time.Time
	Tasks                                            int
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
	for _, analysis := range c.Analyses {
		if analysis.Report.Channel != "" {
			a.Channel = append(a.Channel, analysis.Report.Channel)
		}
	}
	a.Tasks = c.openTasks()
	for _, d := range c.deadlines() {
		if a.Deadline == nil || d.At.Before(*a.Deadline) {
			a.Deadline = &d.At
		}
	}
	a.Stuck, a.StuckSince = stuckIn(append(stuckSteps(c.runner, c.WorkflowID), c.childrenSteps()...))
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
	list = append(list, temporal.NewSearchAttributeKeyInt64(OpenTasks).ValueSet(int64(a.Tasks)))
	list = appendTime(list, NextDeadline, a.Deadline)
	return appendTime(list, StuckSince, a.StuckSince)
}

func appendTime(list []temporal.SearchAttributeUpdate, name string, value *time.Time) []temporal.SearchAttributeUpdate {
	if value == nil {
		return append(list, temporal.NewSearchAttributeKeyTime(name).ValueUnset())
	}
	return append(list, temporal.NewSearchAttributeKeyTime(name).ValueSet(*value))
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

// state says whether the case is moving. What its mirror and its analyses cannot do is stuck here too.
func (c *caseRun) state() incident.Status {
	switch own := c.runner.status(); {
	case own == incident.Stuck || len(c.childrenSteps()) > 0:
		return incident.Stuck
	case c.Phase == incident.PhaseClosed:
		return incident.Ended
	default:
		return own
	}
}

func (c *caseRun) head() Head {
	return Head{
		Number: c.Number, WorkflowID: c.WorkflowID, Title: c.Request.Title, Phase: c.Phase, Status: c.state(), Severity: c.Severity,
		Commander: c.Commander.Name, Audience: c.Placement.Audience, Organisations: c.Placement.Organisations, Members: c.members(),
		Drill: c.Request.Drill, Opened: c.Opened, Channel: c.channel.ID, Stuck: c.stuckIDs(),
	}
}

// stuckIDs are the ids of the case's stuck steps, and of those of its children with their own id before them.
func (c *caseRun) stuckIDs() []string {
	list := c.ids(StepStuck)
	for _, s := range c.childrenSteps() {
		list = append(list, s.ID)
	}
	return list
}

// page is the case's page in the Temporal UI.
func (c *caseRun) page(ctx workflow.Context) string {
	v := c.view()
	v.Now = workflow.Now(ctx)
	v.Commands = c.commands()
	return v.Page()
}

// commands are what a person can send from the Temporal UI now.
func (c *caseRun) commands() (list []notice.Command) {
	const by = bySample + "}"
	add := func(name, argument string) {
		list = append(list, notice.Command{Text: name, Name: name, JSON: "{" + argument + by})
	}
	switch c.Phase {
	case incident.PhaseClosed:
		add(ReopenUpdate, `"reason":"…",`)
	case incident.PhaseArchive:
		add(BackUpdate, `"phase":"analysis","reason":"…",`)
	default:
		add(TriageUpdate, `"severity":`+strconv.Itoa(max(1, int(c.Severity)))+`,"scope":"…","commander":"@…",`)
		add(SeverityUpdate, `"severity":`+strconv.Itoa(max(1, int(c.Severity)))+`,"reason":"…",`)
		add(TakeUpdate, "")
		add(HandoverUpdate, `"to":"@…","note":"…",`)
		if c.offered() != nil {
			add(AcceptUpdate, "")
		}
		add(DetailsUpdate, `"reporter":"…","company":"…","what":"…","when":"…","where":"…","invite":["@…"],`)
		add(ContainUpdate, `"state":"contained",`)
		add(AnalyzeUpdate, `"name":"…","lead":"@…","hypothesis":"…",`)
		for _, a := range c.Analyses {
			if a.Open() {
				add(ConcludeUpdate, `"analysis":"`+a.ID+`","finding":"…",`)
			}
		}
		add(TaskUpdate, `"title":"…","owner":"@…","due":"…",`)
		add(RunUpdate, `"runbook":"…",`)
		add(PublishUpdate, `"text":"…",`)
		add(LessonUpdate, `"text":"…",`)
		for _, l := range c.Lessons {
			if !l.Decided() {
				add(DecideUpdate, `"lesson":"`+l.ID+`","as":"theme",`)
			}
		}
		for _, need := range c.waivable() {
			add(WaiveUpdate, `"gate":"`+need+`","reason":"…",`)
		}
		add(CloseUpdate, `"resolution":"…",`)
		add(MergeUpdate, `"into":"…","reason":"…",`)
	}
	list = append(list, resolveCommands(c.WorkflowID, append(stuckSteps(c.runner, c.WorkflowID), c.childrenSteps()...))...)
	return append(list, notice.Command{Text: "roll", Name: RollSignal})
}
