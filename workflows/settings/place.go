package settings

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Desk is how the operators of this installation are reached.
func (c *Config) Desk() workflows.Desk {
	return workflows.Desk{Channel: c.Slack.Operators, Language: cmp.Or(c.Slack.Languages[c.Slack.Operators], c.Language), UI: c.uiBase(), Probe: c.Timing.ProbeInterval, Pager: c.Pager.URL != ""}
}

// Place computes where the case of a request goes and who may see it. It is a [workflows.Placer]: it refuses, with an
// *incident.Refusal, what no configured place fits, and never puts a case where more people can read it than asked.
func (c *Config) Place(r incident.Request) (workflows.Placement, error) {
	if r.Channel != "" && (r.Channel == c.Slack.Operators || r.Channel == c.Slack.Executives) {
		return workflows.Placement{}, incident.Refuse(incident.Rule, "Name the channel in which people talk about this incident. Nothing was opened",
			"the channel %s is not one of a case: operators or executives read there", r.Channel)
	}
	audience := cmp.Or(r.Audience, c.DefaultAudience)
	listed, all, unlisted := c.concerned(r.Organisations)
	place, err := c.placeFor(audience, listed, unlisted)
	if err != nil {
		return workflows.Placement{}, err
	}
	p := workflows.Placement{
		Audience: audience, Organisations: all, HideTitle: audience == incident.AudienceRestricted,
		Project: c.Jira.Project, IssueType: c.Jira.IssueType, Fields: c.Jira.Fields, SecurityLevel: place.SecurityLevel,
		Folder: place.Folder, Readers: unique(place.Readers), Responders: unique(place.Responders),
		PublicChannel: c.Slack.PublicChannels && audience == incident.AudienceGroup,
		Language:      c.languageOf(r, place), OperatorsLanguage: c.Slack.Languages[c.Slack.Operators], UI: c.uiBase(), SlackURL: c.Slack.URL,
		LinkType: c.Jira.LinkType, DuplicateLink: c.Jira.Duplicate, LogType: cmp.Or(c.Jira.LogType, c.Jira.IssueType), ThemeType: cmp.Or(c.Jira.ThemeType, c.Jira.IssueType),
		Evidence: c.Google.EvidenceFolder, Operators: c.Slack.Operators, ReopenWindow: c.Timing.ReopenWindow,
		SealEvery: c.Timing.SealInterval, Stamp: c.Audit.TimestampURL != "",
		Patience: c.Timing.IntakePatience, Probe: c.Timing.ProbeInterval, Settle: c.Timing.Settle, SearchLag: c.Timing.SearchLag,
		Retry: workflows.Retry{Attempts: c.Timing.Attempts, First: c.Timing.FirstRetry, Longest: c.Timing.LongestRetry}, ForceLookUp: c.ForceLookUp,
		Pager: c.Pager.URL != "", OnCall: c.Jira.OnCall, Escalation: c.Timing.Escalation,
	}
	p.Quiet, _ = quietHours(c.Slack.QuietHours) // they were checked when the file was read
	if audience == incident.AudienceRestricted {
		p.Evidence = "" // the CSIRT's folder would show it to more people than the case's own
	}
	if audience == incident.AudienceGroup {
		p.Executives, p.ExecutivesLanguage = c.Slack.Executives, c.Slack.Languages[c.Slack.Executives] // the executives are not among the people of a narrower audience
	}
	if r.Drill {
		c.moveDrill(&p)
	}
	if err := c.complete(p, r.Drill); err != nil {
		return workflows.Placement{}, err
	}
	return p, nil
}

// languageOf is the language of a case: of the channel that becomes its own, else of the one in which people asked for it,
// else of the place where it goes.
func (c *Config) languageOf(r incident.Request, place Place) string {
	return cmp.Or(c.Slack.Languages[r.Channel], c.Slack.Languages[r.Where], place.Language, c.Language)
}

// moveDrill gives a drill its own project, and its own folder where everybody may look in anyway: a drill for few
// readers is practised in the place that it would have in earnest.
func (c *Config) moveDrill(p *workflows.Placement) {
	p.Project, p.Executives, p.ExecutivesLanguage = c.Jira.DrillProject, "", ""
	if p.Audience == incident.AudienceGroup {
		p.Folder = cmp.Or(c.Google.DrillFolder, p.Folder)
	}
}

// placeFor finds the place of an audience. The CSIRT is invited everywhere but to restricted cases.
func (c *Config) placeFor(audience incident.Audience, listed []*Organisation, unlisted []string) (Place, error) {
	switch audience {
	case incident.AudienceGroup:
		place := c.Audiences.Group
		place.Responders = c.csirt()
		return place, nil
	case incident.AudienceRestricted:
		return c.Audiences.Restricted, closed(c.Audiences.Restricted, "audiences.restricted")
	case incident.AudienceOrganisation:
		if err := c.checkNamed(listed, unlisted); err != nil {
			return Place{}, err
		}
		return c.organisationPlace(listed)
	}
	return Place{}, incident.Refuse(incident.Usage, "Use group, organisation or restricted", "unknown audience %q", incident.Shorten(string(audience), 40))
}

func (c *Config) csirt() []string {
	return slices.Concat(c.Slack.Responders, c.Audiences.Group.Responders)
}

// checkNamed refuses a case for organisations of which one is unknown: nobody could say who may read it.
func (c *Config) checkNamed(listed []*Organisation, unlisted []string) error {
	switch {
	case len(unlisted) > 0:
		return incident.Refuse(incident.Rule, c.howToNameOrganisations(),
			"%q is not among the configured organisations, so a case for its people only cannot be opened", incident.Shorten(unlisted[0], 80))
	case len(listed) == 0:
		return incident.Refuse(incident.Rule, c.howToNameOrganisations(), "a case for the people of an organisation must name the organisation")
	}
	return nil
}

// organisationPlace is the place of one organisation. For several, no single company's security level or folder fits:
// those of restricted cases do, because they admit nobody by themselves.
func (c *Config) organisationPlace(listed []*Organisation) (Place, error) {
	place, key := listed[0].Place, "organisations ("+listed[0].ID+")"
	if len(listed) > 1 {
		place, key = Place{SecurityLevel: c.Audiences.Restricted.SecurityLevel, Folder: c.Audiences.Restricted.Folder}, "audiences.restricted"
		for _, o := range listed {
			place.Responders = append(place.Responders, o.Responders...)
			place.Readers = append(place.Readers, o.Readers...)
		}
	}
	place.Responders = slices.Concat(place.Responders, c.csirt())
	return place, closed(place, key)
}

// closed refuses a place that everybody could look into.
func closed(p Place, key string) error {
	missing, because := "", ""
	switch {
	case p.SecurityLevel == "":
		missing, because = "security_level", "too many people could read its ticket"
	case p.Folder == "":
		missing, because = "folder", "too many people could read its files"
	default:
		return nil
	}
	return incident.Refuse(incident.Rule, "Ask an operator to set it, or, if everybody who handles incidents may know of this case, open it with the audience group",
		"the configuration lacks %s.%s, without which %s", key, missing, because)
}

// complete refuses a placement that no case can be opened with.
func (c *Config) complete(p workflows.Placement, drill bool) error {
	missing := ""
	switch {
	case p.Project == "" && drill:
		missing = "jira.drill_project, the JIRA project that numbers drills"
	case p.Project == "":
		missing = "jira.project, the JIRA project that numbers cases"
	case p.Folder == "":
		missing = "audiences.group.folder, the Drive folder of such cases"
	default:
		return nil
	}
	return incident.Refuse(incident.Rule, "Ask an operator to set it. Nothing was opened", "the configuration lacks %s", missing)
}

func (c *Config) howToNameOrganisations() string {
	if len(c.Organisations) == 0 {
		return "No organisations are configured: use the audience group or restricted"
	}
	var names []string
	for _, o := range c.Organisations[:min(10, len(c.Organisations))] {
		names = append(names, cmp.Or(append(o.Names, o.ID)...))
	}
	if more := len(c.Organisations) - len(names); more > 0 {
		names = append(names, "…")
	}
	return "Name one of " + strings.Join(names, ", ") + "; or use the audience group or restricted"
}

// uiBase is the beginning of the addresses of workflows in the Temporal UI.
func (c *Config) uiBase() string {
	if c.TemporalUI == "" {
		return ""
	}
	return c.TemporalUI + "/namespaces/" + url.PathEscape(cmp.Or(c.Getenv("TEMPORAL_NAMESPACE"), "default")) + "/workflows/"
}

// unique keeps the first of equal texts.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
