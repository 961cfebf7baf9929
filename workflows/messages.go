package workflows

import (
	"encoding/json"
	"strings"
	"time"

	"hikeshi/activities/mirror"
	"hikeshi/workflows/incident"
)

// TaskQueue is where the workflows run. Each vendor's activities have a queue of their own, see policy.go.
const TaskQueue = "hikeshi"

// Names of the messages a case understands.
const (
	// StatusQuery answers with a Status.
	StatusQuery = "status"
	// TriageUpdate takes a TriageCommand and answers with an Answer.
	TriageUpdate = "triage"
	// The other commands, each with its payload below. All answer with an Answer.
	ContainUpdate  = "contain"
	AnalyzeUpdate  = "analyze"
	ConcludeUpdate = "conclude"
	TaskUpdate     = "task"
	PublishUpdate  = "update"
	LessonUpdate   = "lesson"
	DecideUpdate   = "decide"
	NoteUpdate     = "note"
	WaiveUpdate    = "waive"
	BackUpdate     = "back"
	CloseUpdate    = "close"
	ReopenUpdate   = "reopen"
	RunUpdate      = "run"
	SeverityUpdate = "severity"
	TakeUpdate     = "take"
	HandoverUpdate = "handover"
	AcceptUpdate   = "accept"
	DetailsUpdate  = "details"
	MergeUpdate    = "merge"
	// ResolveUpdate takes a ResolveCommand, at a case and at each of its children, and answers with an Answer.
	ResolveUpdate = "resolveStep"
	// TurnedAwayUpdate records that somebody was not shown the case, as a TurnedAwayCommand; it answers with an Answer.
	TurnedAwayUpdate = "turnedAway"
	// ChannelSignal tells the case what somebody did to one of its channels, as a ChannelEvent.
	ChannelSignal = "channel"
	// BellSignal tells the case's mirror that there is something to log, as a Bell.
	BellSignal = "bell"
	// RollSignal asks the case to continue as new, so that old code versions die out. It carries nothing.
	RollSignal = "roll"
	// ticketSettledSignal tells a case that started without its ticket how Intake's try ended.
	ticketSettledSignal = "ticketSettled"
	// intakeAgainSignal asks a case whether it is there. It carries nothing and changes nothing.
	intakeAgainSignal = "intakeAgain"
	// vendorSignal tells a case how it stands with a vendor that it may be waiting for, as a HeldVendor.
	vendorSignal = "vendor"
)

// IntakeWorkflowID is the id of the workflow that opens the case of a request.
func IntakeWorkflowID(requestID string) string { return "intake/" + requestID }

// CaseWorkflowID is the id of the case that was opened under that number.
func CaseWorkflowID(number string) string { return "case/" + number }

// AnalysisWorkflowID is the id of an analysis of the case with that workflow id.
func AnalysisWorkflowID(caseID, analysis string) string { return caseID + "/" + analysis }

// MirrorWorkflowID is the id of the mirror of the case with that workflow id.
func MirrorWorkflowID(caseID string) string { return caseID + "/mirror" }

// RunWorkflowID is the id of a run (r1 …) of the case with that workflow id.
func RunWorkflowID(caseID, run string) string { return caseID + "/run/" + strings.TrimPrefix(run, "r") }

// Opened is the result of Intake.
type Opened struct {
	Number     string `json:"number"` // the ticket's key, or provisional
	WorkflowID string `json:"workflow_id"`
}

// RefusedError is the type of the application error with which Intake ends when a request cannot be a case; its
// details hold an incident.Refusal.
const RefusedError = "Refused"

// TriageCommand changes what triage knows. Empty fields stay as they are.
type TriageCommand struct {
	Severity  incident.Severity `json:"severity,omitempty"`
	Kind      string            `json:"kind,omitempty"`
	Commander string            `json:"commander,omitempty"` // Slack user id, @handle, e-mail address, or a name
	Scope     string            `json:"scope,omitempty"`     // how far the damage goes, in words
	By        incident.By       `json:"by"`
}

// ContainCommand says how far the damage is contained.
type ContainCommand struct {
	State incident.Containment `json:"state"`
	By    incident.By          `json:"by"`
}

// AnalyzeCommand opens an analysis, or, if it names one, hands it over, changes its hypothesis or brings people in.
type AnalyzeCommand struct {
	Analysis   string      `json:"analysis,omitempty"` // a1 …; empty: a new one
	Name       string      `json:"name,omitempty"`
	Lead       string      `json:"lead,omitempty"` // Slack user id, @handle, e-mail address, or a name; empty for a new one: the sender
	Hypothesis string      `json:"hypothesis,omitempty"`
	Invite     []string    `json:"invite,omitempty"`
	By         incident.By `json:"by"`
}

// ConcludeCommand ends an analysis, with a finding or, if it is dropped, with the reason.
type ConcludeCommand struct {
	Analysis string      `json:"analysis"`
	Finding  string      `json:"finding,omitempty"`
	Drop     string      `json:"drop,omitempty"`
	By       incident.By `json:"by"`
}

// TaskCommand adds a task, or, if it names one, changes it. Empty fields stay as they are.
type TaskCommand struct {
	Task   string              `json:"task,omitempty"` // t1 …; empty: a new one
	Title  string              `json:"title,omitempty"`
	Owner  string              `json:"owner,omitempty"`
	Due    string              `json:"due,omitempty"`
	Status incident.TaskStatus `json:"status,omitempty"`
	By     incident.By         `json:"by"`
}

// PublishCommand publishes an update for stakeholders: to the channel, the executives' channel and the ticket.
type PublishCommand struct {
	Text string        `json:"text"`
	Next time.Duration `json:"next,omitempty"` // when the next one is due, from now; 0: no date is given
	By   incident.By   `json:"by"`
}

// LessonCommand notes a concern or an issue, to be decided before the case is archived.
type LessonCommand struct {
	Text string      `json:"text"`
	By   incident.By `json:"by"`
}

// NoteCommand enters something into the timeline.
type NoteCommand struct {
	Text string      `json:"text"`
	Link string      `json:"link,omitempty"` // address of where it can be read
	At   time.Time   `json:"at,omitzero"`    // when it happened; zero or to come: now
	By   incident.By `json:"by"`
	// Message is the one that the sender has marked, in whatever words name it always alike. They enter it once.
	Message string `json:"message,omitempty"`
}

// DecideCommand says what becomes of a lesson.
type DecideCommand struct {
	Lesson string      `json:"lesson"`
	As     string      `json:"as"` // theme, accept or join:KEY
	Reason string      `json:"reason,omitempty"`
	By     incident.By `json:"by"`
}

// WaiveCommand opens a gate, or lets it go on without one of its needs.
type WaiveCommand struct {
	Gate   string      `json:"gate"` // a phase: triage, analysis or lessons; or a need of one: scope, containment …
	Reason string      `json:"reason"`
	By     incident.By `json:"by"`
}

// BackCommand moves the case back to an earlier phase.
type BackCommand struct {
	Phase  incident.Phase `json:"phase"`
	Reason string         `json:"reason"`
	By     incident.By    `json:"by"`
}

// CloseCommand asks to leave analysis for lessons and archive.
type CloseCommand struct {
	Resolution string      `json:"resolution"`
	Reason     string      `json:"reason,omitempty"` // what the resolution does not say; one that was opened by mistake needs it
	By         incident.By `json:"by"`
}

// ReopenCommand takes a closed case back to analysis.
type ReopenCommand struct {
	Reason string      `json:"reason"`
	By     incident.By `json:"by"`
}

// RunCommand runs a runbook, or, if it names a run, ends that one before its end.
type RunCommand struct {
	Runbook string      `json:"runbook,omitempty"` // its name
	Abort   string      `json:"abort,omitempty"`   // r1 …
	Reason  string      `json:"reason,omitempty"`  // of the abort
	By      incident.By `json:"by"`
}

// SeverityCommand says how bad it is, once more.
type SeverityCommand struct {
	Severity incident.Severity `json:"severity"`
	Reason   string            `json:"reason,omitempty"`
	By       incident.By       `json:"by"`
}

// TakeCommand makes the sender commander at once.
type TakeCommand struct {
	By incident.By `json:"by"`
}

// HandoverCommand offers command to somebody. It is theirs when they accept it.
type HandoverCommand struct {
	To   string      `json:"to"`             // Slack user id, @handle, e-mail address, or a name
	Note string      `json:"note,omitempty"` // what the case itself does not know
	By   incident.By `json:"by"`
}

// AcceptCommand is the answer of whoever was offered command.
type AcceptCommand struct {
	Decline bool        `json:"decline,omitempty"`
	Reason  string      `json:"reason,omitempty"` // for declining
	By      incident.By `json:"by"`
}

// DetailsCommand tells what the report left open, and brings people in. Empty fields stay as they are.
type DetailsCommand struct {
	Reporter string      `json:"reporter,omitempty"` // name and telephone
	Company  string      `json:"company,omitempty"`  // the reporter's; shown only: who may know of the case is fixed
	What     string      `json:"what,omitempty"`
	When     string      `json:"when,omitempty"`
	Where    string      `json:"where,omitempty"`
	Kind     string      `json:"kind,omitempty"`
	Unclear  *bool       `json:"unclear,omitempty"` // whether somebody has to call the reporter, or go there; nil: as it was
	Invite   []string    `json:"invite,omitempty"`
	By       incident.By `json:"by"`
}

// Action is what a person can decide about a step that is stuck.
type Action string

// The actions. Retry: try it again, optionally with other input. Supply: use a thing that exists. Skip: go on without
// it. Abort: give up what it belongs to.
const (
	ActionRetry  Action = "retry"
	ActionSupply Action = "supply"
	ActionSkip   Action = "skip"
	ActionAbort  Action = "abort"
)

// ResolveCommand decides about a step that is stuck. It goes to the workflow that the step belongs to.
type ResolveCommand struct {
	Step       string          `json:"step"`
	Generation int             `json:"generation"` // as the sender saw it: whoever decides second is told so
	Action     Action          `json:"action"`
	Input      json.RawMessage `json:"input,omitempty"` // retry: the fields to be changed; supply: {"id":"…"}
	Reason     string          `json:"reason"`
	By         incident.By     `json:"by"`
}

// ChannelEvent is what somebody did to a channel: joined or left it, or archived, unarchived or renamed it.
type ChannelEvent struct {
	Channel string `json:"channel"` // Slack id
	Did     string `json:"did"`     // joined, left, archived, unarchived, renamed, public or private
	User    string `json:"user,omitempty"`
	Called  string `json:"called,omitempty"` // what Slack calls the user
	Name    string `json:"name,omitempty"`   // the channel's new one
}

// Bell tells the mirror where something was said. Hints are for what no cursor finds: edits, deletions and replies.
// It never holds a text.
type Bell struct {
	Channels []string `json:"channels,omitempty"` // Slack ids; empty without hints: look everywhere, nobody knows what was missed
	Hints    []Hint   `json:"hints,omitempty"`
}

// Hint tells of one edit, deletion or reply, by the names that Slack gives its messages.
type Hint = mirror.Hint

// Answer is what a command's sender gets back. A refusal is an answer too: it is in the history.
type Answer struct {
	Number  string            `json:"number"`
	Phase   incident.Phase    `json:"phase"`
	Text    string            `json:"text"`         // one sentence for the person
	ID      string            `json:"id,omitempty"` // of what the command made or changed: a1, t3, l2 …
	Missing []string          `json:"missing,omitempty"`
	Refused *incident.Refusal `json:"refused,omitempty"`
	Doubted bool              `json:"doubted,omitempty"` // the sender claimed to be somebody without proof
}
