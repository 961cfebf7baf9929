package workflows

import (
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
)

// decidedSignal tells a case what somebody has decided about a step of one of its children.
const decidedSignal = "stepDecided"

// mirrorChild is what the mirror is called among the children of a case; analyses have their ids.
const mirrorChild = "mirror"

// decidedNote is what a child tells.
type decidedNote struct {
	Child    string   `json:"child"`
	Run      string   `json:"run"` // run id: another run's numbers begin anew
	Seq      int      `json:"seq"`
	Step     string   `json:"step"`
	Decision decision `json:"decision"`
}

// heard is how far a case has heard a child, so that nothing is taken twice.
type heard struct {
	Run string   `json:"run,omitempty"`
	Seq int      `json:"seq,omitempty"`
	IDs []string `json:"ids,omitempty"` // of the newest decisions: a child that somebody resets may tell them again, in another run
}

// maxHeard bounds how many decisions a case remembers of each child.
const maxHeard = 20

func (h *heard) isNew(n decidedNote) bool {
	if h.Run == n.Run && n.Seq <= h.Seq {
		return false
	}
	h.Run, h.Seq = n.Run, n.Seq
	if id := n.Decision.ID; id != "" {
		if slices.Contains(h.IDs, id) {
			return false
		}
		h.IDs = newest(maxHeard, h.IDs, incident.Shorten(id, maxLine))
	}
	return true
}

// telling is what a child still has to tell its case of decisions, and what it has answered to them; part of its state.
type telling struct {
	Notes   []decidedNote `json:"notes,omitempty"`
	NoteSeq int           `json:"note_seq,omitempty"`
	Seen    []seenUpdate  `json:"seen,omitempty"`
}

// maxSeenByChild bounds the memory of a child, about whose steps little is decided.
const maxSeenByChild = 32

func (t *telling) remember(id string, a Answer) {
	t.Seen = newest(maxSeenByChild, t.Seen, seenUpdate{id, a})
}

func (t *telling) answered(id string) (Answer, bool) { return answerIn(t.Seen, id) }

// note queues a decision for the case.
func (t *telling) note(ctx workflow.Context, child, step string, d decision) {
	t.NoteSeq++
	d.Input = nil // the case needs only to know that it was decided
	t.Notes = append(t.Notes, decidedNote{Child: child, Run: runID(ctx), Seq: t.NoteSeq, Step: step, Decision: d})
}

// tellDecisions sends what is queued, in its order.
func (r *run) tellDecisions(ctx workflow.Context, caseID string, t *telling) error {
	for {
		if err := r.await(ctx, func() bool { return len(t.Notes) > 0 }); err != nil {
			return err
		}
		if err := workflow.SignalExternalWorkflow(ctx, caseID, "", decidedSignal, t.Notes[0]).Get(ctx, nil); temporal.IsCanceledError(err) {
			return err
		}
		t.Notes = t.Notes[1:] // a case that does not hear has ended
	}
}

// vouched lets a child decide who may do what needs a verified identity. Acting without one is possible, with a reason:
// the case tells everybody.
func vouched(_ workflow.Context, act string, by incident.By) *incident.Refusal {
	if by.Verified() || incident.CleanLine(by.BreakGlass) != "" {
		return nil
	}
	return needsGlass(act)
}

func needsGlass(act string) *incident.Refusal {
	return incident.Refuse(incident.Rule, "If it cannot wait, say why with --break-glass REASON: everybody will see it",
		"%s needs somebody whose identity is verified", act)
}

// desk is where decisions about an analysis's steps are taken.
func (a *analysisRun) desk() desk {
	return desk{
		number: func() string { return a.Order.Number }, phase: func() incident.Phase { return incident.PhaseAnalysis }, vouched: vouched, standing: a.standing,
		giveUp: func(workflow.Context, string, decision) {}, // the case drops the analysis, and says so
		memory: &a.telling,
	}
}

// standing is who is who in an analysis, as far as it is told.
func (a *analysisRun) standing() standing {
	return standing{commander: a.Order.Commander, opener: openerOf(a.Request), leads: []string{a.Lead.ID}, members: a.In,
		channels: []string{a.channel.ID, a.Order.Links.Channel}, operators: a.Placement.Operators}
}

func (a *analysisRun) tellCase(ctx workflow.Context, step string, d decision) {
	a.note(ctx, a.Order.Analysis.ID, step, d)
}

func (a *analysisRun) adoption(id string) (adoption, bool) {
	return adoptionIn([]adoption{
		{stepAnalysisChannel, slackActivities.AdoptChannel, func(e activities.Effect, id string) any {
			return slack.AdoptChannel{Effect: e, ID: id, Mark: a.key, Private: !a.Placement.PublicChannel}
		}},
		{stepAnalysisCard, slackActivities.AdoptNotice, func(e activities.Effect, id string) any {
			return slack.AdoptNotice{Effect: e, ID: id, Channel: a.channel.ID}
		}},
	}, id)
}

// desk is where decisions about a mirror's steps are taken.
func (m *mirrorRun) desk() desk {
	return desk{
		number: func() string { return m.Order.Number }, phase: func() incident.Phase { return "" }, vouched: vouched, standing: m.standing,
		giveUp: func(workflow.Context, string, decision) {}, // nothing of a mirror can be given up
		memory: &m.telling,
	}
}

// standing is who is who in a mirror, as far as it is told.
func (m *mirrorRun) standing() standing {
	s := standing{commander: m.Order.Commander, opener: openerOf(m.Request), operators: m.Placement.Operators}
	for _, channel := range m.Order.Channels {
		s.channels = append(s.channels, channel.ID)
	}
	return s
}

func (m *mirrorRun) tellCase(ctx workflow.Context, step string, d decision) {
	m.note(ctx, mirrorChild, step, d)
}

func (m *mirrorRun) adoption(id string) (adoption, bool) {
	p := m.Placement
	return adoptionIn([]adoption{
		{stepLog, jiraActivities.AdoptLinkedTicket, func(e activities.Effect, id string) any {
			ticket := jira.AdoptTicket{Effect: e, ID: id, Project: p.Project, SecurityLevel: p.SecurityLevel}
			return jira.AdoptLinkedTicket{AdoptTicket: ticket, Parent: m.Order.Ticket, LinkType: p.LinkType}
		}},
		{stepEvidenceFolder, driveActivities.AdoptFolder, func(e activities.Effect, id string) any {
			return drive.AdoptFolder{Effect: e, ID: id, Parent: m.evidenceParent(), Properties: m.evidenceProperties()}
		}},
	}, id)
}
