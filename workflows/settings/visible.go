package settings

import (
	"slices"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Visible reports whether the viewer may see the case in lists and read its status: everybody one for the group;
// people of an organisation concerned one for organisations; its members any case. Asking in the case's own channel
// is as good as membership, which Slack checked.
func (c *Config) Visible(h workflows.Head, v Viewer) bool {
	member := v.SlackUser != "" && slices.Contains(h.Members, v.SlackUser) || v.Channel != "" && v.Channel == h.Channel
	switch h.Audience {
	case incident.AudienceGroup:
		return true
	case incident.AudienceOrganisation:
		return member || slices.ContainsFunc(v.Organisations, func(id string) bool {
			return id == Everything || slices.ContainsFunc(h.Organisations, func(o incident.Organisation) bool { return o.ID == id })
		})
	case incident.AudienceRestricted:
		return member || v.Restricted
	}
	return member // an audience of newer code: not for us to judge
}
