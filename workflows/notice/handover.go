package notice

import (
	"slices"
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// What became of an offer of command; empty: nothing yet.
const (
	OfferAccepted = "accepted"
	OfferDeclined = "declined"
	OfferTaken    = "taken"    // somebody took command
	OfferNamed    = "named"    // somebody else was named commander
	OfferReplaced = "replaced" // by another offer
	OfferClosed   = "closed"   // the case is being archived
	OfferNeedless = "needless" // they command it already
)

// Handover is an offer of command, with what whoever takes over has to know.
type Handover struct {
	ID, WorkflowID string
	To, ToID       string // ToID: Slack user id; empty: they are named, not mentioned
	NotFound       bool   // nobody in Slack is called so
	By, Note       string
	At             time.Time
	Summary        []string // as HandoverSummary made it then: it stays what it was
	Became         string
	Who, Reason    string // who made it so, and why
	Ended          time.Time
	QuietUntil     time.Time // they are left in peace until then; zero: they are asked directly at once
}

// Ids of the buttons: what stands behind the underscore is the verb.
const (
	AcceptButton  = "case_accept"
	DeclineButton = "case_decline"
)

// Offered is what the buttons of an offer carry.
type Offered struct {
	Workflow string `json:"workflow"` // of the case
	Offer    string `json:"offer"`
}

// How much of a case a hand-over tells, in characters: all of it must stay within the 12,000 of one message.
const (
	maxHandoverScope  = 600
	maxHandoverList   = 1700 // of analyses, and of tasks
	maxHandoverOthers = 1000 // of lessons, of what is owed, and of the newest entries
	maxHandoverNote   = 1500
)

// HandoverSummary is how the case stands, for somebody who takes it over: sections of a message, the most urgent first.
// The same case always gives the same words.
func (c Case) HandoverSummary(newest []incident.Entry, e Escape) []string {
	list := []string{strings.Join(c.handoverFacts(e), "\n")}
	for _, part := range []struct {
		title string
		lines []string
		most  int
	}{
		{"handover_analyses", c.handoverAnalyses(e), maxHandoverList},
		{"handover_tasks", c.handoverTasks(e), maxHandoverList},
		{"handover_lessons", c.handoverLessons(e), maxHandoverOthers},
		{"open_steps", c.handoverOwed(e), maxHandoverOthers},
		{"handover_newest", handoverEntries(newest, e), maxHandoverOthers},
	} {
		if len(part.lines) > 0 {
			list = append(list, "*"+c.say(part.title)+"*\n"+c.joined(e, part.lines, part.most))
		}
	}
	return list
}

// handoverFacts are the answers to the first questions: how bad, how far, is it contained, what is expected of whom.
func (c Case) handoverFacts(e Escape) (lines []string) {
	add := func(id, text string, most int) { lines = append(lines, "*"+c.say(id)+"*: "+within(e, text, most)) }
	for _, f := range [][2]string{{"phase", c.phase()}, {"severity", c.severity()}, {"kind", c.or(c.Kind)}, {"containment", c.containment()}} {
		lines = append(lines, "*"+c.say(f[0])+"*: "+fact(e, f, maxSaid))
	}
	add("reporter", c.reporter(), maxSaid)
	lines = append(lines, c.toldLines(e, maxSaid)...)
	add("scope", c.or(incident.CleanLine(c.Scope)), maxHandoverScope)
	if next := c.missing(); next != "" {
		add("handover_needed", next, maxMissing)
	}
	if c.Resolution != "" {
		add("resolution", c.resolution(), maxSaid)
	}
	if !c.NextUpdate.IsZero() {
		lines = append(lines, "*"+c.say("next_update")+"*: "+e.clock(c.NextUpdate))
	}
	if !c.Now.IsZero() {
		lines = append(lines, "*"+c.say("updated")+"*: "+e.clock(c.Now))
	}
	return lines
}

func (c Case) handoverAnalyses(e Escape) (lines []string) {
	for _, a := range c.Analyses {
		if !a.Open() {
			continue
		}
		text := "• *" + a.ID + "* " + c.analysisLine(a, e, c.mrkdwnChannel(a, e))
		if h := incident.CleanLine(a.Hypothesis); h != "" {
			text = c.say("handover_hypothesis", "Line", text, "Text", within(e, h, maxSaid))
		}
		lines = append(lines, text)
	}
	return lines
}

func (c Case) handoverTasks(e Escape) (lines []string) {
	for _, t := range c.Tasks {
		if t.Open() {
			lines = append(lines, "• "+c.say("handover_task", "Task", t.ID, "Title", within(e, incident.CleanLine(t.Title), maxSaid),
				"Owner", person(e, incident.CleanLine(t.Owner)), "Due", e.dated(within(e, incident.CleanLine(t.Due), maxName))))
		}
	}
	return lines
}

func (c Case) handoverLessons(e Escape) (lines []string) {
	for _, l := range c.Lessons {
		if !l.Decided() {
			lines = append(lines, "• "+l.ID+" "+within(e, incident.CleanLine(l.Text), maxSaid))
		}
	}
	return lines
}

// handoverOwed is what the machine cannot do, or has not done yet, and what people should know.
func (c Case) handoverOwed(e Escape) (lines []string) {
	for _, s := range c.stuckFirst() {
		lines = append(lines, "• "+e.dated(within(e, c.stepLine(s), 2*maxSaid)))
	}
	for _, n := range c.noteLines(e) {
		lines = append(lines, "• "+n)
	}
	return lines
}

// handoverEntries are the newest entries of the timeline, the newest first.
func handoverEntries(newest []incident.Entry, e Escape) (lines []string) {
	for _, entry := range slices.Backward(newest) {
		lines = append(lines, "• "+e.clock(entry.At)+" "+e.dated(within(e, incident.CleanLine(entry.What), maxSaid)))
	}
	return lines
}

// HandoverMessage is the one message of an offer. While it is pending, whoever is named accepts or declines with its
// buttons; then it says what became of it.
func (c Case) HandoverMessage(h Handover, e Escape) Message {
	title := e.text(c.banner()) + c.say("handover_title", "Number", e.text(c.Number))
	m := Message{Text: title}
	m.add("header", title)
	m.add("section", c.handoverState(h, e))
	if h.Became == "" {
		m.Text += ": " + c.handoverState(h, e)
	}
	if h.Note != "" {
		m.add("section", c.say("handover_note", "By", within(e, line(h.By, maxName), maxName), "Text", within(e, h.Note, maxHandoverNote)))
	}
	if h.Became == "" {
		m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: offerButtons(c.Lang, h.WorkflowID, h.ID)})
		if !h.QuietUntil.IsZero() {
			m.add("context", c.say("handover_quiet", "At", e.clock(h.QuietUntil)))
		}
	}
	for _, part := range h.Summary {
		m.add("section", part)
	}
	return m
}

// handoverState says who is asked, or what became of it.
func (c Case) handoverState(h Handover, e Escape) string {
	to := within(e, line(h.To, maxName), maxName)
	if h.ToID != "" && e != nil {
		to = person(e, h.ToID)
	}
	by, who := within(e, line(h.By, maxName), maxName), within(e, line(h.Who, maxName), maxName)
	if h.Became == "" {
		id := "handover_asks"
		if h.NotFound {
			id = "handover_asks_nobody"
		}
		return c.say(id, "To", to, "By", by, "Commander", within(e, line(c.Commander, maxName), maxName))
	}
	return c.say("handover_"+h.Became, "To", to, "By", by, "Who", who, "At", e.clock(h.Ended), "Reason", within(e, unstopped(h.Reason), 2*maxSaid))
}

// DirectOffer is the one direct message to whoever is offered command: how the case stands in short, and the same buttons.
// What of a case is for its people alone does not stand in it; its channel has the whole.
func (c Case) DirectOffer(h Handover, channel string, e Escape) Message {
	number := e.text(c.banner() + c.Number)
	m := Message{Text: e.text(c.banner()) + c.say("handover_title", "Number", e.text(c.Number))}
	m.add("header", m.Text)
	about := "*" + number + "*"
	if !c.HideTitle {
		about += " " + within(e, line(c.Title, maxSaid), 2*maxSaid)
	}
	m.add("section", strings.Join(slices.DeleteFunc([]string{about, mentioned(channel)}, func(s string) bool { return s == "" }), separator))
	state := c.handoverState(h, e)
	if h.Became == "" {
		state = c.say("home_offer", "By", within(e, line(h.By, maxName), maxName))
		m.Text += ": " + state
	}
	m.add("section", state)
	if h.Note != "" && !c.HideTitle {
		m.add("section", c.say("handover_note", "By", within(e, line(h.By, maxName), maxName), "Text", within(e, h.Note, maxHandoverNote)))
	}
	if h.Became != "" {
		return m
	}
	m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: offerButtons(c.Lang, h.WorkflowID, h.ID)})
	if len(h.Summary) > 0 && !c.HideTitle {
		m.add("section", h.Summary[0])
		m.add("context", c.say("handover_rest"))
	}
	return m
}
