package settings

import (
	"time"

	"hikeshi/workflows/incident"
)

// Config is the configuration file. Keys are the lower-case names of the fields with underscores.
type Config struct {
	Language        string            `yaml:"language"`         // en or ja, of everything several people read; default en
	DefaultAudience incident.Audience `yaml:"default_audience"` // default group
	Slack           SlackConfig       `yaml:"slack"`
	Jira            JiraConfig        `yaml:"jira"`
	Google          GoogleConfig      `yaml:"google"`
	Audiences       Audiences         `yaml:"audiences"`
	Organisations   []Organisation    `yaml:"organisations"`
	Timing          Timing            `yaml:"timing"`
	RateShare       float64           `yaml:"rate_share"`    // this worker's part of the vendors' rates; default 1
	VendorLimits    *bool             `yaml:"vendor_limits"` // false: do not hold calls back; for measuring only
	ForceLookUp     bool              `yaml:"force_look_up"` // after a restore of Temporal: no step trusts that it is tried for the first time
	TemporalUI      string            `yaml:"temporal_ui"`   // address of the Temporal Web UI, for links; empty: none
	KeyRing         string            `yaml:"key_ring"`      // file with the payload keys; relative to this file
	Codec           CodecConfig       `yaml:"codec"`
	Gateway         GatewayConfig     `yaml:"gateway"`
	Viewer          Viewer            `yaml:"viewer"` // what the command line of this machine may see; default everything
	// Environment holds defaults for environment variables, such as TEMPORAL_ADDRESS or SLACK_BOT_TOKEN_FILE. What
	// the process's own environment sets wins. Secrets themselves are refused here: name their files.
	Environment map[string]string `yaml:"environment"`

	dir    string
	getenv func(string) string
}

// SlackConfig is about the workspace.
type SlackConfig struct {
	Responders     []string `yaml:"responders"`      // invited into every case but restricted ones: ids, groups, @handles
	PublicChannels bool     `yaml:"public_channels"` // cases of audience group get channels that everybody can join
	URL            string   `yaml:"url"`             // beginning of channel addresses: https://example.slack.com/archives/
}

// JiraConfig says where tickets go.
type JiraConfig struct {
	Project      string         `yaml:"project"`       // its tickets' keys are the cases' numbers
	DrillProject string         `yaml:"drill_project"` // the number series of drills; empty: no drills
	IssueType    string         `yaml:"issue_type"`    // default Incident
	Fields       map[string]any `yaml:"fields"`        // values of fields that the project requires
	SiteURL      string         `yaml:"site_url"`      // what people open in a browser; empty: JIRA_URL
}

// GoogleConfig says where folders of drills go.
type GoogleConfig struct {
	DrillFolder string `yaml:"drill_folder"`
}

// Audiences are the places of cases that are not one organisation's own.
type Audiences struct {
	Group      Place `yaml:"group"`
	Restricted Place `yaml:"restricted"`
}

// Place is where a case goes and who is let in.
type Place struct {
	SecurityLevel string   `yaml:"security_level"` // name of a JIRA security level
	Folder        string   `yaml:"folder"`         // id of a Drive folder
	Responders    []string `yaml:"responders"`     // invited besides slack.responders
	Readers       []string `yaml:"readers"`        // e-mail addresses that get to read the case's folder
}

// Organisation is a company of the group.
type Organisation struct {
	ID    string   `yaml:"id"`    // opaque and short; it stands in search attributes, in plain text
	Names []string `yaml:"names"` // how people call it; the first is shown
	Place `yaml:",inline"`
}

// Timing are the waits that an installation may want to change.
type Timing struct {
	IntakePatience time.Duration `yaml:"intake_patience"` // how long a new case waits for its ticket; default 3s
	ProbeInterval  time.Duration `yaml:"probe_interval"`  // how often a stuck step is tried again; default 15m
	SearchLag      time.Duration `yaml:"search_lag"`      // how long JIRA's and Drive's searches may miss what is new; default 3m
}

// CodecConfig is the endpoint at which the Web UI decodes payloads.
type CodecConfig struct {
	Listen  string   `yaml:"listen"`  // a loopback address: 127.0.0.1:8234; empty: no endpoint
	Origins []string `yaml:"origins"` // the Web UI's origins: http://localhost:8233
}

// GatewayConfig is where Slack's requests come in.
type GatewayConfig struct {
	Listen string `yaml:"listen"` // default 127.0.0.1:8080
}

func (c *Config) setDefaults() {
	or(&c.Language, "en")
	or(&c.DefaultAudience, incident.AudienceGroup)
	or(&c.Jira.IssueType, "Incident")
	or(&c.Timing.IntakePatience, 3*time.Second)
	or(&c.Timing.ProbeInterval, 15*time.Minute)
	or(&c.Timing.SearchLag, 3*time.Minute)
	or(&c.RateShare, 1)
	or(&c.Gateway.Listen, "127.0.0.1:8080")
	if c.VendorLimits == nil {
		on := true
		c.VendorLimits = &on
	}
	if len(c.Viewer.Organisations) == 0 && !c.Viewer.Restricted {
		c.Viewer.Organisations, c.Viewer.Restricted = []string{Everything}, true
	}
}

func or[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
