package slackbot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// homeAddress begins the address of somebody who pressed a button of their Home tab, where they hear what came of it.
const homeAddress = "home:"

// lagTime is how long a list may lag behind what was done: then the tab is shown anew.
const lagTime = 3 * time.Second

// tabs are the Home tabs that are being filled. However often somebody opens theirs, one is filled at a time, and the
// last one shows how things stand then.
type tabs struct {
	mu    sync.Mutex
	going map[string]bool   // by user: somebody fills it
	again map[string]string // it is to be filled once more, and what it says then
}

// begin reports whether the caller is to fill the tab; else whoever fills it does so once more.
func (t *tabs) begin(user, said string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.going[user] {
		t.again[user] = said
		return false
	}
	if t.going == nil {
		t.going, t.again = map[string]bool{}, map[string]string{}
	}
	t.going[user] = true
	return true
}

// next reports whether the tab is to be filled once more.
func (t *tabs) next(user string) (said string, again bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	said, again = t.again[user]
	delete(t.again, user)
	if !again {
		delete(t.going, user)
	}
	return said, again
}

// showHome fills somebody's Home tab; said is what came of what they did there.
func (g *Gateway) showHome(user, said string) {
	if g.tabs.begin(user, said) {
		g.fillHome(user, said)
	}
}

// fillHome fills a Home tab that nobody else fills.
func (g *Gateway) fillHome(user, said string) {
	for again := true; again; said, again = g.tabs.next(user) {
		if err := g.publish(user, said); err != nil && g.ctx.Err() == nil {
			g.o.Log.Warn("a Home tab is not filled", "user", user, "error", err)
		}
	}
}

// tellAtHome shows in the tab what came of what somebody did, and again when lists know of it too.
func (g *Gateway) tellAtHome(user, text string) {
	if !plainUser.MatchString(user) {
		return
	}
	g.showHome(user, text)
	select {
	case <-g.ctx.Done():
	case <-time.After(lagTime):
		g.showHome(user, text)
	}
}

// publish asks who it is and what they may see, and shows it.
// https://docs.slack.dev/reference/methods/views.publish
func (g *Gateway) publish(user, said string) error {
	ctx, cancel := context.WithTimeout(g.ctx, lookTime)
	defer cancel()
	api, err := g.api()
	if err != nil {
		return err
	}
	who := g.person(ctx, user)
	home := g.homeOf(ctx, who)
	home.Lang, home.Said = who.Lang, said
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocksOf(g.messageInOurName(home.Message(escape)))}}
	_, err = api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
	return err
}

// homeOf is what the person may see, or why they see nothing.
func (g *Gateway) homeOf(ctx context.Context, who person) notice.Home {
	err := g.mayRead(incident.VerbList, who.by(who.Name, "", ""), false)
	var found notice.Home
	if err == nil {
		found, err = g.o.Desk.Home(ctx, Viewer{User: who.ID}, who.names())
	}
	var refusal *incident.Refusal
	switch {
	case err == nil:
		found.Now = now()
		return found
	case errors.As(err, &refusal):
		return notice.Home{Trouble: refused(who.Lang, refusal), Closed: true}
	case isNotConfirmed(ctx, err):
		g.o.Log.Error("the desk does not answer", "what", "a Home tab", "error", err)
		return notice.Home{Trouble: notice.ReadUnknown(who.Lang, notice.HomeTitle(who.Lang))}
	}
	return notice.Home{Trouble: g.explained(who.Lang, err, notice.HomeTitle(who.Lang))}
}

// names are what a task may call the person.
func (p person) names() []string {
	if p.Name == "" {
		return []string{p.ID}
	}
	return []string{p.ID, p.Name, "@" + p.Name}
}
