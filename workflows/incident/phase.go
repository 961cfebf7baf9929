package incident

import "strings"

// Phase names the open question of a case. It never blocks work.
type Phase string

// The phases, in order. The question of each: who is together? what happened, how bad, how far? what exactly, and is
// it contained? what must be better next time? is everything kept?
const (
	PhaseOpen     Phase = "open"
	PhaseTriage   Phase = "triage"
	PhaseAnalysis Phase = "analysis"
	PhaseLessons  Phase = "lessons"
	PhaseArchive  Phase = "archive"
	PhaseClosed   Phase = "closed"
)

// Status says whether a case is moving. It is never mixed with the phase.
type Status string

// The statuses. Running: the machine is at work. Waiting: for people. Stuck: a step cannot go on. Ended: closed.
const (
	Running Status = "running"
	Waiting Status = "waiting"
	Stuck   Status = "stuck"
	Ended   Status = "closed"
)

// Containment says whether the damage is still spreading.
type Containment string

// The states of containment.
const (
	NotContained  Containment = "none"
	Acting        Containment = "acting"
	Contained     Containment = "contained"
	NotApplicable Containment = "not applicable"
)

// Gate is what a phase needs before the case moves on by itself.
type Gate struct {
	Name    string   `json:"name"`    // the phase it leads out of
	Open    bool     `json:"open"`    // nothing is missing
	Missing []string `json:"missing"` // what is still needed, as words a person can act on
}

// ParsePhase reads the name of a phase.
func ParsePhase(text string) (Phase, error) {
	switch p := Phase(strings.ToLower(CleanLine(text))); p {
	case PhaseOpen, PhaseTriage, PhaseAnalysis, PhaseLessons, PhaseArchive, PhaseClosed:
		return p, nil
	}
	return "", Refuse(Usage, "Use triage or analysis", "unknown phase %q", Shorten(CleanLine(text), 40))
}

// NewGate builds the gate that leads out of a phase. Missing keeps the order of the needs.
func NewGate(phase Phase, needs ...Need) Gate {
	g := Gate{Name: string(phase), Missing: []string{}}
	for _, n := range needs {
		if !n.Met {
			g.Missing = append(g.Missing, n.Name)
		}
	}
	g.Open = len(g.Missing) == 0
	return g
}

// Need is one condition of a gate.
type Need struct {
	Name string
	Met  bool
}
