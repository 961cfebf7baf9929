package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

type block struct {
	Type      string            `json:"type"`
	ID        string            `json:"block_id"`
	Text      *blockText        `json:"text"`
	Fields    []blockText       `json:"fields"`
	Elements  []json.RawMessage `json:"elements"`
	Accessory json.RawMessage   `json:"accessory"`
	Label     *blockText        `json:"label"`
	Hint      *blockText        `json:"hint"`
	Element   json.RawMessage   `json:"element"`
	Optional  bool              `json:"optional"`
	Dispatch  bool              `json:"dispatch_action"`
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

func (b block) valid() bool { return len(b.faults("")) == 0 }

// faults are what Slack refuses a block for; at is where it stands.
func (b block) faults(at string) (faults []string) {
	bad := func(is bool, text string) {
		if is {
			faults = append(faults, "[ERROR] "+text+" [json-pointer:"+at+"]")
		}
	}
	bad(utf8.RuneCountInString(b.ID) > 255, "must be less than 256 characters: block_id")
	switch b.Type {
	case "header":
		bad(b.Text == nil || b.Text.Type != "plain_text" || !b.Text.within(150), "must be plain text of 1 to 150 characters: text")
	case "section":
		bad(b.Text == nil && len(b.Fields) == 0, "must have a text or fields")
		bad(b.Text != nil && !b.Text.within(3000), "must be 1 to 3000 characters: text")
		bad(len(b.Fields) > 10 || slices.ContainsFunc(b.Fields, func(f blockText) bool { return !f.within(2000) }), "must be at most 10 of 1 to 2000 characters: fields")
		if len(b.Accessory) > 0 {
			faults = append(faults, faultsAt(at+"/accessory", "s", b.Accessory)...)
		}
	case "context":
		bad(len(b.Elements) == 0 || len(b.Elements) > 10, "must have 1 to 10 items: elements")
	case "actions":
		bad(len(b.Elements) == 0 || len(b.Elements) > 25, "must have 1 to 25 items: elements")
		for i, e := range b.Elements {
			faults = append(faults, faultsAt(fmt.Sprintf("%s/elements/%d", at, i), "a", e)...)
		}
	case "input":
		bad(b.Label == nil || b.Label.Type != "plain_text" || !b.Label.within(2000), "must be plain text of 1 to 2000 characters: label")
		bad(b.Hint != nil && (b.Hint.Type != "plain_text" || !b.Hint.within(2000)), "must be plain text of 1 to 2000 characters: hint")
		faults = append(faults, faultsAt(at+"/element", "i", b.Element)...)
	case "divider", "image", "rich_text", "markdown":
	default:
		bad(true, "unsupported type: "+b.Type)
	}
	return faults
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
