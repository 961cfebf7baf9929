package slackbot

import (
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Slack's bounds: https://docs.slack.dev/reference/block-kit/block-elements
const (
	maxOptions = 100
	maxOption  = 75
)

// block is a slot as a field of a form, with what is known of it: a block and an element of its name.
func (s slot) block(lang, verb string, required bool, c notice.Case, given []string) slack.Block {
	label, hint := notice.FieldLabel(lang, verb, s.name), notice.FieldHint(lang, verb, s.name)
	input := slack.NewInputBlock(s.name, words(label), nil, s.element(lang, c, given))
	if hint != "" {
		input.Hint = words(hint)
	}
	input.Optional = !required
	return input
}

func (s slot) element(lang string, c notice.Case, given []string) slack.BlockElement {
	first := ""
	if len(given) > 0 {
		first = given[0]
	}
	if options := s.options(lang, c); len(options) > 0 {
		return choose(s.name, options, first)
	}
	switch {
	case s.kind == aFlag:
		return tick(s.name, notice.FormWord(lang, "choice", s.name), first != "")
	case s.kind == somePeople:
		e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, nil, s.name)
		e.InitialUsers = slices.DeleteFunc(slices.Clone(given), func(id string) bool { return !plainUser.MatchString(id) })
		return e
	case s.kind == aChannel:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, nil, s.name)
		e.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeExternalSharedChannels: true, ExcludeBotUsers: true}
		if plainChannel.MatchString(first) {
			e.InitialConversation = first
		}
		return e
	case s.kind == aPerson:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, nil, s.name)
		if plainUser.MatchString(first) {
			e.InitialUser = first
		}
		return e
	}
	e := slack.NewPlainTextInputBlockElement(nil, s.name).WithMultiline(s.kind == aText).WithMaxLength(s.longest())
	if first != "" {
		e = e.WithInitialValue(incident.Shorten(first, s.longest()))
	}
	return e
}

func (s slot) longest() int {
	if s.most == 0 {
		return longLine
	}
	return s.most
}

// option is one of what can be chosen.
type option struct{ value, text string }

func choose(name string, options []option, given string) slack.BlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, name)
	for _, o := range options[:min(len(options), maxOptions)] {
		object := slack.NewOptionBlockObject(o.value, words(incident.Shorten(o.text, maxOption)), nil)
		e.Options = append(e.Options, object)
		if o.value == given {
			e.InitialOption = object
		}
	}
	return e
}

func tick(name, text string, ticked bool) slack.BlockElement {
	object := slack.NewOptionBlockObject("yes", words(text), nil)
	e := slack.NewCheckboxGroupsBlockElement(name, object)
	if ticked {
		e.InitialOptions = []*slack.OptionBlockObject{object}
	}
	return e
}

// severityOption is the value of a severity among the options.
func severityOption(level incident.Severity) string { return strconv.Itoa(int(level)) }

// options are what can be chosen; none: the field takes words.
func (s slot) options(lang string, c notice.Case) (list []option) {
	switch s.kind {
	case aSeverity:
		for level := incident.Sev1; level <= incident.Sev4; level++ {
			list = append(list, option{severityOption(level), notice.FormWord(lang, "choice", strings.ToLower(level.String()))})
		}
	case aChoice:
		for _, value := range s.choices {
			list = append(list, option{value, notice.FormWord(lang, "choice", value)})
		}
	case anAnalyse:
		for _, a := range c.Analyses {
			if a.Open() {
				list = append(list, option{a.ID, a.ID + " " + a.Name})
			}
		}
	case aLesson:
		for _, l := range c.Lessons {
			if !l.Decided() {
				list = append(list, option{l.ID, l.ID + " " + incident.CleanLine(l.Text)})
			}
		}
	case aRunbook:
		for _, b := range c.Runbooks {
			list = append(list, option{b.Name, b.Title})
		}
	case aGate:
		for _, gate := range c.Gates {
			for _, need := range gate.Missing {
				list = append(list, option{need, notice.Need(lang, need)})
			}
		}
	}
	return list
}

// meant names the analysis that a form is about where nobody has: that of the channel, or the only one that goes on.
func (v verb) meant(c notice.Case, channel string, f fields) {
	if s, found := v.slot("analysis"); !found || s.kind != anAnalyse || len(f["analysis"]) > 0 {
		return
	}
	open := slices.DeleteFunc(slices.Clone(c.Analyses), func(a notice.Analysis) bool { return !a.Open() })
	here := slices.IndexFunc(open, func(a notice.Analysis) bool { return a.Channel != "" && a.Channel == channel })
	switch {
	case here >= 0:
		f.set("analysis", open[here].ID)
	case len(open) == 1:
		f.set("analysis", open[0].ID)
	}
}

// known is what the case says of the slot now.
func (s slot) known(c notice.Case) []string {
	text := ""
	switch s.name {
	case "severity":
		if c.Severity != incident.SeverityUnknown {
			text = severityOption(c.Severity)
		}
	case "kind":
		text = c.Kind
	case "scope":
		text = c.Scope
	case "state":
		text = string(c.Containment)
	case "reporter":
		text = c.Reporter
	case "company":
		text = c.Details.Company
	case "what":
		text = c.Details.What
	case "when":
		text = c.Details.When
	case "where":
		text = c.Details.Where
	case "unclear":
		if c.Details.Unclear {
			text = "yes"
		}
	}
	if text == "" {
		return nil
	}
	return []string{text}
}
