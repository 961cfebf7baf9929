package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Ids of the steps of the open phase. They are part of idempotency keys and of what operators type: they never change.
const (
	stepTicket        = "open.ticket"
	stepPeople        = "open.people"
	stepChannel       = "open.channel"
	stepInvite        = "open.invite"
	stepCard          = "open.card"
	stepPin           = "open.pin"
	stepDescribe      = "open.describe"
	stepBookmark      = "open.bookmark"
	stepReserve       = "open.reserve"
	stepFolder        = "open.folder"
	stepShare         = "open.share"
	stepSheet         = "open.sheet"
	stepBoard         = "open.board"
	stepRenameChannel = "open.rename.channel"
	stepRenameFolder  = "open.rename.folder"
	stepRenameSheet   = "open.rename.sheet"
	stepRenumber      = "open.rename.purpose"
)

// open brings people together and gives them their tools. It is a graph: the channel comes first and waits for
// nothing but the number; the folder and the sheet follow on their own; links go wherever they are missing as soon
// as there is something to link to. What cannot be done yet is a debt, shown to everybody, and holds up nobody.
func (c *caseRun) open(ctx workflow.Context) {
	c.branch(ctx, "people", c.findPeople)
	c.branch(ctx, "room", c.openRoom)
	c.branch(ctx, "ticket", c.openTicket)
	c.branch(ctx, "folder", c.openFolder)
	c.branch(ctx, "reach", c.reach)
}

// openRoom is the path that people wait for: channel, then invitations and the card at once.
func (c *caseRun) openRoom(ctx workflow.Context) (err error) {
	c.channel, err = runStep[slack.Channel](ctx, c.runner, step{stepChannel, Slack, urgent, slackActivities.OpenChannel, func(e activities.Effect) any {
		return slack.OpenChannel{Effect: e, Names: c.channelNames(), Mark: c.key, Private: !c.Placement.PublicChannel}
	}})
	if err != nil {
		return err
	}
	c.noteAdopted(ctx, stepChannel, "adopted_channel", c.channel.Name)
	c.changed()
	c.branch(ctx, "invite", c.invite)
	c.branch(ctx, "card", c.postCard)
	c.branch(ctx, "describe", c.describe)
	c.branch(ctx, "bookmark", c.bookmark)
	c.branch(ctx, "renumber", c.renumber)
	return nil
}

// findPeople turns the names of those to be invited into Slack users, while the channel is being made.
func (c *caseRun) findPeople(ctx workflow.Context) (err error) {
	c.people, err = runStep[slack.Found](ctx, c.runner, step{stepPeople, Slack, urgent, slackActivities.FindPeople, func(activities.Effect) any {
		who := slices.Concat(c.Request.Invite, c.Placement.Responders)
		if c.Request.By.Door == incident.DoorSlack {
			who = append([]string{c.Request.By.Who}, who...)
		}
		return slack.FindPeople{Who: who, IDs: true}
	}})
	return err
}

func (c *caseRun) invite(ctx workflow.Context) (err error) {
	if err := c.await(ctx, func() bool { return c.isSettled(stepPeople) }); err != nil {
		return err
	}
	c.invited, err = runStep[slack.Invited](ctx, c.runner, step{stepInvite, Slack, urgent, slackActivities.InviteToChannel, func(e activities.Effect) any {
		return slack.InviteToChannel{Effect: e, Channel: c.channel.ID, People: ids(c.people)}
	}})
	c.changed()
	return err
}

// postCard posts the status card and pins it. The card is edited from then on, never posted again.
func (c *caseRun) postCard(ctx workflow.Context) (err error) {
	c.card, err = runStep[slack.Notice](ctx, c.runner, step{stepCard, Slack, urgent, slackActivities.PostNotice, func(e activities.Effect) any {
		return slack.PostNotice{Effect: e, Channel: c.channel.ID, Message: c.cardMessage(ctx)}
	}})
	if err != nil {
		return err
	}
	_, err = runStep[none](ctx, c.runner, step{stepPin, Slack, ordinary, slackActivities.PinNotice, func(activities.Effect) any {
		return slack.PinNotice{Channel: c.channel.ID, TS: c.card.TS}
	}})
	return err
}

// describe writes the channel's purpose, and into it the mark by which the channel is known to be this case's.
func (c *caseRun) describe(ctx workflow.Context) error {
	_, err := runStep[slack.Described](ctx, c.runner, c.describeStep(stepDescribe))
	return err
}

func (c *caseRun) describeStep(id string) step {
	return step{id, Slack, ordinary, slackActivities.DescribeChannel, func(e activities.Effect) any {
		return slack.DescribeChannel{Effect: e, Channel: c.channel.ID, Purpose: c.purpose(), Mark: c.key}
	}}
}

// bookmark puts the ticket at the top of the channel as soon as there is one. The other links are on the pinned card:
// Slack takes about 20 bookmarks a minute from an app, and each further one per case would make a rush of cases wait.
func (c *caseRun) bookmark(ctx workflow.Context) error {
	if err := c.await(ctx, func() bool { return c.ticket.URL != "" }); err != nil {
		return err
	}
	_, err := runStep[slack.Bookmarked](ctx, c.runner, step{stepBookmark, Slack, ordinary, slackActivities.BookmarkLinks, func(e activities.Effect) any {
		return slack.BookmarkLinks{Effect: e, Channel: c.channel.ID, Links: []slack.Link{{Title: notice.LinkTitle(c.lang, "ticket"), URL: c.ticket.URL}}}
	}})
	return err
}

// ticketStep registers the case in JIRA. Intake tries it first, the case goes on with it if that came to nothing.
func (c *caseRun) ticketStep() step {
	return step{stepTicket, Jira, urgent, jiraActivities.OpenTicket, func(e activities.Effect) any {
		v, p := c.view(), c.Placement
		return jira.OpenTicket{
			Effect: e, Project: p.Project, IssueType: p.IssueType, Summary: v.Summary(),
			Description:   jira.EmbedBlock(v.Description(jira.Escape), v.StatusBlock(jira.Escape)),
			SecurityLevel: p.SecurityLevel, Fields: p.Fields,
		}
	}}
}

func (c *caseRun) openTicket(ctx workflow.Context) (err error) {
	if err := c.hearIntake(ctx); err != nil {
		return err
	}
	c.ticket, err = runStep[jira.Ticket](ctx, c.runner, c.ticketStep())
	if err == nil {
		c.Number = c.ticket.Key
		c.noteAdopted(ctx, stepTicket, "adopted_ticket", c.ticket.Key)
		c.changed()
	}
	return err
}

// hearIntake waits for the end of Intake's try, which may still make the ticket.
func (c *caseRun) hearIntake(ctx workflow.Context) error {
	if !c.TicketPending {
		return nil
	}
	if err := c.awaitFor(ctx, ticketWait, "wait for JIRA's answer to the first try", func() bool { return c.told }); err != nil {
		return err
	}
	c.takeIntake(ctx)
	return nil
}

// takeIntake takes over the ticket that Intake made after all, or, if it made none or is silent, the duty to make it.
func (c *caseRun) takeIntake(ctx workflow.Context) {
	c.TicketPending = false
	if c.intake.OK {
		c.settle(ctx, c.ticketStep(), c.intake.Ticket)
		return
	}
	c.record(c.ticketStep()).Last = workflow.Now(ctx)
}

// openFolder makes the case's folder, under an id that is in the history before anything is created, then the sheet.
func (c *caseRun) openFolder(ctx workflow.Context) error {
	id, err := runStep[drive.FolderID](ctx, c.runner, step{stepReserve, Drive, ordinary, driveActivities.ReserveFolderID, nil})
	if err != nil {
		return err
	}
	folder, err := runStep[drive.Folder](ctx, c.runner, step{stepFolder, Drive, ordinary, driveActivities.OpenFolder, func(e activities.Effect) any {
		return drive.OpenFolder{Effect: e, ID: id.ID, Name: c.view().FolderName(), Parent: c.Placement.Folder, Properties: c.properties("folder")}
	}})
	if err != nil {
		return err
	}
	c.folder = folder
	c.changed()
	if len(c.Placement.Readers) > 0 {
		c.branch(ctx, "share", c.share)
	}
	return c.openSheet(ctx)
}

func (c *caseRun) share(ctx workflow.Context) (err error) {
	c.shared, err = runStep[drive.Shared](ctx, c.runner, step{stepShare, Drive, ordinary, driveActivities.ShareFolder, func(activities.Effect) any {
		return drive.ShareFolder{Folder: c.folder.ID, Readers: c.Placement.Readers}
	}})
	c.changed()
	return err
}

// openSheet makes the task sheet in the folder and lays out its tabs.
func (c *caseRun) openSheet(ctx workflow.Context) error {
	sheet, err := runStep[drive.Sheet](ctx, c.runner, step{stepSheet, Drive, ordinary, driveActivities.OpenSheet, func(e activities.Effect) any {
		return drive.OpenSheet{Effect: e, Name: c.view().SheetName(), Folder: c.folder.ID, Properties: c.properties("tasks")}
	}})
	if err != nil {
		return err
	}
	c.sheet = sheet
	c.changed()
	laid, err := runStep[sheets.BoardLaidOut](ctx, c.runner, step{stepBoard, Sheets, ordinary, sheetsActivities.LayOutBoard, func(e activities.Effect) any {
		c.Shown[linksSurface] = digest(c.links())
		return sheets.LayOutBoard{Effect: e, Sheet: sheet.ID, Tabs: tabs(c.lang, c.view().LinkRows())}
	}})
	if laid.Adopted {
		delete(c.Shown, linksSurface) // an earlier try filled it, with what was known then
	}
	return err
}

// renumber gives the case's things their final name when the ticket came after them.
func (c *caseRun) renumber(ctx workflow.Context) error {
	if err := c.await(ctx, func() bool { return c.ticket.Key != "" }); err != nil {
		return err
	}
	if CaseWorkflowID(c.ticket.Key) == c.WorkflowID {
		return nil // it was never called otherwise
	}
	c.branch(ctx, "rename folder", c.renameFile(stepRenameFolder, func() string { return c.folder.ID }, func() string { return c.view().FolderName() }))
	c.branch(ctx, "rename sheet", c.renameFile(stepRenameSheet, func() string { return c.sheet.ID }, func() string { return c.view().SheetName() }))
	if !c.channel.Theirs {
		renamed, err := runStep[slack.Channel](ctx, c.runner, step{stepRenameChannel, Slack, ordinary, slackActivities.RenameChannel, func(activities.Effect) any {
			names := c.channelNames()
			return slack.RenameChannel{Channel: c.channel.ID, Name: names[0], Names: names}
		}})
		if err != nil {
			return err
		}
		c.channel.Name = renamed.Name
		c.changed()
	}
	_, err := runStep[slack.Described](ctx, c.runner, c.describeStep(stepRenumber))
	return err
}

func (c *caseRun) renameFile(id string, file, name func() string) func(workflow.Context) error {
	return func(ctx workflow.Context) error {
		if err := c.await(ctx, func() bool { return file() != "" }); err != nil {
			return err
		}
		_, err := runStep[none](ctx, c.runner, step{id, Drive, ordinary, driveActivities.RenameFile, func(activities.Effect) any {
			return drive.RenameFile{ID: file(), Name: name()}
		}})
		return err
	}
}

// none is the result of an activity that has none.
type none struct{}

func (c *caseRun) channelNames() []string {
	return incident.ChannelNames(c.Number, c.Request.Title, c.Placement.HideTitle, c.Request.Drill)
}

// properties mark a file as this case's. The workflow id stays when the number changes.
func (c *caseRun) properties(role string) map[string]string {
	return map[string]string{"hikeshiCase": c.WorkflowID, "hikeshiRole": role}
}

// tabs is the layout of the task sheet, with the links that are known.
func tabs(lang string, links [][]string) []sheets.Tab {
	var list []sheets.Tab
	for _, t := range notice.Board(lang) {
		tab := sheets.Tab{ID: t.ID, Title: t.Title, Columns: t.Columns, ReadOnly: t.ReadOnly, Choices: t.Choices}
		if t.ID == notice.LinksTab {
			tab.Rows = links
		}
		list = append(list, tab)
	}
	return list
}

func ids(f slack.Found) []string {
	var list []string
	for _, p := range f.People {
		list = append(list, p.ID)
	}
	return list
}
