package notice

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// Run is a run of a runbook.
type Run struct {
	ID        string // r1 …
	Name      string // of the runbook
	Title     string
	SHA256    string // of its file
	File      string // where that was read; empty: it came with the program
	By        string // who began it
	State     string // running, stuck, done, aborted or unfinished
	AbortedBy string
	Reason    string // of the abort
	Temporal  string // its page in the UI; empty: none is known
	Steps     []RunStep
}

// RunStep is one step of a runbook.
type RunStep struct {
	Kind   string // task, invite, notify, analysis or link
	Title  string
	Who    string // of an invitation
	URL    string // of a link
	State  string // owed, trying, stuck, done or skipped
	Ref    string // the task or analysis that it has made
	Missed []string
	Cause  string // why it is stuck
}

// RunSaid is what a step of a runbook says.
type RunSaid struct {
	Step, Of int
	Text     string
	Mention  []string // Slack ids of users and groups
}

// How much of a run is shown, in characters: a section of Slack's takes 3,000.
const (
	maxRunCard  = 2800
	maxRunParts = 3
	maxRunStep  = 160
	maxRunLinks = 900
	maxRunText  = 3500
)

// Text is what the step does, in words.
func (s RunStep) Text(lang string) string {
	return in(lang).say("run_step_"+s.Kind, "Title", incident.CleanLine(s.Title), "Who", incident.CleanLine(s.Who))
}

// over reports whether nothing more is done.
func (r Run) over() bool { return r.State == "done" || r.State == "aborted" || r.State == "unfinished" }

// done counts the steps that need nothing more.
func (r Run) done() string {
	n := count(r.Steps, func(s RunStep) bool { return s.State == "done" || s.State == "skipped" })
	return strconv.Itoa(n) + "/" + strconv.Itoa(len(r.Steps))
}

// RunCard shows how far a run is, in the machine's thread. Its Text is what notifications show.
func (c Case) RunCard(r Run, e Escape) Message {
	head := within(e, c.say("run_head", "Run", r.ID, "Title", incident.CleanLine(r.Title)), maxName)
	m := Message{Text: e.text(c.banner()+c.Number+" ") + head}
	m.add("section", "*"+e.text(c.banner())+head+"*"+separator+c.word("run_state", r.State)+separator+r.done())
	for _, part := range c.parts(e, c.runLines(r, e)) {
		m.add("section", part)
	}
	if r.Reason != "" {
		m.add("section", c.say("run_aborted_by", "By", within(e, incident.CleanLine(r.AbortedBy), maxName), "Reason", within(e, incident.CleanLine(r.Reason), maxSaid)))
	}
	source := []string{c.say("run_by", "By", within(e, incident.CleanLine(r.By), maxName)), within(e, c.runSource(r), maxSaid)}
	m.add("context", strings.Join(source, separator))
	if !r.over() {
		m.add("context", c.say("run_hint", "Act", "`run --abort "+r.ID+" --reason …`"))
	}
	return m
}

// parts are the lines in texts that each fit into a section. What the last one has no room for is counted.
func (c Case) parts(e Escape, lines []string) (texts []string) {
	for len(lines) > 0 && len(texts) < maxRunParts-1 {
		n, size := 0, 0
		for n < len(lines) && (n == 0 || size+utf8.RuneCountInString(lines[n]) < maxRunCard) {
			size += utf8.RuneCountInString(lines[n]) + 1
			n++
		}
		texts, lines = append(texts, strings.Join(lines[:n], "\n")), lines[n:]
	}
	if len(lines) > 0 {
		texts = append(texts, c.joined(e, lines, maxRunCard))
	}
	return texts
}

// runSource says which runbook exactly is run.
func (c Case) runSource(r Run) string {
	return c.say("run_source", "Name", incident.CleanLine(r.Name), "Digest", r.SHA256[:min(12, len(r.SHA256))], "File", r.File)
}

func (c Case) runLines(r Run, e Escape) (lines []string) {
	for i, s := range r.Steps {
		text := within(e, s.Text(c.Lang), maxRunStep)
		if s.Kind == "link" && s.State == "done" {
			text = slackLink(s.URL, within(e, incident.CleanLine(s.Title), maxRunStep))
		}
		text = r.sign(s) + " " + strconv.Itoa(i+1) + ". " + text
		if s.Ref != "" {
			text += c.say("paren", "Text", e.text(line(s.Ref, maxName)))
		}
		for _, more := range c.runAsides(s) {
			text += "; " + e.dated(within(e, more, maxSaid))
		}
		lines = append(lines, text)
	}
	return lines
}

// runAsides are what people should know about a step.
func (c Case) runAsides(s RunStep) (list []string) {
	if len(s.Missed) > 0 {
		list = append(list, c.say("run_missed", "Who", incident.CleanLine(strings.Join(s.Missed, ", "))))
	}
	if s.State == stuck {
		list = append(list, unstopped(Translated(c.Lang, s.Cause)))
	}
	return list
}

// sign is how far a step is, at a glance.
func (r Run) sign(s RunStep) string {
	switch {
	case s.State == "done":
		return "✓"
	case s.State == "skipped":
		return "↷"
	case r.over():
		return "✗"
	case s.State == stuck:
		return "⚠"
	case s.State == "trying":
		return "…"
	}
	return "○"
}

// RunNotice is what a step of a runbook says in the machine's thread. Only those whom the runbook names are called.
func (c Case) RunNotice(r Run, said RunSaid, e Escape) Message {
	head := c.say("run_said", "Title", within(e, r.Title, maxName), "Run", e.text(r.ID), "Step", strconv.Itoa(said.Step), "Of", strconv.Itoa(said.Of))
	var calls []string
	for _, id := range said.Mention {
		switch {
		case slackUser.MatchString(id):
			calls = append(calls, "<@"+id+">")
		case slackGroup.MatchString(id):
			calls = append(calls, "<!subteam^"+id+">")
		}
	}
	text := within(e, said.Text, maxRunText)
	if len(calls) > 0 {
		text = strings.Join(calls, " ") + "\n" + text
	}
	return Message{Text: "*" + e.text(c.banner()) + head + "*\n" + text}
}

// RunSummary names a run in Temporal's lists, in at most 200 bytes. They render markdown.
func (c Case) RunSummary(r Run) string {
	const most = 200
	for keep := maxName; ; keep-- {
		if text := markdown(c.banner() + c.Number + " " + r.ID + " " + line(r.Title, keep)); len(text) <= most || keep == 1 {
			return text
		}
	}
}

// RunPage is a run's page in the Temporal UI: markdown without HTML and images.
func (c Case) RunPage(r Run) string {
	var b strings.Builder
	b.WriteString("## " + markdown(c.banner()+c.Number+" "+c.say("run_head", "Run", r.ID, "Title", r.Title)) + "\n\n")
	if c.Drill {
		b.WriteString("**" + c.say("drill_long") + "**\n\n")
	}
	rows := [][2]string{
		{c.say("state"), c.word("run_state", r.State)}, {c.say("run_done"), r.done()}, {c.say("case"), markdown(c.Number + " " + line(c.Title, maxSaid))},
		{c.say("run_by", "By", markdown(line(r.By, maxName))), markdown(c.runSource(r))},
	}
	if r.Reason != "" {
		rows = append(rows, [2]string{c.say("reason"), markdown(line(r.AbortedBy+": "+r.Reason, maxSaid))})
	}
	table(&b, append(rows, [2]string{c.say("updated"), clock(c.Now)}))
	var steps [][]string
	for i, s := range r.Steps {
		steps = append(steps, []string{r.sign(s) + " " + strconv.Itoa(i+1), short(s.Text(c.Lang)), markdown(s.Ref), short(strings.Join(c.runAsides(s), "; "))})
	}
	c.list(&b, "run_steps", []string{"step", "column_what", "column_id", "cause"}, steps)
	b.WriteString("\n### " + c.say("links") + "\n\n")
	for _, l := range c.Links {
		b.WriteString("- " + c.titledLink(c.ofCase(l.Kind), l) + "\n")
	}
	c.pageSteps(&b)
	c.pageCommands(&b)
	return b.String()
}

// pageRuns are the runs on the case's page.
func (c Case) pageRuns(b *strings.Builder) {
	var rows [][]string
	for _, r := range c.Runs {
		id := markdown(r.ID)
		if r.Temporal != "" {
			id = "[" + id + "](" + address(r.Temporal) + ")"
		}
		rows = append(rows, []string{id, short(r.Title), c.word("run_state", r.State), r.done()})
	}
	c.list(b, "runbooks", []string{"column_id", "column_name", "state", "run_done"}, rows)
}

// runFacts are the runs on the card, and the addresses that they have put there, one fact on a line.
func (c Case) runFacts(e Escape) (lines []string) {
	var runs []string
	for _, r := range slices.Backward(c.Runs) {
		runs = append(runs, e.text(r.ID)+" "+within(e, r.Title, maxName)+c.say("paren", "Text", c.word("run_state", r.State)))
	}
	if len(runs) > 0 {
		lines = append(lines, c.say("runbooks")+": "+strings.Join(runs[:min(len(runs), maxGoing)], separator))
	}
	links := ""
	for _, l := range c.Others {
		if one := slackLink(l.URL, within(e, l.Text, maxName)); len(links)+len(one) < maxRunLinks {
			links += separator + one
		}
	}
	if links != "" {
		lines = append(lines, c.say("link_other")+": "+strings.TrimPrefix(links, separator))
	}
	return lines
}

// maxGoing is how many runs the card shows, the newest first: as many go on at once at most.
const maxGoing = 5
