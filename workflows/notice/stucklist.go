package notice

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// StuckList is the answer to /case stuck: what cannot go on by itself in the cases that somebody may see, and the vendors
// that cannot be used, for which everything waits.
type StuckList struct {
	Lang  string
	Cases []StuckNotice // of their fields those that say which case it is, and its steps
	Held  []Breaker
	// Silent are the numbers of cases that did not answer: of them only the ids of the steps are known.
	Silent []string
}

// How much of it is shown: each step has buttons, so it takes two of Slack's 50 blocks, and each case one more.
const (
	maxStuckListed = 12
	maxStuckText   = 9000 // characters
)

// Message renders the list.
func (l StuckList) Message(e Escape) Message {
	w := in(l.Lang)
	steps := 0
	for _, n := range l.Cases {
		steps += len(n.Steps)
	}
	title := w.say("stuck_list_none")
	if steps > 0 {
		title = w.say("stuck_list", "Count", strconv.Itoa(steps))
	}
	m := Message{Text: title}
	m.add("section", "*"+title+"*")
	for _, b := range l.Held {
		b.Lang = l.Lang
		m.add("section", ":warning: "+b.Notice(e))
	}
	if more := steps - m.addStuck(l.Lang, l.Cases, e, maxStuckListed, maxStuckText); more > 0 {
		m.add("context", w.say("stuck_list_more", "Count", strconv.Itoa(more)))
	}
	if len(l.Silent) > 0 {
		m.add("context", w.say("stuck_list_silent", "Cases", e.text(line(strings.Join(l.Silent, w.say("comma")), maxSaid))))
	}
	return m
}

// addStuck adds the steps of cases, with their buttons, as many as have room. It returns how many.
func (m *Message) addStuck(lang string, list []StuckNotice, e Escape, most, room int) (shown int) {
	for _, n := range list {
		n.Lang, n.Place = lang, InCase // whoever reads it may see the case
		for i, s := range n.Steps {
			text := n.step(s, e)
			if i == 0 {
				text = n.about(e) + "\n" + text
			}
			if room -= utf8.RuneCountInString(text); shown == most || room < 0 {
				return shown
			}
			shown++
			m.add("section", text)
			if buttons := n.buttons(s, shown); len(buttons) > 0 {
				m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: buttons})
			}
			if channel := n.channel(); s.Elsewhere && channel != "" {
				m.add("context", in(lang).say("stuck_elsewhere", "Channel", channel))
			}
		}
	}
	return shown
}

// channel leads to the case's channel; empty: none is known.
func (n StuckNotice) channel() string {
	for _, l := range n.Links {
		if l.Kind == "channel" && mention.MatchString(l.Text) {
			return l.Text
		}
	}
	return ""
}

// about says which case it is, and leads to its channel.
func (n StuckNotice) about(e Escape) string {
	c := n.asCase()
	parts := []string{"*" + e.text(c.banner()+n.Number) + "* " + within(e, line(n.Title, maxSaid), maxSaid)}
	for _, l := range n.Links {
		switch {
		case l.Kind == "channel" && mention.MatchString(l.Text):
			parts = append(parts, l.Text)
		case l.Kind == "temporal":
			parts = append(parts, c.mrkdwnOf(l.Kind, e)...)
		}
	}
	return strings.Join(parts, separator)
}
