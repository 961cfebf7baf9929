package slacktest

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

type block struct {
	Type     string            `json:"type"`
	Text     *blockText        `json:"text"`
	Fields   []blockText       `json:"fields"`
	Elements []json.RawMessage `json:"elements"`
}

type blockText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// checkBlocks applies the rules of Block Kit that messages run into: kinds, counts and lengths.
// https://docs.slack.dev/reference/block-kit/blocks
func checkBlocks(raw string) refused {
	var blocks []block
	if json.Unmarshal([]byte(raw), &blocks) != nil {
		return "invalid_blocks_format"
	}
	if len(blocks) > 50 || repeats(blocks) {
		return "invalid_blocks"
	}
	all := 0
	for _, b := range blocks {
		if !b.valid() {
			return "invalid_blocks"
		}
		all += b.size()
	}
	if all > 13200 {
		return "msg_blocks_too_long"
	}
	return ""
}

func (b block) valid() bool {
	switch b.Type {
	case "header":
		return b.Text != nil && b.Text.Type == "plain_text" && b.Text.within(150)
	case "section":
		return (b.Text != nil || len(b.Fields) > 0) && (b.Text == nil || b.Text.within(3000)) && len(b.Fields) <= 10 &&
			!slices.ContainsFunc(b.Fields, func(f blockText) bool { return !f.within(2000) })
	case "context":
		return len(b.Elements) > 0 && len(b.Elements) <= 10
	case "actions":
		return len(b.Elements) > 0 && len(b.Elements) <= 25 && !slices.ContainsFunc(b.Elements, func(e json.RawMessage) bool { return !validElement(e) })
	case "divider", "image", "rich_text", "input", "markdown":
		return true
	}
	return false
}

// validElement applies the rules of buttons: https://docs.slack.dev/reference/block-kit/block-elements/button-element
func validElement(raw json.RawMessage) bool {
	var e struct {
		Type   string    `json:"type"`
		Text   blockText `json:"text"`
		Action string    `json:"action_id"`
		Value  string    `json:"value"`
		Style  string    `json:"style"`
	}
	if json.Unmarshal(raw, &e) != nil || e.Type != "button" {
		return e.Type != ""
	}
	return e.Text.Type == "plain_text" && e.Text.within(75) && len(e.Action) <= 255 && utf8.RuneCountInString(e.Value) <= 2000 && slices.Contains([]string{"", "primary", "danger"}, e.Style)
}

// repeats reports whether an action id stands twice in one block's elements, or in two blocks' ones.
func repeats(blocks []block) bool {
	seen := map[string]bool{}
	for _, b := range blocks {
		for _, raw := range b.Elements {
			var e struct {
				Action string `json:"action_id"`
			}
			_ = json.Unmarshal(raw, &e) // another shape: no action
			if e.Action != "" && seen[e.Action] {
				return true
			}
			seen[e.Action] = true
		}
	}
	return false
}

func (t blockText) within(n int) bool {
	return t.Text != "" && utf8.RuneCountInString(t.Text) <= n && (t.Type == "mrkdwn" || t.Type == "plain_text")
}

func (b block) size() int {
	n := 0
	if b.Text != nil {
		n += utf8.RuneCountInString(b.Text.Text)
	}
	for _, f := range b.Fields {
		n += utf8.RuneCountInString(f.Text)
	}
	return n
}
