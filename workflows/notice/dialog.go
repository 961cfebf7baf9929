package notice

import (
	"strconv"
	"strings"
)

// Dialog is what a dialog about a stuck step says, as plain text but for Text.
type Dialog struct {
	Title, Submit, Close string // at most 24 characters each
	Text                 string // mrkdwn: which step of which case, and what the action means
	Reason, ReasonHint   string
	ID, IDHint           string // empty: the action takes no id
	Missing              string // what a field without words is answered with
}

// ResolveDialog asks for what an action needs beyond the press of its button.
func ResolveDialog(lang string, e Escape, number, step, action string) Dialog {
	w := in(lang)
	title := w.word("dialog", action)
	d := Dialog{
		Title: title, Submit: w.say("dialog_submit"), Close: w.say("dialog_close"),
		Text:   "*" + e.text(number) + "* " + e.text(StepTitle(lang, step)) + " (`" + e.text(step) + "`)\n" + w.word("dialog_means", action),
		Reason: w.say("reason"), ReasonHint: w.say("dialog_reason_hint"), Missing: w.say("dialog_missing"),
	}
	if action == "supply" {
		d.ID, d.IDHint = w.say("dialog_id"), w.say("dialog_id_hint")
	}
	return d
}

// ByHand says how to decide about a step where Slack shows no dialog.
func ByHand(lang string, e Escape, c Chosen, action string) string {
	command := "starter resume " + c.Number() + " --step " + c.Shown() + " --generation " + strconv.Itoa(c.Generation) + " --action " + action
	if action == "supply" {
		command += ` --input '{"id":"…"}'`
	}
	return in(lang).say("dialog_by_hand", "Command", "`"+e.text(command+` --reason "…"`)+"`")
}

// Outcome is what became of a decision about a stuck step.
type Outcome struct {
	Number, Step string
	Became       string // done, going on, skipped, ended or stuck again; else it is not known
	Cause, Hint  string // where it is stuck again
}

// Text tells whoever decided.
func (o Outcome) Text(lang string, e Escape) string {
	id := "outcome_unseen"
	switch o.Became {
	case "done":
		id = "outcome_done"
	case "going on":
		id = "outcome_going"
	case "skipped":
		id = "outcome_skipped"
	case "ended":
		id = "outcome_ended"
	case "stuck again":
		id = "outcome_stuck"
	}
	cause, hint := e.dated(within(e, unstopped(Translated(lang, o.Cause)), maxCause)), within(e, unstopped(Translated(lang, o.Hint)), maxCause)
	return in(lang).say(id, "Number", e.text(o.Number), "Step", e.text(StepTitle(lang, o.Step)), "Cause", cause, "Hint", hint)
}

// Pressed is the reason of a decision that nobody was asked to explain: one click must be enough to try something again.
func Pressed(lang string) string { return in(lang).say("pressed_retry") }

// ActionName is what a decision about a stuck step is called.
func ActionName(lang, action string) string {
	return strings.TrimSuffix(in(lang).word("action", action), "…")
}

// NotRecorded says that a decision was not taken because the case system cannot be reached.
func NotRecorded(lang string) string { return in(lang).say("dialog_unreachable") }

// DecisionUnknown says that it could not be found out whether a decision was taken.
func DecisionUnknown(lang, what, number string) string {
	return in(lang).say("dialog_unknown", "What", what, "Number", number)
}
