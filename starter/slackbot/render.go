package slackbot

import (
	"github.com/slack-go/slack"

	"hikeshi/workflows/notice"
)

// blocksOf is a message as Slack takes it. Its texts keep Slack's bounds already.
func blocksOf(m notice.Message) (list []slack.Block) {
	for _, b := range m.Blocks {
		switch {
		case b.Kind == "divider":
			list = append(list, slack.NewDividerBlock())
		case b.Kind == "actions":
			list = append(list, rows(b.Buttons)...)
		case b.Text == "":
		case b.Kind == "header":
			list = append(list, slack.NewHeaderBlock(words(b.Text)))
		case b.Kind == "context":
			list = append(list, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, b.Text, false, true)))
		default:
			list = append(list, section(b.Text))
		}
	}
	return list
}

// present takes a command, and shows the person a message that nobody else sees.
func present(m notice.Message) reply {
	return show(map[string]any{"response_type": slack.ResponseTypeEphemeral, "text": m.Text, "blocks": blocksOf(m)})
}

// sendMessage is hear, with what a text alone does not hold. Whoever does not read it asks again.
func (g *Gateway) sendMessage(to hearing, m notice.Message) {
	ctx, cancel := g.telling()
	defer cancel()
	m = g.messageInOurName(m)
	message := &slack.WebhookMessage{Text: m.Text, ResponseType: slack.ResponseTypeEphemeral}
	if blocks := blocksOf(m); len(blocks) > 0 {
		message.Blocks = &slack.Blocks{BlockSet: blocks}
	}
	if err := g.post(ctx, to.address, message); err != nil {
		g.o.Log.Warn("a person does not hear what they asked for", "error", err)
	}
}

// maxSection is how much Slack shows in a section; with more it shows nothing at all.
// https://docs.slack.dev/reference/block-kit/blocks/section-block
const maxSection = 3000

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, shortenMarkup(text, maxSection), false, true), nil, nil)
}
