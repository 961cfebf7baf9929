package audit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	updatepb "go.temporal.io/api/update/v1"

	"hikeshi/workflows/incident"
)

// Opener decodes a payload into the JSON that was encoded.
type Opener func(*commonpb.Payload) ([]byte, error)

// History is what Temporal holds of one run, from its first event on.
type History struct {
	Case     string // workflow id of the case it belongs to
	Workflow string
	Run      string
	Events   []*historypb.HistoryEvent
}

// Project turns a history into records. A record depends on nothing after the event whose id it has, so the history of a
// run that goes on gives the same records and more. In a run that began with a reset the events before it are the
// other run's, and so are their records.
func Project(h History, open Opener) []Record {
	p := &projector{h: h, open: open, steps: map[int64]*scheduled{}, updates: map[int64]*update{}, admitted: map[string]*updatepb.Request{}, told: map[int64]Record{}}
	reset := h.resetAt()
	for _, e := range h.Events {
		p.take(e)
		if e.GetEventId() < reset {
			p.records = p.records[:0]
		}
	}
	return p.records
}

// resetAt is the event with which this run became one of its own; 0: it was not made by a reset.
func (h History) resetAt() (id int64) {
	for _, e := range h.Events {
		if a := e.GetWorkflowTaskFailedEventAttributes(); a.GetNewRunId() == h.Run && a.GetBaseRunId() != "" {
			id = e.GetEventId()
		}
	}
	return id
}

// base is the run that this one was reset from; empty: it was not made by a reset.
func (h History) base() (run string) {
	for _, e := range h.Events {
		if a := e.GetWorkflowTaskFailedEventAttributes(); a.GetNewRunId() == h.Run && a.GetBaseRunId() != "" {
			run = a.GetBaseRunId()
		}
	}
	return run
}

type projector struct {
	h        History
	open     Opener
	records  []Record
	steps    map[int64]*scheduled // by the event that scheduled them
	updates  map[int64]*update    // by the event that accepted them
	admitted map[string]*updatepb.Request
	told     map[int64]Record // messages on their way, by the event that sent them
}

// scheduled is a step that has not ended.
type scheduled struct {
	event   *historypb.HistoryEvent
	started *historypb.ActivityTaskStartedEventAttributes
}

// update is a command that was accepted and has not ended.
type update struct {
	event   *historypb.HistoryEvent
	request *updatepb.Request
}

// add keeps a record of an event.
func (p *projector) add(e *historypb.HistoryEvent, r Record) {
	r.Version, r.ID, r.At = version, fmt.Sprintf("%s/%d", p.h.Run, e.GetEventId()), e.GetEventTime().AsTime()
	r.Case, r.Workflow = p.h.Case, p.h.Workflow
	if who := e.GetPrincipal(); who.GetName() != "" && r.Sure == "" {
		r.Actor, r.Sure = cmp.Or(r.Actor, who.GetName()), "temporal-principal"
	}
	p.records = append(p.records, r)
}

// take looks at one event. Timers, searches and the workflow's own tasks are nobody's acts.
func (p *projector) take(e *historypb.HistoryEvent) {
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
		p.takeUpdate(e)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
		enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED, enumspb.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCELED:
		p.takeStep(e)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
		a := e.GetWorkflowExecutionSignaledEventAttributes()
		p.add(e, p.sent(a.GetInput(), Record{Kind: KindMessage, Action: a.GetSignalName(), Actor: a.GetIdentity(), Outcome: Done}))
	default:
		p.takeChild(e)
		p.takeRun(e)
	}
}

// takeUpdate follows a command from its acceptance to its answer. One that a reset has applied again was admitted first.
func (p *projector) takeUpdate(e *historypb.HistoryEvent) {
	if a := e.GetWorkflowExecutionUpdateAdmittedEventAttributes(); a != nil {
		p.admitted[a.GetRequest().GetMeta().GetUpdateId()] = a.GetRequest()
	}
	if a := e.GetWorkflowExecutionUpdateAcceptedEventAttributes(); a != nil {
		request := a.GetAcceptedRequest()
		if request == nil {
			request = p.admitted[a.GetProtocolInstanceId()]
		}
		p.updates[e.GetEventId()] = &update{e, request}
	}
	if a := e.GetWorkflowExecutionUpdateCompletedEventAttributes(); a != nil {
		u := p.updates[a.GetAcceptedEventId()]
		if u == nil {
			u = &update{event: e}
		}
		delete(p.updates, a.GetAcceptedEventId())
		p.add(e, p.answered(e, u, a.GetOutcome()))
	}
}

func (p *projector) answered(e *historypb.HistoryEvent, u *update, outcome *updatepb.Outcome) Record {
	r := Record{Kind: KindCommand, Action: u.request.GetInput().GetName(), Actor: u.request.GetMeta().GetIdentity(), Outcome: Done, Took: took(u.event, e)}
	r = p.sent(u.request.GetInput().GetArgs(), r)
	r.prove(incident.Act{Name: r.Action, Workflow: p.h.Workflow, ID: u.request.GetMeta().GetUpdateId(), Command: p.first(u.request.GetInput().GetArgs())})
	r.Said = without(p.first(u.request.GetInput().GetArgs()), "by")
	if f := outcome.GetFailure(); f != nil {
		r.Outcome, r.Result = Failed, p.message(f)
		return r
	}
	var answer struct {
		Text    string
		ID      string
		Doubted bool
		Refused *struct{ Code, Message, Hint string }
	}
	_ = json.Unmarshal(p.first(outcome.GetSuccess()), &answer) // an answer of another shape has no text
	r.Result, r.External, r.Doubted = answer.Text, answer.ID, answer.Doubted
	if answer.Refused != nil {
		r.Outcome, r.Result = Refused, strings.TrimSpace(answer.Refused.Code+": "+answer.Refused.Message)
	}
	return r
}

// sent adds who sent it, as the message itself says, and its digest.
func (p *projector) sent(args *commonpb.Payloads, r Record) Record {
	text := p.first(args)
	if len(text) > 0 {
		r.Input = digest(text)
	}
	var message struct {
		By struct {
			Who, Name, Door, Assurance string
			BreakGlass                 string `json:"break_glass"`
		}
	}
	if json.Unmarshal(text, &message) == nil && message.By.Who != "" {
		by := message.By
		r.Actor, r.Name, r.Door, r.Sure, r.Glass = by.Who, by.Name, by.Door, by.Assurance, by.BreakGlass
	}
	return r
}

// takeChild follows what a workflow says to others.
func (p *projector) takeChild(e *historypb.HistoryEvent) {
	if a := e.GetChildWorkflowExecutionStartedEventAttributes(); a != nil {
		p.add(e, Record{Kind: KindChild, Action: a.GetWorkflowType().GetName(), Outcome: Done, External: a.GetWorkflowExecution().GetWorkflowId()})
	}
	if a := e.GetStartChildWorkflowExecutionFailedEventAttributes(); a != nil {
		p.add(e, Record{Kind: KindChild, Action: a.GetWorkflowType().GetName(), Outcome: Failed, External: a.GetWorkflowId(), Result: a.GetCause().String()})
	}
	if a := e.GetSignalExternalWorkflowExecutionInitiatedEventAttributes(); a != nil {
		r := Record{Kind: KindMessage, Action: a.GetSignalName(), External: a.GetWorkflowExecution().GetWorkflowId()}
		if text := p.first(a.GetInput()); len(text) > 0 {
			r.Input = digest(text)
		}
		p.told[e.GetEventId()] = r
	}
	if a := e.GetExternalWorkflowExecutionSignaledEventAttributes(); a != nil {
		r := p.told[a.GetInitiatedEventId()]
		r.Outcome = Done
		p.add(e, r)
	}
	if a := e.GetSignalExternalWorkflowExecutionFailedEventAttributes(); a != nil {
		r := p.told[a.GetInitiatedEventId()]
		r.Outcome, r.Result = Failed, a.GetCause().String()
		p.add(e, r)
	}
}

// first is the first of the payloads in plain text; nil: there is none, or nobody can read it.
func (p *projector) first(list *commonpb.Payloads) []byte {
	if len(list.GetPayloads()) == 0 {
		return nil
	}
	text, err := p.open(list.GetPayloads()[0])
	if err != nil {
		return nil
	}
	return text
}

// message is what a failure says; it is encrypted like everything else.
func (p *projector) message(f *failurepb.Failure) string {
	text := f.GetMessage()
	if f.GetEncodedAttributes() != nil {
		var common struct{ Message string }
		if opened, err := p.open(f.GetEncodedAttributes()); err == nil && json.Unmarshal(opened, &common) == nil {
			text = common.Message
		}
	}
	if kind := f.GetApplicationFailureInfo().GetType(); kind != "" && !strings.HasPrefix(text, kind) {
		text = kind + ": " + text
	}
	if cause := f.GetCause(); cause != nil && text == "" {
		return p.message(cause)
	}
	return text
}

// without is an object without one of its fields; nil where there is nothing else.
func without(text []byte, field string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return nil
	}
	delete(object, field)
	if len(object) == 0 {
		return nil
	}
	rest, err := json.Marshal(object) // sorted by key
	if err != nil {
		return nil
	}
	return rest
}

func took(from, to *historypb.HistoryEvent) int64 {
	if from == nil || from == to {
		return 0
	}
	return to.GetEventTime().AsTime().Sub(from.GetEventTime().AsTime()).Milliseconds()
}

// Through are the records up to an event, and after another one.
func between(records []Record, after, through int64) []Record {
	return slices.DeleteFunc(slices.Clone(records), func(r Record) bool {
		n := r.event()
		return n <= after || n > through
	})
}

func (r Record) event() (n int64) {
	_, _ = fmt.Sscanf(r.ID[strings.LastIndexByte(r.ID, '/')+1:], "%d", &n) // our own ids are numbers
	return n
}
