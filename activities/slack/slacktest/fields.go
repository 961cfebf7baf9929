package slacktest

import (
	"encoding/json"
	"slices"
)

// Field is an element as pages show it: something to write into, to choose from or to press.
type Field struct {
	Block       string // id
	Action      string // id
	Kind        string // as Block Kit calls it
	In          string // type of the block that it stands in
	Label       string // of an input; what stands on a button
	Hint        string
	Placeholder string
	Value       string // of a button
	URL         string // of a button
	Style       string // of a button
	Lines       bool   // of several lines
	Many        bool   // several may be chosen
	Optional    bool
	Dispatch    bool // the app is told as soon as it is changed
	MinLength   int
	MaxLength   int // 0: none
	Focus       bool
	Holds       Input // what stands in it
	Groups      []Choices
	Confirm     *Confirm
}

// Choices are options under a heading, or without one.
type Choices struct {
	Label   string
	Options []Option
}

// Has reports whether the value stands in the field.
func (f Field) Has(value string) bool { return slices.Contains(f.Holds, value) }

// Fields are the inputs of the dialog, in its order.
func (d Dialog) Fields() (fields []Field) {
	for _, p := range d.places() {
		if p.In == "input" {
			fields = append(fields, p.field(d.Typed))
		}
	}
	return fields
}

// Elements are all of the view's elements, by block and in order: those of actions and sections too.
func (d Dialog) Elements() map[string][]Field { return fieldsOf(d.places(), d.Typed) }

// ElementsOf are those of a message's blocks, by block and in order.
func ElementsOf(blocks json.RawMessage) map[string][]Field {
	return fieldsOf(placesOf(shownBlocks(blocks)), nil)
}

// Shown are a message's blocks as the API shows them: each has an id.
func Shown(blocks json.RawMessage) json.RawMessage { return shownBlocks(blocks) }

func fieldsOf(all []place, typed map[string]Input) map[string][]Field {
	by := map[string][]Field{}
	for _, p := range all {
		by[p.Block] = append(by[p.Block], p.field(typed))
	}
	return by
}

func (p place) field(typed map[string]Input) Field {
	f := Field{Block: p.Block, Action: p.Action, Kind: p.Kind, In: p.In, Label: p.Label, Hint: p.Hint, Value: p.Value, URL: p.URL, Style: p.Style,
		Lines: p.Multiline, Many: p.many(), Optional: p.Optional, Dispatch: p.Dispatch, Focus: p.Focus, Confirm: p.Confirm, Holds: p.first()}
	if in, ok := typed[p.key()]; ok {
		f.Holds = in
	}
	if p.Placeholder != nil {
		f.Placeholder = p.Placeholder.Text
	}
	if p.Kind == "button" {
		var label blockText
		_ = json.Unmarshal(p.Text, &label) // another shape: no label
		f.Label = label.Text
	}
	if p.MinLength != nil {
		f.MinLength = *p.MinLength
	}
	if p.MaxLength != nil {
		f.MaxLength = *p.MaxLength
	}
	if len(p.Options) > 0 {
		f.Groups = append(f.Groups, Choices{Options: p.Options})
	}
	for _, g := range p.Groups {
		f.Groups = append(f.Groups, Choices{g.Label.Text, g.Options})
	}
	return f
}

// Entered is what stands in the dialog's field of that action_id; of several values, the first.
func (d Dialog) Entered(action string) string {
	for _, fields := range d.Elements() {
		for _, f := range fields {
			if f.Action == action {
				return f.Holds.one()
			}
		}
	}
	return ""
}
