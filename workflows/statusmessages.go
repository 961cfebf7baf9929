package workflows

import (
	"encoding/json"
	"time"

	"hikeshi/workflows/incident"
)

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
	// CommanderID: Slack user id; empty: nobody in Slack.
	CommanderID string `json:"commander_id,omitempty"`
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
	CommanderID   string                  `json:"commander_id,omitempty"` // Slack user id, which lists read from the search attribute: the memo has none
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
