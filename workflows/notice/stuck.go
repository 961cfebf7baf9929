package notice

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Where a [StuckNotice] stands.
const (
	InCase       = "case"      // the machine's thread in the case's channel
	ForOperators = "operators" // the operators' channel, whose readers may be outside the case
)

// StuckNotice is the one message about the steps of a case that cannot go on by themselves. It is updated in place, until
// it says that everything goes on again.
type StuckNotice struct {
	Lang, Number, Title string
	HideTitle           bool   // operators then read which steps they are, and nothing that anybody wrote
	Place               string // InCase or ForOperators
	Links               []Link // of kind channel and temporal; others are left out
	Drill               bool
	Steps               []StuckStep   // empty: nothing is stuck any more
	Decided             []DecidedStep // the oldest first
	Now                 time.Time     // of rendering; zero: leave it out
}

// StuckStep is a step that waits for somebody's decision.
type StuckStep struct {
	Step
	WorkflowID string // the step belongs to
	Generation int
	Actions    []string // what can be decided: retry, supply, skip, abort
	Elsewhere  bool     // what is decided here would be refused: it is decided in the case's channel
}

// DecidedStep is what became of a step that was stuck.
type DecidedStep struct {
	ID     string
	Action string // what somebody decided; empty: it went on by itself
	By     string
	Reason string
	At     time.Time
}

// How much the notice shows. Eight steps with their buttons are 16 of Slack's 50 blocks.
const (
	maxStuck   = 8
	maxDecided = 2500 // characters
	maxCause   = 400
)

// ResolvePrefix begins the action ids of the buttons; the action and the button's place in the message follow, as in
// resolve_retry:1.
const ResolvePrefix = "resolve_"

// Message renders the notice.
func (n StuckNotice) Message(e Escape) Message {
	c := n.asCase()
	title := e.text(c.banner()) + n.headline(e)
	m := Message{Text: title}
	m.add("header", title)
	if n.Drill {
		m.add("section", "*"+c.say("drill_long")+"*")
	}
	if n.Place == ForOperators && !n.HideTitle && n.Title != "" {
		m.add("section", within(e, line(n.Title, maxSaid), 2*maxSaid))
	}
	for i, s := range n.Steps[:min(len(n.Steps), maxStuck)] {
		m.add("section", n.step(s, e))
		if buttons := n.buttons(s, i+1); len(buttons) > 0 {
			m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: buttons})
		}
	}
	if more := len(n.Steps) - maxStuck; more > 0 {
		m.add("context", c.say("stuck_more", "Count", strconv.Itoa(more), "Command", "`starter status "+e.text(n.Number)+"`"))
	}
	if lines := n.decided(e); len(lines) > 0 {
		m.add("section", c.joined(e, lines, maxDecided))
	}
	if lines := n.ways(e); len(lines) > 0 {
		m.add("context", strings.Join(lines, separator))
	}
	return m
}

// asCase is a case of which only what the notice says is known.
func (n StuckNotice) asCase() Case {
	return Case{Lang: n.Lang, Number: n.Number, Title: n.Title, HideTitle: n.HideTitle, Drill: n.Drill, Links: n.Links, Now: n.Now}
}

// veiled reports whether readers may be outside a case that they must know nothing of.
func (n StuckNotice) veiled() bool { return n.HideTitle && n.Place == ForOperators }

func (n StuckNotice) headline(e Escape) string {
	c := n.asCase()
	if len(n.Steps) == 0 {
		return c.say("stuck_none", "Number", e.text(n.Number))
	}
	return c.say("stuck_title", "Number", e.text(n.Number), "Count", strconv.Itoa(len(n.Steps)))
}

// step says what cannot go on, why, and what to do.
func (n StuckNotice) step(s StuckStep, e Escape) string {
	c := n.asCase()
	kind := slices.DeleteFunc([]string{s.ID, s.System, s.Class}, func(s string) bool { return s == "" })
	lines := []string{"*" + e.text(StepTitle(n.Lang, s.ID)) + "* (" + e.text(strings.Join(kind, ", ")) + ")"}
	if !n.veiled() {
		for _, f := range [][2]string{{"cause", s.Cause}, {"hint", s.Hint}} {
			if text := unstopped(Translated(n.Lang, f[1])); text != "" {
				lines = append(lines, c.say(f[0])+": "+e.dated(within(e, text, maxCause)))
			}
		}
	}
	return strings.Join(append(lines, c.say("stuck_since", "At", e.clock(s.Since))), "\n")
}

// buttons are those for what can be decided about a step; place makes their ids unique within the message.
//
//workflowcheck:ignore encoding/json caches types in a sync.Map, which changes nothing that we see
func (n StuckNotice) buttons(s StuckStep, place int) (list []Button) {
	value, _ := json.Marshal(Chosen{s.WorkflowID, OwnStep(s.ID), s.Generation}) // strings and a number: cannot fail
	for _, action := range s.Actions {
		text, style := n.asCase().say("action_"+action), ""
		switch action {
		case "retry":
			style = "primary"
		case "supply", "skip":
		case "abort":
			style = "danger"
		default:
			continue // of newer code
		}
		list = append(list, Button{Text: text, ActionID: ResolvePrefix + action + ":" + strconv.Itoa(place), Value: string(value), Style: style})
	}
	return list
}

// decided says who decided what, the newest first: what there is no room for is old.
func (n StuckNotice) decided(e Escape) (lines []string) {
	for _, d := range slices.Backward(n.Decided) {
		by, reason := d.By, d.Reason
		if n.veiled() {
			by, reason = "", ""
		}
		lines = append(lines, "• "+e.clock(d.At)+" "+Said(n.Lang, e, decidedAs(d.Action), "Step", d.ID, "Reason", reason, "By", by))
	}
	return lines
}

// decidedAs is the sentence of a decision.
func decidedAs(action string) string {
	switch action {
	case "retry":
		return "step_retried"
	case "supply":
		return "step_supplied"
	case "skip":
		return "step_skipped"
	case "abort":
		return "step_aborted"
	}
	return "step_resumed"
}

// ways lead to where more is known.
func (n StuckNotice) ways(e Escape) (list []string) {
	c := n.asCase()
	for _, kind := range []string{"channel", "temporal"} {
		if kind != "channel" || n.Place != InCase { // there, the reader is in it
			list = append(list, c.mrkdwnOf(kind, e)...)
		}
	}
	if !n.Now.IsZero() {
		list = append(list, c.say("updated")+": "+e.clock(n.Now))
	}
	return list
}
