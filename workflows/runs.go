package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/runbook"
)

// Librarian reads the runbooks that there are. It is asked inside side effects only.
type Librarian func() runbook.Library

// How many runs a case has, and how many of them at once: its state holds what they do.
const (
	maxRuns  = 20
	maxGoing = 5
)

// runRecord is what the case knows of a run of a runbook: what it does, as the file said when it began, what people
// decided about it, and what its workflow reported.
type runRecord struct {
	ID      string            `json:"id"` // r1, r2 …
	Book    runbook.Runbook   `json:"book"`
	By      incident.By       `json:"by"`
	At      time.Time         `json:"at"`
	Done    map[int]runAnswer `json:"done,omitempty"`    // what came of what it asked for, by step
	Joined  []string          `json:"joined,omitempty"`  // people it has brought in, who are counted among the case's
	Aborted *runAborted       `json:"aborted,omitempty"` // somebody has ended it
	Told    string            `json:"told,omitempty"`    // digest of the last order that was sent
	Report  runReport         `json:"report,omitzero"`
	Heard   heard             `json:"heard,omitzero"`
}

// runAborted says who ended a run before its end, and why.
type runAborted struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// going reports whether the run's workflow has something to do.
func (r *runRecord) going() bool { return !r.Report.Over }

// runbook runs a runbook, or ends a run.
func (c *caseRun) runbook(ctx workflow.Context, cmd RunCommand) (Answer, *incident.Refusal) {
	if cmd.Abort != "" {
		return c.abortRun(ctx, cmd)
	}
	if refused := c.roomForRun(); refused != nil {
		return Answer{}, refused
	}
	book, refused := c.flows.findRunbook(ctx, cmd.Runbook, c.lang)
	if refused != nil {
		return Answer{}, refused
	}
	for _, r := range c.Runs {
		if r.going() && r.Book.Name == book.Name {
			return Answer{}, incident.Refuse(incident.Rule, "See how far it is: status "+c.Number+"; or end it: run --abort "+r.ID+" --reason …",
				"case %s runs %s already (%s)", c.Number, book.Name, r.ID)
		}
	}
	r := c.beginRun(ctx, book, cmd.By)
	return Answer{ID: r.ID, Text: fmt.Sprintf("%s: run %s of %s (%s) has begun; its progress is in the thread under the card", c.Number, r.ID, book.Name, book.Title)}, nil
}

func (c *caseRun) roomForRun() *incident.Refusal {
	going := 0
	for _, r := range c.Runs {
		if r.going() {
			going++
		}
	}
	switch {
	case len(c.Runs) >= maxRuns:
		return incident.Refuse(incident.Rule, "Add what is left to do as tasks", "case %s has had %d runs of runbooks, which is all that one case can have", c.Number, maxRuns)
	case going >= maxGoing:
		return incident.Refuse(incident.Rule, "Let one end, or end it: run --abort r1 --reason …", "case %s runs %d runbooks at once already", c.Number, going)
	}
	return nil
}

// beginRun notes a run; its workflow follows.
func (c *caseRun) beginRun(ctx workflow.Context, book runbook.Runbook, by incident.By) *runRecord {
	r := &runRecord{
		ID: fmt.Sprintf("r%d", len(c.Runs)+1), Book: book, At: workflow.Now(ctx),
		By: incident.By{Who: by.Who, Name: by.Name, Door: by.Door, Assurance: by.Assurance},
	}
	c.Runs = append(c.Runs, r)
	c.enter(ctx, by.Called(), "run_begun", "Run", r.ID, "Runbook", book.Title, "Digest", book.SHA256[:min(12, len(book.SHA256))], "By", by.Called())
	return r
}

// abortRun ends a run: what is not done of it stays undone.
func (c *caseRun) abortRun(ctx workflow.Context, cmd RunCommand) (Answer, *incident.Refusal) {
	r := c.runByID(strings.ToLower(incident.CleanLine(cmd.Abort)))
	switch {
	case r == nil:
		return Answer{}, incident.Refuse(incident.Rule, "See the runs with: status "+c.Number, "case %s has no run %q", c.Number, incident.Shorten(incident.CleanLine(cmd.Abort), 40))
	case !r.going() || r.Aborted != nil:
		return Answer{}, incident.Refuse(incident.Rule, "There is nothing to end", "run %s of case %s has ended already", r.ID, c.Number)
	}
	if refused := c.allowed(ctx, "run --abort "+r.ID, cmd.By, rules{verified: true}); refused != nil {
		return Answer{}, refused
	}
	c.endRun(ctx, r, cmd.By.Called(), incident.CleanText(cmd.Reason))
	return Answer{ID: r.ID, Text: fmt.Sprintf("%s: run %s of %s ends; what it has not done stays undone", c.Number, r.ID, r.Book.Name)}, nil
}

func (c *caseRun) endRun(ctx workflow.Context, r *runRecord, by, reason string) {
	r.Aborted = &runAborted{By: by, Reason: reason}
	c.enter(ctx, by, "run_aborted", "Run", r.ID, "Runbook", r.Book.Title, "Reason", reason, "By", by)
}

func (c *caseRun) runByID(id string) *runRecord {
	i := slices.IndexFunc(c.Runs, func(r *runRecord) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return c.Runs[i]
}

// findRunbook reads the runbook of that name as it is now: the answer is in the history from then on.
func (f *Flows) findRunbook(ctx workflow.Context, name, lang string) (runbook.Runbook, *incident.Refusal) {
	var answer struct {
		Book    runbook.Runbook   `json:"book"`
		Refused *incident.Refusal `json:"refused,omitempty"`
	}
	err := workflow.SideEffect(ctx, func(workflow.Context) any {
		answer.Book, answer.Refused = f.askLibrarian(name, lang)
		return answer
	}).Get(&answer)
	if err != nil {
		return runbook.Runbook{}, incident.Refuse(incident.Rule, "Try again", "the runbook could not be read: %v", err)
	}
	return answer.Book, answer.Refused
}

func (f *Flows) askLibrarian(name, lang string) (runbook.Runbook, *incident.Refusal) {
	if f.Runbooks == nil {
		return runbook.Runbook{}, incident.Refuse(incident.Rule, "Ask an operator to update the worker", "the worker knows no runbooks")
	}
	book, err := f.Runbooks().Find(name, lang)
	if err == nil {
		return book, nil
	}
	refusal, ok := err.(*incident.Refusal)
	if !ok {
		refusal = incident.Refuse(incident.Rule, "Ask an operator", "%v", err)
	}
	return runbook.Runbook{}, refusal
}

// beginByKind begins the runbooks that begin by themselves in cases of this kind, each once: also when the kind becomes
// known only in triage.
func (c *caseRun) beginByKind(ctx workflow.Context) error {
	for {
		var name string
		if err := c.await(ctx, func() bool { name = c.dueRunbook(); return name != "" }); err != nil {
			return err
		}
		c.Tried = append(c.Tried, name)
		refused := c.roomForRun()
		if refused == nil {
			var book runbook.Runbook
			if book, refused = c.flows.findRunbook(ctx, name, c.lang); refused == nil {
				c.beginRun(ctx, book, incident.By{Who: machine, Door: incident.DoorCLI, Assurance: incident.SelfDeclared})
			}
		}
		if refused != nil { // people are to know that they have to do it themselves
			words := []string{"Runbook", name, "Reason", refused.Error()}
			c.announce("run_not_begun", words...)
			c.enter(ctx, machine, "run_not_begun", words...)
		}
		c.changed()
	}
}

// dueRunbook is the name of one that is to begin by itself now; empty: none.
func (c *caseRun) dueRunbook() string {
	if c.atRest() {
		return ""
	}
	kind := strings.ToLower(strings.TrimSpace(c.Kind))
	for _, start := range c.Placement.Runbooks {
		had := slices.ContainsFunc(c.Runs, func(r *runRecord) bool { return r.Book.Name == start.Name })
		if slices.Contains(start.Kinds, kind) && !had && !slices.Contains(c.Tried, start.Name) {
			return start.Name
		}
	}
	return ""
}

// keepRuns gives each run a workflow, and tells it whatever it has to know, until it has ended.
func (c *caseRun) keepRuns(ctx workflow.Context) error {
	for {
		var fresh []*runRecord
		if err := c.await(ctx, func() bool {
			fresh = slices.DeleteFunc(slices.Clone(c.Runs), func(r *runRecord) bool { return c.begun[r.ID] || !r.going() })
			return len(fresh) > 0
		}); err != nil {
			return err
		}
		for _, r := range fresh {
			c.begun[r.ID] = true
			c.branch(ctx, r.ID, func(ctx workflow.Context) error {
				return c.keepChild(ctx, child{
					id: RunWorkflowID(c.WorkflowID, r.ID), kind: RunbookType, told: &r.Told,
					order:   func() any { return c.runOrder(r) },
					summary: func() string { return c.view().RunSummary(c.shownRun(r)) },
					input:   func(again bool) any { return RunbookInput{State: newRunState(c, r, again)} },
					over:    func() bool { return !r.going() },
					lost:    func() { c.loseRun(ctx, r) },
				})
			})
		}
	}
}

// loseRun ends a run whose workflow has come to its end without our hearing of it: somebody has reset this case to an
// earlier point.
func (c *caseRun) loseRun(ctx workflow.Context, r *runRecord) {
	r.Report.Over = true
	if r.Report.State == runRunning {
		r.Report.State = runUnfinished
	}
	r.Report.Open = nil
	c.enter(ctx, machine, "run_lost", "Run", r.ID, "Runbook", r.Book.Title)
	c.changed()
}

// runOrder is what a run's workflow has to know.
func (c *caseRun) runOrder(r *runRecord) runOrder {
	o := runOrder{
		Number: c.Number, Run: r.ID, Channel: c.channel.ID, Thread: c.card.TS, Shut: c.shut(c.channel.ID), Commander: c.Commander.ID, Done: r.Done,
		Heard: r.Report.Ask, Aborted: r.Aborted, End: c.atRest(),
	}
	if c.card.TS == "" || c.Archive.Reopening { // it cannot be written to
		o.Channel, o.Thread = "", ""
	}
	return o
}

// hearRun takes what a run's workflow reports, and does what it asks for.
func (c *caseRun) hearRun(ctx workflow.Context, told runReport) {
	r := c.runByID(told.ID)
	if r == nil || told.Run == "" || told.Seq <= r.Report.Seq && told.Run == r.Report.Run || !r.going() {
		return
	}
	r.Report = told
	for _, id := range told.Joined {
		if !slices.Contains(r.Joined, id) {
			r.Joined = append(r.Joined, id)
			c.peopleMove(&c.Joined, &c.Left, ChannelEvent{Did: "joined", User: id})
		}
	}
	if ask := told.Ask; ask.Step > 0 && ask.Step <= len(r.Book.Steps) {
		if had, answered := r.Done[ask.Step]; !answered || had.Refused != nil && had.Try < ask.Try {
			if r.Done == nil {
				r.Done = map[int]runAnswer{}
			}
			r.Done[ask.Step] = c.grant(ctx, r, ask)
		}
	}
	if told.Over {
		r.Book.Steps = slimSteps(r.Book.Steps)
		c.enter(ctx, machine, "run_ended", "Run", r.ID, "Runbook", r.Book.Title, "RunState", string(told.State))
	}
	c.changed()
}

// slimSteps are the steps of a run that has ended, as far as anybody still looks at them.
func slimSteps(steps []runbook.Step) (list []runbook.Step) {
	for _, s := range steps {
		list = append(list, runbook.Step{Kind: s.Kind, Title: s.Title, Text: incident.Shorten(s.Text, 80), People: s.People, URL: s.URL})
	}
	return list
}

// grant does what a step of a run asks the case for.
func (c *caseRun) grant(ctx workflow.Context, r *runRecord, ask runAsk) runAnswer {
	step := r.Book.Steps[ask.Step-1]
	answer := runAnswer{Try: ask.Try}
	if c.atRest() {
		answer.Refused = incident.Refuse(incident.Rule, "Move the case back first", "case %s is being archived", c.Number)
		return answer
	}
	switch step.Kind {
	case runbook.Task:
		answer.ID, answer.Refused = c.taskOfRun(ctx, r, step)
	case runbook.Analysis:
		var made Answer
		made, answer.Refused = c.analyze(ctx, AnalyzeCommand{Name: step.Title, Lead: c.leadOf(step.Lead), Hypothesis: step.Hypothesis, By: r.By})
		answer.ID = made.ID
	case runbook.Link:
		answer.Refused = c.addLink(ctx, r, step)
	default:
		answer.Refused = incident.Refuse(incident.Rule, "Update the worker", "the case does not do %q for a run", string(step.Kind))
	}
	return answer
}

func (c *caseRun) taskOfRun(ctx workflow.Context, r *runRecord, step runbook.Step) (id string, refused *incident.Refusal) {
	t, refused := c.putTask(ctx, TaskCommand{Title: step.Title, Owner: c.personOf(step.Owner), Due: step.DueAt(workflow.Now(ctx)), By: r.By})
	if refused != nil {
		return "", refused
	}
	c.enter(ctx, machine, "run_task", "Run", r.ID, "Task", t.ID, "Title", t.Title, "Owner", t.Owner, "Due", t.Due)
	return t.ID, nil
}

// personOf is whom a runbook's word means in this case.
func (c *caseRun) personOf(who string) string {
	switch who {
	case runbook.Commander:
		return c.Commander.Name
	case runbook.Opener:
		return c.opener()
	}
	return who
}

// leadOf is who leads an analysis of a run, as Slack finds them. Without a word of the runbook the commander does.
func (c *caseRun) leadOf(who string) string {
	switch who {
	case runbook.Opener:
		return c.Request.By.Who
	case "", runbook.Commander:
		if c.Commander.ID != "" {
			return c.Commander.ID
		}
		return c.Commander.Asked
	}
	return who
}

// maxLinks bounds how many addresses stand among the case's links.
const maxLinks = 30

func (c *caseRun) addLink(ctx workflow.Context, r *runRecord, step runbook.Step) *incident.Refusal {
	if slices.ContainsFunc(c.OtherLinks, func(l OtherLink) bool { return l.URL == step.URL }) {
		return nil
	}
	if len(c.OtherLinks) >= maxLinks {
		return incident.Refuse(incident.Rule, "Skip the step", "case %s has %d links of runbooks already", c.Number, maxLinks)
	}
	c.OtherLinks = append(c.OtherLinks, OtherLink{Title: step.Title, URL: step.URL})
	c.enter(ctx, machine, "run_link", "Run", r.ID, "Title", step.Title)
	return nil
}

// runStatus is the runs for a reader.
func (c *caseRun) runStatus() []RunStatus {
	list := []RunStatus{}
	for _, r := range c.Runs {
		id := RunWorkflowID(c.WorkflowID, r.ID)
		s := RunStatus{
			ID: r.ID, Name: r.Book.Name, Title: r.Book.Title, SHA256: r.Book.SHA256, File: r.Book.File, State: string(r.state()), By: r.By.Called(), At: r.At,
			WorkflowID: id, Temporal: temporalPage(c.Placement, id), Steps: []RunStepStatus{},
		}
		if r.Aborted != nil {
			s.Reason = r.Aborted.Reason
		}
		for i, step := range c.shownRun(r).Steps {
			s.Steps = append(s.Steps, RunStepStatus{Step: i + 1, Kind: step.Kind, Title: step.Text(c.lang), State: step.State, ID: step.Ref})
		}
		list = append(list, s)
	}
	return list
}

// state is how far the run is, also before its workflow has said anything.
func (r *runRecord) state() runState {
	switch {
	case r.Report.State == "" || r.Aborted != nil && r.going():
		return runRunning
	case r.going() && len(r.Report.Open) > 0:
		return runStuck
	}
	return r.Report.State
}

// shownRun is the run as texts show it.
func (c *caseRun) shownRun(r *runRecord) notice.Run {
	n := notice.Run{
		ID: r.ID, Name: r.Book.Name, Title: r.Book.Title, SHA256: r.Book.SHA256, File: r.Book.File, By: r.By.Called(), State: string(r.state()),
		Temporal: temporalPage(c.Placement, RunWorkflowID(c.WorkflowID, r.ID)),
	}
	for i, s := range r.Book.Steps {
		step := shownStep(s)
		step.State = string(StepOwed)
		if i < len(r.Report.States) {
			step.State = string(r.Report.States[i])
		}
		step.Ref = r.Done[i+1].ID
		n.Steps = append(n.Steps, step)
	}
	return n
}

func shownStep(s runbook.Step) notice.RunStep {
	step := notice.RunStep{Kind: string(s.Kind), Title: s.Title, Who: strings.Join(s.People, ", "), URL: s.URL}
	if s.Kind == runbook.Notify {
		step.Title = incident.Shorten(incident.CleanLine(s.Text), 60)
	}
	return step
}

// runsTold reports whether every run that goes on knows what the case wants of it.
func (c *caseRun) runsTold() bool {
	return !slices.ContainsFunc(c.Runs, func(r *runRecord) bool { return r.going() && r.Told != digest(c.runOrder(r)) })
}

func (cmd RunCommand) sender() incident.By { return cmd.By }

func (cmd RunCommand) check() *incident.Refusal {
	name, abort := incident.CleanLine(cmd.Runbook), incident.CleanLine(cmd.Abort)
	switch {
	case name != "" && abort != "":
		return incident.Refuse(incident.Usage, "Name a runbook, or the run that is to end", "a runbook is run or a run is ended, not both")
	case name == "" && abort == "":
		return incident.Refuse(incident.Usage, "Name it: run phishing-mail", "the runbook is missing")
	case abort != "":
		if missing := without("the reason", "Say why: run --abort "+incident.Shorten(abort, 20)+" --reason …", cmd.Reason); missing != nil {
			return missing
		}
	}
	return firstOf(tooLong("name of the runbook", 200, cmd.Runbook), tooLong("run", 40, cmd.Abort), tooLong("reason", maxReason, cmd.Reason))
}
