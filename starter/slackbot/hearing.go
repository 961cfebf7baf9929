package slackbot

import (
	"context"

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
		ctx, cancel := context.WithTimeout(g.ctx, respondTime)
		defer cancel()
		_, err = api.UpdateViewContext(ctx, told(to.lang, text), "", "", to.view)
	}
	if err != nil {
		g.o.Log.Warn("the person does not hear what became of a form", "error", err)
	}
}

// told is a form that says something and asks nothing.
func told(lang, text string) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, Title: words(notice.FormTitle(lang)), Close: words(notice.FormWord(lang, "word", "done")),
		Blocks: slack.Blocks{BlockSet: []slack.Block{section(text)}}}
}

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, true), nil, nil)
}
