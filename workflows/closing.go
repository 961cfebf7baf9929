package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// close asks to leave analysis, once everything is known and done, or waived. A case in which there was nothing to
// analyse ends early: it goes straight to its archive, and keeps its number.
func (c *caseRun) close(ctx workflow.Context, cmd CloseCommand) (Answer, *incident.Refusal) {
	resolution, err := incident.ParseResolution(cmd.Resolution)
	if err != nil {
		return Answer{}, incident.Refuse(incident.Usage, "Say how it ended", "%v", err) // the validator has looked already
	}
	if resolution == incident.DuplicateOf(c.Number) {
		return Answer{}, incident.Refuse(incident.Rule, "Name the other case", "case %s cannot be a duplicate of itself", c.Number)
	}
	if c.Phase == incident.PhaseLessons && !resolution.Early() {
		return Answer{}, c.notYet(c.lessonsGate().Missing)
	}
	if resolution == incident.OpenedByMistake {
		c.dropAll(ctx, cmd)
	}
	had := c.Resolution
	c.Resolution = resolution
	if missing := c.unfinished(); len(missing) > 0 {
		c.Resolution = had
		return Answer{Missing: missing}, c.notYet(missing)
	}
	if c.merging() != "" {
		c.unmerge() // people end it themselves
	}
	c.CloseReason = incident.CleanText(cmd.Reason)
	words := []string{"Resolution", string(resolution), "Reason", c.CloseReason, "By", cmd.By.Called()}
	c.announce("closing", words...)
	c.tellExecutives(ctx, cmd.By, notice.Said(c.executivesLanguage(), nil, "closing", words...))
	c.enter(ctx, cmd.By.Called(), "closing", words...)
	if resolution.Early() {
		c.enterPhase(ctx, incident.PhaseArchive)
		return Answer{Text: fmt.Sprintf("%s: %s; everything is being archived", c.Number, resolution)}, nil
	}
	c.enterPhase(ctx, incident.PhaseLessons)
	gate := c.lessonsGate()
	if gate.Open {
		return Answer{Text: fmt.Sprintf("%s: %s; everything is being archived", c.Number, resolution)}, nil
	}
	return Answer{
		Text: fmt.Sprintf("%s: %s; before it is archived: %s", c.Number, resolution, c.stillMissing(gate.Missing)), Missing: gate.Missing,
	}, nil
}

// dropAll ends the analyses of a case that never was one.
func (c *caseRun) dropAll(ctx workflow.Context, cmd CloseCommand) {
	for _, a := range c.Analyses {
		if a.Open() {
			c.drop(ctx, a, incident.CleanText(cmd.Reason), cmd.By.Called())
		}
	}
}

// unfinished is what still has to be known or done before the case is closed. Whatever ends early needs no more than
// that its analyses have an end.
func (c *caseRun) unfinished() []string {
	missing := c.analysisGate().Missing
	if c.Resolution.Early() {
		return slices.DeleteFunc(missing, func(need string) bool { return !strings.HasPrefix(need, needConclusion) })
	}
	return slices.Concat(c.openGate().Missing, c.triageGate().Missing, missing)
}

func (c *caseRun) notYet(missing []string) *incident.Refusal {
	return incident.Refuse(incident.Rule, "What to do: "+c.stillMissing(missing), "case %s cannot be closed yet; still missing: %s", c.Number, strings.Join(missing, ", "))
}

// waive lets the case go on although something is missing. Who did it, and why, stays visible.
func (c *caseRun) waive(ctx workflow.Context, cmd WaiveCommand) (Answer, *incident.Refusal) {
	need := c.wantedNeed(cmd.Gate)
	if need == "" {
		return Answer{}, incident.Refuse(incident.Rule, "Waive triage, analysis or lessons as a whole, or one of: "+strings.Join(c.waivable(), ", "),
			"case %s has no gate or need %q that can be waived", c.Number, incident.Shorten(incident.CleanLine(cmd.Gate), 60))
	}
	if slices.ContainsFunc(c.Waivers, func(w incident.Waiver) bool { return w.Need == need }) {
		return Answer{Text: fmt.Sprintf("%s: %s was waived before", c.Number, need)}, nil
	}
	c.Waivers = append(c.Waivers, incident.Waiver{Need: need, Reason: incident.CleanText(cmd.Reason), By: cmd.By.Called(), At: workflow.Now(ctx)})
	words := []string{"Need", need, "Reason", incident.CleanText(cmd.Reason), "By", cmd.By.Called()}
	c.announce("waived", words...)
	c.enter(ctx, cmd.By.Called(), "waived", words...)
	return Answer{Text: fmt.Sprintf("%s: %s is waived", c.Number, need)}, nil
}

// wantedNeed is what the words name; empty: nothing that can be waived. The channel, the resolution and the archive
// cannot: without them there is no case to close.
func (c *caseRun) wantedNeed(words string) string {
	words = strings.ToLower(incident.CleanLine(words))
	if slices.Contains([]string{string(incident.PhaseTriage), string(incident.PhaseAnalysis), string(incident.PhaseLessons)}, words) || slices.Contains(c.waivable(), words) {
		return words
	}
	switch words { // all of a kind
	case "analyses":
		return strings.TrimSpace(needConclusion)
	case "lesson", "decisions":
		return string(incident.PhaseLessons)
	}
	for _, need := range c.waivable() {
		if _, which, found := strings.Cut(need, " "); found && which == words { // a1, l2
			return need
		}
	}
	return ""
}

// waivable are the needs that are not met and may be waived.
func (c *caseRun) waivable() []string {
	list := slices.Concat(c.triageGate().Missing, c.analysisGate().Missing, c.lessonsGate().Missing)
	return slices.DeleteFunc(list, func(need string) bool { return need == needResolution })
}

// back moves the case back, because of new facts.
func (c *caseRun) back(ctx workflow.Context, cmd BackCommand) (Answer, *incident.Refusal) {
	order := []incident.Phase{incident.PhaseOpen, incident.PhaseTriage, incident.PhaseAnalysis, incident.PhaseLessons, incident.PhaseArchive, incident.PhaseClosed}
	switch {
	case c.Phase == incident.PhaseClosed:
		return Answer{}, incident.Refuse(incident.Rule, "Reopen it: reopen --reason …", "case %s is closed", c.Number)
	case slices.Index(order, cmd.Phase) >= slices.Index(order, c.Phase):
		return Answer{}, incident.Refuse(incident.Rule, "It moves on by itself when its gate opens", "case %s is in %s: %s is not behind it", c.Number, c.Phase, cmd.Phase)
	}
	c.goBack(ctx, cmd.Phase)
	words := []string{"Phase", string(cmd.Phase), "Reason", incident.CleanText(cmd.Reason), "By", cmd.By.Called()}
	c.announce("moved_back", words...)
	c.enter(ctx, cmd.By.Called(), "moved_back", words...)
	return Answer{Text: fmt.Sprintf("%s: back in %s", c.Number, cmd.Phase)}, nil
}

// goBack undoes what closing has done. Back in triage somebody has to say anew how bad it is.
func (c *caseRun) goBack(ctx workflow.Context, to incident.Phase) {
	if c.atRest() {
		c.Archive.Reopening, c.Archive.Left = true, c.Archive.Visit
	}
	if c.Merge != nil && c.Merge.Done {
		c.unmerge()
	}
	c.Resolution, c.CloseReason, c.Closed = "", "", time.Time{}
	c.withdraw(to)
	c.Reassess = to == incident.PhaseTriage
	c.enterPhase(ctx, to)
}

// withdraw ends the waivers of the phases that the case has before it again: what was no matter then may be one now.
func (c *caseRun) withdraw(to incident.Phase) {
	c.Waivers = slices.DeleteFunc(c.Waivers, func(w incident.Waiver) bool {
		switch w.Need {
		case string(incident.PhaseTriage), needSeverity, needCommander, needScope, needReassessment:
			return to == incident.PhaseTriage
		}
		return true
	})
}

// reopen takes a closed case back to analysis.
func (c *caseRun) reopen(ctx workflow.Context, cmd ReopenCommand) (Answer, *incident.Refusal) {
	if c.Phase != incident.PhaseClosed {
		return Answer{}, incident.Refuse(incident.Rule, "To move it back: back PHASE --reason …", "case %s is not closed, it is in %s", c.Number, c.Phase)
	}
	if c.Archive.Ended {
		return Answer{}, incident.Refuse(incident.Rule, "Open a new case that names this one", "the time to reopen case %s is over", c.Number)
	}
	c.goBack(ctx, incident.PhaseAnalysis)
	words := []string{"Reason", incident.CleanText(cmd.Reason), "By", cmd.By.Called()}
	c.announce("reopened", words...)
	c.enter(ctx, cmd.By.Called(), "reopened", words...)
	return Answer{Text: fmt.Sprintf("%s: open again, in analysis", c.Number)}, nil
}

// end ends the workflow when the time in which the case can be reopened is over. Its mirror and analyses end with it.
func (c *caseRun) end(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return c.Phase == incident.PhaseClosed }); err != nil {
			return err
		}
		reopened := func() bool { return c.Phase != incident.PhaseClosed }
		if err := c.awaitFor(ctx, c.reopenUntil().Sub(workflow.Now(ctx)), "the case can be reopened", reopened); err != nil {
			return err
		}
		if reopened() {
			continue
		}
		c.Archive.Ended = true // the mirror and the analyses are told
		if err := c.await(ctx, func() bool { return reopened() || c.childrenTold() }); err != nil {
			return err
		}
		if reopened() {
			c.Archive.Ended = false
			continue
		}
		c.over = true
		return nil
	}
}

func (c *caseRun) reopenUntil() time.Time { return c.Closed.Add(c.Placement.ReopenWindow) }

func (cmd WaiveCommand) sender() incident.By { return cmd.By }

func (cmd WaiveCommand) check() *incident.Refusal {
	return firstOf(without("the gate", "Name what is waived: waive scope --reason …", cmd.Gate),
		without("the reason", "Say why: waive "+incident.Shorten(incident.CleanLine(cmd.Gate), 40)+" --reason …", cmd.Reason), tooLong("reason", maxReason, cmd.Reason))
}

func (cmd BackCommand) sender() incident.By { return cmd.By }

func (cmd BackCommand) check() *incident.Refusal {
	if cmd.Phase != incident.PhaseTriage && cmd.Phase != incident.PhaseAnalysis {
		return incident.Refuse(incident.Usage, "Use triage or analysis", "a case moves back to triage or to analysis, not to %q", incident.Shorten(string(cmd.Phase), 40))
	}
	return firstOf(without("the reason", "Say what is new: back "+string(cmd.Phase)+" --reason …", cmd.Reason), tooLong("reason", maxReason, cmd.Reason))
}

func (cmd CloseCommand) sender() incident.By { return cmd.By }

func (cmd CloseCommand) check() *incident.Refusal {
	resolution, err := incident.ParseResolution(cmd.Resolution)
	if err != nil {
		return incident.Refuse(incident.Usage, "Say how it ended: close --resolution contained", "%v", err)
	}
	if resolution == incident.OpenedByMistake {
		if missing := without("the reason", `Say what the mistake was: close --resolution "opened by mistake" --reason …`, cmd.Reason); missing != nil {
			return missing
		}
	}
	return tooLong("reason", maxReason, cmd.Reason)
}

func (cmd ReopenCommand) sender() incident.By { return cmd.By }

func (cmd ReopenCommand) check() *incident.Refusal {
	return firstOf(without("the reason", "Say what is new: reopen --reason …", cmd.Reason), tooLong("reason", maxReason, cmd.Reason))
}
