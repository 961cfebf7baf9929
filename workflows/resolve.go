package workflows

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// decision is what somebody decided about a step that is stuck.
type decision struct {
	ID         string          `json:"id"` // of the update: the same one again is the same decision
	Generation int             `json:"generation"`
	Action     Action          `json:"action"`
	Input      json.RawMessage `json:"input,omitempty"`
	Reason     string          `json:"reason"`
	By         string          `json:"by"`
	At         time.Time       `json:"at"`
	Glass      string          `json:"glass,omitempty"` // the reason for deciding it without a verified identity
}

// desk is where the decisions about one workflow's steps are taken.
type desk struct {
	number func() string
	phase  func() incident.Phase
	// vouched decides whether the sender may do what needs a verified identity, and notes it if the glass was broken.
	vouched func(ctx workflow.Context, act string, by incident.By) *incident.Refusal
	// standing is by what roles are decided; nil: nobody is anybody there.
	standing func() standing
	// glass tells everybody that somebody acts against the rules; nil: the case does, when it hears of the decision.
	glass func(ctx workflow.Context, act string, by incident.By)
	// giveUp gives up what the step belongs to.
	giveUp func(ctx workflow.Context, step string, d decision)
	// memory has the answers to the newest decisions: whoever asks again gets the same one, also from a later run, and
	// when the step is gone.
	memory memory
}

// memory keeps answers by the ids of their updates.
type memory interface {
	answered(id string) (Answer, bool)
	remember(id string, a Answer)
}

// roles are those of a sender, as far as the workflow knows who is who.
func (d desk) roles(by incident.By) []incident.Role {
	if d.standing == nil {
		return standing{}.roles(by)
	}
	return d.standing().roles(by)
}

// takeDecisions answers the updates with which people decide about stuck steps. A decision is noted here and carried
// out by the step itself, so that nobody waits for a vendor.
func (r *run) takeDecisions(ctx workflow.Context, d desk) error {
	handler := func(ctx workflow.Context, cmd ResolveCommand) (Answer, error) {
		id := workflow.GetCurrentUpdateInfo(ctx).ID
		if a, ok := d.memory.answered(id); ok {
			return a, nil
		}
		heard := identify(ctx, r, ResolveUpdate, cmd)
		answer, refused := r.decide(ctx, heard, d)
		answer.Number, answer.Phase, answer.ID, answer.Refused = d.number(), d.phase(), cmd.Step, refused
		if refused != nil {
			answer.Text = refused.Error()
		}
		answer.mark(heard.doubted)
		r.changed()
		d.memory.remember(id, answer)
		return answer, nil
	}
	validator := func(ctx workflow.Context, cmd ResolveCommand) error {
		id := workflow.GetCurrentUpdateInfo(ctx).ID
		if _, ok := d.memory.answered(id); ok {
			return nil
		}
		if refusal := firstOf(cmd.shape(d.number()), r.decidable(cmd, d.number(), id)); refusal != nil {
			return rejected(refusal)
		}
		return nil
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, ResolveUpdate, handler, workflow.UpdateHandlerOptions{
		Validator: validator,
		Description: `Decides about a stuck step: {"step":"open.bookmark","generation":1,"action":"retry","reason":"…",` + bySample + `}. ` +
			`Actions: retry (with "input" to change fields of it), supply ("input":{"id":"…"}), skip, abort; the page shows which are possible. Skip and abort need a verified sender.`,
	})
}

// bySample is a sender as people write one in the Temporal UI.
const bySample = `"by":{"who":"…","door":"cli","assurance":"self-declared"}`

// decide takes a decision. Everything is looked at again: after a reset of the workflow updates arrive unvalidated.
func (r *run) decide(ctx workflow.Context, heard identified[ResolveCommand], d desk) (Answer, *incident.Refusal) {
	cmd := heard.cmd
	cmd.Step = bareStep(cmd.Step)
	id := workflow.GetCurrentUpdateInfo(ctx).ID
	if refused := firstOf(cmd.shape(d.number()), r.decidable(cmd, d.number(), id)); refused != nil {
		return Answer{}, refused
	}
	rec := r.records[cmd.Step]
	if rec.Decided != nil && rec.Decided.ID == id {
		return Answer{Text: decidedText(d.number(), cmd)}, nil
	}
	overruled, refused := r.mayDecide(ctx, heard.authority, cmd, d)
	if refused != nil {
		return Answer{}, about("case "+d.number(), refused)
	}
	taken := decision{ID: id, Generation: rec.Generation, Action: cmd.Action, Input: cmd.Input, Reason: incident.CleanText(cmd.Reason), By: cmd.By.Called(), At: workflow.Now(ctx)}
	if overruled || !cmd.By.Verified() {
		taken.Glass = incident.CleanLine(cmd.By.BreakGlass)
	}
	kept := taken
	kept.Input = nil // it may be long, and nobody asks for it
	rec.Generation++
	rec.Decided = &kept
	if cmd.Action == ActionAbort {
		r.told(ctx, cmd.Step, taken)
		d.giveUp(ctx, cmd.Step, taken)
		return Answer{Text: decidedText(d.number(), cmd)}, nil
	}
	rec.Decision = &taken
	r.move(ctx, rec, StepTrying)
	if stop := r.cancel[cmd.Step]; stop != nil {
		stop() // a slow try, which would succeed in its own time at best
	}
	return Answer{Text: decidedText(d.number(), cmd)}, nil
}

// mayDecide decides whether the sender may take the decision; overruled: against the rules, by breaking the glass.
func (r *run) mayDecide(ctx workflow.Context, a *Authority, cmd ResolveCommand, d desk) (overruled bool, refused *incident.Refusal) {
	grave, act := r.needsVouching(cmd), decisionName(cmd.Action, cmd.Step)
	if grave {
		refused = d.vouched(ctx, act, cmd.By)
	}
	if refused == nil {
		overruled, refused = a.entitled(string(cmd.Action), cmd.By, d.roles(cmd.By), grave)
	}
	if overruled && d.glass != nil && (cmd.By.Verified() || !grave) { // otherwise it is broken already
		d.glass(ctx, act, cmd.By)
	}
	return overruled, refused
}

// decisionName is what a decision is called where somebody breaks the glass for it.
func decisionName(a Action, step string) string { return string(a) + " " + step }

func decidedText(number string, cmd ResolveCommand) string {
	switch cmd.Action {
	case ActionSupply:
		return fmt.Sprintf("%s: %s: what you named is being looked at", number, cmd.Step)
	case ActionSkip:
		return fmt.Sprintf("%s: goes on without %s", number, cmd.Step)
	case ActionAbort:
		return fmt.Sprintf("%s: %s is given up", number, cmd.Step)
	}
	return fmt.Sprintf("%s: %s is tried again", number, cmd.Step)
}

// needsVouching reports whether the decision needs somebody whose identity is verified: one that gives something up, or
// shows the case to more people.
func (r *run) needsVouching(cmd ResolveCommand) bool {
	switch cmd.Action {
	case ActionSkip, ActionAbort:
		return true
	case ActionRetry:
		widens, _ := ruleOf(cmd.Step).parseChange(cmd.Input)
		return len(cmd.Input) > 0 && widens
	}
	return false
}

// decidable says why the decision cannot be taken as the step is now; nil: it can.
func (r *runner) decidable(cmd ResolveCommand, number, updateID string) *incident.Refusal {
	id := bareStep(cmd.Step)
	rec := r.records[id]
	see := "See what is stuck with: status " + number
	switch {
	case rec == nil || rec.Quiet:
		return incident.Refuse(incident.Rule, see, "case %s has no step %q here", number, incident.Shorten(incident.CleanLine(cmd.Step), 80))
	case rec.Decided != nil && rec.Decided.ID == updateID:
		return nil // the same decision again
	case rec.Generation != cmd.Generation && rec.Decided != nil && rec.Decided.Generation == cmd.Generation:
		d := rec.Decided
		return incident.Refuse(incident.Rule, see, "%s decided about %s of case %s before you: %s (%s)", d.By, id, number, d.Action, incident.Shorten(d.Reason, 200))
	case rec.Generation > cmd.Generation:
		return incident.Refuse(incident.Rule, see, "step %s of case %s is at generation %d, not %d: it has moved on since you looked", id, number, rec.Generation, cmd.Generation)
	case rec.Generation < cmd.Generation:
		return incident.Refuse(incident.Rule, see, "step %s of case %s is at generation %d: there is no %d yet", id, number, rec.Generation, cmd.Generation)
	case rec.State != StepStuck:
		return incident.Refuse(incident.Rule, see, "step %s of case %s is not stuck, it is %s", id, number, rec.State)
	case !slices.Contains(r.actions(id), cmd.Action):
		return incident.Refuse(incident.Rule, "Possible are: "+wordsOf(r.actions(id)), "step %s of case %s does not allow %q", id, number, cmd.Action)
	}
	if cmd.Action == ActionRetry && len(cmd.Input) > 0 {
		if _, err := ruleOf(id).parseChange(cmd.Input); err != nil {
			return incident.Refuse(incident.Usage, "Correct the input, or retry without", "step %s of case %s: %v", id, number, err)
		}
	}
	return nil
}

func wordsOf(actions []Action) string {
	var list []string
	for _, a := range actions {
		list = append(list, string(a))
	}
	return strings.Join(list, ", ")
}

// bareStep is the step's id within its workflow: the case shows those of its analyses with the analysis before them.
func bareStep(id string) string {
	if _, bare, found := strings.Cut(id, "/"); found {
		return bare
	}
	return id
}

// carryOut does what somebody has decided about the step, as far as no activity is needed for it; false: there was
// nothing to be done.
func (r *runner) carryOut(ctx workflow.Context, id string, rec *stepRecord) bool {
	d := rec.Decision
	if d == nil {
		return false
	}
	rec.Decision, rec.Refused = nil, 0
	switch d.Action {
	case ActionSupply:
		rec.Supplied = suppliedID(d.Input)
	case ActionSkip:
		r.move(ctx, rec, StepSkipped)
	default:
		rec.Change = d.Input
		if len(d.Input) > 0 {
			rec.Supplied = "" // it is to be made after all
		}
	}
	rec.Class, rec.Cause, rec.Hint = "", "", ""
	if !rec.settled() {
		r.move(ctx, rec, StepTrying)
	}
	r.told(ctx, id, *d)
	return true
}

func (r *runner) told(ctx workflow.Context, id string, d decision) {
	if r.carried != nil {
		r.carried(ctx, id, d)
	}
}

// suppliedID is the id of the thing that somebody wants to be used.
func suppliedID(input json.RawMessage) string {
	var in struct {
		ID string `json:"id"`
	}
	if decode(input, &in) != nil {
		return ""
	}
	return incident.CleanLine(in.ID)
}

func validSender(by incident.By) *incident.Refusal {
	if by.Valid() {
		return nil
	}
	return incident.Refuse(incident.Usage, "The door that sent this must say who asked", "the command has no sender")
}

// maxInput bounds what somebody changes in the input of a step, in bytes.
const maxInput = 8 << 10

// shape says what is wrong with the decision in itself, and about which step of which case it is.
func (cmd ResolveCommand) shape(number string) *incident.Refusal {
	return about(fmt.Sprintf("step %s of case %s", incident.Shorten(incident.CleanLine(cmd.Step), 80), number), firstOf(validSender(cmd.By), cmd.check()))
}

// about is a refusal that says what it is about; nil stays nil.
func about(what string, r *incident.Refusal) *incident.Refusal {
	if r == nil {
		return nil
	}
	return &incident.Refusal{Code: r.Code, Message: what + ": " + r.Message, Hint: r.Hint}
}

func (cmd ResolveCommand) sender() incident.By { return cmd.By }

func (cmd ResolveCommand) check() *incident.Refusal {
	switch {
	case !slices.Contains([]Action{ActionRetry, ActionSupply, ActionSkip, ActionAbort}, cmd.Action):
		return incident.Refuse(incident.Usage, "Use retry, supply, skip or abort", "unknown action %q", incident.Shorten(incident.CleanLine(string(cmd.Action)), 40))
	case len(cmd.Input) > maxInput:
		return incident.Refuse(incident.Usage, "Change only what has to be changed", "the input has %d bytes, at most %d fit", len(cmd.Input), maxInput)
	case cmd.Action == ActionSupply && suppliedID(cmd.Input) == "":
		return incident.Refuse(incident.Usage, `Name it: --input '{"id":"…"}'`, "supply needs the id of the thing to be used")
	case (cmd.Action == ActionSkip || cmd.Action == ActionAbort) && len(cmd.Input) > 0:
		return incident.Refuse(incident.Usage, "Leave the input out", "%s takes no input", cmd.Action)
	}
	return firstOf(without("the step", "Name the step: resume --step open.bookmark …", cmd.Step), tooLong("step", maxLine, cmd.Step),
		without("the reason", "Say why: --reason …", cmd.Reason), tooLong("reason", maxReason, cmd.Reason))
}
