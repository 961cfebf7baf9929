package settings

import (
	"slices"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Everything as an organisation stands for all of them.
const Everything = "*"

// Viewer is somebody who wants to see cases.
type Viewer struct {
	Organisations []string `yaml:"organisations"` // ids of the organisations whose cases they may see; "*": of all
	Restricted    bool     `yaml:"restricted"`    // may see restricted cases
	SlackUser     string   `yaml:"slack_user"`    // sees the cases they are a member of
	Channel       string   `yaml:"-"`             // asks from this channel, and sees the case it belongs to
}

// Visible reports whether the viewer may know that the case exists.
func (c *Config) Visible(h workflows.Head, v Viewer) bool {
	if v.SlackUser != "" && slices.Contains(h.Members, v.SlackUser) || v.Channel != "" && v.Channel == h.Channel {
		return true
	}
	switch h.Audience {
	case incident.AudienceGroup:
		return true
	case incident.AudienceOrganisation:
		return slices.Contains(v.Organisations, Everything) ||
			slices.ContainsFunc(h.Organisations, func(o incident.Organisation) bool { return slices.Contains(v.Organisations, o.ID) })
	default:
		return v.Restricted
	}
}
