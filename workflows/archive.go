package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/archive"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/seal"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// archiveRecord is how far the case is with keeping everything.
type archiveRecord struct {
	Visit     int           `json:"visit,omitempty"`     // how often the case came here
	Round     int           `json:"round,omitempty"`     // final sweeps of the mirror that were asked for
	Done      bool          `json:"done,omitempty"`      // verified, and the channels are archived
	Shut      bool          `json:"shut,omitempty"`      // we have archived the channels
	Reopening bool          `json:"reopening,omitempty"` // and have to take them back into use
	Left      int           `json:"left,omitempty"`      // the visit that is being undone
	Ended     bool          `json:"ended,omitempty"`     // the time to reopen is over
	Sealed    int           `json:"sealed,omitempty"`    // the visit for which a seal was asked
	Kept      ArchiveStatus `json:"kept,omitzero"`       // the last archive that was verified
}

// stillTalking is how long the archive waits before it exports the conversation anew, after each time that somebody
// said something meanwhile.
const stillTalking = 20 * time.Second

// runArchive keeps everything whenever the case comes to its archive, and stops where it is if the case is moved back.
func (c *caseRun) runArchive(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return c.Phase == incident.PhaseArchive && !c.Archive.Done && !c.Archive.Reopening }); err != nil {
			return err
		}
		visit := c.Archive.Visit
		c.archiving = true
		here := func() bool { return c.Phase == incident.PhaseArchive && c.Archive.Visit == visit }
		if err := c.whileWanted(ctx, fmt.Sprintf("archive@%d", visit), here, c.keep); err != nil {
			return err
		}
		c.archiving = false
		if !c.Archive.Done {
			c.forgetArchive(visit)
		}
	}
}

// forgetArchive forgets the steps of an archive that the case has left half-way: nobody misses them.
func (c *caseRun) forgetArchive(visit int) {
	for _, id := range c.ids(StepOwed, StepTrying, StepStuck) {
		if strings.HasPrefix(id, fmt.Sprintf("archive@%d.", visit)) {
			delete(c.records, id)
		}
	}
	c.changed()
}

// keep is the archive from the last sweep to the archived channels. Nothing of it can be skipped: what cannot be
// verified stays stuck, in everybody's sight, until it can.
func (c *caseRun) keep(ctx workflow.Context) error {
	if err := c.quiet(ctx); err != nil {
		return err
	}
	if err := c.sealBeforeArchive(ctx); err != nil {
		return err
	}
	box, err := c.openBox(ctx)
	if err != nil {
		return err
	}
	for export := 1; ; export++ {
		if err := c.await(ctx, func() bool { return c.Mirror.Report.Rounds >= c.Archive.Round }); err != nil {
			return err // the mirror's own steps say what holds it up
		}
		changed, err := c.export(ctx, box)
		if err != nil {
			return err
		}
		if len(changed) == 0 {
			if changed, err = c.shutDown(ctx, box); err != nil || len(changed) == 0 {
				return err
			}
		}
		if err := c.awaitFor(ctx, time.Duration(export-1)*stillTalking, "somebody is still talking", func() bool { return false }); err != nil {
			return err
		}
		c.exportAgain()
	}
}

// quiet waits until nothing is owed, and nobody's notice is on its way any more.
func (c *caseRun) quiet(ctx workflow.Context) error {
	return c.await(ctx, func() bool {
		said := len(c.Unsaid) == 0 || c.refuses(stepThread) || c.shut(c.channel.ID)
		return len(c.holding()) == 0 && len(c.Doubts.pressing()) == 0 && said && c.offersSettled() && len(c.unwritten()) == 0 && len(c.Timeline) == 0
	})
}

// box is the folder of one archive, and the ids that its files will have.
type box struct {
	folder drive.Folder
	ids    []string
}

// at is the id of a step of this archive: another one belongs to another visit.
func (c *caseRun) at(what string) string { return fmt.Sprintf("archive@%d.%s", c.Archive.Visit, what) }

func (c *caseRun) openBox(ctx workflow.Context) (box, error) {
	id, err := runStep[drive.FolderID](ctx, c.runner, step{c.at("folder.id"), Drive, ordinary, driveActivities.ReserveFolderID, nil})
	if err != nil {
		return box{}, err
	}
	folder, err := runStep[drive.Folder](ctx, c.runner, step{c.at("folder"), Drive, ordinary, driveActivities.OpenFolder, func(e activities.Effect) any {
		return drive.OpenFolder{Effect: e, ID: id.ID, Name: c.view().ArchiveName(c.Archive.Visit), Parent: c.folder.ID, Properties: c.properties("archive")}
	}})
	if err != nil {
		return box{}, err
	}
	ids, err := runStep[drive.FileIDs](ctx, c.runner, step{c.at("ids"), Drive, ordinary, driveActivities.ReserveFileIDs, func(activities.Effect) any {
		return drive.ReserveFileIDs{Count: int(files)}
	}})
	return box{folder, ids.IDs}, err
}

// The files of an archive, in the order in which ids are reserved for them.
type archiveFile int

const (
	messagesFile archiveFile = iota
	transcriptFile
	ticketFile
	tasksFile
	manifestFile
	auditLinesFile
	auditPageFile
	files // how many there are
)

func (f archiveFile) name() string {
	return [...]string{"messages.jsonl", "transcript.html", "ticket.json", "tasks.xlsx", "manifest.json", "audit.jsonl", "audit.html"}[f]
}

func (c *caseRun) file(b box, f archiveFile) archive.File {
	return archive.File{ID: b.ids[f], Name: f.name(), Folder: b.folder.ID, Key: fmt.Sprintf("%s.%s", c.key, c.at(f.name()))}
}

// export writes everything, then compares it with where it came from. changed are channels in which somebody said
// something meanwhile.
func (c *caseRun) export(ctx workflow.Context, b box) (changed []string, err error) {
	said, err := runStep[archive.Exported](ctx, c.runner, c.conversationStep(b))
	if err != nil {
		return nil, err
	}
	tickets, err := runStep[archive.Artifact](ctx, c.runner, c.ticketsStep(b))
	if err != nil {
		return nil, err
	}
	tasks, err := c.exportTasks(ctx, b)
	if err != nil {
		return nil, err
	}
	audit, err := c.exportAudit(ctx, b)
	if err != nil {
		return nil, err
	}
	made := append([]archive.Artifact{said.Messages, said.Transcript, tickets, tasks}, audit...)
	manifest, err := runStep[archive.Manifest](ctx, c.runner, c.manifestStep(b, made, said.Counts))
	if err != nil {
		return nil, err
	}
	verified, err := runStep[archive.Verified](ctx, c.runner, c.verifyStep(append(made, manifest.Artifact), said.Counts, manifest.Files))
	if err != nil || len(verified.Changed) > 0 {
		return verified.Changed, err
	}
	now := c.records[c.at("verify")].Since
	c.Archive.Kept = ArchiveStatus{
		Folder: b.folder.ID, FolderURL: b.folder.URL, Manifest: manifest.ID, SHA256: manifest.SHA256, Verified: &now, Messages: verified.Messages, Files: verified.Files,
		Unread: unread(said.Counts),
	}
	c.changed()
	return nil, nil
}

func (c *caseRun) conversationStep(b box) step {
	return step{c.at("conversation"), Bulk, background, archiveActivities.ExportConversation, func(e activities.Effect) any {
		return archive.ExportConversation{
			Effect: e, Number: c.Number, Title: c.Request.Title, Channels: c.archiveChannels(), Logs: c.logIDs(),
			Messages: c.file(b, messagesFile), Transcript: c.file(b, transcriptFile), Language: c.lang, Words: notice.ArchiveWords(c.lang),
		}
	}}
}

func (c *caseRun) ticketsStep(b box) step {
	return step{c.at("tickets"), Bulk, background, archiveActivities.ExportTickets, func(e activities.Effect) any {
		in := archive.ExportTickets{Effect: e, Tickets: append([]string{c.ticket.ID}, c.logIDs()...), File: c.file(b, ticketFile)}
		for _, l := range c.Lessons {
			if l.As == incident.DecideTheme && l.Theme != "" {
				in.Tickets = append(in.Tickets, l.Theme)
			}
		}
		return in
	}}
}

// exportTasks exports the task sheet, or, if that is no more and somebody has skipped it, the tasks as the case knows them.
func (c *caseRun) exportTasks(ctx workflow.Context, b box) (archive.Artifact, error) {
	book, err := runStep[archive.Artifact](ctx, c.runner, c.tasksStep(b))
	if err != nil || !c.is(c.at("tasks"), StepSkipped) {
		return book, err
	}
	return runStep[archive.Artifact](ctx, c.runner, step{c.at("tasks.list"), Bulk, background, archiveActivities.ExportTaskList, func(e activities.Effect) any {
		file := c.file(b, tasksFile)
		file.Name = "tasks.csv"
		return archive.ExportTaskList{Effect: e, Rows: notice.TaskRows(c.lang, c.tasks()), File: file}
	}})
}

func (c *caseRun) tasksStep(b box) step {
	return step{c.at("tasks"), Bulk, background, archiveActivities.ExportTasks, func(e activities.Effect) any {
		return archive.ExportTasks{Effect: e, Sheet: c.sheet.ID, File: c.file(b, tasksFile)}
	}}
}

// exportAudit puts the records of all seals into the archive, as lines and as a page. Nothing is sealed where no interval
// is configured.
func (c *caseRun) exportAudit(ctx workflow.Context, b box) ([]archive.Artifact, error) {
	if c.Placement.SealEvery <= 0 || len(b.ids) <= int(auditPageFile) {
		return nil, nil
	}
	kept, err := runStep[seal.Audited](ctx, c.runner, step{c.at("audit"), Bulk, background, sealActivities.ExportAudit, func(e activities.Effect) any {
		in := seal.ExportAudit{Effect: e, Language: c.lang, Lines: seal.File(c.file(b, auditLinesFile)), Page: seal.File(c.file(b, auditPageFile))}
		for _, s := range c.Seals.Seals {
			in.Records = append(in.Records, s.Records)
		}
		return in
	}})
	return []archive.Artifact{archive.Artifact(kept.Lines), archive.Artifact(kept.Page)}, err
}

func (c *caseRun) manifestStep(b box, made []archive.Artifact, counts []archive.Count) step {
	return step{c.at("manifest"), Bulk, background, archiveActivities.WriteManifest, func(e activities.Effect) any {
		return archive.WriteManifest{Effect: e, Number: c.Number, Artifacts: made, Counts: counts, Logs: c.logIDs(), File: c.file(b, manifestFile)}
	}}
}

func (c *caseRun) verifyStep(made []archive.Artifact, counts []archive.Count, kept int) step {
	return step{c.at("verify"), Bulk, background, archiveActivities.VerifyArchive, func(activities.Effect) any {
		return archive.VerifyArchive{Channels: c.archiveChannels(), Counts: counts, Artifacts: made, Logs: c.logIDs(), Files: &kept}
	}}
}

// exportAgain asks for everything that depends on the conversation anew: the files keep their ids, and get new contents.
func (c *caseRun) exportAgain() {
	c.Archive.Round++
	for _, what := range []string{"conversation", "tickets", "tasks", "tasks.list", "manifest", "verify"} {
		if rec := c.records[c.at(what)]; rec != nil && rec.State != StepSkipped { // skipped: it cannot be had the next time either
			c.again(step{id: c.at(what), system: Bulk})
		}
	}
	if c.is(c.at("farewell"), StepDone) { // it told of an archive that is no more
		c.again(step{id: c.at("comment"), system: Jira})
		c.again(step{id: c.at("farewell"), system: Slack})
	}
	c.changed()
}

func (c *caseRun) archiveChannels() []archive.Channel {
	list := []archive.Channel{{ID: c.channel.ID, Name: c.channelName(), Title: c.Request.Title}}
	for _, a := range c.Analyses {
		if a.Report.Channel != "" {
			list = append(list, archive.Channel{ID: a.Report.Channel, Name: c.nameOf(a.Report.Channel, a.Report.Name), Title: a.ID + " " + a.Name})
		}
	}
	return list
}

func (c *caseRun) logIDs() []string {
	var list []string
	for _, log := range c.Mirror.Report.Logs {
		list = append(list, log.ID)
	}
	return list
}

// unread are the channels that could not be read to their end.
func unread(counts []archive.Count) (names []string) {
	for _, count := range counts {
		if count.Gone {
			names = append(names, count.Name)
		}
	}
	return names
}

// fresh is how long a verification is good for: when something held the case up after it, people may have talked on.
const fresh = time.Minute

// shutDown tells readers where everything is, moves the tickets on, and archives the channels last: nothing can be said
// in them after that. changed are channels in which somebody said something since the verification.
func (c *caseRun) shutDown(ctx workflow.Context, b box) (changed []string, err error) {
	if err := c.tellTheEnd(ctx); err != nil {
		return nil, err
	}
	if workflow.Now(ctx).Sub(*c.Archive.Kept.Verified) > fresh {
		c.again(step{id: c.at("verify"), system: Bulk})
		if changed, err = c.export(ctx, b); err != nil || len(changed) > 0 {
			return changed, err
		}
	}
	_, err = runStep[slack.ChannelsArchived](ctx, c.runner, step{c.at("channels"), Slack, ordinary, slackActivities.ArchiveChannels, func(activities.Effect) any {
		return slack.ArchiveChannels{Channels: c.channelIDs()}
	}})
	if err != nil {
		return nil, err
	}
	c.Archive.Shut, c.Archive.Done = true, true
	c.changed()
	return nil, nil
}

func (c *caseRun) tellTheEnd(ctx workflow.Context) error {
	logs := c.logIDs()
	if len(logs) > 0 { // otherwise nobody said anything
		if err := c.witness(ctx, logs[len(logs)-1]); err != nil {
			return err
		}
	}
	if err := c.farewell(ctx); err != nil {
		return err
	}
	for i, ticket := range append([]string{c.ticket.ID}, logs...) {
		id := c.at("ticket")
		if i > 0 {
			id = c.at(fmt.Sprintf("log.%d", i))
		}
		if err := c.moveTicket(ctx, id, ticket, true); err != nil {
			return err
		}
	}
	return nil
}

// witness writes the digest of the manifest into the log: who changes the archive later would have to change it there too.
func (c *caseRun) witness(ctx workflow.Context, log string) error {
	_, err := runStep[jira.Comment](ctx, c.runner, step{c.at("comment"), Jira, ordinary, jiraActivities.CommentTicket, func(e activities.Effect) any {
		return jira.CommentTicket{Effect: e, Ticket: log, Body: c.view().ArchiveComment(jira.Escape)}
	}})
	return err
}

// channelIDs are the case's channels, its own last.
func (c *caseRun) channelIDs() (list []string) {
	for _, ch := range c.archiveChannels() {
		list = append(list, ch.ID)
	}
	slices.Reverse(list)
	return list
}

// departing reports whether everything is kept and only the last words are still to be said. A card that is rewritten now
// says that the case is closed, as the farewell does: whichever comes last stays for ever.
func (c *caseRun) departing() bool {
	verify := c.records[c.at("verify")]
	kept := verify != nil && verify.State == StepDone && c.Archive.Kept.Verified != nil && c.Archive.Kept.Verified.Equal(verify.Since)
	return c.Phase == incident.PhaseArchive && kept && len(c.ids(StepStuck)) == 0
}

// farewell makes the card say that the case is closed and where it is kept, while it can still be edited.
func (c *caseRun) farewell(ctx workflow.Context) error {
	if c.shut(c.channel.ID) {
		return nil // somebody has archived it by hand
	}
	if workflow.GetVersion(ctx, "farewell after the card", workflow.DefaultVersion, 1) == 1 { // older words must not come after it
		if err := c.await(ctx, func() bool { return !c.is("card.refresh", StepTrying) }); err != nil {
			return err
		}
	}
	_, err := runStep[none](ctx, c.runner, step{c.at("farewell"), Slack, ordinary, slackActivities.UpdateNotice, func(activities.Effect) any {
		v := c.outside()
		v.Phase, v.Status, v.Now = incident.PhaseClosed, incident.Ended, workflow.Now(ctx)
		return slack.UpdateNotice{Channel: c.channel.ID, TS: c.card.TS, Message: message(v.Card(slack.Escape))}
	}})
	return err
}

func (c *caseRun) moveTicket(ctx workflow.Context, id, ticket string, done bool) error {
	_, err := runStep[jira.TicketMoved](ctx, c.runner, step{id, Jira, ordinary, jiraActivities.MoveTicket, func(activities.Effect) any {
		return jira.MoveTicket{Ticket: ticket, Done: done}
	}})
	return err
}

// runReopening takes channels and ticket back into use when a case leaves its archive for an earlier phase.
func (c *caseRun) runReopening(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return c.Archive.Reopening && !c.archiving }); err != nil {
			return err
		}
		_, err := runStep[slack.ChannelsUnarchived](ctx, c.runner, step{c.reopening("channels"), Slack, urgent, slackActivities.UnarchiveChannels, func(activities.Effect) any {
			return slack.UnarchiveChannels{Channels: c.channelIDs()}
		}})
		if err != nil {
			return err
		}
		c.Archive.Shut, c.Archived = false, nil
		c.changed()
		for i, ticket := range append([]string{c.ticket.ID}, c.logIDs()...) {
			id := c.reopening("ticket")
			if i > 0 {
				id = c.reopening(fmt.Sprintf("log.%d", i))
			}
			if err := c.moveTicket(ctx, id, ticket, false); err != nil {
				return err
			}
		}
		c.Archive.Reopening = false
		c.changed()
	}
}

// reopening is the id of a step of leaving this archive.
func (c *caseRun) reopening(what string) string {
	return fmt.Sprintf("reopen@%d.%s", c.Archive.Left, what)
}

// isArchived reports whether an archive of this case has been verified.
func (s ArchiveStatus) isArchived() bool { return s.Verified != nil }

func archiveView(s ArchiveStatus, title string) notice.Archive {
	if !s.isArchived() {
		return notice.Archive{}
	}
	return notice.Archive{
		Folder: notice.Link{Kind: "archive", Text: strings.TrimSpace(title), URL: s.FolderURL}, SHA256: s.SHA256,
		Verified: *s.Verified, Messages: s.Messages, Files: s.Files,
	}
}
