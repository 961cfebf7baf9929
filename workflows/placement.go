package workflows

import (
	"cmp"
	"time"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/runbook"
)

// Placement is where a case goes and who may see it. It is computed from the configuration once, before the first
// vendor call, and travels in the case's state: a change of configuration never moves a running case. A stuck step
// reads it anew before it is tried again, so that a corrected configuration heals it.
type Placement struct {
	Audience      incident.Audience       `json:"audience"`
	Organisations []incident.Organisation `json:"organisations"`
	HideTitle     bool                    `json:"hide_title"` // the title is masked in the ticket's summary, channel, folder and sheet names
	Project       string                  `json:"project"`    // JIRA
	IssueType     string                  `json:"issue_type"`
	Fields        map[string]any          `json:"fields,omitempty"`     // values of required custom fields
	SecurityLevel string                  `json:"security_level"`       // JIRA; empty: none
	Folder        string                  `json:"folder"`               // Drive id of the parent folder
	Readers       []string                `json:"readers,omitempty"`    // e-mail addresses that get to read the folder
	Responders    []string                `json:"responders,omitempty"` // Slack ids or handles that are invited besides those named
	PublicChannel bool                    `json:"public_channel,omitempty"`
	LinkType      string                  `json:"link_type,omitempty"`      // JIRA: between the case's ticket and its log and themes
	DuplicateLink string                  `json:"duplicate_link,omitempty"` // JIRA: from a duplicate's ticket to the other case's; empty: LinkType
	LogType       string                  `json:"log_type,omitempty"`       // issue type of log tickets
	ThemeType     string                  `json:"theme_type,omitempty"`     // issue type of improvement themes
	Evidence      string                  `json:"evidence,omitempty"`       // Drive id of the parent of folders with people's files; empty: the case's folder
	Executives    string                  `json:"executives,omitempty"`     // Slack id of the channel that updates go to besides the case's own; empty: none
	Operators     string                  `json:"operators,omitempty"`      // Slack id of the channel in which operators hear of acts without a verified identity; empty: none
	Pager         bool                    `json:"pager,omitempty"`          // there is one that calls people when Slack is silent
	OnCall        string                  `json:"on_call,omitempty"`        // JIRA account that gets the ticket, and with it a mail, when Slack is silent; empty: nobody
	Quiet         *QuietHours             `json:"quiet,omitempty"`          // nobody is written to directly then, but for what is urgent; nil: there are none
	Escalation    time.Duration           `json:"escalation,omitempty"`     // how long people may take to come together in Slack before they are called otherwise
	Language      string                  `json:"language"`                 // en or ja: of all that several people read about the case
	// Of what is posted in the operators' and in the executives' channel; empty: Language.
	OperatorsLanguage  string          `json:"operators_language,omitempty"`
	ExecutivesLanguage string          `json:"executives_language,omitempty"`
	UI                 string          `json:"ui"`                      // beginning of the Temporal UI's addresses up to the namespace; empty: no links
	SlackURL           string          `json:"slack_url,omitempty"`     // beginning of channel addresses; empty: no links
	Patience           time.Duration   `json:"patience"`                // how long Intake waits for the ticket
	Probe              time.Duration   `json:"probe"`                   // how often a stuck step is tried again
	Retry              Retry           `json:"retry,omitzero"`          // how a step is tried before it is stuck
	SealEvery          time.Duration   `json:"seal_every,omitempty"`    // how often what a case records is sealed; 0: never
	Stamp              bool            `json:"stamp,omitempty"`         // an authority is configured that timestamps seals
	ReopenWindow       time.Duration   `json:"reopen_window,omitempty"` // how long a closed case can be reopened
	Settle             time.Duration   `json:"settle,omitempty"`        // how long a vendor may still carry out a request that got no answer
	SearchLag          time.Duration   `json:"search_lag,omitempty"`    // how long JIRA's and Drive's searches may miss what was just made
	Runbooks           []runbook.Start `json:"runbooks,omitempty"`      // those that begin by themselves in cases of a kind
	ForceLookUp        bool            `json:"force_look_up,omitempty"`
}

// Retry is how a step is tried before it is stuck. Fields that are 0 mean the defaults of policy.go.
type Retry struct {
	Attempts int           `json:"attempts,omitempty"`
	First    time.Duration `json:"first,omitempty"`   // wait before the second try; it doubles from try to try
	Longest  time.Duration `json:"longest,omitempty"` // until it is so long
}

// Placer computes the placement of a request from the configuration. It refuses with an *incident.Refusal what no
// configured place fits.
type Placer func(incident.Request) (Placement, error)

// operatorsLanguage is that of the operators' channel.
func (s *CaseState) operatorsLanguage() string {
	return cmp.Or(s.Placement.OperatorsLanguage, s.Placement.Language)
}

// executivesLanguage is that of the executives' channel.
func (s *CaseState) executivesLanguage() string {
	return cmp.Or(s.Placement.ExecutivesLanguage, s.Placement.Language)
}
