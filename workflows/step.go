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
	Generation int             `json:"generation"`       // as people name it: rises with each new effect and each decision
	Effect     int             `json:"effect"`           // as the key names it: rises when a new effect is wanted, never for a retry
	Executions int             `json:"executions"`       // activities scheduled so far, for unique activity ids
	Tried      bool            `json:"tried"`            // scheduled at least once for this effect
	Asked      time.Time       `json:"asked"`            // when this effect was first scheduled
	Last       time.Time       `json:"last,omitzero"`    // when its newest execution ended
	Told       bool            `json:"told,omitempty"`   // that execution said what it may have made: nothing after Doubt
	Doubt      time.Time       `json:"doubt,omitzero"`   // the latest time at which it or one before may have made something unseen
	Since      time.Time       `json:"since"`            // of this state
	Refused    int             `json:"refused,omitzero"` // final errors in a row since the last decision
	Class      string          `json:"class,omitempty"`
	Cause      string          `json:"cause,omitempty"`
	Hint       string          `json:"hint,omitempty"`
	Quiet      bool            `json:"quiet,omitempty"`    // nobody is troubled with it
	Change     json.RawMessage `json:"change,omitempty"`   // what somebody changed in the activity's input
	Supplied   string          `json:"supplied,omitempty"` // the thing that somebody wants to be used
	Decision   *decision       `json:"decision,omitempty"` // not carried out yet
	Decided    *decision       `json:"decided,omitempty"`  // the newest one
	Result     json.RawMessage `json:"result,omitempty"`
}

// settled reports whether nothing is left to do for the step.
func (rec *stepRecord) settled() bool { return rec.State == StepDone || rec.State == StepSkipped }

// wasLetGo reports whether the step was overtaken before it was done (letGo): whatever is done has a result.
func (rec *stepRecord) wasLetGo() bool { return rec.State == StepDone && len(rec.Result) == 0 }

// wasGivenUp reports whether a quiet step was given up while it might have been done all the same.
func (rec *stepRecord) wasGivenUp() bool {
	return rec.State == StepSkipped && !activities.Class(rec.Class).Final()
}

// runner carries out steps for one workflow.
type runner struct {
	key       string                 // the request id: it begins every idempotency key
	fairness  string                 // workflow id: cases share a queue fairly
	lang      string                 // of the steps' titles
	titled    func(string) string    // what a step is called; nil: what notice calls it
	everReset bool                   // somebody reset this workflow: nothing is provably a first try any more
	records   map[string]*stepRecord // by step id
	place     func() Placement
	replace   func(workflow.Context) // reads the configuration anew before a stuck step is tried again
	changed   func()
	carried   func(workflow.Context, string, decision) // a decision about a step has been carried out
	adoption  func(string) (adoption, bool)            // how a thing that somebody supplies for a step is taken over
	lacks     func(string) bool                        // whether a step lacks what may come back: then it is tried again at once; nil: none does
	asked     func(string) string                      // the thing that the request names for a step, to be taken over; nil: none
	cancel    map[string]workflow.CancelFunc           // of executions under way
	doubts    *doubts                                  // effects that may have come about twice; nil: nobody keeps them
	inFlight  int                                      // executions in their fast phase
	rolling   bool                                     // schedule nothing new
}

// errRolling ends a branch because the workflow is about to continue as new; the branch runs again from its top there.
var errRolling = errors.New("rolling over")

// runStep makes sure that a step has been done and returns its result; see the package comment. It returns only when
// the step is done or somebody has decided to go on without it (then the result is zero), or with an error when the
// workflow rolls or is cancelled. A step that cannot go on waits here, visibly, for a person's decision.
func runStep[Out any](ctx workflow.Context, r *runner, s step) (Out, error) {
	var out Out
	rec := r.record(s)
	r.wantAgain(ctx, rec)
	for !rec.settled() {
		if r.rolling {
			return out, errRolling
		}
		if r.carryOut(ctx, s.id, rec) {
			continue
		}
		if rec.State == StepStuck {
			r.replace(ctx)
		}
		err := execute(ctx, r, s, r.retries(rec), &out)
		switch {
		case err == nil:
			r.done(ctx, rec, out)
		case temporal.IsCanceledError(err) && (rec.Decision == nil || ctx.Err() != nil):
			return out, err
		case r.rolling: // its patience was cut short by the roll: the next run goes on
			return out, errRolling
		case rec.Decision != nil: // somebody did not wait for this execution
		default:
			if err := r.failed(ctx, s.id, rec, activities.FaultOf(err)); err != nil {
				return out, err
			}
		}
	}
	if rec.State == StepSkipped {
		var nothing Out
		return nothing, nil
	}
	if err := decode(rec.Result, &out); err != nil {
		return out, fmt.Errorf("stored result of step %s: %w", s.id, err)
	}
	return out, nil
}

// runQuiet does a step with which nobody must be troubled when it cannot be done, such as a notice about trouble: then
// it is given up. done says whether it was done.
func runQuiet[Out any](ctx workflow.Context, r *runner, s step) (out Out, done bool, err error) {
	rec := r.record(s)
	rec.Quiet = true
	r.wantAgain(ctx, rec)
	if rec.settled() {
		if rec.State != StepDone { // it was given up, and has no result
			return out, false, nil
		}
		return out, true, decode(rec.Result, &out)
	}
	if r.rolling {
		return out, false, errRolling
	}
	err = execute(ctx, r, s, r.place().Retry.policy(), &out)
	switch {
	case err == nil:
		r.done(ctx, rec, out)
		return out, true, nil
	case r.rolling:
		return out, false, errRolling
	case temporal.IsCanceledError(err):
		return out, false, err
	}
	f := activities.FaultOf(err)
	rec.Class, rec.Cause = string(f.Class), f.Cause
	r.move(ctx, rec, StepSkipped)
	return out, false, nil
}

// failed notes how an execution ended, and waits where another one at once makes no sense.
func (r *runner) failed(ctx workflow.Context, id string, rec *stepRecord, f activities.Fault) error {
	switch {
	case f.Class == activities.RateLimited, f.Early: // a queue, or the vendor's time to answer: no trouble, it goes on waiting
		return nil
	case f.Class == activities.Credentials, f.Held: // nobody's case is at fault: the breaker holds the queue, and nothing is stuck
		r.blame(rec, f)
		r.changed()
		return nil
	}
	r.blame(rec, f)
	r.move(ctx, rec, StepStuck)
	if !f.Class.Final() {
		rec.Refused = 0
		return nil
	}
	rec.Supplied = "" // what cannot be used is not asked for again
	rec.Refused++
	return r.waitToProbe(ctx, id, rec)
}

// execute runs the step's activity once, with Temporal's retries.
func execute[Out any](ctx workflow.Context, r *runner, s step, retry *temporal.RetryPolicy, out *Out) error {
	rec := r.record(s)
	if slow := retry.BackoffCoefficient == 1; !slow {
		r.inFlight++
		defer func() { r.inFlight-- }()
		if rec.State != StepStuck { // a stuck step stays so until it is done: people must not see it come and go
			r.move(ctx, rec, StepTrying)
		}
	}
	ctx, cancel := workflow.WithCancel(ctx)
	if r.cancel == nil {
		r.cancel = map[string]workflow.CancelFunc{}
	}
	r.cancel[s.id] = cancel
	defer delete(r.cancel, s.id)
	act, args, err := r.deed(s, rec, r.effect(ctx, s.id, rec))
	if err != nil {
		return err
	}
	id := s.id
	if rec.Executions > 1 {
		id = fmt.Sprintf("%s#%d", s.id, rec.Executions)
	}
	ctx = workflow.WithActivityOptions(ctx, s.options(id, r.title(s.id), r.fairness, retry))
	err = workflow.ExecuteActivity(ctx, act, args...).Get(ctx, out)
	rec.Last = workflow.Now(ctx)
	r.doubts.note(ctx, s.id, r.effectKey(s.id, rec), *out, err, r.place().Settle)
	if err == nil {
		return lacking(out)
	}
	if f := activities.FaultOf(err); f.Told {
		rec.Told, rec.Doubt = true, f.Doubt
	}
	return err
}

// title is what a step is called.
func (r *runner) title(id string) string {
	if r.titled != nil {
		return r.titled(id)
	}
	return notice.StepTitle(r.lang, id)
}

// effect is what the activity must know to happen exactly once.
func (r *runner) effect(ctx workflow.Context, id string, rec *stepRecord) activities.Effect {
	if !rec.Tried {
		rec.Asked = workflow.Now(ctx)
		if r.everReset || r.place().ForceLookUp { // it may have been asked for before: since this run began, and until now
			rec.Asked, rec.Last = workflow.GetInfo(ctx).WorkflowStartTime, rec.Asked
		}
	}
	e := activities.Effect{
		Key:   r.effectKey(id, rec),
		First: (!rec.Tried || rec.Told && rec.Doubt.IsZero()) && !r.everReset && !r.place().ForceLookUp,
		Run:   runID(ctx),
		Since: rec.Asked,
		Last:  rec.Last, Settle: r.place().Settle,
	}
	if rec.Told {
		e.Doubt = rec.Doubt
	}
	rec.Tried, rec.Told = true, false // until this execution has ended, nobody knows what it makes
	rec.Executions++
	return e
}

// effectKey names the effect that the step is to have.
func (r *runner) effectKey(id string, rec *stepRecord) string {
	return fmt.Sprintf("%s.%s.%d", r.key, id, rec.Effect)
}

// deed is the activity to be run and its input: the step's own, with what a person has changed in it, or the one that
// takes over what a person has supplied.
func (r *runner) deed(s step, rec *stepRecord, e activities.Effect) (activity any, args []any, err error) {
	if id := r.supplied(s.id, rec); id != "" {
		if adopt, ok := r.adoption(s.id); ok {
			return adopt.activity, []any{adopt.input(e, id)}, nil
		}
	}
	if s.input == nil {
		return s.activity, nil, nil
	}
	in, err := changed(s.input(e), rec.Change)
	if err != nil {
		rec.Change = nil
		return nil, nil, activities.Fault{Class: activities.Invalid, System: string(s.system), Op: "change the input of " + s.id, Cause: err.Error()}.Error()
	}
	return s.activity, []any{in}, nil
}

// retries is how the next execution is tried: quickly at first, then slowly for as long as it takes.
func (r *runner) retries(rec *stepRecord) *temporal.RetryPolicy {
	switch class := activities.Class(rec.Class); {
	case class == activities.Credentials:
		return slowly(r.place().Probe, credentialTries)
	case rec.State == StepStuck && !class.Final():
		return slowly(r.place().Probe, 0)
	}
	return r.place().Retry.policy()
}

// credentialTries bounds how often a step is tried in one go when credentials were refused: what it meets after that may
// be trouble of its own.
const credentialTries = 20

// again asks for a new effect of a step that may have been done before.
func (r *runner) again(s step) {
	if r.record(s).settled() {
		r.instead(s)
	}
}

// instead asks for a new effect of a step, whatever became of the one before.
func (r *runner) instead(s step) {
	rec := r.record(s)
	if rec.Decision != nil { // taken while the run before this one ended: about this very effect
		return
	}
	if rec.Tried || rec.settled() {
		*rec = stepRecord{
			System: s.system, State: StepOwed, Generation: rec.Generation + 1, Effect: rec.Effect + 1, Executions: rec.Executions, Quiet: rec.Quiet, Decided: rec.Decided,
		}
	}
}

// letGo settles steps that were overtaken before they were done: nobody misses them. They have no result, and are owed
// anew when they are wanted again.
func (r *runner) letGo(ctx workflow.Context, ids ...string) {
	for _, id := range ids {
		if rec := r.records[id]; rec != nil && !rec.settled() {
			rec.Tried, rec.Class, rec.Cause, rec.Hint, rec.Decision = true, "", "", "", nil
			r.move(ctx, rec, StepDone)
		}
	}
}

// wantAgain has a step that was let go be done after all, as a branch does that begins anew after a roll. The effect is
// the same one: if it was tried before, it is looked for first.
func (r *runner) wantAgain(ctx workflow.Context, rec *stepRecord) {
	if rec.wasLetGo() {
		rec.Tried = !rec.Asked.IsZero()
		r.move(ctx, rec, StepOwed)
	}
}

// record returns the step's record, a new one if there is none.
func (r *runner) record(s step) *stepRecord {
	rec := r.records[s.id]
	if rec == nil {
		rec = &stepRecord{System: s.system, State: StepOwed, Generation: 1, Effect: 1}
		r.records[s.id] = rec
	}
	if rec.Effect == 0 { // written before decisions counted
		rec.Effect = rec.Generation
	}
	return rec
}

// settle records a result that came by another way than this workflow's own activity.
func (r *runner) settle(ctx workflow.Context, s step, result any) {
	rec := r.record(s)
	r.doubts.note(ctx, s.id, r.effectKey(s.id, rec), result, nil, 0)
	r.done(ctx, rec, result)
}

func (r *runner) done(ctx workflow.Context, rec *stepRecord, result any) {
	rec.Result, rec.Class, rec.Cause, rec.Hint, rec.Refused = encode(result), "", "", "", 0
	rec.Change, rec.Supplied, rec.Decision = nil, "", nil // whatever was decided meanwhile, it has been done
	r.move(ctx, rec, StepDone)
}

// stuck notes that a step cannot go on.
func (r *runner) stuck(ctx workflow.Context, rec *stepRecord, f activities.Fault) {
	r.blame(rec, f)
	r.move(ctx, rec, StepStuck)
}

// blame notes what went wrong.
func (r *runner) blame(rec *stepRecord, f activities.Fault) {
	if f.System != "" {
		rec.System = System(f.System) // an activity across vendors says which one it is
	}
	rec.Class, rec.Cause, rec.Hint = string(f.Class), f.Op+": "+f.Cause, f.Hint
	if f.Op == "" {
		rec.Cause = f.Cause
	}
}

func (r *runner) move(ctx workflow.Context, rec *stepRecord, to StepState) {
	if rec.State != to {
		rec.State, rec.Since = to, workflow.Now(ctx)
	}
	r.changed()
}

// longestProbe bounds how rarely a step with a final error is tried again by itself: somebody may have corrected the
// configuration, or given the bot back its rights, without telling the case.
const longestProbe = 6 * time.Hour

// waitToProbe waits for a decision about a step with a final error, or until it is worth another try: when what it lacks has
// come back, or else each refusal doubles the wait. Its error says that the workflow rolls, or that nobody wants the step
// any more.
func (r *runner) waitToProbe(ctx workflow.Context, id string, rec *stepRecord) error {
	wait := max(r.place().Probe, min(longestProbe, r.place().Probe<<min(rec.Refused-1, 10)))
	back := func() bool { return false }
	if r.lacks != nil && r.lacks(id) && letsRefuse(ctx) {
		back = func() bool { return !r.lacks(id) }
	}
	err := awaitUpTo(ctx, wait, "try the stuck step again", func() bool { return r.rolling || rec.Decision != nil || back() })
	if err == nil && r.rolling {
		err = errRolling
	}
	return err
}

// ids returns the steps in one of the states, sorted; without those about which nobody is troubled.
func (r *runner) ids(states ...StepState) []string {
	list := []string{}
	for _, id := range workflow.DeterministicKeys(r.records) {
		if rec := r.records[id]; slices.Contains(states, rec.State) && !rec.Quiet {
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

// isSettled reports whether the step has been done, or somebody has decided to go on without it.
func (r *runner) isSettled(id string) bool {
	rec := r.records[id]
	return rec != nil && rec.settled()
}
