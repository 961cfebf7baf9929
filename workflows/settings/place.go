package settings

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Place says where the case of a request goes and who may see it; it is a workflows.Placer. It never opens a case
// wider than asked: what is not configured is refused, with the key to add.
func (c *Config) Place(r incident.Request) (workflows.Placement, error) {
	audience := r.Audience
	if audience == "" {
		audience = c.DefaultAudience
	}
	concerned, own := c.concerned(r.Organisations)
	place, err := c.placeFor(audience, r, own)
	if err != nil {
		return workflows.Placement{}, err
	}
	project, folder := c.Jira.Project, place.Folder
	if r.Drill {
		if c.Jira.DrillProject == "" {
			return workflows.Placement{}, refuse("set jira.drill_project in the configuration to the JIRA project that numbers drills", "drills are not set up here")
		}
		project = c.Jira.DrillProject
		if audience == incident.AudienceGroup && c.Google.DrillFolder != "" {
			folder = c.Google.DrillFolder
		}
	}
	return workflows.Placement{
		Audience: audience, Organisations: concerned, HideTitle: audience == incident.AudienceRestricted,
		Project: project, IssueType: c.Jira.IssueType, Fields: c.Jira.Fields, SecurityLevel: place.SecurityLevel, Folder: folder,
		Readers: place.Readers, Responders: place.Responders, PublicChannel: c.Slack.PublicChannels && audience == incident.AudienceGroup,
		Language: c.Language, UI: c.caseURL(), SlackURL: c.Slack.URL,
		Patience: c.Timing.IntakePatience, Probe: c.Timing.ProbeInterval, ForceLookUp: c.ForceLookUp,
	}, nil
}

func (c *Config) placeFor(audience incident.Audience, r incident.Request, own []Organisation) (Place, error) {
	switch audience {
	case incident.AudienceRestricted:
		return closed(c.Audiences.Restricted, "audiences.restricted")
	case incident.AudienceOrganisation:
		return c.organisationPlace(r, own)
	}
	place := c.Audiences.Group
	place.Responders = union(c.Slack.Responders, place.Responders)
	return place, nil
}

// organisationPlace is the organisation's own place. No single company's place fits a case of several: it goes where
// restricted cases go, with everybody concerned let in.
func (c *Config) organisationPlace(r incident.Request, own []Organisation) (Place, error) {
	if len(r.Organisations) == 0 {
		return Place{}, refuse("Name the company with --org, or choose --audience group or restricted", "audience organisation needs an organisation")
	}
	if missing := c.unlisted(r.Organisations); len(missing) > 0 {
		return Place{}, refuse("Use a name from the configuration, add it under organisations, or choose --audience restricted",
			"audience organisation needs organisations that are configured; not found: %s", strings.Join(missing, ", "))
	}
	place, key := own[0].Place, "organisations."+own[0].ID
	if len(own) > 1 {
		place, key = c.Audiences.Restricted, "audiences.restricted"
		for _, o := range own {
			place.Responders = union(place.Responders, o.Responders)
			place.Readers = union(place.Readers, o.Readers)
		}
	}
	place.Responders = union(c.Slack.Responders, place.Responders)
	return closed(place, key)
}

// closed refuses a place that would let in more people than it should.
func closed(p Place, key string) (Place, error) {
	switch {
	case p.SecurityLevel == "":
		return Place{}, refuse("Set "+key+".security_level in the configuration to a JIRA security level", "the ticket of such a case would be open to everybody")
	case p.Folder == "":
		return Place{}, refuse("Set "+key+".folder in the configuration to a Drive folder that only these people can read", "the folder of such a case would be open to everybody")
	}
	return p, nil
}

// concerned returns the organisations meant, configured or not, and the configured ones among them.
func (c *Config) concerned(names []string) (all []incident.Organisation, own []Organisation) {
	all = []incident.Organisation{}
	for _, name := range names {
		o, ok := c.organisation(name)
		found := incident.UnlistedOrganisation(name)
		if ok {
			found = incident.Organisation{ID: o.ID, Name: o.name()}
		}
		if slices.Contains(all, found) {
			continue
		}
		all = append(all, found)
		if ok {
			own = append(own, o)
		}
	}
	return all, own
}

func (c *Config) unlisted(names []string) (list []string) {
	for _, name := range names {
		if _, ok := c.organisation(name); !ok {
			list = append(list, name)
		}
	}
	return list
}

func (c *Config) organisation(name string) (Organisation, bool) {
	for _, o := range c.Organisations {
		if fold(name) == fold(o.ID) || slices.ContainsFunc(o.Names, func(n string) bool { return fold(n) == fold(name) }) {
			return o, true
		}
	}
	return Organisation{}, false
}

func (o Organisation) name() string {
	if len(o.Names) == 0 {
		return o.ID
	}
	return o.Names[0]
}

// caseURL is the beginning of a workflow's address in the Temporal UI.
func (c *Config) caseURL() string {
	if c.TemporalUI == "" {
		return ""
	}
	namespace := c.Getenv("TEMPORAL_NAMESPACE")
	or(&namespace, "default")
	return strings.TrimSuffix(c.TemporalUI, "/") + "/namespaces/" + namespace + "/workflows/"
}

// fold makes names equal that differ in case or in the width of their characters only.
func fold(name string) string { return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name))) }

func union(a, b []string) []string {
	list := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

func refuse(hint, format string, args ...any) *incident.Refusal {
	return incident.Refuse(incident.Rule, hint, format, args...)
}
