package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// kind is a kind of block element: which blocks take it, which of state.values' fields holds what people chose or
// wrote, and which properties the app may give it.
// https://docs.slack.dev/reference/block-kit/block-elements
type kind struct {
	in    string // i: input blocks, a: actions, s: sections
	holds string // empty: nothing
	keys  string
}

var kinds = map[string]kind{
	"button":                     {"as", "", "text value url style confirm accessibility_label"},
	"overflow":                   {"as", "", "options confirm"},
	"plain_text_input":           {"i", "value", "initial_value multiline min_length max_length dispatch_action_config focus_on_load placeholder"},
	"email_text_input":           {"i", "value", "initial_value dispatch_action_config focus_on_load placeholder"},
	"url_text_input":             {"i", "value", "initial_value dispatch_action_config focus_on_load placeholder"},
	"number_input":               {"i", "value", "initial_value is_decimal_allowed min_value max_value dispatch_action_config focus_on_load placeholder"},
	"static_select":              {"ias", "selected_option", "options option_groups initial_option confirm focus_on_load placeholder"},
	"multi_static_select":        {"is", "selected_options", "options option_groups initial_options confirm max_selected_items focus_on_load placeholder"},
	"radio_buttons":              {"ias", "selected_option", "options initial_option confirm focus_on_load"},
	"checkboxes":                 {"ias", "selected_options", "options initial_options confirm focus_on_load"},
	"users_select":               {"ias", "selected_user", "initial_user confirm focus_on_load placeholder"},
	"multi_users_select":         {"is", "selected_users", "initial_users confirm max_selected_items focus_on_load placeholder"},
	"channels_select":            {"ias", "selected_channel", "initial_channel confirm response_url_enabled focus_on_load placeholder"},
	"multi_channels_select":      {"is", "selected_channels", "initial_channels confirm max_selected_items focus_on_load placeholder"},
	"conversations_select":       {"ias", "selected_conversation", "initial_conversation default_to_current_conversation confirm response_url_enabled filter focus_on_load placeholder"},
	"multi_conversations_select": {"is", "selected_conversations", "initial_conversations default_to_current_conversation confirm max_selected_items filter focus_on_load placeholder"},
	"datepicker":                 {"ias", "selected_date", "initial_date confirm focus_on_load placeholder"},
	"timepicker":                 {"ias", "selected_time", "initial_time confirm focus_on_load placeholder timezone"},
	"datetimepicker":             {"ia", "selected_date_time", "initial_date_time confirm focus_on_load"},
}

// element is a part of a block that people press, choose from or write into.
type element struct {
	Kind        string          `json:"type"`
	Action      string          `json:"action_id"`
	Text        json.RawMessage `json:"text"`
	Value       string          `json:"value"`
	URL         string          `json:"url"`
	Style       string          `json:"style"`
	Placeholder *blockText      `json:"placeholder"`
	Confirm     *Confirm        `json:"confirm"`
	Options     []Option        `json:"options"`
	Groups      []struct {
		Label   blockText `json:"label"`
		Options []Option  `json:"options"`
	} `json:"option_groups"`
	Multiline bool    `json:"multiline"`
	MinLength *int    `json:"min_length"`
	MaxLength *int    `json:"max_length"`
	Decimal   *bool   `json:"is_decimal_allowed"`
	MinValue  string  `json:"min_value"`
	MaxValue  string  `json:"max_value"`
	MaxChosen *int    `json:"max_selected_items"`
	Focus     bool    `json:"focus_on_load"`
	Initial   initial `json:"-"`
}

// initial is what an element holds at first.
type initial struct {
	Value         string   `json:"initial_value"`
	Option        *Option  `json:"initial_option"`
	Options       []Option `json:"initial_options"`
	User          string   `json:"initial_user"`
	Users         []string `json:"initial_users"`
	Channel       string   `json:"initial_channel"`
	Channels      []string `json:"initial_channels"`
	Conversation  string   `json:"initial_conversation"`
	Conversations []string `json:"initial_conversations"`
	Date          string   `json:"initial_date"`
	Time          string   `json:"initial_time"`
	DateTime      *int64   `json:"initial_date_time"`
}

// Option is one of those a person chooses from.
type Option struct {
	Text        blockText       `json:"text"`
	Value       string          `json:"value"`
	Description *blockText      `json:"description"`
	URL         string          `json:"url"` // of an overflow menu's
	raw         json.RawMessage // as the app sent it, and gets it back
}

// UnmarshalJSON keeps the option as it was sent.
func (o *Option) UnmarshalJSON(raw []byte) error {
	type plain Option
	err := json.Unmarshal(raw, (*plain)(o))
	o.raw = slices.Clone(raw)
	return err
}

// Confirm is what Slack asks before it tells the app.
type Confirm struct {
	Title   blockText `json:"title"`
	Text    blockText `json:"text"`
	Confirm blockText `json:"confirm"`
	Deny    blockText `json:"deny"`
	Style   string    `json:"style"`
}

func (e *element) UnmarshalJSON(raw []byte) error {
	type plain element
	if err := json.Unmarshal(raw, (*plain)(e)); err != nil {
		return err
	}
	return json.Unmarshal(raw, &e.Initial)
}

// options are all of the element's, those of groups too.
func (e element) options() []Option {
	all := slices.Clone(e.Options)
	for _, g := range e.Groups {
		all = append(all, g.Options...)
	}
	return all
}

// many reports whether a person may choose several.
func (e element) many() bool { return strings.HasSuffix(kinds[e.Kind].holds, "s") }

// first is what the element holds before anybody touches it.
func (e element) first() Input {
	i, all := e.Initial, Input{}
	for _, one := range []string{i.Value, i.User, i.Channel, i.Conversation, i.Date, i.Time} {
		if one != "" {
			all = append(all, one)
		}
	}
	if i.DateTime != nil {
		all = append(all, fmt.Sprint(*i.DateTime))
	}
	if i.Option != nil {
		all = append(all, i.Option.Value)
	}
	for _, o := range i.Options {
		all = append(all, o.Value)
	}
	return append(append(append(all, i.Users...), i.Channels...), i.Conversations...)
}

// faultsAt are what Slack refuses an element for, in a block that takes the kinds called in.
func faultsAt(at, in string, raw json.RawMessage) (faults []string) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Sprintf("[ERROR] "+format+" [json-pointer:"+at+"]", args...))
		}
	}
	var e element
	if err := json.Unmarshal(raw, &e); err != nil {
		fault(true, "must be an element")
		return faults
	}
	k, known := kinds[e.Kind]
	if e.Kind == "image" && in == "s" {
		return nil
	}
	fault(!known || !strings.Contains(k.in, in), "unsupported type: %s", e.Kind)
	if len(faults) > 0 {
		return faults
	}
	var given map[string]json.RawMessage
	_ = json.Unmarshal(raw, &given) // an element is an object
	for key := range given {
		fault(key != "type" && key != "action_id" && !slices.Contains(strings.Fields(k.keys), key), "invalid additional property: %s", key)
	}
	fault(utf8.RuneCountInString(e.Action) > 255, "must be less than 256 characters: action_id")
	fault(e.Placeholder != nil && (e.Placeholder.Type != "plain_text" || !e.Placeholder.within(150)), "must be plain text of 1 to 150 characters: placeholder")
	fault(e.Confirm != nil && !e.Confirm.valid(), "invalid confirm")
	for _, f := range append(e.shape(), e.choice()...) {
		fault(true, "%s", f)
	}
	slices.Sort(faults)
	return faults
}

func (c *Confirm) valid() bool {
	plain := func(t blockText, n int) bool { return t.Type == "plain_text" && t.within(n) }
	return plain(c.Title, 100) && c.Text.within(300) && plain(c.Confirm, 30) && plain(c.Deny, 30) && slices.Contains([]string{"", "primary", "danger"}, c.Style)
}

// shape are the faults of buttons and of what people write into.
func (e element) shape() (faults []string) {
	fault := func(bad bool, text string) {
		if bad {
			faults = append(faults, text)
		}
	}
	switch e.Kind {
	case "button":
		var label blockText
		_ = json.Unmarshal(e.Text, &label) // another shape: none
		fault(label.Type != "plain_text" || !label.within(75), "must be plain text of 1 to 75 characters: text")
		fault(utf8.RuneCountInString(e.Value) > 2000, "must be less than 2001 characters: value")
		fault(!slices.Contains([]string{"", "primary", "danger"}, e.Style), "must be primary or danger: style")
		fault(len(e.URL) > 3000, "must be less than 3001 characters: url")
	case "plain_text_input":
		low, high := 0, 3000
		if e.MinLength != nil {
			low = *e.MinLength
		}
		if e.MaxLength != nil {
			high = *e.MaxLength
		}
		fault(low < 0 || low > 3000, "must be 0 to 3000: min_length")
		fault(high < 1 || high > 3000 || high < low, "must be 1 to 3000 and not less than min_length: max_length")
		fault(utf8.RuneCountInString(e.Initial.Value) > high, "must not be longer than max_length: initial_value")
	case "number_input":
		fault(e.Decimal == nil, "missing required field: is_decimal_allowed")
	}
	return faults
}

// choice are the faults of what people choose from.
func (e element) choice() (faults []string) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	list := e.options()
	most, ok := map[string]int{"static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}[e.Kind]
	if ok {
		fault(len(e.Groups) == 0 && (len(e.Options) < 1 || len(e.Options) > most), "must have 1 to %d items: options", most)
		fault(len(e.Groups) > 100 || len(e.Groups) > 0 && len(e.Options) > 0, "must be at most 100 groups, or options without groups: option_groups")
		for _, g := range e.Groups {
			fault(!g.Label.within(75) || len(g.Options) < 1 || len(g.Options) > 100, "must have a label and 1 to 100 options: option_groups")
		}
	}
	for _, o := range list {
		plain := o.Text.Type == "plain_text" || e.Kind == "radio_buttons" || e.Kind == "checkboxes"
		fault(!plain || !o.Text.within(75), "must be plain text of 1 to 75 characters: options/text")
		fault(utf8.RuneCountInString(o.Value) > 150, "must be less than 151 characters: options/value")
		fault(o.Description != nil && !o.Description.within(75), "must be 1 to 75 characters: options/description")
	}
	for _, value := range e.first() {
		fault(ok && !slices.ContainsFunc(list, func(o Option) bool { return o.Value == value }), "must be one of the options: initial option %q", value)
		fault(e.Kind == "datepicker" && !isDay(value), "must be a date: initial_date")
		fault(e.Kind == "timepicker" && !isTime(value), "must be a time: initial_time")
		fault(e.Kind == "datetimepicker" && len(value) != 10, "must be ten digits: initial_date_time")
	}
	fault(e.MaxChosen != nil && *e.MaxChosen < 1, "must be at least 1: max_selected_items")
	return faults
}
