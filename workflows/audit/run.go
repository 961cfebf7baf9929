package audit

import (
	"encoding/json"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
)

// takeRun looks at what happens to a run as a whole: how it begins and ends, and what somebody does to it in Temporal.
func (p *projector) takeRun(e *historypb.HistoryEvent) {
	r := Record{Kind: KindRun, Outcome: Done}
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
		a := e.GetWorkflowExecutionStartedEventAttributes()
		r.Action, r.Actor = "started", a.GetIdentity()
		if a.GetContinuedExecutionRunId() != "" {
			r.Action, r.Result = "continued", "from run "+a.GetContinuedExecutionRunId()
		}
		r = p.sent(a.GetInput(), r)
		if act, is := opening(p.h.Workflow, p.first(a.GetInput())); is {
			r.prove(act)
		}
		r.External, r.Said = a.GetWorkflowType().GetName(), agreed(p.first(a.GetInput()))
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		r.Action, r.Result = "rolled over", "into run "+e.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
		r.Action = "completed"
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
		r.Action, r.Outcome, r.Result = "failed", Failed, p.message(e.GetWorkflowExecutionFailedEventAttributes().GetFailure())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
		r.Action, r.Outcome = "timed out", TimedOut
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
		r.Action, r.Outcome = "canceled", Canceled
	default:
		if !p.interfered(e, &r) {
			return
		}
	}
	p.add(e, r)
}

// agreed is what somebody who opened a case wanted to be taken over, and that they agreed to what becomes of it; nil: nothing.
func agreed(request []byte) json.RawMessage {
	var a struct {
		Channel string `json:"channel,omitempty"`
		Ticket  string `json:"ticket,omitempty"`
		Consent bool   `json:"consent"`
	}
	if json.Unmarshal(request, &a) != nil || a.Channel == "" && a.Ticket == "" {
		return nil
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil
	}
	return text
}

// interfered reports whether the event is something that a person, or a bug, did to the run from outside the case.
func (p *projector) interfered(e *historypb.HistoryEvent, r *Record) bool {
	r.Door, r.Sure = "temporal", "self-declared"
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
		a := e.GetWorkflowExecutionTerminatedEventAttributes()
		r.Action, r.Actor, r.Result = "terminated", a.GetIdentity(), a.GetReason()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
		a := e.GetWorkflowExecutionCancelRequestedEventAttributes()
		r.Action, r.Actor, r.Result = "asked to cancel", a.GetIdentity(), a.GetCause()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED:
		a := e.GetWorkflowExecutionPausedEventAttributes()
		r.Action, r.Actor, r.Result = "paused", a.GetIdentity(), a.GetReason()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED:
		a := e.GetWorkflowExecutionUnpausedEventAttributes()
		r.Action, r.Actor, r.Result = "unpaused", a.GetIdentity(), a.GetReason()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED:
		r.Action, r.Actor = "options changed", e.GetWorkflowExecutionOptionsUpdatedEventAttributes().GetIdentity()
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED:
		return p.taskFailed(e, r)
	default:
		return false
	}
	return true
}

// taskFailed tells a reset, and code that could not go on with this history. What the server does by itself, such as
// giving a task to another worker, is no act.
func (p *projector) taskFailed(e *historypb.HistoryEvent, r *Record) bool {
	a := e.GetWorkflowTaskFailedEventAttributes()
	if a.GetNewRunId() == p.h.Run && a.GetBaseRunId() != "" {
		r.Action, r.Actor = "reset", a.GetIdentity()
		r.Result = strings.TrimSuffix(fmt.Sprintf("goes on from event %d of run %s: %s", e.GetEventId()-1, a.GetBaseRunId(), p.message(a.GetFailure())), ": ")
		return true
	}
	switch a.GetCause() {
	case enumspb.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, enumspb.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR:
		r.Action, r.Actor, r.Sure, r.Outcome = "code failed", a.GetIdentity(), "", Failed
		r.Door, r.Result = "", a.GetCause().String()+": "+p.message(a.GetFailure())
		return true
	}
	return false
}
