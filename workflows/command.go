package workflows

import (
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// command is what a person asks of a case.
type command interface {
	sender() incident.By
	// check says what is wrong with the shape of the command, before it enters the history; nil: nothing.
	check() *incident.Refusal
}

// rules say when a command is taken.
type rules struct {
	verified bool // somebody other than the sender must vouch for who it is
	anytime  bool // in archive and closed too
}

// on answers the updates of one name. What is wrong in shape is rejected by the validator; what the case's rules do not
// allow is an accepted update that is answered with a refusal, so that it is in the history. The same update id is the
// same command: sent again, it gets the first answer.
func on[C command](ctx workflow.Context, c *caseRun, name, description string, r rules, do func(workflow.Context, C) (Answer, *incident.Refusal)) error {
	handler := func(ctx workflow.Context, cmd C) (Answer, error) {
		id := workflow.GetCurrentUpdateInfo(ctx).ID
		if a, ok := c.answered(id); ok {
			return a, nil
		}
		heard := identify(ctx, &c.run, name, cmd)
		answer, refused := Answer{}, c.allowed(ctx, name, heard.cmd.sender(), r)
		if refused == nil {
			refused = c.entitled(ctx, name, heard.authority, heard.cmd.sender(), r.verified)
		}
		if refused == nil {
			c.learn(heard.cmd.sender())
			answer, refused = do(ctx, heard.cmd)
		}
		answer.Number, answer.Phase, answer.Refused = c.Number, c.Phase, refused
		if refused != nil {
			answer.Text = refused.Error()
		}
		answer.mark(heard.doubted)
		c.changed()
		c.remember(id, answer)
		return answer, nil
	}
	validator := func(ctx workflow.Context, cmd C) error {
		if _, ok := c.answered(workflow.GetCurrentUpdateInfo(ctx).ID); ok {
			return nil // whoever asks again may not know any more what it was aimed at
		}
		if !cmd.sender().Valid() {
			return rejected(incident.Refuse(incident.Usage, "The door that sent this must say who asked", "the command has no sender"))
		}
		if refusal := cmd.check(); refusal != nil {
			return rejected(refusal)
		}
		return nil
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, name, handler, workflow.UpdateHandlerOptions{Description: description, Validator: validator})
}

// rejected is a validator's refusal as it travels: its code and hint would be lost otherwise.
func rejected(r *incident.Refusal) error {
	return temporal.NewNonRetryableApplicationError(r.Error(), RefusedError, nil, r)
}

// allowed decides whether the case takes the command now, from this sender. Acting without a verified identity where
// one is needed is possible, with a reason, and is told to everybody.
func (c *caseRun) allowed(ctx workflow.Context, name string, by incident.By, r rules) *incident.Refusal {
	switch {
	case c.Phase == incident.PhaseClosed && !r.anytime:
		return incident.Refuse(incident.Rule, "Reopen it first: reopen --reason …", "case %s is closed", c.Number)
	case c.Phase == incident.PhaseArchive && !r.anytime:
		return incident.Refuse(incident.Rule, "Take it back first: back analysis --reason …", "case %s is being archived", c.Number)
	case !r.verified || by.Verified():
		return nil
	}
	if incident.CleanLine(by.BreakGlass) == "" {
		return needsGlass(name)
	}
	c.breakGlass(ctx, name, by)
	return nil
}

// entitled decides whether the table of rights lets the sender do it. Who comes past Slack may break the glass here too.
func (c *caseRun) entitled(ctx workflow.Context, verb string, a *Authority, by incident.By, grave bool) *incident.Refusal {
	overruled, refused := a.entitled(verb, by, c.standing().roles(by), grave)
	if overruled && (by.Verified() || !grave) { // otherwise it is broken already
		c.breakGlass(ctx, verb, by)
	}
	return refused
}

// breakGlass tells everybody that somebody acts without a verified identity, or against the rules.
func (c *caseRun) breakGlass(ctx workflow.Context, name string, by incident.By) {
	reason := incident.CleanLine(by.BreakGlass)
	c.BrokenGlass = newest(maxBrokenGlass, c.BrokenGlass, incident.BrokenGlass{Act: name, Reason: incident.Shorten(reason, maxReason), By: by.Called(), At: workflow.Now(ctx)})
	words := []string{"Act", name, "Reason", reason, "By", by.Called()}
	c.announce("broke_glass", words...)
	c.enter(ctx, by.Called(), "broke_glass", words...)
	c.tell("broke_glass", []string{"Act", name, "Reason", c.forAll(reason), "By", by.Called()})
}

// maxBrokenGlass bounds what the state remembers; the audit has all.
const maxBrokenGlass = 100

// newest appends to a list that keeps so many.
func newest[T any](most int, list []T, more ...T) []T {
	list = append(list, more...)
	return list[max(0, len(list)-most):]
}

// tell queues a notice for the operators' channel. More people read there than may know a restricted case.
func (c *caseRun) tell(id string, words []string) {
	if c.Placement.Operators != "" {
		c.errand(errand{Kind: "glass", Text: escapeSlack(c.Number) + ": " + notice.Said(c.operatorsLanguage(), escapeSlack, id, words...)})
	}
}

// forAll is what people outside the case may read of the words of somebody in it.
func (c *caseRun) forAll(text string) string {
	if c.Placement.Audience == incident.AudienceRestricted {
		return "…"
	}
	return text
}

// Bounds of what people write, in characters.
const (
	maxReason = 1000
	maxLine   = 500
	maxText   = 4000
)

// tooLong returns a refusal if one of the texts is longer than the limit; name says what it is.
func tooLong(name string, limit int, texts ...string) *incident.Refusal {
	for _, text := range texts {
		if n := len([]rune(text)); n > limit {
			return incident.Refuse(incident.Usage, "Shorten it, and put the details into the channel", "the %s has %d characters, at most %d fit", name, n, limit)
		}
	}
	return nil
}

// without returns a refusal if the text says nothing.
func without(name, hint, text string) *incident.Refusal {
	if incident.CleanText(text) == "" {
		return incident.Refuse(incident.Usage, hint, "%s is missing", name)
	}
	return nil
}

// firstOf returns the first refusal that is one.
func firstOf(refusals ...*incident.Refusal) *incident.Refusal {
	for _, r := range refusals {
		if r != nil {
			return r
		}
	}
	return nil
}

// stillMissing says what gates need, each with what to do about it.
func (c *caseRun) stillMissing(missing []string) string {
	var lines []string
	for _, need := range missing {
		lines = append(lines, notice.Need(c.lang, need)+" ("+notice.GateHint(c.lang, need)+")")
	}
	return strings.Join(lines, "; ")
}
