package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// version of the projection: records of another one cannot be computed anew, and are never called good.
const version = 1

// Record is one thing that happened: who did what, when, with what result. Empty fields say nothing.
type Record struct {
	Version  int             `json:"v"`
	ID       string          `json:"id"` // RUN/EVENT: the event with which it was over
	At       time.Time       `json:"at"` // of that event, by Temporal's clock
	Case     string          `json:"case"`
	Workflow string          `json:"workflow"`
	Kind     Kind            `json:"kind"`
	Action   string          `json:"action"`          // verb, activity or message
	Step     string          `json:"step,omitempty"`  // id of the step
	Actor    string          `json:"actor,omitempty"` // opaque id, as the message says; of what is done by hand in Temporal: the caller's identity
	Name     string          `json:"name,omitempty"`  // of the actor, for display
	Door     string          `json:"door,omitempty"`
	Sure     string          `json:"assurance,omitempty"`
	Proof    *Proof          `json:"proof,omitempty"`       // of the gateway, for people in Slack; see Proven
	Doubted  bool            `json:"doubted,omitempty"`     // the workflow did not believe who it is
	Glass    string          `json:"break_glass,omitempty"` // why somebody acted without a verified identity
	ByHand   bool            `json:"by_hand,omitempty"`     // somebody ended a step in Temporal, past the case
	Said     json.RawMessage `json:"said,omitempty"`        // what a command said
	Input    string          `json:"input,omitempty"`       // SHA-256 of what went in, in plain text
	Outcome  Outcome         `json:"outcome"`
	Result   string          `json:"result,omitempty"`   // in words: the answer, the refusal, the error
	External string          `json:"external,omitempty"` // id of what was made or found outside
	Adopted  bool            `json:"adopted,omitempty"`  // an earlier try had made it
	Attempts []Attempt       `json:"attempts,omitempty"`
	Took     int64           `json:"took_ms,omitempty"`
	Own      bool            `json:"own,omitempty"` // part of sealing itself
}

// Kind is what sort of thing a record is about.
type Kind string

// The kinds. A run is started, continued, reset, ended or interfered with; a command is an update; a message is a
// signal that came or went; a step is an activity; a child is a workflow that was started.
const (
	KindRun     Kind = "run"
	KindCommand Kind = "command"
	KindMessage Kind = "message"
	KindStep    Kind = "step"
	KindChild   Kind = "child"
)

// Outcome is how it ended.
type Outcome string

// The outcomes.
const (
	Done     Outcome = "done"
	Refused  Outcome = "refused"
	Failed   Outcome = "failed"
	TimedOut Outcome = "timed out"
	Canceled Outcome = "canceled"
)

// Attempt is one try of a step.
type Attempt struct {
	Number int32     `json:"n"`
	At     time.Time `json:"at,omitzero"`
	Class  string    `json:"class,omitempty"` // of the error; empty: it succeeded, or nobody knows how it ended
	Cause  string    `json:"cause,omitempty"`
}

// Run is the id of the run.
func (r Record) Run() string { run, _, _ := strings.Cut(r.ID, "/"); return run }

// Line says a record in one line, for lists.
func (r Record) Line() string {
	who := r.Name
	if who == "" {
		who = r.Actor
	}
	if who != "" {
		who = " by " + who
	}
	what := r.Action
	if r.Step != "" {
		what = r.Step
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s%s: %s %s", r.At.UTC().Format("2006-01-02 15:04:05Z"), what, who, r.Outcome, r.Result))
}

// Records reads the records of a file of chained lines, without checking the chain.
func Records(lines []byte) (list []Record, err error) {
	for line := range bytes.SplitSeq(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n")) {
		var l struct{ Is Record }
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("record %d: %w", len(list)+1, err)
		}
		list = append(list, l.Is)
	}
	return list, nil
}
