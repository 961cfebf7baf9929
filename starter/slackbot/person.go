package slackbot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
)

// knowTime is how long an answer waits for what Slack says of the person. Whom Slack does not know in time is answered
// all the same, in the configured language; that a guest is one is then not known either. Slack often takes a quarter of
// a second, and a form still has to be opened within three.
const knowTime = 800 * time.Millisecond

// person is whoever does something in Slack.
type person struct {
	ID   string
	Name string // as shown; empty: unknown
	Lang string // of the answers: en or ja
	TZ   string // Asia/Tokyo; empty: unknown

	Known    bool // Slack has said who it is: only then does Guest count
	Guest    bool // may see single channels only
	External bool // is of another workspace; also of whom Slack has said nothing, if the request came from another one

	Groups      []string // of the user groups that the rules name, those that the person is in
	GroupsKnown bool     // Slack has said so of each of them
}

// people is what Slack has said of persons, of the groups that the rules name, and of our own workspace.
type people struct {
	persons *memory[*slack.User]
	groups  *memory[[]string]
	home    *memory[*slack.AuthTestResponse]
}

func newPeople(wait time.Duration) people {
	return people{newMemory[*slack.User](freshTime, wait), newMemory[[]string](freshGroup, wait), newMemory[*slack.AuthTestResponse](freshTime, wait)}
}

// person finds out who that is, as far as Slack says so in time.
func (g *Gateway) person(ctx context.Context, user string) person {
	p := person{ID: user, Lang: g.o.Lang}
	api, err := g.api()
	if err != nil {
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(g.o.KnowTime, knowTime))
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { p.Groups, p.GroupsKnown = g.groupsOf(ctx, api, user) })
	var home *slack.AuthTestResponse
	var isHome bool
	all.Go(func() { home, isHome = g.us(ctx, api) })
	said, isSaid := g.said(ctx, api, user)
	all.Wait()
	if isSaid {
		p.describe(said, g.o.Lang)
	}
	if isSaid && isHome {
		p.Known, p.External = true, isExternal(said, home)
	}
	return p
}

// sender is the person who sent a request. The request itself says of which workspace they are: until Slack has said
// more, whoever is of another one is taken for a stranger.
func (g *Gateway) sender(ctx context.Context, user, team string) person {
	p := g.person(ctx, user)
	if !p.Known && g.home.elsewhere(team) {
		p.External = true
	}
	return p
}

// by is the person as a sender: Slack's signature vouches for who, from which workspace and in which channel; the rest is
// what Slack answered.
func (p person) by(name, team, channel string) incident.By {
	return incident.By{
		Who: p.ID, Name: name, Door: incident.DoorSlack, Assurance: incident.SlackSigned, Team: team, Channel: channel,
		Known: p.Known, Guest: p.Guest, External: p.External, Groups: p.Groups, GroupsKnown: p.GroupsKnown,
	}
}

func (p *person) describe(u *slack.User, otherwise string) {
	p.Name, p.TZ, p.Lang = shownName(u), u.TZ, langOf(u.Locale, otherwise)
	p.Guest = u.IsRestricted || u.IsUltraRestricted
}

// mayRead decides whether the sender may read cases, or the one of the channel they are in: inside. Which of them they
// may see is the desk's to decide.
func (g *Gateway) mayRead(verb string, by incident.By, inside bool) error {
	if g.o.Reading == nil {
		return nil
	}
	err := g.o.Reading(verb, by, inside)
	if err != nil {
		g.o.Log.Warn("refuse to show cases", "verb", verb, "user", by.Who, "reason", err)
	}
	return err
}

// langOf is the language for a locale such as ja-JP: Japanese for those who read Slack in it, English for all others,
// and what is configured where Slack does not say.
func langOf(locale, otherwise string) string {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch language {
	case "":
		return otherwise
	case "ja":
		return "ja"
	}
	return "en"
}

// isExternal reports whether the person is of another workspace, as in channels shared by Slack Connect. Workspaces of
// one enterprise are one house.
func isExternal(u *slack.User, home *slack.AuthTestResponse) bool {
	sameHouse := home.EnterpriseID != "" && u.Enterprise.EnterpriseID == home.EnterpriseID
	return u.IsStranger || u.TeamID != "" && home.TeamID != "" && u.TeamID != home.TeamID && !sameHouse
}

// groupsOf finds the groups that the person is in. One that Slack says nothing of leaves them unknown.
// https://docs.slack.dev/reference/methods/usergroups.users.list
func (g *Gateway) groupsOf(ctx context.Context, api *slack.Client, user string) (in []string, known bool) {
	is := make([]bool, len(g.o.Groups))
	said := make([]bool, len(g.o.Groups))
	var all sync.WaitGroup
	for i, group := range g.o.Groups {
		all.Go(func() {
			members, ok := g.people.groups.of(ctx, g.ctx, group, func(ctx context.Context) ([]string, error) {
				members, err := api.GetUserGroupMembersContext(ctx, group)
				if err != nil {
					g.o.Log.Warn("Slack does not say who is in a user group that the rules name", "group", group, "error", err)
				}
				return members, err
			})
			is[i], said[i] = slices.Contains(members, user), ok
		})
	}
	all.Wait()
	for i, group := range g.o.Groups {
		if is[i] {
			in = append(in, group)
		}
	}
	return in, !slices.Contains(said, false)
}
