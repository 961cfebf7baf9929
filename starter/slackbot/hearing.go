package slackbot

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/workflows/notice"
)

// hearing is where a person hears what became of something they asked for: as an answer to a command or a button, or,
// where Slack takes none, in the form itself, or in the Home tab whose button they pressed.
type hearing struct {
	lang    string
	address string // Slack takes answers there; empty: nowhere
	view    string // id of the form, which shows the answer then
	user    string // who gets it as a direct message if there is no other way
}

// tell tells the person in the background: Slack must not wait for its own response_url.
func (g *Gateway) tell(to hearing, text string) {
	g.aside("tell a person", func() { g.hear(to, text) })
}

// hear tells the person. Whoever has closed the form, or whose address Slack takes no more, hears it directly.
func (g *Gateway) hear(to hearing, text string) {
	ctx, cancel := g.telling()
	defer cancel()
	var err error
	switch {
	case strings.HasPrefix(to.address, homeAddress):
		g.tellAtHome(strings.TrimPrefix(to.address, homeAddress), text)
	case to.address != "":
		err = g.orDirect(ctx, to, text, g.respond(ctx, to.address, text))
	case to.view != "":
		err = g.orDirect(ctx, to, text, g.intoView(ctx, to, text))
	default:
		err = g.direct(ctx, to.user, text)
	}
	if err != nil {
		g.o.Log.Warn("a person does not hear what became of what they asked for", "error", err)
	}
}

// orDirect tells the person directly what could not be told as it should.
func (g *Gateway) orDirect(ctx context.Context, to hearing, text string, err error) error {
	if err == nil {
		return nil
	}
	g.o.Log.Info("an answer goes as a direct message", "reason", err)
	return g.direct(ctx, to.user, text)
}

func (g *Gateway) intoView(ctx context.Context, to hearing, text string) error {
	api, err := g.api()
	if err == nil {
		_, err = api.UpdateViewContext(ctx, told(to.lang, g.inOurName(text)), "", "", to.view)
	}
	return err
}

// direct is for whoever has taken longer over a form than Slack takes answers, which is half an hour, and for those who
// asked where there is no channel.
// https://docs.slack.dev/reference/methods/conversations.open
func (g *Gateway) direct(ctx context.Context, user, text string) error {
	api, err := g.api()
	if err != nil {
		return err
	}
	channel, _, _, err := api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
	if err == nil {
		_, _, err = api.PostMessageContext(ctx, channel.ID, slack.MsgOptionText(g.inOurName(text), false), slack.MsgOptionDisableLinkUnfurl())
	}
	return err
}

// telling is as long as people are told something. Whoever was told that it is not known yet hears the end of it when the
// gateway ends, too: that nobody will look any more.
func (g *Gateway) telling() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.ctx), 2*respondTime)
	stop := context.AfterFunc(g.ctx, func() { time.AfterFunc(lastWords, cancel) })
	return ctx, func() { stop(); cancel() }
}

// lastWords is how long the gateway takes for that.
const lastWords = 5 * time.Second

// told is a form that says something and asks nothing.
func told(lang, text string) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, Title: words(notice.FormTitle(lang)), Close: words(notice.FormWord(lang, "word", "done")),
		Blocks: slack.Blocks{BlockSet: []slack.Block{section(text)}}}
}
