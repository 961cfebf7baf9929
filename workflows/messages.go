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
	Did     string `json:"did"`     // joined, left, archived, unarchived or renamed
	User    string `json:"user,omitempty"`
	Name    string `json:"name,omitempty"` // the channel's new one
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

// Status is what a reader sees of a case: the CLI, `/case status`, and the page in the Temporal UI.
type Status struct {
	Number     string            `json:"number"`
	WorkflowID string            `json:"workflow_id"`
	Title      string            `json:"title"`
	Phase      incident.Phase    `json:"phase"`
	Status     incident.Status   `json:"status"`
	Severity   incident.Severity `json:"severity"` // 0: not known yet
	Kind       string            `json:"kind"`
	Commander  string            `json:"commander"`
	// ProvisionalCommander: it is the opener, until somebody takes command or is named.
	ProvisionalCommander bool                    `json:"provisional_commander"`
	Details              incident.Details        `json:"details"`
	Offer                *OfferStatus            `json:"offer"` // command that somebody was offered and has not accepted yet; null: none
	Reporter             string                  `json:"reporter"`
	Organisations        []incident.Organisation `json:"organisations"`
	Audience             incident.Audience       `json:"audience"`
	Drill                bool                    `json:"drill"`
	Opened               time.Time               `json:"opened"`
	Containment          incident.Containment    `json:"containment"`
	ContainedBy          string                  `json:"contained_by"` // who said so last; empty: nobody has said anything
	ContainedAt          *time.Time              `json:"contained_at"`
	Scope                string                  `json:"scope"`
	Members              []string                `json:"members"` // Slack user ids of the people known to be in the channel
	Links                Links                   `json:"links"`
	Gates                []incident.Gate         `json:"gates"`
	Analyses             []AnalysisStatus        `json:"analyses"`
	Runs                 []RunStatus             `json:"runs"`
	Tasks                []incident.Task         `json:"tasks"`
	Lessons              []incident.Lesson       `json:"lessons"`
	Steps                []StepStatus            `json:"steps"` // the case's, its mirror's and its analyses'
	Debts                []string                `json:"debts"` // ids of the steps still owed
	Notes                []string                `json:"notes"` // what people should know: who could not be invited …
	Deadlines            []incident.Deadline     `json:"deadlines"`
	Resolution           incident.Resolution     `json:"resolution"`        // empty until somebody asks to close it
	ResolutionReason     string                  `json:"resolution_reason"` // what it does not say; empty: nobody said more
	Waivers              []incident.Waiver       `json:"waivers"`
	BrokenGlass          []incident.BrokenGlass  `json:"broken_glass"`
	LastUpdate           *incident.Update        `json:"last_update"` // null: none was published
	Mirror               MirrorStatus            `json:"mirror"`
	Archive              ArchiveStatus           `json:"archive"`
	Merging              string                  `json:"merging,omitempty"`    // number of the case that this one is becoming a duplicate of
	Duplicates           []Duplicate             `json:"duplicates,omitempty"` // cases that were merged into this one
	Audit                AuditStatus             `json:"audit"`
}

// Duplicate is a case that was merged into another one. It has an archive of its own.
type Duplicate struct {
	Number     string    `json:"number"`
	WorkflowID string    `json:"workflow_id"`
	Reason     string    `json:"reason,omitempty"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Links      Links     `json:"links"`
	Logs       []LogLink `json:"logs,omitempty"`
}

// AnalysisStatus shows one analysis to a reader.
type AnalysisStatus struct {
	incident.Analysis
	WorkflowID  string   `json:"workflow_id"`
	Channel     string   `json:"channel"` // Slack id; empty where still owed
	ChannelName string   `json:"channel_name"`
	ChannelURL  string   `json:"channel_url"`
	Members     []string `json:"members"` // Slack user ids of the people known to be in its channel
	Temporal    string   `json:"temporal"`
}

// RunStatus shows one run of a runbook to a reader.
type RunStatus struct {
	ID         string          `json:"id"`     // r1 …
	Name       string          `json:"name"`   // of the runbook
	Title      string          `json:"title"`  // in the language of the case
	SHA256     string          `json:"sha256"` // of the file, as it was when the run began
	File       string          `json:"file"`   // where the worker read it; empty: it came with the program
	State      string          `json:"state"`  // running, stuck, done, aborted or unfinished
	Reason     string          `json:"reason"` // why it was aborted
	By         string          `json:"by"`
	At         time.Time       `json:"at"` // when it began
	WorkflowID string          `json:"workflow_id"`
	Temporal   string          `json:"temporal"`
	Steps      []RunStepStatus `json:"steps"`
}

// RunStepStatus shows one step of a runbook.
type RunStepStatus struct {
	Step  int    `json:"step"` // 1 …
	Kind  string `json:"kind"` // task, invite, notify, analysis or link
	Title string `json:"title"`
	State string `json:"state"` // as of the machine's steps: owed, trying, stuck, done or skipped
	ID    string `json:"id"`    // of the task or analysis that it has made
}

// MirrorStatus shows how far the conversation is logged.
type MirrorStatus struct {
	WorkflowID string     `json:"workflow_id"`
	Logs       []LogLink  `json:"logs"`    // the log tickets, the oldest first
	Through    *time.Time `json:"through"` // when the newest message that is logged was said; null: none yet
	At         *time.Time `json:"at"`      // when that was logged
	Gaps       int        `json:"gaps"`    // messages that were deleted before they could be logged
	Messages   int        `json:"messages"`
	Edits      int        `json:"edits"`
	Deletions  int        `json:"deletions"`
	Files      int        `json:"files"`
	NotKept    int        `json:"not_kept"` // files whose bytes could not be had
	Masked     int        `json:"masked"`   // secrets that were taken out
	Temporal   string     `json:"temporal"`
}

// LogLink is a log ticket.
type LogLink struct {
	Ticket string `json:"ticket"` // key
	URL    string `json:"url"`
}

// ArchiveStatus shows what is kept of the case. It is empty until an archive has been verified.
type ArchiveStatus struct {
	Folder    string     `json:"folder"` // Drive id
	FolderURL string     `json:"folder_url"`
	Manifest  string     `json:"manifest"` // Drive id
	SHA256    string     `json:"sha256"`   // of the manifest
	Verified  *time.Time `json:"verified"`
	Messages  int        `json:"messages"`
	Files     int        `json:"files"`
	Unread    []string   `json:"unread,omitempty"` // channels that could not be read to their end
}

// Links are the addresses of a case's things; empty where still owed.
type Links struct {
	Ticket      string `json:"ticket"`
	TicketURL   string `json:"ticket_url"`
	Channel     string `json:"channel"` // Slack id
	ChannelName string `json:"channel_name"`
	ChannelURL  string `json:"channel_url"`
	Folder      string `json:"folder"` // Drive id
	FolderURL   string `json:"folder_url"`
	Sheet       string `json:"sheet"` // Drive id
	SheetURL    string `json:"sheet_url"`
	Temporal    string `json:"temporal"` // the case's page in the Temporal UI
	// Other are addresses that runbooks have put beside them.
	Other []OtherLink `json:"other,omitempty"`
}

// OtherLink is an address with a title.
type OtherLink struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// StepState says where a step is.
type StepState string

// The states of a step. Owed: not begun. Trying: an activity is at work or between retries. Stuck: it gave up and
// waits, visibly, for a person's decision; what may heal by itself is tried on, slowly. Done: its result is kept.
// Skipped: somebody decided to go on without it.
const (
	StepOwed    StepState = "owed"
	StepTrying  StepState = "trying"
	StepStuck   StepState = "stuck"
	StepDone    StepState = "done"
	StepSkipped StepState = "skipped"
)

// StepStatus shows one step to a reader.
type StepStatus struct {
	ID         string     `json:"id"`
	WorkflowID string     `json:"workflow_id"`
	Title      string     `json:"title"`
	State      StepState  `json:"state"`
	Generation int        `json:"generation"`
	Class      string     `json:"class"` // of the last error; empty if there was none
	Cause      string     `json:"cause"`
	Hint       string     `json:"hint"`
	System     string     `json:"system"`
	Since      *time.Time `json:"since"`   // of this state
	Actions    []Action   `json:"actions"` // what a person can decide about it now
}

// Head is what lists show of a case without asking it. It travels in the memo, encrypted.
type Head struct {
	Number        string                  `json:"number"`
	WorkflowID    string                  `json:"workflow_id"`
	Title         string                  `json:"title"`
	Phase         incident.Phase          `json:"phase"`
	Status        incident.Status         `json:"status"`
	Severity      incident.Severity       `json:"severity"`
	Commander     string                  `json:"commander"`
	Audience      incident.Audience       `json:"audience"`
	Organisations []incident.Organisation `json:"organisations"`
	Members       []string                `json:"members"`
	Drill         bool                    `json:"drill"`
	Opened        time.Time               `json:"opened"`
	Channel       string                  `json:"channel"`
	Stuck         []string                `json:"stuck"` // ids of stuck steps
}

// HeadMemo is the memo's key for the Head.
const HeadMemo = "head"

// DecodeHead reads a Head from its JSON in the memo.
func DecodeHead(raw []byte) (Head, error) {
	var h Head
	return h, json.Unmarshal(raw, &h)
}
