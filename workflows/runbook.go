package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/runbook"
)

// runReportSignal is how a run of a runbook reports to its case.
const runReportSignal = "runReport"

// RunbookInput starts a run of a runbook, or carries it over into its next run.
type RunbookInput struct {
	State *RunState `json:"state"`
}

// RunState is everything a run's workflow knows.
type RunState struct {
	Schema    int                    `json:"schema"`
	Case      string                 `json:"case"` // workflow id
	Key       string                 `json:"key"`  // begins every idempotency key
	Request   incident.Request       `json:"request"`
	Placement Placement              `json:"placement"`
	Book      runbook.Runbook        `json:"book"` // what is done, whatever the file says by now
	By        string                 `json:"by"`
	Order     runOrder               `json:"order"`
	Ask       runAsk                 `json:"ask,omitzero"`     // what the case was asked for last
	Joined    []string               `json:"joined,omitempty"` // Slack ids of the people who were brought in
	Missed    map[int][]string       `json:"missed,omitempty"` // by step: people who could not be
	State     runState               `json:"state"`
	Steps     map[string]*stepRecord `json:"steps"`
	Shown     map[string]string      `json:"shown"`
	Reported  string                 `json:"reported,omitempty"` // digest of what the case knows
	Seq       int                    `json:"seq"`                // of the last report
	EverReset bool                   `json:"ever_reset,omitempty"`
	Ruled     bool                   `json:"ruled,omitempty"` // as CaseState
	telling
}

// runState is how far a run is. Unfinished: the case was archived before it was done.
type runState string

const (
	runRunning    runState = "running"
	runStuck      runState = "stuck"
	runDone       runState = "done"
	runAbortedNow runState = "aborted"
	runUnfinished runState = "unfinished"
)

// runOrder is what the case decides about a run, and what it has done for it. The newest one counts.
type runOrder struct {
	Number    string            `json:"number"`
	Run       string            `json:"run"`
	Channel   string            `json:"channel,omitempty"` // where it may speak, and in which thread; empty: nowhere yet
	Thread    string            `json:"thread,omitempty"`
	Shut      bool              `json:"shut,omitempty"`      // the channel is archived
	Commander string            `json:"commander,omitempty"` // Slack id
	Done      map[int]runAnswer `json:"done,omitempty"`
	Heard     runAsk            `json:"heard,omitzero"` // the last one: so that an ask which is repeated is answered again
	Aborted   *runAborted       `json:"aborted,omitempty"`
	End       bool              `json:"end,omitempty"` // the case is being archived: nothing more is begun
}

// runAsk is a step that the case is to do for the run. A step is done once, however often it is asked for.
type runAsk struct {
	Step  int `json:"step,omitempty"`  // 1 …
	Try   int `json:"try,omitempty"`   // rises when it is asked anew after a refusal
	Nudge int `json:"nudge,omitempty"` // rises when no answer came
}

// runAnswer is what came of it.
type runAnswer struct {
	Try     int               `json:"try"`
	ID      string            `json:"id,omitempty"` // of the task or analysis
	Refused *incident.Refusal `json:"refused,omitempty"`
}

// runReport is what a run tells its case. Run and Seq order the reports.
type runReport struct {
	ID     string       `json:"id"`  // r1 …
	Run    string       `json:"run"` // run id: another run's numbers begin anew
	Seq    int          `json:"seq"`
	State  runState     `json:"state,omitempty"`
	States []StepState  `json:"states,omitempty"` // of its steps
	Ask    runAsk       `json:"ask,omitzero"`
	Joined []string     `json:"joined,omitempty"`
	Open   []StepStatus `json:"open,omitempty"` // steps that are stuck
	Over   bool         `json:"over,omitempty"` // its workflow ends
}

func newRunState(c *caseRun, r *runRecord, again bool) *RunState {
	return &RunState{
		Schema: stateSchema, Case: c.WorkflowID, Key: c.key + "." + r.ID, Request: withoutReport(c.Request), Placement: c.Placement, Book: r.Book,
		By: r.By.Called(), Order: c.runOrder(r), State: runRunning, Steps: map[string]*stepRecord{}, Shown: map[string]string{}, EverReset: c.EverReset || again, Ruled: c.Ruled,
	}
}

// Runbook carries out a runbook, one step after the other. What people decide about it they tell the case, which sends
// its orders here; what belongs to the case, such as a task, the case does when it is asked. It ends when its last step
// is done, when somebody ends it, or when the case comes to its archive.
func (f *Flows) Runbook(ctx workflow.Context, in RunbookInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	refuseNewer(in.State.Case, in.State.Schema)
	b := newBookRun(ctx, f, in.State)
	if err := b.takeDecisions(ctx, b.desk()); err != nil {
		return err
	}
	b.hearRoll(ctx)
	hear(ctx, &b.run, orderSignal, "What the case decides about this run, and has done for it; sent by the case itself.", b.take)
	work, stop := workflow.WithCancel(ctx)
	b.branch(work, "show", b.show)
	b.branch(work, "steps", b.work)
	b.branch(work, "card", b.postCard)
	b.branch(work, "decisions", func(ctx workflow.Context) error { return b.tellDecisions(ctx, b.Case, &b.telling) })
	b.branch(work, "report", b.report)
	b.branch(work, "age", b.watchAge)
	return b.live(ctx, stop, func(ctx workflow.Context) { drained(ctx, orderSignal, b.take) }, func(ctx workflow.Context) error {
		return workflow.NewContinueAsNewError(ctx, RunbookType, RunbookInput{State: b.RunState})
	})
}

// bookRun is one run of the workflow of a run.
type bookRun struct {
	*RunState
	run
	cardGone bool // nobody can write it any more
}

func newBookRun(ctx workflow.Context, f *Flows, state *RunState) *bookRun {
	b := &bookRun{RunState: state}
	state.EverReset = state.EverReset || everReset(ctx)
	b.id = RunWorkflowID(state.Case, state.Order.Run)
	b.configured = f.askAuthority(state.Ruled)
	b.runner = &runner{
		key: state.Key, fairness: state.Case, lang: state.Placement.Language, everReset: state.EverReset, records: state.Steps,
		place:   func() Placement { return state.Placement },
		replace: func(workflow.Context) {}, // no configuration decides about its steps
		changed: func() { b.changes++ },
		carried: func(ctx workflow.Context, step string, d decision) { b.note(ctx, state.Order.Run, step, d) },
		titled:  b.titleOf,
	}
	return b
}

func (b *bookRun) take(order runOrder) {
	if order.Number == "" || order.Run != b.Order.Run {
		return // no case of ours has sent this
	}
	b.Order = order
	b.changed()
}

// desk is where decisions about a run's steps are taken.
func (b *bookRun) desk() desk {
	return desk{
		number: func() string { return b.Order.Number }, phase: func() incident.Phase { return "" }, vouched: vouched, standing: b.standing,
		giveUp: func(workflow.Context, string, decision) {}, // the case ends the run, and says so
		memory: &b.telling,
	}
}

// standing is who is who in a run, as far as it is told.
func (b *bookRun) standing() standing {
	return standing{commander: b.Order.Commander, opener: openerOf(b.Request), channels: []string{b.Order.Channel}, operators: b.Placement.Operators}
}

// stopped reports whether no step is to begin any more.
func (b *bookRun) stopped() bool { return b.Order.Aborted != nil || b.Order.End }

// work does the steps in their order. One that cannot go on holds up those after it, until somebody decides about it:
// whoever wrote the runbook had a reason for the order.
func (b *bookRun) work(ctx workflow.Context) error {
	if b.State != runRunning {
		return nil
	}
	finished := b.allDone() // as the run before this one rolled
	err := b.whileWanted(ctx, "in order", func() bool { return !b.stopped() }, func(ctx workflow.Context) error {
		for i, s := range b.Book.Steps {
			if err := b.do(ctx, i+1, s); err != nil {
				return err
			}
		}
		finished = true
		return nil
	})
	if err != nil {
		return err
	}
	switch {
	case finished:
		b.State = runDone
	case b.Order.Aborted != nil:
		b.State = runAbortedNow
	default:
		b.State = runUnfinished
	}
	for i := range b.Book.Steps { // what is not done stays so: nobody is troubled with it any more
		for _, id := range stepsOf(i+1, b.Book.Steps[i].Kind) {
			if rec := b.records[id]; rec != nil && !rec.settled() {
				delete(b.records, id)
			}
		}
	}
	b.changed()
	return nil
}

// allDone reports whether every step of the runbook is done, or somebody has decided to go on without it.
func (b *bookRun) allDone() bool {
	for i, s := range b.Book.Steps {
		for _, id := range stepsOf(i+1, s.Kind) {
			if !b.isSettled(id) {
				return false
			}
		}
	}
	return true
}

// report tells the case what it should know, whenever that changes. The last report says that the workflow ends, and it
// ends only then.
func (b *bookRun) report(ctx workflow.Context) error {
	for {
		if err := b.await(ctx, func() bool { return digest(b.news()) != b.Reported }); err != nil {
			return err
		}
		news := b.news()
		seen := digest(news)
		b.Seq++
		news.Seq, news.Run = b.Seq, runID(ctx)
		if err := workflow.SignalExternalWorkflow(ctx, b.Case, "", runReportSignal, news).Get(ctx, nil); temporal.IsCanceledError(err) {
			return err
		}
		b.Reported = seen // a case that does not hear has ended
		if news.Over {
			b.over = true
			return nil
		}
	}
}

func (b *bookRun) news() runReport {
	r := runReport{ID: b.Order.Run, State: b.State, Ask: b.Ask, Joined: b.Joined, Open: stuckSteps(b.runner, b.id)}
	for i, s := range b.Book.Steps {
		r.States = append(r.States, b.stateOf(i+1, s.Kind))
	}
	if r.Over = b.State != runRunning && len(b.Notes) == 0 && b.cardSettled(); r.Over {
		r.Open = nil // nobody can decide about it any more, and the case is not to wait for it
	}
	return r
}

// stepsOf are the ids of the machine's steps that one step of the runbook is made of.
func stepsOf(n int, kind runbook.Kind) []string {
	if kind == runbook.Invite {
		return []string{fmt.Sprintf("run.%d.people", n), fmt.Sprintf("run.%d.invite", n)}
	}
	return []string{fmt.Sprintf("run.%d.%s", n, kind)}
}

// stateOf is how far a step of the runbook is.
func (b *bookRun) stateOf(n int, kind runbook.Kind) StepState {
	ids := stepsOf(n, kind)
	for _, id := range ids {
		rec := b.records[id]
		if rec == nil {
			return StepOwed
		}
		if rec.State != StepDone || id == ids[len(ids)-1] {
			return rec.State
		}
		if next := b.records[ids[len(ids)-1]]; next == nil {
			return StepTrying // between the two
		}
	}
	return StepOwed
}

// titleOf is what a step is called in the Temporal UI: as the runbook calls it.
func (b *bookRun) titleOf(id string) string {
	for i, s := range b.Book.Steps {
		if slices.Contains(stepsOf(i+1, s.Kind), id) {
			return fmt.Sprintf("%d. %s", i+1, shownStep(s).Text(b.lang))
		}
	}
	return notice.StepTitle(b.lang, id)
}

// shown is the run as texts show it.
func (b *bookRun) shown() notice.Run {
	n := notice.Run{
		ID: b.Order.Run, Name: b.Book.Name, Title: b.Book.Title, SHA256: b.Book.SHA256, File: b.Book.File, By: b.By, State: string(b.State),
		Temporal: temporalPage(b.Placement, b.id),
	}
	if b.State == runRunning && len(stuckSteps(b.runner, b.id)) > 0 {
		n.State = string(runStuck)
	}
	if a := b.Order.Aborted; a != nil {
		n.AbortedBy, n.Reason = a.By, a.Reason
	}
	for i, s := range b.Book.Steps {
		step := shownStep(s)
		step.State, step.Ref, step.Missed = string(b.stateOf(i+1, s.Kind)), b.Order.Done[i+1].ID, b.Missed[i+1]
		for _, id := range stepsOf(i+1, s.Kind) {
			if rec := b.records[id]; rec != nil && rec.State == StepStuck {
				step.Cause = rec.Cause
			}
		}
		n.Steps = append(n.Steps, step)
	}
	return n
}

// view is the case as far as a run knows it.
func (b *bookRun) view() notice.Case {
	v := notice.Case{
		Lang: b.lang, Number: b.Order.Number, Title: b.Request.Title, HideTitle: b.Placement.HideTitle, Drill: b.Request.Drill, Audience: b.Placement.Audience,
		Status: b.status(), Links: []notice.Link{{Kind: "temporal", Text: b.Case, URL: temporalPage(b.Placement, b.Case)}},
	}
	b.showSteps(&v)
	return v
}

func (b *bookRun) show(ctx workflow.Context) error {
	return b.showChild(ctx, func() string { return b.Order.Number }, b.status, func(now time.Time) string {
		v := b.view()
		v.Now = now
		return v.RunPage(b.shown())
	})
}

func (b *bookRun) status() incident.Status {
	if b.State != runRunning && len(b.ids(StepStuck, StepTrying)) == 0 {
		return incident.Ended
	}
	return b.runner.status()
}
