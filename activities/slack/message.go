package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// Message is what a notice says. Text stands for the whole where blocks cannot be shown, as in notifications; it and
// the texts of blocks are mrkdwn: put what people wrote through Escape.
type Message struct {
	Text   string  `json:"text"`
	Blocks []Block `json:"blocks,omitempty"`
}

// Block is one part of a message: header (Text, no mrkdwn), section (Text), fields (Fields in two columns, under Text
// if there is one), context (Text, then Fields, small), actions (Buttons) or divider. What is longer than Slack allows
// is cut.
type Block struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text,omitempty"`
	Fields  []string `json:"fields,omitempty"`
	Buttons []Button `json:"buttons,omitempty"`
}

// Button is one that a person can press; Slack then tells the app's interaction endpoint its ActionID and Value.
// https://docs.slack.dev/reference/block-kit/block-elements/button-element
type Button struct {
	Text     string `json:"text"`            // plain, at most 75 characters
	ActionID string `json:"action_id"`       // unique within the message, at most 255 characters
	Value    string `json:"value"`           // at most 2,000 characters: a longer one would be another, so the button is left out
	Style    string `json:"style,omitempty"` // primary, danger or empty
}

// Slack's bounds: https://docs.slack.dev/reference/block-kit/blocks
const (
	maxText     = 4000 // of chat.update; more could be posted, but never changed again
	maxHeader   = 150
	maxSection  = 3000
	maxField    = 2000
	maxFields   = 10
	maxElements = 10
	maxButtons  = 25
	maxButton   = 75
	maxActionID = 255
	maxValue    = 2000
	maxBlocks   = 50
	maxAll      = 12000 // all blocks together: msg_blocks_too_long is known to come at about 13,200
)

// Escape makes a text that somebody wrote safe within mrkdwn: nothing in it can mention people or disguise a link.
func Escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func (m Message) options() []slack.MsgOption {
	list := []slack.MsgOption{slack.MsgOptionText(shorten(m.Text, maxText), false)}
	if blocks := m.blockKit(); len(blocks) > 0 {
		list = append(list, slack.MsgOptionBlocks(blocks...))
	}
	return list
}

// blockKit leaves out the texts for which there is no room, but no buttons: without them nobody could act.
func (m Message) blockKit() []slack.Block {
	var list []slack.Block
	left := maxAll
	for _, b := range m.Blocks {
		left -= b.size()
		if len(list) == maxBlocks || left < 0 && b.Kind != "actions" {
			continue
		}
		if kit := b.blockKit(); kit != nil {
			list = append(list, kit)
		}
	}
	return list
}

// size is how much of the block's texts is shown.
func (b Block) size() int {
	size := min(utf8.RuneCountInString(b.Text), maxSection)
	for _, f := range b.Fields[:min(len(b.Fields), maxFields)] {
		size += min(utf8.RuneCountInString(f), maxField)
	}
	return size
}

// blockKit returns nil for a block without text: Slack refuses a message for one.
func (b Block) blockKit() slack.Block {
	texts := objects(b.Fields, maxFields)
	switch {
	case b.Kind == "divider":
		return slack.NewDividerBlock()
	case b.Kind == "actions":
		return actions(b.Buttons)
	case b.Text == "" && len(texts) == 0:
		return nil
	case b.Kind == "header":
		return slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, cut(unescape(b.Text), maxHeader), true, false))
	case b.Kind == "context":
		var elements []slack.MixedElement
		for _, o := range objects(append([]string{b.Text}, b.Fields...), maxElements) {
			elements = append(elements, o)
		}
		return slack.NewContextBlock("", elements...)
	}
	var text *slack.TextBlockObject
	if b.Text != "" {
		text = mrkdwn(b.Text, maxSection)
	}
	return slack.NewSectionBlock(text, texts, nil)
}

// actions returns nil for a block without buttons, as Slack does not take one.
func actions(list []Button) slack.Block {
	var elements []slack.BlockElement
	for _, b := range list {
		if len(elements) == maxButtons || len([]rune(b.Value)) > maxValue || len(b.ActionID) > maxActionID {
			continue
		}
		text := slack.NewTextBlockObject(slack.PlainTextType, cut(b.Text, maxButton), true, false)
		elements = append(elements, slack.NewButtonBlockElement(b.ActionID, b.Value, text).WithStyle(slack.Style(b.Style)))
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewActionBlock("", elements...)
}

func objects(texts []string, most int) []*slack.TextBlockObject {
	var list []*slack.TextBlockObject
	for _, t := range texts {
		if t != "" && len(list) < most {
			list = append(list, mrkdwn(t, maxField))
		}
	}
	return list
}

func mrkdwn(text string, most int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, shorten(text, most), false, true) // verbatim: a bare @here or address in people's text stays text
}

// shorten cuts mrkdwn, but not within a link, a mention or an escaped character: half of one would be shown as it is.
func shorten(text string, most int) string {
	short := cut(text, most)
	if short == text {
		return text
	}
	short = cut(text, most-1)
	if open := strings.LastIndex(short, "<"); open > strings.LastIndex(short, ">") {
		short = short[:open]
	}
	if amp := strings.LastIndex(short, "&"); amp > strings.LastIndex(short, ";") {
		short = short[:amp]
	}
	return short + "…"
}
