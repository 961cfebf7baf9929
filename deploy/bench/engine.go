package main

import (
	"context"
	"time"
)

// engine is what Temporal and the worker's machinery add to each step, from the event times of the measured cases.
//
// Dispatch is from ActivityTaskScheduled to ActivityTaskStarted: the server hands the task to a waiting worker. Decision
// is from ActivityTaskCompleted to the next WorkflowTaskCompleted, whose commands schedule what follows: the server makes
// a workflow task, a worker fetches it, the workflow code runs, and the answer is stored; if the workflow was busy with
// an earlier completion, the wait for the end of that is in it. Step is the sum of the two. What lies between started
// and completed is not in it: the vendor's call, and the adapter's and worker's work around it. Steps that were tried
// more than once are left out, because the pause before a retry is not the engine's.
type engine struct {
	Steps    int  `json:"steps"`
	Retried  int  `json:"retried"` // left out
	Dispatch span `json:"dispatch"`
	Decision span `json:"decision"`
	Step     span `json:"step"`
}

func measureEngine(runs []chronicle) engine {
	var out engine
	var dispatch, decision, whole []time.Duration
	for _, r := range runs {
		for _, e := range r.executions {
			switch {
			case e.decided.IsZero():
			case e.attempt > 1:
				out.Retried++
			default:
				dispatch = append(dispatch, e.started.Sub(e.scheduled))
				decision = append(decision, e.decided.Sub(e.completed))
				whole = append(whole, e.engine())
			}
		}
	}
	out.Steps = len(whole)
	out.Dispatch, out.Decision, out.Step = spanOf(dispatch), spanOf(decision), spanOf(whole)
	return out
}

// leg is a part of the way from the command to people together.
type leg struct {
	Name     string  `json:"name"`
	Took     span    `json:"took"`
	Injected float64 `json:"injected_ms"` // of it the vendor's latency
}

// measureLegs follows the critical path through the histories, so that one sees where the time goes.
func (p *product) measureLegs(ctx context.Context, list []*opened, l latencies) (legs []leg, all []chronicle, err error) {
	calls, err := p.vendors.slack.calls(ctx)
	if err != nil {
		return nil, nil, err
	}
	names := []string{
		"command sent → Intake begins", "→ ticket scheduled", "→ ticket started", "→ ticket completed", "→ Case begins", "→ channel scheduled",
		"→ channel started", "→ channel completed", "→ invite and card scheduled", "→ both started", "→ Slack has answered both",
	}
	injected := []time.Duration{3: l.jira, 7: l.slack, 10: l.slack}
	took := make([][]time.Duration, len(names))
	for _, c := range list {
		intake, own, err := p.histories(ctx, c)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, intake, own)
		times, err := waypoints(c, intake, own)
		if err != nil {
			return nil, nil, err
		}
		end, err := together(calls, c.channel)
		if err != nil {
			return nil, nil, err
		}
		for i, at := range append(times, end)[1:] {
			took[i] = append(took[i], at.Sub(times[i]))
		}
	}
	for i, name := range names {
		legs = append(legs, leg{Name: name, Took: spanOf(took[i]), Injected: milliseconds(injected[i])})
	}
	return legs, all, nil
}

// waypoints are the times between the legs.
func waypoints(c *opened, intake, own chronicle) ([]time.Time, error) {
	ticket, err := intake.find("open.ticket")
	if err != nil {
		return nil, err
	}
	list := []time.Time{c.sent, intake.began, ticket.scheduled, ticket.started, ticket.completed, own.began}
	var steps []*execution
	for _, id := range []string{"open.channel", "open.invite", "open.card"} {
		e, err := own.find(id)
		if err != nil {
			return nil, err
		}
		steps = append(steps, e)
	}
	channel, invite, card := steps[0], steps[1], steps[2]
	return append(list, channel.scheduled, channel.started, channel.completed,
		later(invite.scheduled, card.scheduled), later(invite.started, card.started)), nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
