package notice

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// Home is what the app's Home tab shows one person: what waits for them, and the cases that are open.
type Home struct {
	Lang    string
	Said    string // what came of what they did here, in mrkdwn; empty: nothing
	Trouble string // why the rest is missing, in mrkdwn; empty: it is not
	Closed  bool   // they may see nothing at all
	Mine    []HomeCase
	Others  []Listed // that they may see, and are not in
	More    int      // of either, that there is no room for
	Now     time.Time
}

// HomeCase is an open case that the person is in.
type HomeCase struct {
	Listed
	URL     string   // of its channel; empty: none is known
	Roles   []string // commander, lead, owner; empty: they are a member
	Offer   string   // id of the command that they are offered; empty: none
	OfferBy string
	Missing []string // what the gate still needs, if they command the case
	Stuck   []StuckStep
	Tasks   []incident.Task // open ones of theirs
	Silent  bool            // it did not answer: only what lists know is known
}

// How much the tab shows: a view has 100 blocks.
const (
	maxHomeMine   = 15
	maxHomeOthers = 15
	maxHomeWaits  = 6 // of each kind
	maxHomeStuck  = 5 // steps, each with buttons
	maxHomeTasks  = 2500
	maxHomeText   = 9000
)

// linkPrefix begins the action ids of buttons that only lead somewhere.
const linkPrefix = "link_"

// HomeTitle is what the tab is called.
func HomeTitle(lang string) string { return in(lang).say("home_title") }

// Message renders the tab.
func (h Home) Message(e Escape) Message {
	w := in(h.Lang)
	m := Message{Text: w.say("home_title")}
	m.add("header", m.Text)
	if h.Said != "" {
		m.add("section", ":information_source: "+h.Said)
	}
	if h.Trouble != "" {
		m.add("section", h.Trouble)
	}
	if h.Closed {
		return m
	}
	m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: DoorButtons(h.Lang)[:1]})
	if h.Trouble != "" {
		return m
	}
	h.addWaiting(&m, e)
	h.addCases(&m, e)
	return m
}

// addWaiting adds what waits for the person, or says that nothing does.
func (h Home) addWaiting(m *Message, e Escape) {
	w, before := in(h.Lang), len(m.Blocks)
	m.add("section", "*"+w.say("home_waits")+"*")
	h.addOffers(m, e)
	h.addMissing(m, e)
	h.addTasks(m, e)
	var stuck []StuckNotice
	for _, c := range h.Mine {
		if len(c.Stuck) > 0 {
			stuck = append(stuck, StuckNotice{Number: c.Number, Title: c.Title, Drill: c.Drill, Steps: c.Stuck, Links: []Link{{Kind: "channel", Text: mentioned(c.Channel)}}})
		}
	}
	steps := 0
	for _, n := range stuck {
		steps += len(n.Steps)
	}
	if more := steps - m.addStuck(h.Lang, stuck, e, maxHomeStuck, maxHomeText); more > 0 {
		m.add("context", w.say("stuck_list_more", "Count", strconv.Itoa(more)))
	}
	if len(m.Blocks) == before+1 {
		m.Blocks[before].Text += "\n" + w.say("home_waits_none")
	}
}

// addOffers asks whether the person accepts command.
func (h Home) addOffers(m *Message, e Escape) {
	for _, c := range first(h.Mine, maxHomeWaits, func(c HomeCase) bool { return c.Offer != "" }) {
		m.add("section", c.headline(h.Lang, e)+"\n"+in(h.Lang).say("home_offer", "By", within(e, line(c.OfferBy, maxName), maxName)))
		m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: offerButtons(h.Lang, c.WorkflowID, c.Offer)})
	}
}

// addMissing says what the cases that the person commands still need to go on, with the button for it.
func (h Home) addMissing(m *Message, e Escape) {
	for _, c := range first(h.Mine, maxHomeWaits, func(c HomeCase) bool { return len(c.Missing) > 0 }) {
		as := Case{Lang: h.Lang, WorkflowID: c.WorkflowID, Phase: c.Phase, Gates: []incident.Gate{{Name: string(c.Phase), Missing: c.Missing}}}
		m.add("section", c.headline(h.Lang, e)+"\n"+in(h.Lang).say("next", "Missing", e.text(as.missing())))
		if verb := as.next(); verb != "" {
			m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: as.ActButtons(verb)})
		}
	}
}

// addTasks lists the person's open tasks.
func (h Home) addTasks(m *Message, e Escape) {
	var lines []string
	for _, c := range h.Mine {
		for _, t := range c.Tasks {
			due := ""
			if d := incident.CleanLine(t.Due); d != "" {
				due = separator + e.dated(within(e, d, maxName))
			}
			lines = append(lines, "• "+e.text(c.Number)+" *"+e.text(t.ID)+"* "+within(e, incident.CleanLine(t.Title), maxSaid)+due)
		}
	}
	if len(lines) > 0 {
		m.add("section", "*"+in(h.Lang).say("home_tasks")+"*\n"+Case{Lang: h.Lang}.joined(e, lines, maxHomeTasks))
	}
}

// addCases adds the open cases, the person's own first, each with the way to its channel.
func (h Home) addCases(m *Message, e Escape) {
	w, more := in(h.Lang), h.More
	m.Blocks = append(m.Blocks, Block{Kind: "divider"})
	if len(h.Mine)+len(h.Others) == 0 {
		m.add("section", w.say("home_none"))
	}
	if len(h.Mine) > 0 {
		m.add("section", "*"+w.say("list_mine")+"*")
	}
	for i, c := range h.Mine[:min(len(h.Mine), maxHomeMine)] {
		m.add("section", c.told(h.Lang, e))
		if c.URL != "" {
			m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: []Button{{Text: w.say("home_channel", "Number", c.Number), ActionID: linkPrefix + "channel:" + strconv.Itoa(i+1), URL: c.URL}}})
		}
	}
	if len(h.Others) > 0 {
		m.add("section", "*"+w.say("home_others")+"*")
	}
	for _, c := range h.Others[:min(len(h.Others), maxHomeOthers)] {
		m.add("section", c.lines(h.Lang, e))
	}
	more += max(0, len(h.Mine)-maxHomeMine) + max(0, len(h.Others)-maxHomeOthers)
	if more > 0 {
		m.add("context", w.say("home_more", "Count", strconv.Itoa(more)))
	}
	if !h.Now.IsZero() {
		m.add("context", w.say("updated")+": "+e.clock(h.Now))
	}
}

// told is the case, with what the person is in it.
func (c HomeCase) told(lang string, e Escape) string {
	w, text := in(lang), c.lines(lang, e)
	var roles []string
	for _, r := range c.Roles {
		roles = append(roles, w.word("home_role", r))
	}
	if len(roles) > 0 {
		text += "\n" + w.say("home_you", "Roles", strings.Join(roles, w.say("comma")))
	}
	if c.Silent {
		text += "\n" + w.say("stuck_list_silent", "Cases", e.text(c.Number))
	}
	return text
}

// first are the first ones that are meant.
func first(list []HomeCase, most int, meant func(HomeCase) bool) []HomeCase {
	list = slices.DeleteFunc(slices.Clone(list), func(c HomeCase) bool { return !meant(c) })
	return list[:min(len(list), most)]
}

// offerButtons are for whoever is offered command; the case refuses everybody else.
//
//workflowcheck:ignore encoding/json caches types in a sync.Map, which changes nothing that we see
func offerButtons(lang, workflow, offer string) []Button {
	value, _ := json.Marshal(Offered{workflow, offer}) // strings: cannot fail
	return []Button{
		{Text: in(lang).say("handover_accept"), ActionID: AcceptButton, Value: string(value), Style: "primary"},
		{Text: in(lang).say("handover_decline"), ActionID: DeclineButton, Value: string(value)},
	}
}
