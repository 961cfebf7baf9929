package doctor

import (
	"context"
	"slices"
	"strings"

	"hikeshi/activities/jira"
	"hikeshi/worker/vendors"
)

func (a *area) jira(ctx context.Context) {
	if !a.secret("JIRA_TOKEN", "run doctor where the worker runs") {
		return
	}
	c, err := vendors.Jira(a.cfg)
	if a.failed("token", err) {
		return
	}
	acts := jira.Activities{Client: c}
	who, err := acts.CheckJiraAccess(ctx)
	if a.failed("token", err) {
		return
	}
	a.ok("token", "we are %s", who.Name)
	a.linkType(ctx, c)
	for _, key := range distinct(a.cfg.Jira.Project, a.cfg.Jira.DrillProject) {
		p := project{a, c, key}
		if p.types(ctx) {
			p.permissions(ctx)
			p.levels(ctx)
			p.tickets(ctx)
			p.onCall(ctx)
		}
	}
}

func (a *area) linkType(ctx context.Context, c *jira.Client) {
	names, err := c.LinkTypes(ctx)
	if a.failed("link type", err) {
		return
	}
	if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, a.cfg.Jira.LinkType) }) {
		a.mend("link type", "correct jira.link_type: JIRA has "+quoted(names), "there is no type of links %q", a.cfg.Jira.LinkType)
		return
	}
	a.ok("link type", "tickets are linked by %q", a.cfg.Jira.LinkType)
}

// project is the examination of one project.
type project struct {
	*area
	c   *jira.Client
	key string
}

func (p project) check(what string) string { return p.key + ": " + what }

// levelsWanted are the security levels that the configuration names.
func (p project) levelsWanted() []string {
	names := []string{p.cfg.Audiences.Group.SecurityLevel, p.cfg.Audiences.Restricted.SecurityLevel}
	for _, o := range p.cfg.Organisations {
		names = append(names, o.SecurityLevel)
	}
	return distinct(names...)
}

// types looks at the issue types and their create screens; false: the project cannot be read.
func (p project) types(ctx context.Context) bool {
	known, err := p.c.IssueTypes(ctx, p.key)
	if p.failed(p.check("project"), err) {
		return false
	}
	for _, name := range distinct(p.cfg.Jira.IssueType, p.cfg.Jira.LogType, p.cfg.Jira.ThemeType) {
		id, there := idOf(known, name)
		if !there {
			p.mend(p.check("issue type"), "add it to the project's issue type scheme, or correct the issue types in the configuration", "the project has no type %q", name)
			continue
		}
		p.createScreen(ctx, name, id)
	}
	return true
}

// idOf finds a type as JIRA does: whatever the case of its letters.
func idOf(types map[string]string, name string) (string, bool) {
	for known, id := range types {
		if strings.EqualFold(known, name) {
			return id, true
		}
	}
	return "", false
}

// written are the fields that we write into every new ticket.
var written = []string{"summary", "description", "labels"}

func (p project) createScreen(ctx context.Context, name, id string) {
	check := p.check("create screen of " + name)
	fields, err := p.c.CreateFields(ctx, p.key, id)
	if p.failed(check, err) {
		return
	}
	wanted := slices.Clone(written)
	if len(p.levelsWanted()) > 0 {
		wanted = append(wanted, "security")
	}
	for field := range p.cfg.Jira.Fields {
		wanted = append(wanted, field)
	}
	slices.Sort(wanted)
	var absent, required []string
	for _, w := range wanted {
		if !slices.ContainsFunc(fields, func(f jira.Field) bool { return f.ID == w }) {
			absent = append(absent, w)
		}
	}
	for _, f := range fields {
		given := slices.Contains(wanted, f.ID) || slices.Contains([]string{"project", "issuetype", "reporter"}, f.ID)
		if f.Required && !given {
			required = append(required, f.Name+" ("+f.ID+")")
		}
	}
	if len(required) > 0 {
		p.mend(check, "set them in jira.fields, or give them a default in JIRA", "it requires %s", strings.Join(required, ", "))
	}
	if len(absent) > 0 {
		p.mend(check, "put them on the screen, or take those of jira.fields out of the configuration", "fields that we write are not on it: %s", strings.Join(absent, ", "))
	}
	if len(required)+len(absent) == 0 {
		p.ok(check, "every field that we write is on it, and it requires no other")
	}
}

func (p project) permissions(ctx context.Context) {
	check := p.check("permissions")
	lacks, err := p.c.Lacks(ctx, p.key)
	if p.failed(check, err) {
		return
	}
	dc, err := p.c.DataCenter(ctx)
	if p.failed(check, err) {
		return
	}
	for _, need := range lacks {
		do := "give it to the account in the project's permission scheme"
		switch {
		case need.Key == jira.SetSecurity && len(p.levelsWanted()) == 0:
		case need.Key == jira.Administer && !dc: // Cloud then sends the mails, Data Center refuses the edit
			p.warn(check, do, "our account lacks %s, %s: watchers get a mail whenever the status block changes", need.Name, need.For)
		default:
			p.mend(check, do, "our account lacks %s, %s", need.Name, need.For)
		}
	}
	if len(lacks) == 0 {
		p.ok(check, "our account has all %d", len(jira.Needs()))
	}
}

func (p project) levels(ctx context.Context) {
	wanted := p.levelsWanted()
	if len(wanted) == 0 {
		return
	}
	check := p.check("security levels")
	have, err := p.c.Levels(ctx, p.key)
	if p.failed(check, err) {
		return
	}
	absent := slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return slices.Contains(have, name) })
	if len(absent) > 0 {
		p.mend(check, "add them to the project's issue security scheme with our account in them, or correct the names: it has "+orNone(have),
			"the project has no %s that our account may set", quoted(absent))
		return
	}
	p.ok(check, "our account may set %s", quoted(wanted))
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return quoted(names)
}

// tickets looks at what only a ticket shows: the edit screen and the workflow.
func (p project) tickets(ctx context.Context) {
	for _, kind := range distinct(p.cfg.Jira.IssueType, p.cfg.Jira.ThemeType, p.cfg.Jira.LogType) {
		samples, err := p.c.Samples(ctx, p.key, kind, "")
		if p.failed(p.check("tickets of type "+kind), err) {
			continue
		}
		if len(samples) == 0 {
			first := "a case"
			if p.key == p.cfg.Jira.DrillProject {
				first = "a drill"
			}
			p.unchecked(p.check("workflow of "+kind), "only a ticket shows its transitions and its edit screen, and search shows none yet: open %s, and run doctor again some minutes later", first)
			continue
		}
		p.editScreen(ctx, kind, samples[0].Key)
		for _, s := range samples {
			p.way(ctx, kind, s)
		}
	}
}

func (p project) editScreen(ctx context.Context, kind, ticket string) {
	check := p.check("edit screen of " + kind)
	fields, err := p.c.EditFields(ctx, ticket)
	if p.failed(check, err) {
		return
	}
	absent := slices.DeleteFunc(slices.Clone(written), func(w string) bool { return slices.Contains(fields, w) })
	if len(absent) > 0 {
		p.mend(check, "put them on the edit screen, and let our account edit tickets", "fields that we keep true are not on it: %s", strings.Join(absent, ", "))
		return
	}
	p.ok(check, "what we keep true can be edited, by the look of %s", ticket)
}

func (p project) way(ctx context.Context, kind string, s jira.Sample) {
	towards := "done"
	if s.Done {
		towards = "work"
	}
	check := p.check("workflow of " + kind)
	if !p.failed(check, p.c.CheckWay(ctx, s)) {
		p.ok(check, "from %q there is a way towards %s, by the look of %s", s.Status, towards, s.Key)
	}
}

// onCall looks whether whoever is on call can be given tickets, also those of the levels.
func (p project) onCall(ctx context.Context) {
	who := p.cfg.Jira.OnCall
	if who == "" {
		if p.key == p.cfg.Jira.Project {
			p.warn("on call", "set jira.on_call", "nobody is named: when Slack is silent, no mail of JIRA reaches people")
		}
		return
	}
	check := p.check("on call")
	may, err := p.c.Assignable(ctx, p.key, "", who)
	if p.failed(check, err) {
		return
	}
	if !may {
		p.mend(check, "correct jira.on_call: it must be an account with the permission Assignable User", "%s cannot be assigned tickets", who)
		return
	}
	p.ok(check, "%s can be assigned tickets", who)
	for _, level := range p.levelsWanted() {
		p.onCallSees(ctx, who, level)
	}
}

func (p project) onCallSees(ctx context.Context, who, level string) {
	check := p.check("on call, level " + level)
	samples, err := p.c.Samples(ctx, p.key, p.cfg.Jira.IssueType, level)
	if p.failed(check, err) {
		return
	}
	if len(samples) == 0 {
		p.unchecked(check, "whether %s sees tickets of the level only shows by one, and there is none yet", who)
		return
	}
	may, err := p.c.Assignable(ctx, p.key, samples[0].Key, who)
	if p.failed(check, err) {
		return
	}
	if !may {
		p.mend(check, "add the account to the level, or name another in jira.on_call", "%s does not see tickets of the level %q, such as %s", who, level, samples[0].Key)
		return
	}
	p.ok(check, "%s sees tickets of the level", who)
}
