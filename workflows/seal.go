package workflows

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/seal"
	"hikeshi/workflows/notice"
)

// sealState is how far a case is sealed. The head of the last seal is in here, and so in the first event of the next
// run: who rewrites an earlier run would have to rewrite all later ones.
type sealState struct {
	Wanted []string     `json:"wanted,omitempty"` // why the next seal is asked for: roll, daily, archive; empty: it is not
	Asked  time.Time    `json:"asked,omitzero"`   // when the first of them came
	Done   int          `json:"done,omitempty"`   // seals that are made
	Branch string       `json:"branch,omitempty"` // run id of the last reset; empty: the case was never reset
	Head   string       `json:"head,omitempty"`   // of the last seal
	At     time.Time    `json:"at,omitzero"`      // when it was made, or when there was last nothing to seal
	Stamp  string       `json:"stamp,omitempty"`  // SHA-256 of the timestamp over Head
	Looks  int          `json:"looks,omitempty"`  // how often histories were read: it numbers the step
	IDs    int          `json:"ids,omitempty"`    // how often ids were reserved anew
	Owed   []string     `json:"owed,omitempty"`   // witnesses of the last seal that are still missing: comment, stamp
	Runs   []seal.Run   `json:"runs,omitempty"`
	Seals  []sealRecord `json:"seals,omitempty"`
}

// sealRecord is a seal that was made, as far as a case needs it later.
type sealRecord struct {
	Head    string        `json:"head"`
	Branch  string        `json:"branch,omitempty"` // in which it was made: a reset may have begun another one since
	At      time.Time     `json:"at"`
	Records seal.Artifact `json:"records"`
}

// The steps of sealing. Those of a seal have its number in them: see sealing.
const (
	stepSealFolderID = "seal.folder.id"
	stepSealFolder   = "seal.folder"
)

// The reasons for a seal, and what witnesses it.
const (
	sealRoll, sealDaily, sealArchive = "roll", "daily", "archive"
	byComment, byStamp               = "comment", "stamp"
)

// wantSeal asks for a seal. One seal serves all who ask for it meanwhile.
func (c *caseRun) wantSeal(ctx workflow.Context, why string) {
	if c.Placement.SealEvery <= 0 || slices.Contains(c.Seals.Wanted, why) {
		return
	}
	if len(c.Seals.Wanted) == 0 {
		c.Seals.Asked = workflow.Now(ctx)
	}
	c.Seals.Wanted = append(c.Seals.Wanted, why)
	c.changed()
}

// runSeals makes the seals that are asked for, one after the other. What holds one up holds up nothing but the archive.
func (c *caseRun) runSeals(ctx workflow.Context) error {
	if c.Rolls > 0 {
		c.wantSeal(ctx, sealRoll)
	}
	for {
		if err := c.await(ctx, func() bool { return c.canSeal() && (len(c.Seals.Wanted) > 0 || len(c.Seals.Owed) > 0) }); err != nil {
			return err
		}
		if len(c.Seals.Owed) == 0 {
			c.forgetSeal(c.sealed("")) // a run can end between the last witness and this
			if err := c.makeSeal(ctx); err != nil {
				return err
			}
		}
		if err := c.witnessSeal(ctx); err != nil {
			return err
		}
	}
}

// canSeal reports whether there is a place for the files and for the witness.
func (c *caseRun) canSeal() bool { return c.folder.ID != "" && c.ticket.ID != "" }

// sealDaily asks for a seal as long as the case goes on. Whether there is something to seal shows when it is looked for.
func (c *caseRun) sealDaily(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return c.Placement.SealEvery > 0 && len(c.Seals.Wanted) == 0 }); err != nil {
			return err
		}
		asked := func() bool { return len(c.Seals.Wanted) > 0 }
		if err := c.awaitFor(ctx, c.nextSeal().Sub(workflow.Now(ctx)), "seal what the case has recorded", asked); err != nil {
			return err
		}
		if !asked() && !c.nextSeal().After(workflow.Now(ctx)) {
			c.wantSeal(ctx, sealDaily)
		}
	}
}

func (c *caseRun) nextSeal() time.Time {
	last := c.Seals.At
	if last.IsZero() {
		last = c.Opened
	}
	return last.Add(c.Placement.SealEvery)
}

// sealing is the id of a step of the seal that is being made.
func (c *caseRun) sealing(what string, args ...any) string {
	return fmt.Sprintf("seal@%d.", c.Seals.Done+1) + fmt.Sprintf(what, args...)
}

// sealed is the id of a step of the last seal that was made.
func (c *caseRun) sealed(what string) string { return fmt.Sprintf("seal@%d.%s", c.Seals.Done, what) }

// makeSeal reads the histories and puts them away. What is asked for while it does is done with it: it reads up to its
// own event, but the archive's wish needs a seal that began after it.
func (c *caseRun) makeSeal(ctx workflow.Context) error {
	wanted, fresh := slices.Clone(c.Seals.Wanted), false
	for {
		folder, ids, err := c.sealPlace(ctx)
		if err != nil {
			return err
		}
		made, err := runStep[seal.Sealed](ctx, c.runner, c.historyStep(ctx, folder, ids, wanted, fresh))
		switch {
		case err != nil:
			return err
		case made.Taken: // a reset has led here a second time
			c.forgetSeal(c.sealing("ids.%d", c.Seals.IDs), c.sealing("history.%d", c.Seals.Looks))
			c.Seals.IDs++
			c.Seals.Looks++
			fresh = true
			continue
		case made.Nothing:
			c.forgetSeal(c.sealing("history.%d", c.Seals.Looks))
			c.Seals.Looks++
		default:
			c.takeSeal(ctx, made)
		}
		c.Seals.At = workflow.Now(ctx)
		c.Seals.Wanted = slices.DeleteFunc(c.Seals.Wanted, func(why string) bool { return slices.Contains(wanted, why) })
		c.changed()
		return nil
	}
}

// takeSeal keeps what a seal has come to.
func (c *caseRun) takeSeal(ctx workflow.Context, made seal.Sealed) {
	s := &c.Seals
	s.Done++
	s.Looks++
	s.Head, s.Stamp, s.Runs = made.Head, "", made.Runs
	var doc struct{ Branch string }
	_ = decode(json.RawMessage(made.Doc), &doc) // it is ours
	s.Seals = append(s.Seals, sealRecord{Head: made.Head, Branch: doc.Branch, At: workflow.Now(ctx), Records: made.Files[recordsOf]})
	s.Owed = []string{byComment}
	if c.Placement.Stamp {
		s.Owed = append(s.Owed, byStamp)
	}
}

// recordsOf is where the records are among a seal's files; stampOf is the last of its ids.
const (
	recordsOf = 2
	stampOf   = seal.PerSeal - 1
)

// sealPlace is the folder of the seals, and the ids of the next one's files.
func (c *caseRun) sealPlace(ctx workflow.Context) (folder drive.Folder, ids []string, err error) {
	if folder, err = c.sealFolder(ctx); err != nil {
		return folder, nil, err
	}
	id := c.sealing("ids.%d", c.Seals.IDs)
	reserved, err := runStep[drive.FileIDs](ctx, c.runner, step{id, Drive, background, driveActivities.ReserveFileIDs, func(activities.Effect) any {
		return drive.ReserveFileIDs{Count: seal.PerSeal}
	}})
	return folder, reserved.IDs, err
}

func (c *caseRun) sealFolder(ctx workflow.Context) (drive.Folder, error) {
	id, err := runStep[drive.FolderID](ctx, c.runner, step{stepSealFolderID, Drive, background, driveActivities.ReserveFolderID, nil})
	if err != nil {
		return drive.Folder{}, err
	}
	return runStep[drive.Folder](ctx, c.runner, step{stepSealFolder, Drive, background, driveActivities.OpenFolder, func(e activities.Effect) any {
		return drive.OpenFolder{Effect: e, ID: id.ID, Name: notice.AuditName(c.lang), Parent: c.folder.ID, Properties: c.properties("audit")}
	}})
}

func (c *caseRun) historyStep(ctx workflow.Context, folder drive.Folder, ids, wanted []string, fresh bool) step {
	return step{c.sealing("history.%d", c.Seals.Looks), Bulk, background, sealActivities.SealHistory, func(e activities.Effect) any {
		s := c.Seals
		return seal.SealHistory{
			Effect: e,
			Order: seal.Order{
				Case: c.WorkflowID, Number: c.Number, Seal: s.Done + 1, Branch: s.Branch, Prev: s.Head, Token: s.Stamp, Why: strings.Join(wanted, ","),
				Asked: s.Asked, Of: c.sealedWorkflows(), Runs: s.Runs,
			},
			IfNews: !slices.Contains(wanted, sealArchive) || s.Done > 0, Folder: folder.ID, IDs: ids, Fresh: fresh,
		}
	}}
}

// sealedWorkflows are all that belong to the case, itself first.
func (c *caseRun) sealedWorkflows() []string {
	list := []string{c.WorkflowID, IntakeWorkflowID(c.Request.ID)}
	if c.Mirror.Told != "" {
		list = append(list, MirrorWorkflowID(c.WorkflowID))
	}
	for _, a := range c.Analyses {
		if a.Told == "" {
			continue // it has not begun
		}
		list = append(list, AnalysisWorkflowID(c.WorkflowID, a.ID))
	}
	for _, r := range c.Runs {
		if r.Told != "" {
			list = append(list, RunWorkflowID(c.WorkflowID, r.ID))
		}
	}
	return list
}

// witnessSeal writes the head of the last seal into the log ticket and has it timestamped, both at once: one that does
// not answer must not hold up the other. The steps are forgotten when both are there.
func (c *caseRun) witnessSeal(ctx workflow.Context) error {
	folder, ids := c.sealPlaceDone()
	ended := 0
	owed := slices.Clone(c.Seals.Owed)
	for _, by := range owed {
		c.branch(ctx, c.sealed(by), func(ctx workflow.Context) error {
			var err error
			if by == byComment {
				err = c.commentSeal(ctx)
			} else {
				err = c.stampSeal(ctx, folder, ids)
			}
			if err != nil {
				return err
			}
			c.Seals.Owed = slices.DeleteFunc(c.Seals.Owed, func(other string) bool { return other == by })
			ended++
			c.changed()
			return nil
		})
	}
	if err := c.await(ctx, func() bool { return ended == len(owed) }); err != nil {
		return err
	}
	c.forgetSeal(c.sealed(""))
	return nil
}

// sealPlaceDone is where the last seal's files lie. The steps are done: that is why there is a seal.
func (c *caseRun) sealPlaceDone() (folder drive.Folder, ids []string) {
	var reserved drive.FileIDs
	if rec := c.records[stepSealFolder]; rec != nil {
		_ = decode(rec.Result, &folder) // what was encoded here can be decoded
	}
	if rec := c.records[c.sealed(fmt.Sprintf("ids.%d", c.Seals.IDs))]; rec != nil {
		_ = decode(rec.Result, &reserved)
	}
	return folder, reserved.IDs
}

// commentSeal posts the head where many people read it, and get it by mail: the log ticket, or else the case's own. The
// key names the head: a reset that makes another seal with this number has another witness.
func (c *caseRun) commentSeal(ctx workflow.Context) error {
	ticket := c.ticket.ID
	if logs := c.logIDs(); len(logs) > 0 {
		ticket = logs[len(logs)-1]
	}
	_, err := runStep[jira.Comment](ctx, c.runner, step{c.sealed(byComment), Jira, background, jiraActivities.CommentTicket, func(e activities.Effect) any {
		e.Key += "." + c.Seals.Head[:12]
		return jira.CommentTicket{Effect: e, Ticket: ticket, Body: c.view().SealComment(jira.Escape, c.lastSeal())}
	}})
	return err
}

func (c *caseRun) lastSeal() notice.Seal {
	s := c.Seals
	last := s.Seals[len(s.Seals)-1]
	return notice.Seal{Number: s.Done, Case: c.WorkflowID, Branch: last.Branch, Head: s.Head, At: last.At}
}

func (c *caseRun) stampSeal(ctx workflow.Context, folder drive.Folder, ids []string) error {
	stamped, err := runStep[seal.Stamped](ctx, c.runner, step{c.sealed(byStamp), Timestamp, background, sealActivities.StampSeal, func(e activities.Effect) any {
		last := c.lastSeal()
		in := seal.StampSeal{Effect: e, Seal: last.Number, Branch: last.Branch, Head: last.Head}
		in.File = seal.File{Name: SealFile(last.Number, last.Branch, "tsr"), Folder: folder.ID}
		if len(ids) > stampOf {
			in.File.ID = ids[stampOf]
		}
		return in
	}})
	if err == nil {
		c.Seals.Stamp = stamped.SHA256 // empty if somebody has skipped it
	}
	return err
}

// SealFile is the name of a file of a seal: seal-003.json, or seal-003-1a2b3c4d.json after a reset.
func SealFile(number int, branch, kind string) string {
	if branch != "" {
		branch = "-" + branch[:min(8, len(branch))]
	}
	return fmt.Sprintf("seal-%03d%s.%s", number, branch, kind)
}

// forgetSeal forgets steps of a seal that nobody needs any more, by the beginnings of their ids.
func (c *caseRun) forgetSeal(ids ...string) {
	for _, id := range workflow.DeterministicKeys(c.records) {
		if slices.ContainsFunc(ids, func(beginning string) bool { return strings.HasPrefix(id, beginning) }) {
			delete(c.records, id)
		}
	}
}

// sealBeforeArchive waits for a seal of all that led here: its export, and its witness in the log, which takes no
// comments later. The timestamp may come when it comes.
func (c *caseRun) sealBeforeArchive(ctx workflow.Context) error {
	if c.Placement.SealEvery <= 0 {
		return nil
	}
	if c.Archive.Sealed != c.Archive.Visit {
		c.wantSeal(ctx, sealArchive)
	}
	c.Archive.Sealed = c.Archive.Visit
	return c.await(ctx, func() bool {
		return !slices.Contains(c.Seals.Wanted, sealArchive) && !slices.Contains(c.Seals.Owed, byComment)
	})
}

// AuditStatus shows how far a case is sealed.
type AuditStatus struct {
	Folder    string     `json:"folder"` // Drive id; empty: nothing was sealed yet
	FolderURL string     `json:"folder_url"`
	Seals     int        `json:"seals"`   // how many there are
	Branch    string     `json:"branch"`  // run id of the last reset; empty: never reset
	Head      string     `json:"head"`    // of the last one
	At        *time.Time `json:"at"`      // when that was made
	Witness   string     `json:"witness"` // key of the ticket whose comments name the heads
	Stamped   bool       `json:"stamped"` // the last one has its timestamp
	Owed      []string   `json:"owed"`    // witnesses that are still missing: comment, stamp
	Wanted    []string   `json:"wanted"`  // why another one is asked for
}

func (c *caseRun) auditStatus() AuditStatus {
	folder, _ := c.sealPlaceDone()
	s := AuditStatus{
		Folder: folder.ID, FolderURL: folder.URL, Seals: c.Seals.Done, Branch: c.Seals.Branch, Head: c.Seals.Head, Stamped: c.Seals.Stamp != "",
		Owed: append([]string{}, c.Seals.Owed...), Wanted: append([]string{}, c.Seals.Wanted...),
	}
	if n := len(c.Seals.Seals); n > 0 {
		s.At, s.Witness = &c.Seals.Seals[n-1].At, c.ticket.Key
		if logs := c.Mirror.Report.Logs; len(logs) > 0 {
			s.Witness = logs[len(logs)-1].Key
		}
	}
	return s
}
