package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/archive"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/mirror"
	"hikeshi/activities/pager"
	"hikeshi/activities/seal"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// The registered names of the workflows; lists filter by them.
const (
	IntakeType   = "Intake"
	CaseType     = "Case"
	AnalysisType = "Analysis"
	MirrorType   = "Mirror"
	RunbookType  = "Runbook"
)

// Flows are the workflows. All are asked inside side effects only.
type Flows struct {
	Place     Placer
	Authority func() Authority // nil: cases go by no rights
	Runbooks  Librarian
}

func (f *Flows) rules() bool { return f.Authority != nil }

// Case is one incident case. It runs its phases, answers commands, and rolls over into a new run from time to time.
// A request to cancel it is not obeyed: a case must not vanish because somebody pressed a button in the Temporal UI.
func (f *Flows) Case(ctx workflow.Context, in CaseInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	c := newCaseRun(ctx, f, migrated(in.State))
	c.recall(ctx)
	if err := c.listen(ctx); err != nil {
		return err
	}
	work, stop := workflow.WithCancel(ctx)
	c.branch(work, "show", c.show)
	c.branch(work, "phases", c.phases)
	c.open(work)
	c.branch(work, "commander", c.findCommander)
	c.branch(work, "offers", c.runOffers)
	c.branch(work, "errands", c.runErrands)
	c.branch(work, "tasks", c.writeTasks)
	c.branch(work, "timeline", c.writeTimeline)
	c.branch(work, "thread", c.sayAll)
	c.branch(work, "analyses", c.runAnalyses)
	c.branch(work, "ask analyses", c.askAnalyses)
	c.branch(work, "runbooks by kind", c.beginByKind)
	c.branch(work, "runs", c.keepRuns)
	c.branch(work, "mirror", c.runMirror)
	c.branch(work, "sweeps", c.sweeping().sweep)
	c.branch(work, "archive", c.runArchive)
	c.branch(work, "reopening", c.runReopening)
	c.branch(work, "seals", c.runSeals)
	c.branch(work, "daily seal", c.sealDaily)
	c.branch(work, "reminder", c.remind)
	c.branch(work, "merge", c.runMerge)
	c.branch(work, "merge answers", c.answerMerges)
	c.branch(work, "stuck", func(ctx workflow.Context) error { return c.tellStuck(ctx, notice.InCase, c.inThread) })
	c.branch(work, "stuck for operators", func(ctx workflow.Context) error { return c.tellStuck(ctx, notice.ForOperators, c.toOperators) })
	c.branch(work, "end", c.end)
	c.branch(work, "age", c.watchAge)
	c.keepCurrent(work)
	return c.live(ctx, stop, c.drain, func(ctx workflow.Context) error {
		c.Rolls++
		c.Ruled = c.Ruled || f.rules()
		return workflow.NewContinueAsNewError(ctx, CaseType, CaseInput{State: c.CaseState})
	})
}

// caseRun is one run of a case: its state, and what the run has learned from its steps.
type caseRun struct {
	*CaseState
	run
	flows *Flows

	intake    ticketSettled // what Intake told of its try
	told      bool          // it has
	ticket    jira.Ticket
	channel   slack.Channel
	people    slack.Found
	invited   slack.Invited
	card      slack.Notice
	folder    drive.Folder
	sheet     drive.Sheet
	shared    drive.Shared
	drops     map[string]workflow.CancelFunc // of errands that are being done
	archiving bool                           // the archive's branch runs
	begun     map[string]bool                // errands and analyses that have a branch in this run
}

func newCaseRun(ctx workflow.Context, f *Flows, state *CaseState) *caseRun {
	c := &caseRun{CaseState: state, flows: f, begun: map[string]bool{}, drops: map[string]workflow.CancelFunc{}}
	c.configured = f.askAuthority(state.Ruled)
	state.EverReset = state.EverReset || everReset(ctx)
	if everReset(ctx) {
		state.Seals.Branch = workflow.GetInfo(ctx).WorkflowExecution.RunID
	}
	c.id = state.WorkflowID
	c.runner = &runner{
		key: state.Request.ID, fairness: state.WorkflowID, lang: state.Placement.Language,
		everReset: state.EverReset, records: state.Steps,
		place:    func() Placement { return state.Placement },
		replace:  c.readPlacement,
		changed:  func() { c.forgetHeld(); c.changes++ },
		carried:  c.carriedOut,
		adoption: c.adoption,
		lacks:    c.lacksChannel,
		asked:    c.asked,
		doubts:   &state.Doubts,
	}
	return c
}

// readPlacement lets a corrected configuration reach a stuck step: another project, folder or level. It never opens
// the case to more people than it was opened for; then the step is tried with what we had.
func (c *caseRun) readPlacement(ctx workflow.Context) {
	had := c.Placement
	place, _, err := c.flows.placeOf(ctx, c.Request)
	if err != nil || place.Audience != had.Audience || place.HideTitle != had.HideTitle || (place.SecurityLevel == "") != (had.SecurityLevel == "") {
		return
	}
	place.Organisations, place.Readers, place.Responders = had.Organisations, had.Readers, had.Responders
	place.PublicChannel, place.Language, place.Executives, place.ExecutivesLanguage = had.PublicChannel, had.Language, had.Executives, had.ExecutivesLanguage
	place.Runbooks = had.Runbooks
	c.Placement = place
}

// usable reports whether people are together: the channel is there, they are in it, and it says what this is about.
func (c *caseRun) usable() bool {
	return c.is(stepChannel, StepDone) && c.isSettled(stepInvite) && c.is(stepCard, StepDone)
}

// The activities, for reference by method value: the SDK resolves a method of a nil pointer to its name.
var (
	slackActivities  *slack.Activities
	jiraActivities   *jira.Activities
	driveActivities  *drive.Activities
	sheetsActivities *sheets.Activities
	pagerActivities  *pager.Activities

	mirrorActivities  *mirror.Activities
	archiveActivities *archive.Activities
	sealActivities    *seal.Activities
)
