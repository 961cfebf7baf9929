package workflows

import (
	"net/url"
	"slices"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// status is the whole answer to a reader.
func (c *caseRun) status() Status {
	s := Status{
		Number: c.Number, WorkflowID: c.WorkflowID, Title: c.Request.Title, Phase: c.Phase, Status: c.state(), Severity: c.Severity, Kind: c.Kind,
		Commander: c.Commander.Name, Reporter: c.Request.Reporter, Organisations: c.Placement.Organisations, Audience: c.Placement.Audience,
		Drill: c.Request.Drill, Opened: c.Opened, Containment: c.Containment, Scope: c.Scope, Members: c.members(), Links: c.links(),
		Gates: []incident.Gate{c.openGate(), c.triageGate()}, Debts: c.debts(), Notes: c.notes(),
		Analyses: []any{}, Tasks: []any{}, Lessons: []any{}, Deadlines: []any{}, Steps: []StepStatus{},
	}
	for _, id := range c.ids(StepOwed, StepTrying, StepStuck, StepDone) {
		s.Steps = append(s.Steps, c.stepStatus(id))
	}
	return s
}

func (c *caseRun) stepStatus(id string) StepStatus {
	rec := c.records[id]
	since := &rec.Since
	if rec.Since.IsZero() {
		since = nil
	}
	return StepStatus{
		ID: id, WorkflowID: c.WorkflowID, Title: notice.StepTitle(c.lang, id), State: rec.State, Generation: rec.Generation,
		Class: rec.Class, Cause: rec.Cause, Hint: rec.Hint, System: string(rec.System), Since: since, Actions: []string{},
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
		list = append(list, stepRenameChannel, stepRenameFolder, stepRenameSheet, stepRenumber)
	}
	return list
}

// debts are the ids of the steps that are still owed, sorted.
func (c *caseRun) debts() []string {
	list := c.ids(StepTrying, StepStuck)
	for _, id := range c.owed() {
		if !c.is(id, StepDone) {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (c *caseRun) members() []string {
	list := slices.Concat([]string{}, c.invited.Invited, c.Joined)
	slices.Sort(list)
	return slices.Compact(list)
}

// notes are what people should know and act on: who could not be brought in, and why a name is not as expected.
func (c *caseRun) notes() []string {
	list := []string{}
	for _, who := range c.people.Unknown {
		list = append(list, notice.NotFoundPerson(c.lang, who))
	}
	for _, r := range c.invited.Refused {
		list = append(list, notice.NotInvited(c.lang, r.Person, r.Reason))
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
		list = append(list, notice.NotFoundPerson(c.lang, c.Commander.Asked))
	}
	return list
}

// commanderUnknown reports whether somebody was named commander whom Slack does not know. The opener may be somebody
// at a command line, who is nobody in Slack.
func (c *caseRun) commanderUnknown() bool {
	return c.Commander.Known && c.Commander.ID == "" && c.Commander.Asked != c.Request.By.Who
}

func (c *caseRun) links() Links {
	l := Links{
		Ticket: c.ticket.Key, TicketURL: c.ticket.URL, Channel: c.channel.ID, ChannelName: c.channel.Name,
		Folder: c.folder.ID, FolderURL: c.folder.URL, Sheet: c.sheet.ID, SheetURL: c.sheet.URL,
	}
	if c.Placement.SlackURL != "" && c.channel.ID != "" {
		l.ChannelURL = c.Placement.SlackURL + c.channel.ID
	}
	if c.Placement.UI != "" {
		l.Temporal = c.Placement.UI + url.PathEscape(c.WorkflowID)
	}
	return l
}

// view is what the texts are rendered from.
func (c *caseRun) view() notice.Case {
	l := c.links()
	v := notice.Case{
		Lang: c.lang, Number: c.Number, Title: c.Request.Title, Report: c.Request.Report, Kind: c.Kind, Reporter: c.Request.Reporter,
		Commander: c.Commander.Name, Opener: c.opener(), Scope: c.Scope, Severity: c.Severity, Phase: c.Phase, Status: c.state(),
		Containment: c.Containment, Audience: c.Placement.Audience, Organisations: c.Placement.Organisations, HideTitle: c.Placement.HideTitle,
		Drill: c.Request.Drill, Provisional: !c.ticketed(), Opened: c.Opened, Gates: []incident.Gate{c.openGate(), c.triageGate()}, Notes: c.notes(),
		Links: []notice.Link{
			{Kind: "ticket", Text: l.Ticket, URL: l.TicketURL}, {Kind: "channel", Text: l.ChannelName, URL: l.ChannelURL},
			{Kind: "folder", Text: c.Number, URL: l.FolderURL}, {Kind: "sheet", Text: c.Number, URL: l.SheetURL},
		},
	}
	if l.Temporal != "" {
		v.Links = append(v.Links, notice.Link{Kind: "temporal", Text: c.WorkflowID, URL: l.Temporal})
	}
	for _, id := range c.debts() {
		if rec := c.records[id]; rec != nil {
			v.Steps = append(v.Steps, notice.Step{ID: id, System: string(rec.System), Class: rec.Class, Cause: rec.Cause, Hint: rec.Hint, State: string(rec.State), Since: rec.Since})
			continue
		}
		v.Steps = append(v.Steps, notice.Step{ID: id, State: string(StepOwed)})
	}
	return v
}

// opener is how the person who opened the case is called in texts.
func (c *caseRun) opener() string {
	if by := c.Request.By; by.Name != "" {
		return by.Name
	}
	return c.Request.By.Who
}
