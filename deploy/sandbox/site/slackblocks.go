package site

import (
	"encoding/json"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities/slack/slacktest"
)

// blockView is a block of Block Kit, ready to be shown.
type blockView struct {
	Kind     string
	ID       string
	Text     template.HTML
	Parts    []template.HTML // of a section's fields, of a context
	Elements []elementView   // of an input one
}

// elementView is an element with all that can be chosen.
type elementView struct {
	slacktest.Field
	Name   string // in its form
	Holds  string // for those that hold one value, as the browser takes it
	Wrong  string // what is wrong with it
	Groups []choices
	Many   bool
	At     string // where it stands: a message's ts, or a view's id
	Hint   string
}

type choices struct {
	Label   string
	Choices []choice
}

type choice struct {
	Value, Plain string
	Label, More  template.HTML
	On           bool
}

// blocks shows a message's or a view's blocks; wrong is what is objected to, by block.
func (e *eye) blocks(raw json.RawMessage, fields map[string][]slacktest.Field, wrong map[string]string, at string) (list []blockView) {
	type text struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	var blocks []struct {
		Type     string            `json:"type"`
		ID       string            `json:"block_id"`
		Text     json.RawMessage   `json:"text"`
		Fields   []text            `json:"fields"`
		Elements []json.RawMessage `json:"elements"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &blocks) != nil {
		return nil
	}
	for _, b := range blocks {
		v := blockView{Kind: b.Type, ID: b.ID}
		var words text
		if json.Unmarshal(b.Text, &words) == nil && words.Text != "" {
			v.Text = e.rich(words.Text, words.Type)
		} else if b.Type == "markdown" {
			var plain string
			_ = json.Unmarshal(b.Text, &plain) // another shape: no words
			v.Text = e.rich(plain, "plain_text")
		}
		for _, f := range b.Fields {
			v.Parts = append(v.Parts, e.rich(f.Text, f.Type))
		}
		for _, element := range b.Elements {
			var words text
			if b.Type == "context" && json.Unmarshal(element, &words) == nil {
				v.Parts = append(v.Parts, e.rich(words.Text, words.Type))
			}
		}
		for _, f := range fields[b.ID] {
			v.Elements = append(v.Elements, e.element(f, objected(e.who, wrong[b.ID]), at))
		}
		list = append(list, v)
	}
	return list
}

func (e *eye) element(f slacktest.Field, wrong, at string) elementView {
	v := elementView{Field: f, Name: f.Block + "/" + f.Action, Wrong: wrong, At: at, Many: f.Many, Hint: f.Hint}
	if len(f.Holds) > 0 {
		v.Holds = f.Holds[0]
	}
	switch f.Kind {
	case "datetimepicker":
		if n, err := strconv.ParseInt(v.Holds, 10, 64); err == nil {
			v.Holds = time.Unix(n, 0).In(e.zone).Format("2006-01-02T15:04")
		}
	case "users_select", "multi_users_select":
		var list []choice
		for _, u := range e.people() {
			list = append(list, choice{Value: u.ID, Plain: e.name(u.ID), Label: e.rich(e.name(u.ID), "plain_text"), On: f.Has(u.ID)})
		}
		v.Groups = []choices{{Choices: list}}
	case "channels_select", "multi_channels_select", "conversations_select", "multi_conversations_select":
		var list []choice
		for _, ch := range e.s.channelsOf(e.who) {
			list = append(list, choice{Value: ch.ID, Plain: "#" + ch.Name, Label: e.rich("#"+ch.Name, "plain_text"), On: f.Has(ch.ID)})
		}
		v.Groups = []choices{{Choices: list}}
	default:
		for _, g := range f.Groups {
			group := choices{Label: g.Label}
			for _, o := range g.Options {
				c := choice{Value: o.Value, Plain: withEmoji(o.Text.Text), Label: e.rich(o.Text.Text, o.Text.Type), On: f.Has(o.Value)}
				if o.Description != nil {
					c.More = e.rich(o.Description.Text, o.Description.Type)
				}
				group.Choices = append(group.Choices, c)
			}
			v.Groups = append(v.Groups, group)
		}
	}
	return v
}

// Shape is how the element is shown: press, menu, lines, text, choose, tick, one or date.
func (v elementView) Shape() string {
	switch {
	case v.Kind == "button":
		return "press"
	case v.Kind == "overflow":
		return "menu"
	case v.Kind == "radio_buttons":
		return "one"
	case v.Kind == "checkboxes", v.Many:
		return "tick"
	case strings.HasSuffix(v.Kind, "_select"):
		return "choose"
	case v.Kind == "plain_text_input" && v.Lines:
		return "lines"
	}
	return "text"
}

// Type is the browser's kind of input.
func (v elementView) Type() string {
	kinds := map[string]string{"email_text_input": "email", "url_text_input": "url", "datepicker": "date", "timepicker": "time", "datetimepicker": "datetime-local"}
	if kind, ok := kinds[v.Kind]; ok {
		return kind
	}
	return "text"
}

// Acts reports whether the app hears of the element as soon as it is used.
func (v elementView) Acts() bool { return v.In != "input" || v.Dispatch }

// Grouped reports whether several things stand under one label.
func (v elementView) Grouped() bool { return slices.Contains([]string{"one", "tick"}, v.Shape()) }
