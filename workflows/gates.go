package workflows

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// What gates ask for. They are words of the contract: people name them to waive them.
const (
	needChannel      = "a channel with the people in it"
	needSeverity     = "severity"
	needCommander    = "commander"
	needScope        = "scope"
	needReassessment = "reassessment"
	needContainment  = "containment"
	needResolution   = "resolution"
	needConclusion   = "conclude " // + analysis
	needDecision     = "decide "   // + lesson
	needDebt         = "debt "     // + step
	needArchive      = "archive"
)

// phases moves the case from phase to phase as soon as the gate between them opens. A phase names the open question;
// it never blocks work. People lead out of analysis, by closing the case, and back into earlier phases.
func (c *caseRun) phases(ctx workflow.Context) error {
	for {
		var next incident.Phase
		if err := c.await(ctx, func() bool { next = c.next(); return next != "" }); err != nil {
			return err
		}
		c.enterPhase(ctx, next)
	}
}

// next is the phase that the case goes on to by itself now; empty: it stays.
func (c *caseRun) next() incident.Phase {
	switch {
	case c.Phase == incident.PhaseOpen && c.openGate().Open:
		return incident.PhaseTriage
	case c.Phase == incident.PhaseTriage && c.triageGate().Open:
		return incident.PhaseAnalysis
	case c.Phase == incident.PhaseLessons && c.lessonsGate().Open && len(c.unfinished()) == 0: // somebody may have begun another analysis
		return incident.PhaseArchive
	case c.Phase == incident.PhaseArchive && c.archiveGate().Open:
		return incident.PhaseClosed
	}
	return ""
}

// enterPhase is the one place where a case changes its phase.
func (c *caseRun) enterPhase(ctx workflow.Context, to incident.Phase) {
	c.Phase = to
	switch to {
	case incident.PhaseArchive:
		c.lapse(ctx, notice.OfferClosed, "")
		c.Archive.Visit++
		c.Archive.Round++
		c.Archive.Done = false
		c.NextUpdate = time.Time{} // nobody expects one any more
	case incident.PhaseClosed:
		c.Closed = workflow.Now(ctx)
	}
	c.enter(ctx, machine, "phase", "Phase", string(to))
	c.changed()
}

func (c *caseRun) openGate() incident.Gate {
	return incident.NewGate(incident.PhaseOpen, incident.Need{Name: needChannel, Met: c.usable()})
}

func (c *caseRun) triageGate() incident.Gate {
	needs := []incident.Need{
		c.need(incident.PhaseTriage, needSeverity, c.Severity != incident.SeverityUnknown),
		c.need(incident.PhaseTriage, needCommander, c.Commander.Asked != ""),
		c.need(incident.PhaseTriage, needScope, c.Scope != ""),
	}
	if c.Reassess {
		needs = append(needs, c.need(incident.PhaseTriage, needReassessment, false))
	}
	return incident.NewGate(incident.PhaseTriage, needs...)
}

// analysisGate says what has to be known and done before the case can be closed.
func (c *caseRun) analysisGate() incident.Gate {
	var needs []incident.Need
	for _, a := range c.Analyses {
		if a.Open() {
			needs = append(needs, c.need(incident.PhaseAnalysis, needConclusion+a.ID, false))
		}
	}
	needs = append(needs, c.need(incident.PhaseAnalysis, needContainment, c.Containment.Stated()),
		incident.Need{Name: needResolution, Met: c.Resolution != ""})
	return incident.NewGate(incident.PhaseAnalysis, needs...)
}

func (c *caseRun) lessonsGate() incident.Gate {
	var needs []incident.Need
	for _, l := range c.Lessons {
		needs = append(needs, c.need(incident.PhaseLessons, needDecision+l.ID, l.Decided()))
	}
	for _, e := range c.Errands {
		if e.Kind == "theme" || e.Kind == "join" { // while it can still be decided otherwise
			needs = append(needs, c.need(incident.PhaseLessons, needDebt+e.ID, false))
		}
	}
	return incident.NewGate(incident.PhaseLessons, needs...)
}

// archiveGate cannot be waived: a case is closed when everything is kept, and that is verified.
func (c *caseRun) archiveGate() incident.Gate {
	var needs []incident.Need
	for _, id := range c.holding() {
		needs = append(needs, incident.Need{Name: needDebt + id})
	}
	for _, d := range c.Doubts.pressing() { // something may be there twice: it is looked for when searches show it
		needs = append(needs, incident.Need{Name: needDebt + d.sweep()})
	}
	return incident.NewGate(incident.PhaseArchive, append(needs, incident.Need{Name: needArchive, Met: c.Archive.Done})...)
}

func (c *caseRun) gates() []incident.Gate {
	return []incident.Gate{c.openGate(), c.triageGate(), c.analysisGate(), c.lessonsGate(), c.archiveGate()}
}

// need is a condition that is met, or that somebody has waived: by its name, by its first word for all of its kind, or
// with all of its phase.
func (c *caseRun) need(phase incident.Phase, name string, met bool) incident.Need {
	kind, _, _ := strings.Cut(name, " ")
	waived := slices.ContainsFunc(c.Waivers, func(w incident.Waiver) bool {
		return w.Need == name || w.Need == kind || w.Need == string(phase)
	})
	return incident.Need{Name: name, Met: met || waived}
}

// holding are the debts without which a case cannot be archived: things that are missing, not surfaces that are being
// brought up to date, nor notices that nobody waits for.
func (c *caseRun) holding() []string {
	list := c.debts()
	for _, a := range c.Analyses {
		if id := a.ID + "/" + stepAnalysisDescribe; a.Report.Busy && !a.Abandoned && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	for _, r := range c.Runs {
		if r.going() { // it ends because the case is being archived, and its card says so
			list = append(list, r.ID+"/"+stepRunEnd)
		}
	}
	return slices.DeleteFunc(list, func(id string) bool {
		return strings.HasSuffix(id, ".refresh") || id == stepThread || id == debtMerge || strings.HasPrefix(id, "glass.") ||
			strings.HasPrefix(id, "handover.") || strings.HasPrefix(id, "invite.") || strings.HasPrefix(id, "archive@") || strings.HasPrefix(id, "seal") || strings.HasPrefix(id, "reopen@")
	})
}
