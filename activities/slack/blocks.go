package slack

import (
	"encoding/json"
	"fmt"
	"strings"
)

// words is the text of a message, with Slack's markup. Some apps leave the text empty and say everything in blocks or
// attachments; then it is taken from there.
func (s said) words() string {
	if strings.TrimSpace(s.Text) != "" {
		return s.Text
	}
	if text := blockWords(s.Blocks); text != "" {
		return text
	}
	return attachedWords(s.Attachments)
}

// part is a block, or an element of one, as far as it holds words. Kinds that hold none stay empty.
// https://docs.slack.dev/reference/block-kit/blocks
type part struct {
	Type      string          `json:"type"`
	Text      json.RawMessage `json:"text"` // an object {type, text}, or within rich text the words themselves
	Fields    []part          `json:"fields"`
	Elements  []part          `json:"elements"`
	Style     json.RawMessage `json:"style"` // of lists: "ordered" or "bullet"
	URL       string          `json:"url"`
	UserID    string          `json:"user_id"`
	GroupID   string          `json:"usergroup_id"`
	ChannelID string          `json:"channel_id"`
	Range     string          `json:"range"` // here, channel, everyone
	Name      string          `json:"name"`  // of an emoji
	Fallback  string          `json:"fallback"`
	AltText   string          `json:"alt_text"`
}

// blockWords joins the words of blocks. Blocks of a shape we do not know hold none: they must not hold up a page.
func blockWords(raw json.RawMessage) string {
	var blocks []part
	if json.Unmarshal(raw, &blocks) != nil {
		return ""
	}
	return joined(blocks, "\n")
}

func joined(parts []part, between string) string {
	var texts []string
	for _, p := range parts {
		if t := strings.TrimRight(p.words(), "\n"); t != "" {
			texts = append(texts, t)
		}
	}
	return strings.Join(texts, between)
}

func (p part) words() string {
	switch p.Type {
	case "rich_text":
		return joined(p.Elements, "\n")
	case "rich_text_section", "rich_text_preformatted":
		return p.run()
	case "rich_text_quote":
		return "> " + strings.ReplaceAll(strings.TrimRight(p.run(), "\n"), "\n", "\n> ")
	case "rich_text_list":
		return p.list()
	case "context":
		return joined(p.Elements, " ")
	case "section":
		return strings.TrimPrefix(p.text()+"\n"+joined(p.Fields, "\n"), "\n")
	case "header", "mrkdwn", "plain_text":
		return p.text()
	case "markdown": // ordinary Markdown, in which nothing is escaped
		return Escape(p.text())
	case "image":
		return Escape(p.AltText)
	}
	return p.inline()
}

// inline is the words of an element of rich text, which is not escaped, as markup.
func (p part) inline() string {
	switch p.Type {
	case "text":
		return Escape(p.text())
	case "link":
		return "<" + Escape(p.URL) + "|" + Escape(p.text()) + ">"
	case "user":
		return "<@" + p.UserID + ">"
	case "usergroup":
		return "<!subteam^" + p.GroupID + ">"
	case "channel":
		return "<#" + p.ChannelID + ">"
	case "broadcast":
		return "<!" + p.Range + ">"
	case "emoji":
		return ":" + p.Name + ":"
	case "date":
		return Escape(p.Fallback)
	}
	return ""
}

// run is the words of elements that follow each other in a line.
func (p part) run() string {
	var b strings.Builder
	for _, e := range p.Elements {
		b.WriteString(e.inline())
	}
	return b.String()
}

func (p part) list() string {
	var b strings.Builder
	for i, e := range p.Elements {
		mark := "•"
		if string(p.Style) == `"ordered"` {
			mark = fmt.Sprintf("%d.", i+1)
		}
		b.WriteString(mark + " " + e.words() + "\n")
	}
	return b.String()
}

// text reads either form of a text.
func (p part) text() string {
	var words string
	if json.Unmarshal(p.Text, &words) == nil {
		return words
	}
	var object struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(p.Text, &object) // another shape: no words
	return object.Text
}

// noPreview is what Slack writes as the fallback of an attachment that has none.
const noPreview = "[no preview available]"

// attachedWords joins what attachments say of themselves: the fallback, which is meant for this, or their parts.
// https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
func attachedWords(raw json.RawMessage) string {
	var list []struct {
		Fallback string          `json:"fallback"`
		Pretext  string          `json:"pretext"`
		Title    string          `json:"title"`
		Text     string          `json:"text"`
		Blocks   json.RawMessage `json:"blocks"`
	}
	if json.Unmarshal(raw, &list) != nil {
		return ""
	}
	var texts []string
	for _, a := range list {
		parts := []string{a.Fallback}
		if a.Fallback == "" || a.Fallback == noPreview {
			parts = []string{a.Pretext, a.Title, a.Text, blockWords(a.Blocks)}
		}
		for _, t := range parts {
			if t != "" {
				texts = append(texts, t)
			}
		}
	}
	return strings.Join(texts, "\n")
}
