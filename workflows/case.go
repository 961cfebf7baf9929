package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
)

// CaseType is the registered name of the Case workflow; lists filter by it.
const CaseType = "Case"

// IntakeType is the registered name of the Intake workflow.
const IntakeType = "Intake"

// Flows are the workflows. Place is asked inside side effects only.
type Flows struct {
	Place Placer
}

// Case is one incident case. It runs its phases, answers commands, and rolls over into a new run from time to time.
// A request to cancel it is not obeyed: a case must not vanish because somebody pressed a button in the Temporal UI.
func (f *Flows) Case(ctx workflow.Context, in CaseInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	c := newCaseRun(ctx, f, migrated(in.State))
	if err := c.listen(ctx); err != nil {
		return err
	}
	work, stop := workflow.WithCancel(ctx)
	c.branch(work, "show", c.show)
	c.branch(work, "phases", c.phases)
	c.open(work)
	c.branch(work, "commander", c.findCommander)
	c.branch(work, "age", c.watchAge)
	c.keepCurrent(work)
	if err := workflow.Await(ctx, c.wantsRoll); err != nil {
		return err
	}
	return c.roll(ctx, stop)
}

// caseRun is one run of a case: its state, and what the run has learned from its steps.
type caseRun struct {
	*CaseState
	*runner
	flows   *Flows
	signals int  // received in this run: the server bounds them and does not warn
	asked   bool // to roll, by a person
	running int  // branches that have not ended
	changes int  // of anything that people see

	intake  ticketSettled // what Intake told of its try
	told    bool          // it has
	ticket  jira.Ticket
	channel slack.Channel
	people  slack.Found
	invited slack.Invited
	card    slack.Notice
	folder  drive.Folder
	sheet   drive.Sheet
	shared  drive.Shared
}

func newCaseRun(ctx workflow.Context, f *Flows, state *CaseState) *caseRun {
	c := &caseRun{CaseState: state, flows: f}
	state.EverReset = state.EverReset || everReset(ctx)
	c.runner = &runner{
		key: state.Request.ID, fairness: state.WorkflowID, lang: state.Placement.Language,
		everReset: state.EverReset, records: state.Steps,
		place:   func() Placement { return state.Placement },
		replace: c.readPlacement,
		changed: func() { c.changes++ },
	}
	return c
}

// readPlacement lets a corrected configuration reach a stuck step: another project, folder or level. It never opens
// the case to more people than it was opened for; then the step is tried with what we had.
func (c *caseRun) readPlacement(ctx workflow.Context) {
	had := c.Placement
	place, err := c.flows.placeOf(ctx, c.Request)
	if err != nil || place.Audience != had.Audience || place.HideTitle != had.HideTitle || (place.SecurityLevel == "") != (had.SecurityLevel == "") {
		return
	}
	place.Organisations, place.Readers, place.Responders = had.Organisations, had.Readers, had.Responders
	place.PublicChannel, place.Language = had.PublicChannel, had.Language
	c.Placement = place
}

// branch runs f beside the others. f ends when its work is done, or with the error of a roll; everything else waits
// inside its steps. Any other error is a bug: the workflow task fails, and the case waits for the code that mends it.
func (c *caseRun) branch(ctx workflow.Context, name string, f func(workflow.Context) error) {
	c.running++
	workflow.GoNamed(ctx, name, func(ctx workflow.Context) {
		defer func() { c.running-- }()
		if err := f(ctx); err != nil && !c.rolling {
			panic(fmt.Sprintf("branch %q of %s: %v", name, c.WorkflowID, err))
		}
	})
}

// await waits inside a branch; it returns an error when the run rolls or is cancelled.
func (c *caseRun) await(ctx workflow.Context, condition func() bool) error {
	if err := workflow.Await(ctx, func() bool { return c.rolling || condition() }); err != nil {
		return err
	}
	if c.rolling {
		return errRolling
	}
	return nil
}

// awaitFor is await for a limited time, whose end is no error. The summary stands at the timer in the Web UI.
func (c *caseRun) awaitFor(ctx workflow.Context, long time.Duration, summary string, condition func() bool) error {
	err := awaitUpTo(ctx, long, summary, func() bool { return c.rolling || condition() })
	if err == nil && c.rolling {
		err = errRolling
	}
	return err
}

// awaitUpTo waits for the condition or the end of the time, and then cancels its timer: the SDK's own
// AwaitWithTimeout leaves it running, and each timer that fires for nothing wakes the workflow up again.
func awaitUpTo(ctx workflow.Context, long time.Duration, summary string, condition func() bool) error {
	if condition() {
		return nil
	}
	timed, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timed, long, workflow.TimerOptions{Summary: summary})
	return workflow.Await(ctx, func() bool { return condition() || timer.IsReady() })
}

// phases moves the case from phase to phase as soon as the gate between them opens. A phase names the open question;
// it never blocks work.
func (c *caseRun) phases(ctx workflow.Context) error {
	for {
		gate, next := c.gate()
		if next == "" {
			return c.await(ctx, func() bool { return false }) // this phase is left by a person
		}
		if err := c.await(ctx, func() bool { gate, _ = c.gate(); return gate.Open }); err != nil {
			return err
		}
		c.Phase = next
		c.changed()
	}
}

// gate returns the gate out of the present phase and the phase behind it; none if only a person leads out of it.
func (c *caseRun) gate() (incident.Gate, incident.Phase) {
	switch c.Phase {
	case incident.PhaseOpen:
		return c.openGate(), incident.PhaseTriage
	case incident.PhaseTriage:
		return c.triageGate(), incident.PhaseAnalysis
	default:
		return incident.Gate{}, ""
	}
}

func (c *caseRun) openGate() incident.Gate {
	return incident.NewGate(incident.PhaseOpen, incident.Need{Name: "a channel with the people in it", Met: c.usable()})
}

func (c *caseRun) triageGate() incident.Gate {
	return incident.NewGate(incident.PhaseTriage,
		incident.Need{Name: "severity", Met: c.Severity != incident.SeverityUnknown},
		incident.Need{Name: "commander", Met: c.Commander.Asked != ""},
		incident.Need{Name: "scope", Met: c.Scope != ""},
	)
}

// usable reports whether people are together: the channel is there, they are in it, and it says what this is about.
func (c *caseRun) usable() bool {
	return c.is(stepChannel, StepDone) && c.is(stepInvite, StepDone) && c.is(stepCard, StepDone)
}

// The activities, for reference by method value: the SDK resolves a method of a nil pointer to its name.
var (
	slackActivities  *slack.Activities
	jiraActivities   *jira.Activities
	driveActivities  *drive.Activities
	sheetsActivities *sheets.Activities
)
