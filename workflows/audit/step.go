package audit

import (
	"encoding/json"
	"strings"

	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
)

// takeStep follows an activity from its schedule to its end.
func (p *projector) takeStep(e *historypb.HistoryEvent) {
	if e.GetActivityTaskScheduledEventAttributes() != nil {
		p.steps[e.GetEventId()] = &scheduled{event: e}
	}
	if a := e.GetActivityTaskStartedEventAttributes(); a != nil && p.steps[a.GetScheduledEventId()] != nil {
		p.steps[a.GetScheduledEventId()].started = a
	}
	if a := e.GetActivityTaskCompletedEventAttributes(); a != nil {
		r := p.ended(e, a.GetScheduledEventId(), a.GetIdentity(), Done)
		p.tellResult(&r, p.first(a.GetResult()))
		p.add(e, r)
	}
	if a := e.GetActivityTaskFailedEventAttributes(); a != nil {
		r := p.ended(e, a.GetScheduledEventId(), a.GetIdentity(), Failed)
		p.tellFailure(&r, a.GetFailure())
		p.add(e, r)
	}
	if a := e.GetActivityTaskTimedOutEventAttributes(); a != nil {
		r := p.ended(e, a.GetScheduledEventId(), "", TimedOut)
		p.tellFailure(&r, a.GetFailure())
		p.add(e, r)
	}
	if a := e.GetActivityTaskCanceledEventAttributes(); a != nil {
		p.add(e, p.ended(e, a.GetScheduledEventId(), a.GetIdentity(), Canceled))
	}
}

// workers is how the identities of our workers begin; see package wire.
const workers = "hikeshi-worker@"

// ended is the record of a step that has ended. Somebody who completes or fails it by hand is the actor: the worker is
// not. A step that its workflow cancels between two tries is ended by whichever worker has the workflow's task.
func (p *projector) ended(e *historypb.HistoryEvent, at int64, identity string, outcome Outcome) Record {
	s := p.steps[at]
	if s == nil {
		return Record{Kind: KindStep, Outcome: outcome}
	}
	delete(p.steps, at)
	a := s.event.GetActivityTaskScheduledEventAttributes()
	step, _, _ := strings.Cut(a.GetActivityId(), "#")
	r := Record{Kind: KindStep, Action: a.GetActivityType().GetName(), Step: step, Outcome: outcome, Took: took(s.event, e), Own: strings.HasPrefix(step, "seal")}
	if text := p.first(a.GetInput()); len(text) > 0 {
		r.Input = digest(text)
	}
	between := outcome == Canceled && s.started == nil
	if identity != "" && !between && (!strings.HasPrefix(identity, workers) || s.started.GetIdentity() != identity) {
		r.Actor, r.Door, r.Sure, r.ByHand = identity, "temporal", "self-declared", true
	}
	p.tellLast(&r, s.started)
	return r
}

// tellLast says of the attempts what Temporal does: how many there were, and how the one before the last ended.
func (p *projector) tellLast(r *Record, started *historypb.ActivityTaskStartedEventAttributes) {
	if started.GetAttempt() < 2 {
		return
	}
	last := Attempt{Number: started.GetAttempt() - 1}
	if f := started.GetLastFailure(); f != nil {
		last.Class, last.Cause = f.GetApplicationFailureInfo().GetType(), p.message(f)
	}
	r.Attempts = []Attempt{last}
}

// tellResult takes what a result says of itself: the attempts before, whether the thing was there already, and its id.
func (p *projector) tellResult(r *Record, text []byte) {
	var result struct {
		Adopted  bool
		Attempts []attempt
		Key      any
		ID       any
		TS       any
		Channel  any
	}
	if json.Unmarshal(text, &result) != nil {
		return // it says nothing
	}
	r.Adopted = result.Adopted
	for _, id := range []any{result.Key, result.ID, result.TS, result.Channel} {
		if name, ok := id.(string); ok && name != "" && r.External == "" {
			r.External = name
		}
	}
	r.tell(result.Attempts)
}

// attempt is an attempt as activities note it.
type attempt struct {
	Attempt
	Looking bool
}

func (r *Record) tell(list []attempt) {
	if len(list) == 0 {
		return
	}
	r.Attempts = nil
	for _, a := range list {
		r.Attempts = append(r.Attempts, a.Attempt)
	}
}

// tellFailure takes what went wrong, and all attempts, from the fault in the error's details.
func (p *projector) tellFailure(r *Record, f *failurepb.Failure) {
	r.Result = p.message(f)
	var fault struct {
		Class, Op, Cause string
		Attempts         []attempt
	}
	if json.Unmarshal(p.first(f.GetApplicationFailureInfo().GetDetails()), &fault) == nil {
		r.tell(fault.Attempts)
	}
}
