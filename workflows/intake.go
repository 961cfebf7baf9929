package workflows

import (
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/workflows/incident"
)

// Intake opens the case of a request: it fixes where the case goes and who may see it, registers the ticket, whose
// key is the case's number, and starts Case. JIRA gets a few seconds (Placement.Patience); if it has not answered by
// then, or has refused, the case starts under a provisional number and people get together without it. The workflow
// id holds the request id, so the same request asked twice is one case.
//
// It fails with an application error of type RefusedError if the request cannot be a case.
func (f *Flows) Intake(ctx workflow.Context, req incident.Request) (Opened, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // what has begun outside must end in a case that shows it
	place, authority, err := f.placeOf(ctx, req)
	if err != nil {
		return Opened{}, err
	}
	req, overruled, err := authority.admit(ctx, req)
	if err != nil {
		return Opened{}, err
	}
	state := newCaseState(ctx, req, place)
	if state.Ruled = authority != nil; overruled {
		newCaseRun(ctx, f, &state).breakGlass(ctx, incident.VerbOpen, req.By)
	}
	if resetBefore(ctx) {
		return f.resume(ctx, &state)
	}
	ticket := f.registerTicket(ctx, &state)
	if err := awaitUpTo(ctx, place.Patience, "patience with JIRA", func() bool { return ticket.settled }); err != nil {
		return Opened{}, err
	}
	if ticket.missing && req.By.Door == incident.DoorSlack && workflow.GetVersion(ctx, "refuse a ticket that is not there", workflow.DefaultVersion, 1) == 1 {
		return Opened{}, rejected(incident.Refuse(incident.Rule, "Name another one, or leave it out: a new one is made then. Nothing was opened",
			"%s cannot be taken over: it is not there, the app may not see it, or it belongs to something else", "the ticket "+incident.Shorten(req.Ticket, 40)))
	}
	state.Number = incident.Provisional(req.ID, req.Asked, req.Drill)
	if ticket.ok {
		state.Number = ticket.Key
	}
	state.TicketPending = !ticket.settled
	opened, err := startCase(ctx, &state)
	if err != nil || !state.TicketPending { // it waits for our word even if JIRA has answered while it was being started
		return opened, err
	}
	ticket.giveUp()
	if err := workflow.Await(ctx, func() bool { return ticket.settled }); err != nil {
		return opened, err
	}
	told := ticketSettled{OK: ticket.ok, Ticket: ticket.Ticket}
	if err := workflow.SignalExternalWorkflow(ctx, opened.WorkflowID, "", ticketSettledSignal, told).Get(ctx, nil); err != nil {
		// The case stops waiting for us after a while and looks for the ticket itself.
		workflow.GetLogger(ctx).Warn("the case was not told of its ticket", "case", opened.Number, "error", err)
	}
	return opened, nil
}

// resume goes on after somebody has reset this Intake. The case may have been started already, under either number.
// One under the provisional number answers to a signal. Any other has the ticket's key, which is found first, however
// long JIRA takes: a late case is better than two.
func (f *Flows) resume(ctx workflow.Context, state *CaseState) (Opened, error) {
	number := incident.Provisional(state.Request.ID, state.Request.Asked, state.Request.Drill)
	if workflow.SignalExternalWorkflow(ctx, CaseWorkflowID(number), "", intakeAgainSignal, nil).Get(ctx, nil) == nil {
		return Opened{Number: number, WorkflowID: CaseWorkflowID(number)}, nil
	}
	c := newCaseRun(ctx, f, state)
	if err := c.takeDecisions(ctx, c.desk()); err != nil {
		return Opened{}, err
	}
	ticket, err := runStep[jira.Ticket](ctx, c.runner, c.ticketStep())
	if err != nil {
		return Opened{}, err
	}
	state.Number = ticket.Key
	return startCase(ctx, state)
}

// ticketSettled tells a case how Intake's try to register the ticket ended.
type ticketSettled struct {
	OK     bool        `json:"ok"`
	Ticket jira.Ticket `json:"ticket"`
}

// ticketTry is the registration of the ticket, going on beside Intake's clock.
type ticketTry struct {
	jira.Ticket
	ok, settled bool
	missing     bool   // the one that the request names is not there
	giveUp      func() // no further retry; an attempt that is running still ends by itself
}

// registerTicket begins the case's step open.ticket. Whatever comes of it stays in the state's record of the step,
// which the case takes over: its own try will look before it creates anything.
func (f *Flows) registerTicket(ctx workflow.Context, state *CaseState) *ticketTry {
	c := newCaseRun(ctx, f, state)
	ctx, cancel := workflow.WithCancel(ctx)
	try := &ticketTry{giveUp: cancel}
	workflow.GoNamed(ctx, "ticket", func(ctx workflow.Context) {
		s := c.ticketStep()
		err := execute(ctx, c.runner, s, state.Placement.Retry.policy(), &try.Ticket)
		switch {
		case err == nil:
			c.settle(ctx, s, try.Ticket)
			try.ok = true
		case !temporal.IsCanceledError(err):
			fault := activities.FaultOf(err)
			try.missing = state.Request.Ticket != "" && fault.Class == activities.NotFound
			c.stuck(ctx, c.record(s), fault)
		}
		try.settled = true
	})
	return try
}

// startCase starts the case as a child that lives on by itself. A provisional number is a digest; in the unlikely
// case that another request of the day has the same one, it is made longer.
func startCase(ctx workflow.Context, state *CaseState) (Opened, error) {
	for {
		id := CaseWorkflowID(state.Number)
		state.WorkflowID = id
		c := newCaseRun(ctx, nil, state)
		child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
			WorkflowID:            id,
			TaskQueue:             TaskQueue,
			ParentClosePolicy:     abandon,
			WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
			TypedSearchAttributes: temporal.NewSearchAttributes(c.attributes().updates()...),
			Memo:                  map[string]any{HeadMemo: c.head()},
			StaticSummary:         c.view().Summary(),
		}), CaseType, CaseInput{State: state})
		err := child.GetChildWorkflowExecution().Get(ctx, nil)
		if !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			return Opened{Number: state.Number, WorkflowID: id}, err
		}
		if state.ticketed() || resetBefore(ctx) { // ours: this Intake was reset after it had started the case
			return Opened{Number: state.Number, WorkflowID: id}, nil
		}
		state.Number += "X"
	}
}

// placeOf asks the configuration where the case goes, once: the answer is in the history from then on.
func (f *Flows) placeOf(ctx workflow.Context, req incident.Request) (Placement, *Authority, error) {
	var answer placed
	err := workflow.SideEffect(ctx, func(workflow.Context) any { return f.askPlacer(req) }).Get(&answer)
	if err != nil {
		return Placement{}, nil, err
	}
	if answer.Refused != nil {
		return Placement{}, nil, rejected(answer.Refused)
	}
	return answer.Placement, answer.Authority, nil
}

// admit decides whether the sender may open a case, and takes them for what they can prove; overruled: against the
// rules, by breaking the glass.
func (a *Authority) admit(ctx workflow.Context, req incident.Request) (_ incident.Request, overruled bool, _ error) {
	if a == nil {
		return req, false, nil
	}
	act := incident.Act{Name: incident.ActOpen, Workflow: req.ID, ID: req.ID, Command: encode(req)}
	req.By = a.believe(act, req.By, workflow.GetInfo(ctx).WorkflowStartTime)
	overruled, refused := a.entitled(incident.VerbOpen, req.By, standing{}.roles(req.By), false)
	if refused != nil {
		return req, false, rejected(refused)
	}
	return req, overruled, nil
}

type placed struct {
	Placement Placement         `json:"placement"`
	Refused   *incident.Refusal `json:"refused,omitempty"`
	Authority *Authority        `json:"authority,omitempty"`
}

func (f *Flows) askPlacer(req incident.Request) placed {
	place, err := f.Place(req)
	if err == nil && f.Authority != nil {
		now := f.Authority()
		return placed{Placement: place, Authority: &now}
	}
	if err == nil {
		if f.Runbooks != nil {
			place.Runbooks = f.Runbooks().AtOpen()
		}
		return placed{Placement: place}
	}
	refusal, ok := err.(*incident.Refusal)
	if !ok {
		refusal = incident.Refuse(incident.Rule, "Correct the configuration of the worker", "%v", err)
	}
	return placed{Refused: refusal}
}

// everReset reports whether somebody reset the workflow to an earlier point.
func everReset(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.OriginalRunID != "" && info.OriginalRunID != info.WorkflowExecution.RunID
}

// resetBefore is everReset as it was when the workflow came here for the first time: what the workflow does next may
// depend on it, because the answer is in the history that a later reset keeps.
func resetBefore(ctx workflow.Context) (was bool) {
	if err := workflow.SideEffect(ctx, func(ctx workflow.Context) any { return everReset(ctx) }).Get(&was); err != nil {
		panic(fmt.Sprintf("read a bool of our own: %v", err))
	}
	return was
}

// ticketWait is how long a case waits for Intake's try: its last attempt may run for stepTimeout.
const ticketWait = stepTimeout + 15*time.Second
