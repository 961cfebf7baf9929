package slackbot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/workflows/notice"
)

// home is the workspace and the app from which requests are taken. One app's signing secret and socket serve every
// workspace into which it is installed; whoever installs it elsewhere must not reach our cases.
type home struct {
	mu    sync.Mutex
	teams []string      // the workspace's id; that of the organisation where the app is installed for all of an organisation
	app   string        // empty: not known yet
	known chan struct{} // closed when a team is known
}

func (h *home) set(app string, teams ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if app != "" {
		h.app = app
	}
	for _, team := range teams {
		if team != "" && !slices.Contains(h.teams, team) {
			h.teams = append(h.teams, team)
		}
	}
	if len(h.teams) > 0 && !h.isKnown() {
		close(h.known)
	}
}

func (h *home) isKnown() bool {
	select {
	case <-h.known:
		return true
	default:
		return false
	}
}

// heard notes our app's id as Slack names it when it opens a socket.
func (h *home) heard(app string) {
	if plainApp.MatchString(app) {
		h.set(app)
	}
}

// stranger says why a request is not for us, as far as we know who we are; empty: it is. What a request does not name
// is not held against it: Slack's signature stands for the rest.
func (h *home) stranger(app string, teams ...string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	teams = slices.DeleteFunc(teams, func(team string) bool { return team == "" })
	switch {
	case app != "" && h.app != "" && app != h.app:
		return "it is for another app"
	case len(teams) > 0 && len(h.teams) > 0 && !slices.ContainsFunc(teams, func(team string) bool { return slices.Contains(h.teams, team) }):
		return "it is from another workspace"
	}
	return ""
}

// elsewhere reports whether the workspace is not the one from which requests are taken, as far as that is known.
func (h *home) elsewhere(team string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return team != "" && len(h.teams) > 0 && !slices.Contains(h.teams, team)
}

// turnedAway refuses a request that is not for us.
func (g *Gateway) turnedAway(k kind, why string) reply {
	g.o.Log.Warn("refuse a request that is not for us", "kind", k, "reason", why)
	return refuse(why)
}

// How often Slack is asked who we are, until it says so: more often while requests wait for it.
const (
	firstAsk   = time.Second
	waitedAsk  = 5 * time.Second
	longestAsk = 10 * time.Minute
	homeTime   = time.Second // how long a request waits for it, of the three seconds that Slack gives
)

// homeless reports whether Slack has still to say which workspace is ours: until then nobody's request is taken, for it may
// be a stranger's. A gateway without a bot token has nobody to ask, and goes by what is configured.
func (g *Gateway) homeless() bool {
	if g.home.isKnown() {
		return false
	}
	_, err := g.api()
	return err == nil
}

// awaitHome gives Slack a moment to say so; false: it has not.
func (g *Gateway) awaitHome(ctx context.Context) bool {
	if !g.homeless() {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, homeTime)
	defer cancel()
	select {
	case <-g.home.known:
		return true
	case <-ctx.Done():
		return false
	}
}

// tooEarly answers somebody who did something before our workspace is known. Where nothing can be said, Slack shows them
// that it has failed.
func (g *Gateway) tooEarly(i interaction) reply {
	text := notice.TooEarly(g.o.Lang)
	if i.Type == "view_submission" {
		for field := range i.View.State.Values { // what is written stays in the form
			return complain(field, text)
		}
		return show(map[string]any{"response_action": "update", "view": told(g.o.Lang, text)})
	}
	if i.ResponseURL == "" {
		return comeAgain("it is not known yet which workspace is ours")
	}
	g.tell(hearing{g.o.Lang, i.ResponseURL, "", i.User.ID}, text)
	return done()
}

// learnHome asks Slack what nobody has told us: which workspace the bot token is for, and which app. It returns when it
// knows, or ctx ends.
func (g *Gateway) learnHome(ctx context.Context) {
	if g.o.Token == nil || g.o.Team != "" && g.o.App != "" {
		return
	}
	longest := longestAsk
	if g.homeless() {
		longest = waitedAsk
	}
	for wait := firstAsk; ; wait = min(2*wait, longest) {
		err := g.askHome(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		g.o.Log.Warn("Slack does not say which workspace is ours: until it does, nothing is taken from any, unless slack.team names ours", "again_in", wait, "reason", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// us is what Slack says of the bot token: whose it is.
func (g *Gateway) us(ctx context.Context, api *slack.Client) (me *slack.AuthTestResponse, known bool) {
	return g.people.home.of(ctx, g.ctx, "", func(ctx context.Context) (*slack.AuthTestResponse, error) {
		me, err := api.AuthTestContext(ctx)
		if err != nil {
			g.o.Log.Warn("Slack does not say whose the bot token is", "error", err)
		}
		return me, err
	})
}

// askHome leaves the app unknown where the token may not ask for it: the workspace is what counts.
func (g *Gateway) askHome(ctx context.Context) error {
	api, err := g.api()
	if err != nil {
		return err
	}
	me, known := g.us(ctx, api)
	if !known || !plainTeam.MatchString(me.TeamID) {
		return errors.New("auth.test names no workspace")
	}
	if g.o.Team == "" {
		g.home.set("", me.TeamID, me.EnterpriseID) // workspaces of one enterprise are one house
	}
	if bot, err := api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: me.BotID}); err == nil {
		g.home.heard(strings.TrimSpace(bot.AppID))
	}
	return nil
}
