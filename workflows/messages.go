package workflows

import (
	"encoding/json"
	"time"

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
	// RollSignal asks the case to continue as new, so that old code versions die out. It carries nothing.
	RollSignal = "roll"
	// ticketSettledSignal tells a case that started without its ticket how Intake's try ended.
	ticketSettledSignal = "ticketSettled"
	// intakeAgainSignal asks a case whether it is there. It carries nothing and changes nothing.
	intakeAgainSignal = "intakeAgain"
)

// IntakeWorkflowID is the id of the workflow that opens the case of a request.
func IntakeWorkflowID(requestID string) string { return "intake/" + requestID }

// CaseWorkflowID is the id of the case that was opened under that number.
func CaseWorkflowID(number string) string { return "case/" + number }

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

// Answer is what a command's sender gets back. A refusal is an answer too: it is in the history.
type Answer struct {
	Number  string            `json:"number"`
	Phase   incident.Phase    `json:"phase"`
	Text    string            `json:"text"` // one sentence for the person
	Refused *incident.Refusal `json:"refused,omitempty"`
}

// Status is what a reader sees of a case: the CLI, `/case status`, and the page in the Temporal UI.
type Status struct {
	Number        string                  `json:"number"`
	WorkflowID    string                  `json:"workflow_id"`
	Title         string                  `json:"title"`
	Phase         incident.Phase          `json:"phase"`
	Status        incident.Status         `json:"status"`
	Severity      incident.Severity       `json:"severity"` // 0: not known yet
	Kind          string                  `json:"kind"`
	Commander     string                  `json:"commander"`
	Reporter      string                  `json:"reporter"`
	Organisations []incident.Organisation `json:"organisations"`
	Audience      incident.Audience       `json:"audience"`
	Drill         bool                    `json:"drill"`
	Opened        time.Time               `json:"opened"`
	Containment   incident.Containment    `json:"containment"`
	Scope         string                  `json:"scope"`
	Members       []string                `json:"members"` // Slack user ids of the people known to be in the channel
	Links         Links                   `json:"links"`
	Gates         []incident.Gate         `json:"gates"`
	Analyses      []any                   `json:"analyses"` // always empty lists so far: readers may rely on them
	Tasks         []any                   `json:"tasks"`
	Lessons       []any                   `json:"lessons"`
	Steps         []StepStatus            `json:"steps"`
	Debts         []string                `json:"debts"` // ids of the steps still owed
	Notes         []string                `json:"notes"` // what people should know: who could not be invited …
	Deadlines     []any                   `json:"deadlines"`
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
}

// StepState says where a step is.
type StepState string

// The states of a step. Owed: not begun. Trying: an activity is at work or between retries. Stuck: it gave up and
// waits, visibly; it is tried again at the probe interval. Done: its result is kept.
const (
	StepOwed   StepState = "owed"
	StepTrying StepState = "trying"
	StepStuck  StepState = "stuck"
	StepDone   StepState = "done"
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
	Actions    []string   `json:"actions"` // what a person can decide here; none so far: a stuck step is probed
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
