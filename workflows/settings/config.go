package settings

import (
	"time"

	"hikeshi/workflows/incident"
)

// Config is the configuration of an installation. [Load] makes it; its fields are those of the YAML file.
type Config struct {
	Language        string            `yaml:"language"`         // of all texts: en or ja; default en
	DefaultAudience incident.Audience `yaml:"default_audience"` // of a request that names none; default group

	Slack         SlackConfig    `yaml:"slack"`
	Jira          JiraConfig     `yaml:"jira"`
	Google        GoogleConfig   `yaml:"google"`
	Pager         PagerConfig    `yaml:"pager"`
	Audiences     Audiences      `yaml:"audiences"`
	Organisations []Organisation `yaml:"organisations"`

	Timing       Timing  `yaml:"timing"`
	RateShare    float64 `yaml:"rate_share"`    // this worker's part of the vendors' rates: 0.5 for two workers; default 1
	VendorLimits *bool   `yaml:"vendor_limits"` // hold calls back to stay within the vendors' rates; default true
	ForceLookUp  bool    `yaml:"force_look_up"` // look before every write, also the first: after a restore of Temporal

	TemporalUI string        `yaml:"temporal_ui"` // http://127.0.0.1:8233; empty: no links to the Temporal UI
	KeyRing    string        `yaml:"key_ring"`    // file with the payload keys; in YAML relative to the configuration file
	Runbooks   string        `yaml:"runbooks"`    // directory with runbooks of your own; in YAML relative to the configuration file; empty: only the built-in ones
	Codec      CodecConfig   `yaml:"codec"`
	Audit      AuditConfig   `yaml:"audit"`
	Gateway    GatewayConfig `yaml:"gateway"`
	Viewer     Viewer        `yaml:"viewer"` // what the command line of this machine may see; default everything

	Rules []Rule `yaml:"rules"` // who may do what; where none fits, the default ones of [incident.DefaultRights]

	Mask []string `yaml:"mask"` // further patterns of secrets that are taken out of what is logged and archived (RE2)

	// TrustLocalUser counts the user of the command line as verified: set it only where nobody else can reach Temporal.
	TrustLocalUser bool `yaml:"trust_local_user"`

	// Environment holds defaults for environment variables, such as TEMPORAL_ADDRESS or SLACK_BOT_TOKEN_FILE. Read them
	// with Getenv and Secret: the process's own environment wins.
	Environment map[string]string `yaml:"environment"`

	getenv func(string) string
}

// SlackConfig is the workspace.
type SlackConfig struct {
	Responders     []string `yaml:"responders"`         // the CSIRT: ids or handles invited to every case but restricted ones
	PublicChannels bool     `yaml:"public_channels"`    // channels of cases for the whole group are public; default private
	Team           string   `yaml:"team"`               // id of the workspace, or of the organisation for whose workspaces the app is installed; empty: the bot token's workspace
	App            string   `yaml:"app"`                // id of the app; empty: Slack is asked
	Command        string   `yaml:"command"`            // what the app's slash command is called; default /case
	URL            string   `yaml:"url"`                // beginning of channel addresses: https://x.slack.com/archives/
	Executives     string   `yaml:"executives_channel"` // id of the channel that gets the updates of group cases; empty: none does
	Operators      string   `yaml:"operators_channel"`  // id of the channel in which operators hear of what was done without a verified identity
	QuietHours     string   `yaml:"quiet_hours"`        // 22:00-07:00 on each person's clock: direct messages of Sev3 and Sev4 cases wait until they are over; empty: none wait. Of a case they are those when it was opened

	// Languages are those of channels, by their ids: of what is posted there, and of the cases that are opened there.
	Languages map[string]string `yaml:"channel_languages"`
}

// JiraConfig is where tickets go.
type JiraConfig struct {
	Project      string         `yaml:"project"`
	DrillProject string         `yaml:"drill_project"`       // drills have a number series of their own; empty: no drills
	IssueType    string         `yaml:"issue_type"`          // default Incident
	LogType      string         `yaml:"log_issue_type"`      // of the tickets that hold the log of a case; default issue_type
	ThemeType    string         `yaml:"theme_issue_type"`    // of the tickets of improvement themes; default issue_type
	LinkType     string         `yaml:"link_type"`           // between a case's ticket and those of its log and themes; default Relates
	Duplicate    string         `yaml:"duplicate_link_type"` // from the ticket of a duplicate to that of the case it was merged into; default link_type
	Fields       map[string]any `yaml:"fields"`              // values of required custom fields, by id, as JIRA's API takes them
	SiteURL      string         `yaml:"site_url"`            // what people open in a browser; empty: JIRA_URL
	OnCall       string         `yaml:"on_call"`             // account id (Cloud) or user name (Data Center) that gets the ticket when Slack is silent; empty: nobody
}

// GoogleConfig is where folders go, beyond the places.
type GoogleConfig struct {
	EvidenceFolder string `yaml:"evidence_folder"` // Drive id of the parent of the folders with people's files; empty, and for restricted cases: the case's own folder
	DrillFolder    string `yaml:"drill_folder"`    // Drive id of the parent of the folders of drills for the whole group; empty: audiences.group.folder
}

// PagerConfig is the on-call service that calls people when Slack is silent.
type PagerConfig struct {
	URL string `yaml:"url"` // takes signed pages, as package activities/pager describes them; empty: nobody is called
}

// Audiences are the places of cases that are not one organisation's own.
type Audiences struct {
	Group      Place `yaml:"group"`
	Restricted Place `yaml:"restricted"` // also of cases that concern several organisations
}

// Place is where the cases of an audience go and who may see them.
type Place struct {
	SecurityLevel string   `yaml:"security_level"` // JIRA, by name; empty (only for group): whoever sees the project sees the ticket
	Folder        string   `yaml:"folder"`         // Drive id of the parent of the cases' folders
	Responders    []string `yaml:"responders"`     // Slack ids or handles
	Readers       []string `yaml:"readers"`        // e-mail addresses that may read the folder
	Language      string   `yaml:"language"`       // of its cases: en or ja; empty: language
}

// Organisation is a company of the group, with the place of the cases that concern it alone.
type Organisation struct {
	ID    string   `yaml:"id"`    // opaque: it is plain text in Temporal's search attributes
	Names []string `yaml:"names"` // as people call it; the first is shown
	Place `yaml:",inline"`
}

// Timing holds the delays people may want to change, as 3s, 15m or 720h.
type Timing struct {
	IntakePatience time.Duration `yaml:"intake_patience"` // how long people wait for the ticket before the case goes on without; default 3s
	ProbeInterval  time.Duration `yaml:"probe_interval"`  // how often a stuck step is tried again; default 15m
	ReopenWindow   time.Duration `yaml:"reopen_window"`   // how long a closed case can be reopened; default 720h
	SealInterval   time.Duration `yaml:"seal_interval"`   // how often what a case has recorded is sealed; default 24h
	SearchLag      time.Duration `yaml:"search_lag"`      // how long JIRA and Drive may miss what was just made; default 3m
	Settle         time.Duration `yaml:"settle"`          // how long a request that got no answer may still be carried out; default 20s
	Attempts       int           `yaml:"attempts"`        // tries of a step before it is stuck; default 14, about ten minutes
	FirstRetry     time.Duration `yaml:"first_retry"`     // wait before the second try; it doubles from try to try; default 1s
	LongestRetry   time.Duration `yaml:"longest_retry"`   // until it is so long; default 1m
	Escalation     time.Duration `yaml:"escalation"`      // how long people may take to come together in Slack before they are called otherwise; default 30s
}

// CodecConfig is the endpoint with which the Temporal UI shows payloads in plain text. Empty Listen: there is none.
type CodecConfig struct {
	Listen  string   `yaml:"listen"`  // 127.0.0.1:8234
	Origins []string `yaml:"origins"` // exact origins of the UI's pages: http://127.0.0.1:8233
}

// AuditConfig is what makes the audit trustworthy. Without an authority seals have no timestamp, and whoever holds all
// our keys could rewrite them; without a ledger nobody knows who has read.
type AuditConfig struct {
	TimestampURL   string `yaml:"timestamp_url"`   // of an authority (RFC 3161); empty: none
	TimestampCA    string `yaml:"timestamp_ca"`    // PEM file with its root certificate, the only one that counts; in YAML relative to the configuration file
	ShortRetention bool   `yaml:"short_retention"` // work although Temporal deletes ended runs before seven days are over: a seal that is stuck for longer loses them
	Ledger         string `yaml:"ledger"`          // file of who has read and decoded on this machine, shared by its processes; empty: none
}

// GatewayConfig is how Slack's requests arrive.
type GatewayConfig struct {
	Listen string `yaml:"listen"` // for requests over HTTP, and for whoever asks after our health; default 127.0.0.1:8080
	Mode   string `yaml:"mode"`   // socket, http or both; empty: socket if there is an app-level token, else http

	SigningKey string   `yaml:"signing_key"` // PEM file with the key (Ed25519) that signs for people in Slack; only gateways read it; in YAML relative to the configuration file
	PublicKeys []string `yaml:"public_keys"` // of all gateways: workers believe whoever one of them signs for; empty: they believe without
}

// Ways are the ways on which Slack's requests arrive.
func (c *Config) Ways() (socket, http bool) {
	switch c.Gateway.Mode {
	case "":
		socket = c.Getenv("SLACK_APP_TOKEN") != "" || c.Getenv("SLACK_APP_TOKEN_FILE") != ""
		return socket, !socket
	case "both":
		return true, true
	}
	return c.Gateway.Mode == "socket", c.Gateway.Mode == "http"
}

// Viewer is somebody who asks to see cases.
type Viewer struct {
	Organisations []string `yaml:"organisations"` // ids of those they belong to; "*" is all
	Restricted    bool     `yaml:"restricted"`    // restricted cases too, without being a member
	SlackUser     string   `yaml:"slack_user"`    // id
	Channel       string   `yaml:"-"`             // id of the channel they ask in, if a door vouches for it
}

// defaults is what holds where the file says nothing.
func defaults() *Config {
	limits := true
	return &Config{
		Language: "en", DefaultAudience: incident.AudienceGroup,
		Jira: JiraConfig{IssueType: "Incident", LinkType: "Relates"},
		Timing: Timing{
			IntakePatience: 3 * time.Second, ProbeInterval: 15 * time.Minute, SearchLag: 3 * time.Minute, Settle: 20 * time.Second, ReopenWindow: 30 * 24 * time.Hour, SealInterval: 24 * time.Hour,
			Attempts: 14, FirstRetry: time.Second, LongestRetry: time.Minute,
			Escalation: 30 * time.Second,
		},
		RateShare: 1, VendorLimits: &limits,
		Gateway:     GatewayConfig{Listen: "127.0.0.1:8080"},
		Environment: map[string]string{},
	}
}

// Everything as an organisation of a Viewer stands for all of them.
const Everything = "*"
