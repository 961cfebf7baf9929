package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/settings"
)

// Decision is what somebody decides about a step that is stuck.
type Decision struct {
	Step       string // as a status shows it: open.ticket, a1/analysis.channel
	Workflow   string // id of the workflow that the step belongs to; empty: the one in which the status shows it
	Generation int    // as it was seen; 0: as the status shows it now
	Action     workflows.Action
	Input      json.RawMessage // retry: the fields to be changed; supply: {"id":"…"}
	Reason     string
	By         incident.By
}

// Taken is a decision that a workflow has taken.
type Taken struct {
	workflows.Answer
	Step       string           `json:"step"` // as the status shows it
	WorkflowID string           `json:"workflow_id"`
	Generation int              `json:"generation"` // that was decided about
	Action     workflows.Action `json:"action"`
	Veiled     bool             `json:"-"` // whoever decided may not read the case
}

// Decide tells the workflow of a stuck step what to do about it, and returns as soon as the workflow has taken it. The
// same id is the same decision: sent again, it gets the first answer. See [Cases.Send] for the errors.
func (c *Cases) Decide(ctx context.Context, number string, viewer settings.Viewer, d Decision, id string) (Taken, error) {
	found, err := c.find(ctx, number)
	if err != nil {
		return Taken{}, err
	}
	view, veiled, err := c.seen(ctx, found, number, viewer)
	if err != nil {
		return Taken{}, err
	}
	taken, err := c.decide(ctx, found, number, view, d, id)
	if taken.Veiled = veiled; veiled && isRefusal(err) {
		err = incident.Refuse(incident.Rule, "Ask somebody in the case", "case %s does not take that decision about %s: somebody may have decided before you", number, clipped(d.Step))
	}
	return taken, err
}

func (c *Cases) decide(ctx context.Context, found *workflowservice.DescribeWorkflowExecutionResponse, number string, view View, d Decision, id string) (Taken, error) {
	if !running(found.GetWorkflowExecutionInfo()) {
		return Taken{}, ended(number)
	}
	step, err := chosen(view, d)
	if err != nil {
		return Taken{}, err
	}
	taken := Taken{Step: step.ID, WorkflowID: step.WorkflowID, Generation: step.Generation, Action: d.Action}
	command := workflows.ResolveCommand{Step: notice.OwnStep(step.ID), Generation: step.Generation, Action: d.Action, Input: d.Input, Reason: d.Reason, By: d.By}
	taken.Answer, err = c.send(ctx, step.WorkflowID, workflows.ResolveUpdate, command, id)
	if gone(err) && step.WorkflowID != view.WorkflowID {
		return taken, incident.Refuse(incident.Rule, "Look with: status "+number, "what step %s of case %s belongs to has ended, or was never there: there is nothing to decide", step.ID, number)
	}
	return taken, c.outcome(err, taken.Answer, number, fmt.Sprintf("%s %s", d.Action, step.ID), id)
}

// seen is a case as whoever decides about its steps sees it. In the operators' channel people decide about the steps of
// cases that they may not read: veiled.
func (c *Cases) seen(ctx context.Context, found *workflowservice.DescribeWorkflowExecutionResponse, number string, viewer settings.Viewer) (v View, veiled bool, err error) {
	v, err = c.view(ctx, found, number, viewer, unrecorded)
	if !isNotFound(err) {
		return v, false, err
	}
	if viewer.Channel == "" || viewer.Channel != c.config.Slack.Operators {
		c.turnAway(found.GetWorkflowExecutionInfo().GetExecution().GetWorkflowId(), "decide", notVisible, c.reader(viewer))
		return v, false, err
	}
	viewer.Restricted, viewer.Organisations = true, []string{settings.Everything}
	v, err = c.view(ctx, found, number, viewer, unrecorded)
	return v, true, err
}

// chosen is the step that is meant. A step that is not stuck is left for its workflow to judge if its generation is
// given: it knows who decided what before.
func chosen(v View, d Decision) (workflows.StepStatus, error) {
	name := strings.TrimSpace(d.Step)
	var matches []workflows.StepStatus
	for _, s := range v.Steps {
		if (s.ID == name || notice.OwnStep(s.ID) == name) && (d.Workflow == "" || d.Workflow == s.WorkflowID) {
			matches = append(matches, s)
		}
	}
	if exact := slices.IndexFunc(matches, func(s workflows.StepStatus) bool { return s.ID == name }); exact >= 0 && d.Workflow == "" {
		matches = matches[exact : exact+1]
	}
	if len(matches) > 1 {
		var ids []string
		for _, s := range matches {
			ids = append(ids, s.ID)
		}
		return workflows.StepStatus{}, incident.Refuse(incident.Usage, "Name one of: "+strings.Join(ids, ", "), "case %s has several steps %q", v.Number, clipped(name))
	}
	if len(matches) == 1 {
		return decidable(v, matches[0], d, true)
	}
	return decidable(v, workflows.StepStatus{ID: name}, d, false)
}

// decidable has the generation that is decided about, or says why nothing can be decided.
func decidable(v View, step workflows.StepStatus, d Decision, known bool) (workflows.StepStatus, error) {
	if !known || v.Partial {
		step.WorkflowID = workflowOf(v, step.ID, d.Workflow)
	}
	switch {
	case d.Generation > 0:
		step.Generation = d.Generation
		return step, nil
	case v.Partial:
		return step, &Error{Code: NotReady, Message: fmt.Sprintf("decide about step %s of case %s: %s", clipped(step.ID), v.Number, v.Why),
			Hint: "Nothing was done. Check that a worker runs and try again, or give the step's --generation"}
	case !known:
		return step, incident.Refuse(incident.Rule, "See the steps with: status "+v.Number, "case %s has no step %q that is stuck", v.Number, clipped(step.ID))
	case step.State != workflows.StepStuck:
		return step, incident.Refuse(incident.Rule, "See the steps with: status "+v.Number, "step %s of case %s is not stuck, it is %s: there is nothing to decide", step.ID, v.Number, step.State)
	}
	return step, nil
}

// runID is how runs of runbooks are called.
var runID = regexp.MustCompile(`^r[0-9]+$`)

// workflowOf is the workflow that a step belongs to, if no status says so. Its id does: the steps of an analysis, and of a
// run of a runbook, have its id before theirs.
func workflowOf(v View, step, given string) string {
	whose, _, found := strings.Cut(step, "/")
	switch {
	case given != "":
		return given
	case found && runID.MatchString(whose):
		return workflows.RunWorkflowID(v.WorkflowID, whose)
	case found:
		return workflows.AnalysisWorkflowID(v.WorkflowID, whose)
	case strings.HasPrefix(step, "mirror."):
		return workflows.MirrorWorkflowID(v.WorkflowID)
	}
	return v.WorkflowID
}

func clipped(text string) string { return incident.Shorten(incident.CleanLine(text), 60) }

// The outcomes of a decision, as far as they were seen.
const (
	OutcomeDone    = "done"        // the step is done
	OutcomeGoing   = "going on"    // it is being tried; nothing went wrong while anybody looked
	OutcomeSkipped = "skipped"     // the case goes on without it
	OutcomeEnded   = "ended"       // what it belonged to was given up
	OutcomeStuck   = "stuck again" // see its cause
	OutcomeUnseen  = "not seen"    // the decision is recorded, but nobody says yet what came of it
)

// Became is what has become of a step after a decision.
type Became struct {
	Outcome string               `json:"outcome"`
	After   workflows.StepStatus `json:"after"` // the step; without a state where it is not shown any more
}

// known reports whether the step will not become anything else soon.
func (b Became) known() bool { return b.Outcome != OutcomeGoing && b.Outcome != OutcomeUnseen }

// settleTime is how long a step of which nothing is said any more must stay so to be believed to go on.
const settleTime = 3 * time.Second

// Became follows a step after a decision until something is known of it, or ctx ends. It asks for no rights: whoever
// could decide may know what became of it.
func (c *Cases) Became(ctx context.Context, number string, taken Taken) Became {
	b := Became{Outcome: OutcomeUnseen, After: workflows.StepStatus{ID: taken.Step, WorkflowID: taken.WorkflowID}}
	begun := time.Now()
	_ = poll(ctx, func() (bool, error) { // the end of waiting leaves what was seen last
		found, err := c.find(ctx, number)
		if err != nil {
			return false, nil //nolint:nilerr // it is asked again, and what was seen stands
		}
		status, err := c.query(ctx, found.GetWorkflowExecutionInfo().GetExecution().GetWorkflowId())
		if err != nil {
			return false, nil //nolint:nilerr // likewise
		}
		b = became(status, taken)
		return b.known() || b.After.State == "" && b.Outcome == OutcomeGoing && time.Since(begun) > settleTime, nil
	})
	return b
}

// became judges a status. Steps of analyses and of the mirror are shown only while they are stuck.
func became(s workflows.Status, taken Taken) Became {
	gone := Became{Outcome: OutcomeGoing, After: workflows.StepStatus{ID: taken.Step, WorkflowID: taken.WorkflowID}}
	if taken.Action == workflows.ActionSkip {
		gone.Outcome = OutcomeSkipped
	}
	if taken.Action == workflows.ActionAbort {
		gone.Outcome = OutcomeEnded
	}
	for _, step := range s.Steps {
		if step.ID != taken.Step || step.WorkflowID != taken.WorkflowID {
			continue
		}
		switch {
		case step.State == workflows.StepDone:
			return Became{OutcomeDone, step}
		case step.State == workflows.StepSkipped:
			return Became{OutcomeSkipped, step}
		case step.State == workflows.StepStuck && step.Generation > taken.Generation && taken.Action != workflows.ActionAbort:
			return Became{OutcomeStuck, step}
		case step.State == workflows.StepStuck: // the report about it is older than the decision
			return Became{OutcomeUnseen, step}
		}
		return Became{gone.Outcome, step}
	}
	return gone
}
