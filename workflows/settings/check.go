package settings

import (
	"cmp"
	"encoding/json"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/strictyaml"
)

// checker collects what is wrong with the values of a file that has the right shape.
type checker struct {
	strictyaml.Problems
	at map[string]int // path of a key → line
}

func (c *Config) check(at map[string]int) strictyaml.Problems {
	k := &checker{at: at}
	k.oneOf("language", c.Language, "en", "ja")
	k.oneOf("default_audience", string(c.DefaultAudience), audiences()...)
	k.required("jira.project", c.Jira.Project, "the key of the JIRA project that tickets are opened in, such as SEC")
	_, err := json.Marshal(c.Jira.Fields)
	k.that(err == nil, "jira.fields", "must be values that JIRA's API can take: texts, numbers, lists, groups of keys")
	k.address("slack.url", c.Slack.URL)
	_, err = quietHours(c.Slack.QuietHours)
	k.that(err == nil, "slack.quiet_hours", "must be from one time of day to another, such as 22:00-07:00, not %q", c.Slack.QuietHours)
	k.that(c.Slack.Command == "" || slashCommand.MatchString(c.Slack.Command), "slack.command", "must be the name of the app's slash command, such as /case, not %q", c.Slack.Command)
	k.channel("slack.executives_channel", c.Slack.Executives)
	k.channel("slack.operators_channel", c.Slack.Operators)
	for _, id := range sortedKeys(c.Slack.Languages) {
		key := strictyaml.Join("slack.channel_languages", id)
		k.channel(key, id)
		k.oneOf(key, c.Slack.Languages[id], "en", "ja")
	}
	k.address("jira.site_url", c.Jira.SiteURL)
	k.required("jira.issue_type", c.Jira.IssueType, "the name of the issue type of cases' tickets, such as Incident")
	k.required("jira.link_type", c.Jira.LinkType, "the name of the type of links between tickets, such as Relates")
	k.name("jira.log_issue_type", c.Jira.LogType)
	k.name("jira.theme_issue_type", c.Jira.ThemeType)
	k.name("jira.duplicate_link_type", c.Jira.Duplicate)
	k.name("jira.on_call", c.Jira.OnCall)
	k.address("pager.url", c.Pager.URL)
	k.folder("google.evidence_folder", c.Google.EvidenceFolder)
	k.address("temporal_ui", c.TemporalUI)
	k.listen("gateway.listen", c.Gateway.Listen)
	k.oneOf("gateway.mode", cmp.Or(c.Gateway.Mode, "both"), "socket", "http", "both")
	k.that(c.Slack.Team == "" || teamID.MatchString(c.Slack.Team), "slack.team", "must be the id of a workspace, such as T0123ABCD, or of an organisation, such as E0123ABCD, not %q", c.Slack.Team)
	k.that(c.Slack.App == "" || appID.MatchString(c.Slack.App), "slack.app", "must be the id of the Slack app, such as A0123ABCD, not %q", c.Slack.App)
	k.listen("codec.listen", c.Codec.Listen)
	k.address("audit.timestamp_url", c.Audit.TimestampURL)
	k.that(c.Audit.TimestampURL == "" || c.Audit.TimestampCA != "", "audit.timestamp_ca", "is missing: the PEM file with the root certificate of the authority at audit.timestamp_url")
	k.that(c.RateShare > 0 && c.RateShare <= 1, "rate_share", "must be over 0 and at most 1: 0.5 for each of two workers")
	k.places(c)
	k.organisations(c)
	k.timing(c.Timing)
	k.mask(c.Mask)
	k.rules(c.Rules)
	k.publicKeys(c.Gateway.PublicKeys)
	k.environment(c.Environment)
	return k.Problems
}

var slashCommand = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)

func audiences() []string {
	return []string{string(incident.AudienceGroup), string(incident.AudienceOrganisation), string(incident.AudienceRestricted)}
}

// that reports the key unless ok.
func (k *checker) that(ok bool, key, complaint string, args ...any) {
	if !ok {
		k.Add(k.at[key], key+" "+complaint, args...)
	}
}

func (k *checker) required(key, value, what string) {
	k.that(strings.TrimSpace(value) != "", key, "is missing: "+what)
}

func (k *checker) oneOf(key, value string, known ...string) {
	k.that(slices.Contains(known, value), key, "must be one of %s, not %q", strings.Join(known, ", "), value)
}

// language takes none for the installation's.
func (k *checker) language(key, value string) { k.oneOf(key, cmp.Or(value, "en"), "en", "ja") }

func (k *checker) address(key, value string) {
	u, err := url.Parse(value)
	k.that(value == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "", key, "must be an address beginning with https://, not %q", value)
}

func (k *checker) listen(key, value string) {
	_, port, err := net.SplitHostPort(value)
	number, portErr := strconv.ParseUint(port, 10, 16)
	k.that(value == "" || err == nil && portErr == nil && number < 1<<16, key, "must be host:port, such as 127.0.0.1:8080, not %q", value)
}

var (
	teamID = regexp.MustCompile(`^[TE][A-Z0-9]{2,}$`)
	appID  = regexp.MustCompile(`^A[A-Z0-9]{2,}$`)
)

var channelID = regexp.MustCompile(`^[CG][A-Z0-9]{2,}$`)

// channel wants an id: a name would have to be looked up, and changes.
func (k *checker) channel(key, value string) {
	k.that(value == "" || channelID.MatchString(value), key, "must be the id of a channel, such as C0123ABCD (Slack shows it at the end of the channel's details), not %q", value)
}

func (k *checker) name(key, value string) {
	k.that(value == strings.TrimSpace(value), key, "must be a name as JIRA shows it, not %q", value)
}

var driveID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (k *checker) folder(key, value string) {
	k.that(value == "" || driveID.MatchString(value), key, "must be the id of a Drive folder (the end of the folder's address), not %q", value)
}

// mask finds patterns that would stop the worker, or take out everything.
func (k *checker) mask(patterns []string) {
	for i, text := range patterns {
		key := "mask[" + strconv.Itoa(i+1) + "]"
		pattern, err := regexp.Compile(text)
		k.that(err == nil, key, "must be a pattern in RE2's syntax: %v", err)
		k.that(err != nil || !pattern.MatchString(""), key, "must not match the empty text, as %q does: it would match everywhere", text)
	}
}

func (k *checker) places(c *Config) {
	k.mails("audiences.group.readers", c.Audiences.Group.Readers)
	k.mails("audiences.restricted.readers", c.Audiences.Restricted.Readers)
	k.language("audiences.group.language", c.Audiences.Group.Language)
	k.language("audiences.restricted.language", c.Audiences.Restricted.Language)
	folder := "the id of the Drive folder that holds the cases' folders (the end of the folder's address)"
	switch c.DefaultAudience {
	case incident.AudienceGroup:
		k.required("audiences.group.folder", c.Audiences.Group.Folder, folder)
	case incident.AudienceRestricted:
		k.required("audiences.restricted.folder", c.Audiences.Restricted.Folder, folder)
		k.required("audiences.restricted.security_level", c.Audiences.Restricted.SecurityLevel,
			"the name of the JIRA security level that only the people of restricted cases have")
	}
}

func (k *checker) mails(key string, list []string) {
	for _, mail := range list {
		name, host, ok := strings.Cut(mail, "@")
		k.that(ok && name != "" && host != "" && !strings.ContainsAny(mail, " <>,"), key, "must be e-mail addresses; %q is none", mail)
	}
}

var opaqueID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

func (k *checker) organisations(c *Config) {
	owner := map[string]string{} // folded word → the organisation it means
	for i, o := range c.Organisations {
		key := "organisations[" + strconv.Itoa(i+1) + "]"
		k.that(opaqueID.MatchString(o.ID), key, "needs an id of at most 40 letters, digits, dots, hyphens or underscores, not %q", o.ID)
		k.language(key+".language", o.Language)
		k.that(len(o.Names) > 0, key, "needs names: how people call %q, the one to show first", o.ID)
		for _, word := range append([]string{o.ID}, o.Names...) {
			before, taken := owner[fold(word)]
			k.that(!taken || before == o.ID && word != o.ID, key, "is called %q, which already means the organisation %q", word, before)
			owner[fold(word)] = o.ID
		}
		k.mails(key+".readers", o.Readers)
	}
	for _, id := range c.Viewer.Organisations {
		known := id == Everything || c.organisation(id) != nil
		k.that(known, "viewer.organisations", "names %q, which is not among organisations%s", id, strictyaml.DidYouMean(id, c.organisationIDs()))
	}
}

func (k *checker) timing(t Timing) {
	for _, d := range []struct {
		key   string
		value time.Duration
		least time.Duration
	}{
		{"intake_patience", t.IntakePatience, 0}, {"probe_interval", t.ProbeInterval, 100 * time.Millisecond}, {"search_lag", t.SearchLag, 0}, {"settle", t.Settle, 0},
		{"reopen_window", t.ReopenWindow, 0}, {"first_retry", t.FirstRetry, 10 * time.Millisecond}, {"longest_retry", t.LongestRetry, t.FirstRetry},
		{"seal_interval", t.SealInterval, time.Second}, {"escalation", t.Escalation, 100 * time.Millisecond},
	} {
		k.that(d.value >= d.least, strictyaml.Join("timing", d.key), "must be at least %s, not %s", d.least, d.value)
	}
	k.that(t.Attempts >= 1 && t.Attempts <= 1000, "timing.attempts", "must be from 1 to 1000, not %d", t.Attempts)
	k.that(t.ReopenWindow <= 8760*time.Hour, "timing.reopen_window", "must be at most 8760h (a year), not %s: a closed case runs on for that long", t.ReopenWindow)
}
