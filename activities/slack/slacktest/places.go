package slacktest

import "encoding/json"

// place is where an element stands: its block, and what stands beside it.
type place struct {
	element
	Block    string // id
	In       string // type of the block
	Label    string
	Hint     string
	Optional bool
	Dispatch bool // an input tells the app as soon as it is changed
}

// key names the element among all of a view or a message.
func (p place) key() string { return p.Block + "/" + p.Action }

// isButton reports whether it is pressed: what it holds nothing of outlives the press.
func (p place) isButton() bool { return p.Kind == "button" || p.Kind == "overflow" }

// placesOf are the elements of blocks, in their order. shown are blocks as the API shows them: each has an id.
func placesOf(shown json.RawMessage) (all []place) {
	var blocks []block
	if len(shown) == 0 || json.Unmarshal(shown, &blocks) != nil {
		return nil
	}
	for _, b := range blocks {
		for _, raw := range b.elements() {
			p := place{Block: b.ID, In: b.Type, Optional: b.Optional, Dispatch: b.Dispatch}
			if json.Unmarshal(raw, &p.element) != nil || kinds[p.Kind].in == "" {
				continue // a picture, or words
			}
			if b.Label != nil {
				p.Label = b.Label.Text
			}
			if b.Hint != nil {
				p.Hint = b.Hint.Text
			}
			all = append(all, p)
		}
	}
	return all
}

// elements are those of a block that people can use.
func (b block) elements() []json.RawMessage {
	switch {
	case b.Type == "actions":
		return b.Elements
	case b.Type == "section" && len(b.Accessory) > 0:
		return []json.RawMessage{b.Accessory}
	case b.Type == "input":
		return []json.RawMessage{b.Element}
	}
	return nil
}

// shownBlocks are a message's blocks as the API shows them.
func shownBlocks(raw json.RawMessage) json.RawMessage {
	shown, _ := json.Marshal(numbered(raw)) // they are JSON
	return shown
}

// find is the element that somebody names by its action_id, and by its block's id where that is given. Among several of
// one id, value tells buttons apart.
func find(all []place, action, block, value string) (place, bool) {
	var first *place
	for i, p := range all {
		if p.Action != action || block != "" && p.Block != block {
			continue
		}
		if p.Kind != "button" || value == "" || p.Value == value {
			return p, true
		}
		if first == nil {
			first = &all[i]
		}
	}
	if first != nil {
		return *first, true
	}
	return place{}, false
}

// statesOf is state.values: what stands in all elements that hold something.
func statesOf(all []place, typed map[string]Input) reply {
	values := map[string]map[string]reply{}
	for _, p := range all {
		if kinds[p.Kind].holds == "" {
			continue
		}
		in, touched := typed[p.key()]
		if !touched {
			in = p.first()
		}
		if values[p.Block] == nil {
			values[p.Block] = map[string]reply{}
		}
		values[p.Block][p.Action] = p.state(in)
	}
	return reply{"values": values}
}
