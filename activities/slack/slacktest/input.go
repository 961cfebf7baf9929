package slacktest

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Input is what a person wrote into an element or chose from it: nothing, one value, or several where it takes several. In
// JSON it is a string or a list of strings.
type Input []string

// UnmarshalJSON reads a string, a list of strings, or null.
func (in *Input) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*in = Input{}
		if one != "" {
			*in = Input{one}
		}
		return nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("what is chosen must be a string or a list of strings: %w", err)
	}
	*in = list
	return nil
}

func (in Input) one() string {
	if len(in) == 0 {
		return ""
	}
	return in[0]
}

func (in Input) empty() bool { return !slices.ContainsFunc(in, func(s string) bool { return s != "" }) }

// read makes of what the driver of a person gave what Slack's app would have: ids of people and channels for their names,
// several values from one with commas. What cannot be done with the element is an error.
func (s *Server) read(e element, in Input) (Input, error) {
	if e.many() && len(in) == 1 {
		in = strings.Split(in[0], ",")
	}
	out := Input{}
	for _, v := range in {
		if v = strings.TrimSpace(v); e.Kind == "plain_text_input" {
			v = in.one() // spaces count
		}
		if v == "" {
			continue
		}
		v, err := s.readOne(e, v)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	switch {
	case len(out) > 1 && !e.many():
		return nil, fmt.Errorf("%q takes one value, not %d", e.Action, len(out))
	case e.MaxChosen != nil && len(out) > *e.MaxChosen:
		return nil, fmt.Errorf("%q takes at most %d values, not %d", e.Action, *e.MaxChosen, len(out))
	}
	return out, nil
}

func (s *Server) readOne(e element, v string) (string, error) {
	switch kinds[e.Kind].holds {
	case "selected_option", "selected_options":
		if !slices.ContainsFunc(e.options(), func(o Option) bool { return o.Value == v }) {
			return "", fmt.Errorf("%q does not offer %q", e.Action, v)
		}
	case "selected_user", "selected_users":
		u, err := s.who(v)
		return u.ID, err
	case "selected_channel", "selected_channels", "selected_conversation", "selected_conversations":
		for _, ch := range s.db.channels.All() {
			if ch.ID == v || ch.Name == strings.TrimPrefix(v, "#") {
				return ch.ID, nil
			}
		}
		return "", fmt.Errorf("no channel %q to choose", v)
	case "selected_date":
		if !isDay(v) {
			return "", fmt.Errorf("%q takes a date such as 2026-12-31, not %q", e.Action, v)
		}
	case "selected_time":
		if !isTime(v) {
			return "", fmt.Errorf("%q takes a time such as 23:59, not %q", e.Action, v)
		}
	case "selected_date_time":
		if n, err := strconv.ParseInt(v, 10, 64); err != nil || n < 1 {
			return "", fmt.Errorf("%q takes Unix seconds, not %q", e.Action, v)
		}
	}
	return v, nil
}

func isDay(v string) bool { _, err := time.Parse(time.DateOnly, v); return err == nil }

func isTime(v string) bool { _, err := time.Parse("15:04", v); return err == nil }

// complaint is what Slack's app itself shows beside a field before it tells the app; empty: nothing.
func (e element) complaint(in Input, optional bool) string {
	v := in.one()
	switch {
	case in.empty() && optional:
		return ""
	case in.empty():
		return "Please complete this required field."
	case e.Kind == "email_text_input" && !isMail(v):
		return "Please enter a valid email address."
	case e.Kind == "url_text_input" && !isURL(v):
		return "Please enter a valid URL."
	case e.Kind == "number_input":
		return e.numberComplaint(v)
	case e.MaxLength != nil && utf8.RuneCountInString(v) > *e.MaxLength, e.Kind == "plain_text_input" && utf8.RuneCountInString(v) > 3000:
		return "This text is too long."
	case e.MinLength != nil && utf8.RuneCountInString(v) < *e.MinLength:
		return fmt.Sprintf("Please enter at least %d characters.", *e.MinLength)
	}
	return ""
}

func isMail(v string) bool { a, err := mail.ParseAddress(v); return err == nil && a.Address == v }

func isURL(v string) bool {
	u, err := url.Parse(v)
	return err == nil && u.Scheme != "" && u.Host != ""
}

func (e element) numberComplaint(v string) string {
	n, err := strconv.ParseFloat(v, 64)
	least, noLeast := strconv.ParseFloat(e.MinValue, 64)
	most, noMost := strconv.ParseFloat(e.MaxValue, 64)
	switch {
	case err != nil || (e.Decimal == nil || !*e.Decimal) && strings.Contains(v, "."):
		return "Please enter a valid number."
	case noLeast == nil && n < least:
		return "This number must be at least " + e.MinValue + "."
	case noMost == nil && n > most:
		return "This number must be at most " + e.MaxValue + "."
	}
	return ""
}

// state is what an element holds, as payloads show it under state.values.
func (e element) state(in Input) reply {
	out, field := reply{"type": e.Kind}, kinds[e.Kind].holds
	if e.many() {
		out[field] = e.list(in)
		return out
	}
	var value any // null: empty
	if v := in.one(); v != "" {
		value = v
		switch field {
		case "selected_option":
			value = e.option(v)
		case "selected_date_time":
			value = json.Number(v)
		}
	}
	out[field] = value
	return out
}

func (e element) list(in Input) any {
	if kinds[e.Kind].holds != "selected_options" {
		return slices.Clone([]string(in))
	}
	list := []any{}
	for _, v := range in {
		list = append(list, e.option(v))
	}
	return list
}

// option is one of the element's, as the app sent it.
func (e element) option(value string) any {
	for _, o := range e.options() {
		if o.Value == value {
			return o.raw
		}
	}
	return nil
}
