package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/worker/vendors"
)

const manifest = "deploy/slack-manifest.yaml"

func (a *area) slack(ctx context.Context) {
	sockets, requests := a.cfg.Ways()
	if requests && a.secret("SLACK_SIGNING_SECRET", "`starter serve` needs it where Slack reaches it by HTTP") {
		a.ok("SLACK_SIGNING_SECRET", "it is there; only a request of Slack's shows whether it is right")
	}
	if sockets && a.secret("SLACK_APP_TOKEN", "`starter serve` needs it for Socket Mode") {
		token, _ := a.cfg.Secret("SLACK_APP_TOKEN")() // it was read a moment ago
		if !a.failed("app token", slack.CheckAppToken(ctx, a.cfg.Getenv("SLACK_API_URL"), token)) {
			a.ok("app token", "Slack gives out sockets for it")
		}
	}
	if !a.secret("SLACK_BOT_TOKEN", "run doctor where the worker runs") {
		return
	}
	c, err := vendors.Slack(a.cfg)
	if a.failed("bot token", err) {
		return
	}
	who, err := c.Granted(ctx)
	if a.failed("bot token", err) {
		return
	}
	a.ok("bot token", "we are %s in the workspace %s", who.User, who.Team)
	if !who.Date.IsZero() {
		a.clock("Slack's", time.Since(who.Date).Truncate(time.Second))
	}
	a.scopes(who.Scopes)
	a.channel(ctx, c, "operators' channel", "slack.operators_channel", a.cfg.Slack.Operators)
	a.channel(ctx, c, "executives' channel", "slack.executives_channel", a.cfg.Slack.Executives)
	a.people(ctx, c)
	a.groups(ctx, c)
}

func (a *area) scopes(granted []string) {
	if len(granted) == 0 {
		a.unchecked("scopes", "Slack's answer does not name the token's scopes")
		return
	}
	var lacking, more []string
	for _, s := range slack.Scopes() {
		if !slices.Contains(granted, s) {
			lacking = append(lacking, s+" (for "+strings.Join(slack.UsesOf(s), ", ")+")")
		}
	}
	for _, s := range granted {
		if !slices.Contains(slack.Scopes(), s) {
			more = append(more, s)
		}
	}
	if len(lacking) > 0 {
		a.mend("scopes", "paste "+manifest+" under App Manifest, and install the app again", "the bot token lacks %s", strings.Join(lacking, "; "))
	} else {
		a.ok("scopes", "the bot token has all %d that are needed", len(slack.Scopes()))
	}
	if len(more) > 0 {
		a.warn("scopes", "take them away: paste "+manifest+" under App Manifest, and install the app again", "the bot token has more than is needed: %s", strings.Join(more, ", "))
	}
}

func (a *area) channel(ctx context.Context, c *slack.Client, check, key, id string) {
	if id == "" {
		return
	}
	at, err := c.Joined(ctx, id)
	switch {
	case activities.Is(err, activities.NotFound):
		a.mend(check, "invite the app into the channel, or correct "+key, "%s is not there, or it is private and the app is no member", id)
	case a.failed(check, err):
	case at.Archived:
		a.mend(check, "unarchive it, or correct "+key, "#%s is archived", at.Name)
	case !at.Member:
		a.mend(check, "invite the app: /invite @hikeshi", "the app is no member of #%s", at.Name)
	case at.Public && id == a.cfg.Slack.Operators:
		a.warn(check, "make it private in the channel's settings",
			"#%s is public: everybody in the workspace may join it, and do there what it is for", at.Name)
	case at.Public:
		a.ok(check, "the app is a member of #%s, which is public: everybody in the workspace may join it", at.Name)
	default:
		a.ok(check, "the app is a member of #%s", at.Name)
	}
}

// people looks up everybody who stands in the configuration: whoever is not found is not invited.
func (a *area) people(ctx context.Context, c *slack.Client) {
	who := slices.Concat(a.cfg.Slack.Responders, a.cfg.Audiences.Group.Responders, a.cfg.Audiences.Restricted.Responders)
	for _, o := range a.cfg.Organisations {
		who = append(who, o.Responders...)
	}
	if who = distinct(who...); len(who) == 0 {
		a.warn("responders", "set slack.responders", "nobody is invited into new cases but those whom the opener names")
		return
	}
	acts := slack.Activities{Client: c}
	found, err := acts.FindPeople(ctx, slack.FindPeople{Who: who, IDs: true})
	if a.failed("responders", err) {
		return
	}
	if len(found.Unknown) > 0 {
		a.mend("responders", "correct the responders in the configuration, or put people into the group", "nobody in the workspace, or a group without members: %s", quoted(found.Unknown))
		return
	}
	a.ok("responders", "%d entries stand for %d people", len(who), len(found.People))
}

// groups looks for those by which the rules decide: whoever is in none that Slack knows may not do what they should.
func (a *area) groups(ctx context.Context, c *slack.Client) {
	if len(a.cfg.Rights().Groups()) == 0 {
		return
	}
	known, err := c.UserGroups(ctx)
	if a.failed("groups of the rules", err) {
		return
	}
	acts, good := slack.Activities{Client: c}, 0
	for i, r := range a.cfg.Rules {
		check := fmt.Sprintf("rules[%d] (%s)", i+1, strings.Join(r.Verbs, ", "))
		for _, id := range r.Groups {
			handle, there := known[id]
			if !there {
				a.mend(check, "correct rules, or enable the group again in Slack", "there is no user group %s in the workspace, or it is disabled: nobody is let in by it", id)
				continue
			}
			found, err := acts.FindPeople(ctx, slack.FindPeople{Who: []string{id}, IDs: true})
			switch {
			case a.failed(check, err):
			case len(found.People) == 0:
				a.mend(check, "put people into @"+handle+" in Slack, or correct rules", "the user group @%s (%s) is empty: nobody is let in by it", handle, id)
			default:
				good++
			}
		}
	}
	if good > 0 {
		a.ok("groups of the rules", "%d times a rule names a user group that has members", good)
	}
}
