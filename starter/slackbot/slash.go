package slackbot

import (
	"regexp"

	"hikeshi/workflows/notice"
)

// usualCommand is what the slash command is called in our texts; an app may have it under another name.
const usualCommand = "/case"

// commandIn finds it in a text, or in the JSON of one; a path in an address is none.
var commandIn = regexp.MustCompile("(^|\\\\n|[\\s\"`(（「、。:：])/case\\b")

// inOurName says how the command is called in this workspace.
func (g *Gateway) inOurName(text string) string {
	if g.o.Command == "" || g.o.Command == usualCommand {
		return text
	}
	return commandIn.ReplaceAllString(text, "${1}"+g.o.Command)
}

func (g *Gateway) messageInOurName(m notice.Message) notice.Message {
	m.Text = g.inOurName(m.Text)
	blocks := make([]notice.Block, len(m.Blocks))
	for i, b := range m.Blocks {
		b.Text = g.inOurName(b.Text)
		blocks[i] = b
	}
	m.Blocks = blocks
	return m
}
