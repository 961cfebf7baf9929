package slackbot

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
)

// maxAsked bounds of how many people Slack is asked what they are called for one request: as many as a case takes at once.
const maxAsked = 50

// naming adds to a sender what people are called whom the fields name by id, as far as Slack says so in time: people
// read names. Who is meant stays the id, so a name that comes once and fails the next time makes no other request.
// text is what was typed: Slack's mentions may bring the names with them.
func (g *Gateway) naming(ctx context.Context, by incident.By, text string, people ...[]string) incident.By {
	names := incident.Names{}
	given := labels(text)
	var unknown []string
	for _, who := range slices.Concat(people...) {
		if name := given[who]; name != "" {
			names[who] = name
		}
		if incident.UserID(who) != "" && !slices.Contains(unknown, who) {
			unknown = append(unknown, who)
		}
	}
	maps.Copy(names, g.namesOf(ctx, unknown[:min(len(unknown), maxAsked)]))
	if by.Named = nil; len(names) > 0 {
		by.Named = names
	}
	return by
}

// labels are the names in the mentions of a text, by ids.
func labels(text string) map[string]string {
	found := map[string]string{}
	for _, m := range token.FindAllStringSubmatch(text, -1) {
		if id := mentioned(m[0]); m[2] != "" && (strings.HasPrefix(m[1], "@") || strings.HasPrefix(m[1], "!subteam^")) {
			found[id] = strings.TrimPrefix(unescape.Replace(m[2]), "@")
		}
	}
	return found
}

// namesOf asks Slack what people are called.
func (g *Gateway) namesOf(ctx context.Context, users []string) incident.Names {
	api, err := g.api()
	if err != nil || len(users) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(g.o.KnowTime, briefly)) // an id in the place of a name is read all the same
	defer cancel()
	names := make([]string, len(users))
	var all sync.WaitGroup
	for i, user := range users {
		all.Go(func() {
			if said, ok := g.said(ctx, api, user); ok {
				names[i] = shownName(said)
			}
		})
	}
	all.Wait()
	found := incident.Names{}
	for i, name := range names {
		if name != "" {
			found[users[i]] = name
		}
	}
	return found
}

// said is what Slack says of somebody.
// https://docs.slack.dev/reference/methods/users.info
func (g *Gateway) said(ctx context.Context, api *slack.Client, user string) (*slack.User, bool) {
	return g.people.persons.of(ctx, g.ctx, user, func(ctx context.Context) (*slack.User, error) {
		found, err := api.GetUserInfoContext(ctx, user)
		if isNobody(err) {
			return &slack.User{ID: user, IsStranger: true}, nil
		}
		if err != nil {
			g.o.Log.Warn("Slack does not say who a person is", "user", user, "error", err)
		}
		return found, err
	})
}

// isNobody reports whether Slack says that there is no such person here: then whoever it is, is of another workspace.
func isNobody(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && (said.Err == "user_not_found" || said.Err == "user_not_visible")
}

// shownName is what Slack shows people by.
func shownName(u *slack.User) string {
	if u.Profile.DisplayName != "" {
		return u.Profile.DisplayName
	}
	return u.Name
}

// people are those whom the fields name, slot by slot.
func (v verb) people(f fields) (list [][]string) {
	for _, s := range v.slots {
		if s.kind == aPerson || s.kind == somePeople {
			list = append(list, f[s.name])
		}
	}
	return list
}
