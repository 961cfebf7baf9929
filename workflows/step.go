package workflows

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/workflows/notice"
)

// step describes one piece of the machine's work: one activity call.
type step struct {
	id       string // stable for the case's whole life: "open.channel"
	system   System
	priority int // 0: ordinary
	activity any
	input    func(activities.Effect) any // built anew for each execution, so that a corrected configuration counts; nil: none
}

// stepRecord is what a step has come to. It is part of the case's state and outlives rolls and resets.
type stepRecord struct {
	System     System          `json:"system"`
	State      StepState       `json:"state"`
	Generation int             `json:"generation"` // rises when a new effect is wanted, never for a retry
	Executions int             `json:"executions"` // activities scheduled so far, for unique activity ids
	Tried      bool            `json:"tried"`      // scheduled at least once in this generation
	Asked      time.Time       `json:"asked"`      // when this generation was first scheduled
	Last       time.Time       `json:"last,omitzero"`
	Since      time.Time       `json:"since"` // of this state
	Class      string          `json:"class,omitempty"`
	Cause      string          `json:"cause,omitempty"`
	Hint       string          `json:"hint,omitempty"`
	Result     json.RawMessage `json:"result,omitempty"`
}

// runner carries out steps for one workflow.
type runner struct {
	key       string                 // the request id: it begins every idempotency key
	fairness  string                 // workflow id: cases share a queue fairly
	lang      string                 // of the steps' titles
	everReset bool                   // somebody reset this workflow: nothing is provably a first try any more
	records   map[string]*stepRecord // by step id
	place     func() Placement
	replace   func(workflow.Context) // reads the configuration anew before a stuck step is tried again
	changed   func()
	inFlight  int  // executions in their fast phase
	rolling   bool // schedule nothing new
}

// errRolling ends a branch because the workflow is about to continue as new; the branch runs again from its top there.
var errRolling = errors.New("rolling over")

// runStep makes sure that a step has been done and returns its result; see the package comment. It returns only when
// the step is done, or with an error when the workflow rolls or is cancelled: a step that cannot go on waits here,
// visibly, and is tried again.
func runStep[Out any](ctx workflow.Context, r *runner, s step) (Out, error) {
	var out Out
	rec := r.record(s)
	for probing := rec.State == StepStuck && !activities.Class(rec.Class).Final(); rec.State != StepDone; {
		if r.rolling {
			return out, errRolling
		}
		if rec.State == StepStuck {
			r.replace(ctx)
		}
		err := execute(ctx, r, s, probing, &out)
		switch {
		case err == nil:
			r.done(ctx, rec, out)
		case temporal.IsCanceledError(err):
			return out, err
		case r.rolling: // its patience was cut short by the roll: the next run goes on
			return out, errRolling
		case activities.Is(err, activities.RateLimited): // a queue, not trouble: it goes on waiting its turn
		default:
			fault := activities.FaultOf(err)
			r.stuck(ctx, rec, fault)
			probing = !fault.Class.Final()
			if !probing {
				if err := r.waitToProbe(ctx); err != nil {
					return out, err
				}
			}
		}
	}
	if err := decode(rec.Result, &out); err != nil {
		return out, fmt.Errorf("stored result of step %s: %w", s.id, err)
	}
	return out, nil
}

// execute runs the step's activity once, with Temporal's retries.
func execute[Out any](ctx workflow.Context, r *runner, s step, probing bool, out *Out) error {
	rec, place := r.record(s), r.place()
	if !rec.Tried {
		rec.Asked = workflow.Now(ctx)
	}
	effect := activities.Effect{
		Key:   fmt.Sprintf("%s.%s.%d", r.key, s.id, rec.Generation),
		First: !rec.Tried && !r.everReset && !place.ForceLookUp,
		Since: rec.Asked,
		Last:  rec.Last, Settle: place.Settle,
	}
	rec.Tried = true
	rec.Executions++
	id := s.id
	if rec.Executions > 1 {
		id = fmt.Sprintf("%s#%d", s.id, rec.Executions)
	}
	retry := place.Retry.policy()
	if probing {
		retry = slowly(place.Probe)
	} else {
		r.inFlight++
		defer func() { r.inFlight-- }()
		if rec.State != StepStuck { // a stuck step stays so until it is done: people must not see it come and go
			r.move(ctx, rec, StepTrying)
		}
	}
	ctx = workflow.WithActivityOptions(ctx, s.options(id, notice.StepTitle(r.lang, s.id), r.fairness, retry))
	var args []any
	if s.input != nil {
		args = []any{s.input(effect)}
	}
	err := workflow.ExecuteActivity(ctx, s.activity, args...).Get(ctx, out)
	rec.Last = workflow.Now(ctx)
	return err
}

// again asks for a new effect of a step that may have been done before.
func (r *runner) again(s step) {
	if r.record(s).State == StepDone {
		r.instead(s)
	}
}

// instead asks for a new effect of a step, whatever became of the one before.
func (r *runner) instead(s step) {
	rec := r.record(s)
	if rec.Tried {
		*rec = stepRecord{System: s.system, State: StepOwed, Generation: rec.Generation + 1, Executions: rec.Executions}
	}
}

// letGo settles steps that were overtaken before they were done: nobody misses them. When they are wanted again, they
// are asked for anew.
func (r *runner) letGo(ctx workflow.Context, ids ...string) {
	for _, id := range ids {
		if rec := r.records[id]; rec != nil && rec.State != StepDone {
			rec.Tried, rec.Class, rec.Cause, rec.Hint = true, "", "", ""
			r.move(ctx, rec, StepDone)
		}
	}
}

// record returns the step's record, a new one if there is none.
func (r *runner) record(s step) *stepRecord {
	rec := r.records[s.id]
	if rec == nil {
		rec = &stepRecord{System: s.system, State: StepOwed, Generation: 1}
		r.records[s.id] = rec
	}
	return rec
}

// settle records a result that came by another way than this workflow's own activity.
func (r *runner) settle(ctx workflow.Context, s step, result any) { r.done(ctx, r.record(s), result) }

func (r *runner) done(ctx workflow.Context, rec *stepRecord, result any) {
	rec.Result, rec.Class, rec.Cause, rec.Hint = encode(result), "", "", ""
	r.move(ctx, rec, StepDone)
}

func (r *runner) stuck(ctx workflow.Context, rec *stepRecord, f activities.Fault) {
	if f.System != "" {
		rec.System = System(f.System) // an activity across vendors says which one it is
	}
	rec.Class, rec.Cause, rec.Hint = string(f.Class), f.Op+": "+f.Cause, f.Hint
	if f.Op == "" {
		rec.Cause = f.Cause
	}
	r.move(ctx, rec, StepStuck)
}

func (r *runner) move(ctx workflow.Context, rec *stepRecord, to StepState) {
	if rec.State != to {
		rec.State, rec.Since = to, workflow.Now(ctx)
	}
	r.changed()
}

// waitToProbe waits until a step with a final error is worth another try. Its error says that the workflow rolls, or
// that nobody wants the step any more.
func (r *runner) waitToProbe(ctx workflow.Context) error {
	err := awaitUpTo(ctx, r.place().Probe, "try the stuck step again", func() bool { return r.rolling })
	if err == nil && r.rolling {
		err = errRolling
	}
	return err
}

// ids returns the steps in one of the states, sorted.
func (r *runner) ids(states ...StepState) []string {
	list := []string{}
	for _, id := range workflow.DeterministicKeys(r.records) {
		if slices.Contains(states, r.records[id].State) {
			list = append(list, id)
		}
	}
	return list
}

// is reports whether the step is in that state.
func (r *runner) is(id string, state StepState) bool {
	rec := r.records[id]
	return rec != nil && rec.State == state
}
