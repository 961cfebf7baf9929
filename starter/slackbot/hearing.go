package slackbot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/workflows/notice"
)

// hearing is where a person hears what became of something they asked for: as an answer to a command or a button, or,
// where Slack takes none, in the form itself.
type hearing struct {
	lang    string
	address string // Slack takes answers there; empty: nowhere
	view    string // id of the form, which shows the answer then
}

// hear tells the person. Whoever has closed the form hears nothing; the case's channel says it anyway.
func (g *Gateway) hear(to hearing, text string) {
	if to.address != "" {
		g.send(to.address, text)
		return
	}
	api, err := g.api()
	if err == nil && to.view != "" {
		ctx, cancel := g.telling()
		defer cancel()
		_, err = api.UpdateViewContext(ctx, told(to.lang, text), "", "", to.view)
	}
	if err != nil {
		g.o.Log.Warn("the person does not hear what became of a form", "error", err)
	}
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

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, true), nil, nil)
}
