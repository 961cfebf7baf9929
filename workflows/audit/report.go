package audit

import (
	"fmt"
	"time"
)

// Verdict is what a verification comes to.
type Verdict string

// The verdicts. Good: everything agrees with itself, nothing is missing, and a witness stands for every seal. Incomplete:
// what is here agrees, but something that was sealed is not here. Unwitnessed: it agrees with itself, but no witness
// shows that it was always so. Broken: something was altered, removed, added or moved.
const (
	Good        Verdict = "good"
	Incomplete  Verdict = "incomplete"
	Unwitnessed Verdict = "unwitnessed"
	Broken      Verdict = "broken"
)

// Problem is something that is not as it was.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`   // 1 is the first; 0: the file as a whole
	Record string `json:"record,omitempty"` // id of the record
	What   string `json:"what"`
}

// String says the problem in one line.
func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, p.Line)
	}
	if p.Record != "" {
		where += " (record " + p.Record + ")"
	}
	return where + ": " + p.What
}

func problem(file string, line int, format string, args ...any) *Problem {
	return &Problem{File: file, Line: line, What: fmt.Sprintf(format, args...)}
}

// Report is what a verification found.
type Report struct {
	Verdict     Verdict      `json:"verdict"`
	Case        string       `json:"case"`
	Unproven    []Record     `json:"unproven"`     // acts whose sender claims to be somebody without proof come before all
	Proofs      ProofReport  `json:"proofs"`       // of people in Slack, by the keys that were given
	Glass       []Record     `json:"broken_glass"` // then acts without a verified identity
	ByHand      []Record     `json:"by_hand"`      // what somebody did in Temporal, past the case
	Problems    []Problem    `json:"problems"`     // the first is where to look first
	Missing     []string     `json:"missing"`
	Unwitnessed []string     `json:"unwitnessed"`
	Notes       []string     `json:"notes"`
	Uncovered   []string     `json:"uncovered"` // files that say nothing about the case's audit: nobody vouches for them
	Seals       []SealReport `json:"seals"`
	Records     int          `json:"records"` // sealed
	Tail        int          `json:"tail"`    // records after the last seal: nothing vouches for them yet
}

// SealReport is one seal as it was found.
type SealReport struct {
	Seal    int        `json:"seal"`
	Branch  string     `json:"branch"`
	Head    string     `json:"head"`
	Records int        `json:"records"`
	Through time.Time  `json:"through"`
	Stamped *time.Time `json:"stamped"` // by an authority that the pinned certificate vouches for; null: not
	Ticket  bool       `json:"ticket"`  // a witness file names the head
}

func (r *Report) add(p *Problem) {
	if p != nil {
		r.Problems = append(r.Problems, *p)
	}
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Report) miss(format string, args ...any) {
	r.Missing = append(r.Missing, fmt.Sprintf(format, args...))
}

// judge says what it all comes to.
func (r *Report) judge() {
	switch {
	case len(r.Problems) > 0:
		r.Verdict = Broken
	case len(r.Missing) > 0:
		r.Verdict = Incomplete
	case len(r.Unwitnessed) > 0 || len(r.Seals) == 0:
		r.Verdict = Unwitnessed
	default:
		r.Verdict = Good
	}
	if len(r.Seals) == 0 {
		r.Unwitnessed = append(r.Unwitnessed, "nothing is sealed: no witness stands for anything here")
	}
}
