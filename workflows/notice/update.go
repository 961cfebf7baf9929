package notice

import (
	"strings"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// UpdateMessage is an update for stakeholders as a message of its own, in the case's channel and in the executives'.
// Its readers may know nothing of the case, and may be outside it: a hidden title does not stand in it, and what
// notifications show of such a case says only that there is an update.
func (c Case) UpdateMessage(u incident.Update, e Escape) Message {
	title := e.text(c.say("update_title", "Case", c.banner()+c.Number+" "+line(c.shownTitle(), 100)))
	m := Message{Text: title}
	if !c.HideTitle {
		m.Text += "\n" + within(e, line(u.Text, maxSaid), 2*maxSaid)
	}
	m.add("header", title)
	if c.Drill {
		m.add("section", "*"+c.say("drill_long")+"*")
	}
	for _, part := range parts(e, u.Text) {
		m.add("section", part)
	}
	var fields []string
	for _, f := range c.standing() {
		fields = append(fields, "*"+c.say(f[0])+"*\n"+fact(e, f, maxSaid))
	}
	m.Blocks = append(m.Blocks, Block{Kind: "fields", Fields: fields})
	m.add("context", strings.Join(append(c.promise(u, e), c.mrkdwnOf("ticket", e)...), separator))
	return m
}

// standing is how the case stands, for readers who know nothing of it.
func (c Case) standing() [][2]string {
	rows := [][2]string{{"phase", c.phase()}, {"severity", c.severity()}, {"containment", c.containment()}, {"commander", c.or(incident.CleanLine(c.Commander))}}
	if c.Resolution != "" {
		rows = append(rows, [2]string{"resolution", c.resolution()})
	}
	return rows
}

// promise says whose word the update is, and when the next one is due.
func (c Case) promise(u incident.Update, e Escape) []string {
	list := []string{e.dated(e.text(c.say("by_at", "By", line(u.By, maxName), "At", clock(u.At))))}
	if c.NextUpdate.After(u.At) {
		list = append(list, c.say("next_update")+": "+e.clock(c.NextUpdate))
	}
	return list
}

// mrkdwnOf leads to one of the case's things, if it has an address.
func (c Case) mrkdwnOf(kind string, e Escape) []string {
	for _, l := range c.Links {
		if l.Kind == kind && l.URL != "" {
			return []string{c.linkTitle(kind) + ": " + slackLink(l.URL, e.text(l.Text))}
		}
	}
	return nil
}

// Bounds of an update's sections: Slack takes 3,000 characters in each and about 12,000 in a message.
const (
	maxPart  = 2900
	maxParts = 3
)

// parts are the sections of a long text, broken where there is a space. Nobody should have to look elsewhere for the
// rest of an update; a text so full of signs that even this is not enough is cut.
func parts(e Escape, text string) (list []string) {
	for len(list) < maxParts-1 {
		if utf8.RuneCountInString(e.text(text)) <= maxPart {
			break
		}
		n := fitting(e, text)
		list = append(list, e.text(strings.TrimRight(text[:n], " \n")))
		text = strings.TrimLeft(text[n:], " \n")
	}
	return append(list, within(e, text, maxPart))
}

// fitting is how many bytes of the text make one section.
func fitting(e Escape, text string) int {
	size, space, used := 0, 0, 0
	for i, r := range text {
		if used += utf8.RuneCountInString(e.text(string(r))); used > maxPart {
			break
		}
		if size = i + utf8.RuneLen(r); r == ' ' || r == '\n' {
			space = size
		}
	}
	if space > size/2 {
		return space
	}
	return size
}

// UpdateComment is an update as a comment on the ticket, for readers without Slack. JIRA wiki markup.
func (c Case) UpdateComment(u incident.Update, e Escape) string {
	var b strings.Builder
	b.WriteString("*" + e.text(c.say("update_title", "Case", c.banner()+c.Number)) + "*\n\n")
	if c.Drill {
		b.WriteString("*" + e.text(c.say("drill_long")) + "*\n\n")
	}
	b.WriteString(within(e, u.Text, 20000) + "\n\n")
	for _, row := range c.standing() {
		b.WriteString("*" + c.say(row[0]) + ":* " + within(e, row[1], maxSaid*2) + "\n")
	}
	b.WriteString(strings.Join(c.promise(u, e), "\n"))
	return b.String()
}
