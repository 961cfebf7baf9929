package workflows

import (
	"slices"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// status is the whole answer to a reader.
func (c *caseRun) status() Status {
	s := Status{
		Number: c.Number, WorkflowID: c.WorkflowID, Title: c.Request.Title, Phase: c.Phase, Status: c.state(), Severity: c.Severity, Kind: c.Kind,
		Commander: c.Commander.Name, CommanderID: c.Commander.ID, ProvisionalCommander: c.provisional() && !c.atRest(), Offer: c.offerStatus(), Details: c.shownDetails(), Reporter: c.reporter(), Organisations: c.Placement.Organisations, Audience: c.Placement.Audience,
		Drill: c.Request.Drill, Opened: c.Opened, Containment: c.Containment, Scope: c.Scope, Members: c.members(), Links: c.links(),
		Gates: c.gates(), Debts: c.debts(), Notes: c.notes(),
		Analyses: c.analysisStatus(), Runs: c.runStatus(), Tasks: c.tasks(), Lessons: c.lessons(), Deadlines: c.deadlines(), Steps: []StepStatus{},
		Resolution: c.Resolution, ResolutionReason: c.CloseReason, Waivers: append([]incident.Waiver{}, c.Waivers...), BrokenGlass: append([]incident.BrokenGlass{}, c.BrokenGlass...),
		LastUpdate: c.LastUpdate, Mirror: mirrorStatus(c.Mirror.Report, c.Placement, MirrorWorkflowID(c.WorkflowID)), Archive: c.Archive.Kept, Audit: c.auditStatus(),
		Merging: c.merging(), Duplicates: c.duplicates(),
	}
	if c.Contained != nil {
		s.ContainedBy, s.ContainedAt = c.Contained.By, &c.Contained.At
	}
	for _, id := range c.ids(StepOwed, StepTrying, StepStuck, StepDone, StepSkipped) {
		s.Steps = append(s.Steps, stepStatus(c.runner, c.WorkflowID, id))
	}
	s.Steps = append(s.Steps, c.childrenSteps()...)
	return s
}

func stepStatus(r *runner, workflowID, id string) StepStatus {
	rec := r.records[id]
	since := &rec.Since
	if rec.Since.IsZero() {
		since = nil
	}
	return StepStatus{
		ID: id, WorkflowID: workflowID, Title: r.title(id), State: rec.State, Generation: rec.Generation,
		Class: rec.Class, Cause: rec.Cause, Hint: rec.Hint, System: string(rec.System), Since: since, Actions: r.actions(id),
	}
}

// owed are the steps of every case, whether or not they have begun: what is not done of them is a debt.
func (c *caseRun) owed() []string {
	list := []string{stepTicket, stepPeople, stepChannel, stepInvite, stepCard, stepPin, stepDescribe, stepBookmark,
		stepReserve, stepFolder, stepSheet, stepBoard}
	if len(c.Placement.Readers) > 0 {
		list = append(list, stepShare)
	}
	if c.ticket.Key != "" && CaseWorkflowID(c.ticket.Key) != c.WorkflowID {
		list = append(list, stepRenameFolder, stepRenameSheet, stepRenumber)
		if !c.channel.Theirs {
			list = append(list, stepRenameChannel)
		}
	}
	return list
}

// debts are the ids of the steps that are still owed, sorted.
func (c *caseRun) debts() []string {
	list := c.ids(StepTrying, StepStuck)
	for _, e := range c.Errands {
		if e.Kind != "glass" {
			list = append(list, e.ID)
		}
	}
	if c.owesMerge() {
		list = append(list, debtMerge)
	}
	for _, s := range c.childrenSteps() {
		list = append(list, s.ID)
	}
	for _, a := range c.Analyses {
		if a.Report.Channel == "" && !a.Abandoned {
			list = append(list, a.ID+"/"+stepAnalysisChannel)
		}
	}
	for _, id := range c.owed() {
		if !c.isSettled(id) {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (c *caseRun) members() []string {
	list := slices.DeleteFunc(slices.Concat([]string{}, c.channel.Members, c.invited.Invited, c.Joined), func(id string) bool { return slices.Contains(c.Left, id) })
	slices.Sort(list)
	return slices.Compact(list)
}

// members are the people known to be in the analysis's channel.
func (a *analysisRecord) members() []string {
	list := slices.DeleteFunc(append(append([]string{}, a.Report.Members...), a.Joined...), func(id string) bool { return slices.Contains(a.Left, id) })
	slices.Sort(list)
	return slices.Compact(list)
}

// notes are what people should know and act on: who could not be brought in, and why a name is not as expected.
func (c *caseRun) notes() []string {
	list := append([]string{}, c.detailNotes()...)
	for _, who := range eachCalled(c.Named, c.people.Unknown) {
		list = append(list, notice.NotFoundPerson(c.lang, who))
	}
	for _, r := range c.invited.Refused {
		list = append(list, notice.NotInvited(c.lang, c.Named.Of(r.Person), r.Reason))
	}
	if c.is(stepInvite, StepDone) && len(c.invited.Invited) == 0 {
		list = append(list, notice.NobodyInvited(c.lang))
	}
	for _, r := range c.shared.Refused {
		list = append(list, notice.NotShared(c.lang, r.Person, r.Reason))
	}
	if len(c.channel.Taken) > 0 {
		list = append(list, notice.NameTaken(c.lang, c.channel.Taken[0], c.channel.Name))
	}
	if c.commanderUnknown() {
		list = append(list, notice.NotFoundPerson(c.lang, c.Named.Of(c.Commander.Asked)))
	}
	for _, a := range c.Analyses {
		for _, who := range eachCalled(c.Named, a.Report.Missed) {
			list = append(list, a.ID+": "+notice.NotFoundPerson(c.lang, who))
		}
	}
	if c.Commander.ID != "" && slices.Contains(c.Left, c.Commander.ID) {
		list = append(list, notice.CommanderLeft(c.lang, c.Commander.Name))
	}
	for _, name := range c.Archive.Kept.Unread {
		list = append(list, notice.ChannelUnread(c.lang, name))
	}
	list = append(list, c.reachNotes()...)
	for _, channel := range c.Archived {
		list = append(list, notice.ChannelArchived(c.lang, c.anyName(channel)))
	}
	return list
}

// commanderUnknown reports whether somebody was named commander whom Slack does not know. Whoever opened the case or
// took command may be somebody at a command line, who is nobody in Slack.
func (c *caseRun) commanderUnknown() bool {
	m := c.Commander
	return m.Known && m.ID == "" && m.Asked != c.Request.By.Who && m.How != tookCommand && m.How != acceptedCommand
}

func (c *caseRun) links() Links {
	l := Links{
		Ticket: c.ticket.Key, TicketURL: c.ticket.URL, Channel: c.channel.ID, ChannelName: c.channelName(),
		Folder: c.folder.ID, FolderURL: c.folder.URL, Sheet: c.sheet.ID, SheetURL: c.sheet.URL,
	}
	l.ChannelURL = linkTo(c.Placement.SlackURL, c.channel.ID)
	l.Temporal, l.Other = temporalPage(c.Placement, c.WorkflowID), c.OtherLinks
	return l
}

// view is what the texts are rendered from.
func (c *caseRun) view() notice.Case {
	l := c.links()
	v := notice.Case{
		Lang: c.lang, Number: c.Number, WorkflowID: c.WorkflowID, Title: c.Request.Title, Report: c.Request.Report, Kind: c.Kind, Reporter: c.reporter(), Details: c.Details,
		Commander: c.Commander.Name, ProvisionalCommander: c.provisional() && !c.atRest(), Opener: c.opener(), Scope: c.Scope, Severity: c.Severity, Phase: c.Phase, Status: c.state(),
		Containment: c.Containment, Audience: c.Placement.Audience, Organisations: c.Placement.Organisations, HideTitle: c.Placement.HideTitle,
		Drill: c.Request.Drill, Provisional: !c.ticketed(), Opened: c.Opened, Gates: c.gates(), Notes: append(c.notes(), c.heldNotes()...),
		Links: caseLinks(l, c.Number), Tasks: c.tasks(), Lessons: c.lessons(), Waivers: c.Waivers, BrokenGlass: c.BrokenGlass, Resolution: c.Resolution, ResolutionReason: c.CloseReason,
		LastUpdate: c.LastUpdate, NextUpdate: c.NextUpdate, Archive: archiveView(c.Archive.Kept, c.Number), Adopted: c.adopted(), Merging: c.merging(), Merged: c.mergedViews(),
	}
	for _, other := range l.Other {
		v.Others = append(v.Others, notice.Link{Kind: "other", Text: other.Title, URL: other.URL})
	}
	for _, r := range c.Runs {
		v.Runs = append(v.Runs, c.shownRun(r))
	}
	if c.Mirror.Told != "" {
		v.Mirror = mirrorView(c.Mirror.Report, c.Placement, MirrorWorkflowID(c.WorkflowID))
	}
	if o := c.offered(); o != nil {
		v.OfferedTo, v.OfferedBy = o.To.Name, o.By
	}
	if c.Contained != nil {
		v.ContainmentBy, v.ContainmentAt = c.Contained.By, c.Contained.At
	}
	for _, a := range c.analysisStatus() {
		v.Analyses = append(v.Analyses, notice.Analysis{Analysis: a.Analysis, ChannelName: a.ChannelName, ChannelURL: a.ChannelURL, Temporal: a.Temporal, People: len(a.Members)})
	}
	if l.Temporal != "" {
		v.Links = append(v.Links, notice.Link{Kind: "temporal", Text: c.WorkflowID, URL: l.Temporal})
	}
	for _, id := range c.debts() {
		v.Steps = append(v.Steps, c.debt(id))
	}
	return v
}

// debt is a step that is still owed, by whichever workflow.
func (c *caseRun) debt(id string) notice.Step {
	if rec := c.records[id]; rec != nil {
		return stepOf(id, rec)
	}
	for _, s := range c.childrenSteps() {
		if s.ID == id {
			return s.notice()
		}
	}
	return notice.Step{ID: id, State: string(StepOwed)}
}

func (c *caseRun) tasks() []incident.Task {
	list := []incident.Task{}
	for _, t := range c.Tasks {
		list = append(list, t.Task)
	}
	return list
}

func (c *caseRun) openTasks() (n int) {
	for _, t := range c.Tasks {
		if t.Open() {
			n++
		}
	}
	return n
}

func (c *caseRun) undecided() (n int) {
	for _, l := range c.Lessons {
		if !l.Decided() {
			n++
		}
	}
	return n
}

// deadlines are the times by which something is expected of people.
func (c *caseRun) deadlines() []incident.Deadline {
	list := []incident.Deadline{}
	if !c.NextUpdate.IsZero() && !c.atRest() {
		list = append(list, incident.Deadline{Name: "update", At: c.NextUpdate})
	}
	if c.Phase == incident.PhaseClosed {
		list = append(list, incident.Deadline{Name: "reopen", At: c.reopenUntil()})
	}
	return list
}

func (c *caseRun) analysisStatus() []AnalysisStatus {
	list := []AnalysisStatus{}
	for _, a := range c.Analyses {
		id := AnalysisWorkflowID(c.WorkflowID, a.ID)
		s := AnalysisStatus{
			Analysis: a.Analysis, WorkflowID: id, Channel: a.Report.Channel, ChannelName: c.nameOf(a.Report.Channel, a.Report.Name),
			ChannelURL: linkTo(c.Placement.SlackURL, a.Report.Channel), Temporal: temporalPage(c.Placement, id),
		}
		s.Members = a.members()
		list = append(list, s)
	}
	return list
}

// childrenSteps are the steps of mirror, analyses and runs that cannot go on. Their ids begin with whose they are.
func (c *caseRun) childrenSteps() (list []StepStatus) {
	list = append(list, c.Mirror.Report.Open...)
	for _, a := range c.Analyses {
		for _, s := range a.Report.Open {
			s.ID = a.ID + "/" + s.ID
			list = append(list, s)
		}
	}
	for _, r := range c.Runs {
		for _, s := range r.Report.Open {
			s.ID = r.ID + "/" + s.ID
			list = append(list, s)
		}
	}
	return list
}

// opener is how the person who opened the case is called in texts.
func (c *caseRun) opener() string {
	if by := c.Request.By; by.Name != "" {
		return by.Name
	}
	return c.Request.By.Who
}

// notice is the step as texts show it.
func (s StepStatus) notice() notice.Step {
	n := notice.Step{ID: s.ID, System: s.System, Class: s.Class, Cause: s.Cause, Hint: s.Hint, State: string(s.State)}
	if s.Since != nil {
		n.Since = *s.Since
	}
	return n
}
