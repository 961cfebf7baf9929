package notice

import (
	"slices"
	"strconv"
	"strings"

	"hikeshi/workflows/incident"
)

// AnalysisCard is the card that is pinned in an analysis's channel. Links are the case's. Its Text is what notifications
// show, so what a person wrote does not stand in it where the title is hidden.
func (c Case) AnalysisCard(a Analysis, e Escape) Message {
	m := Message{Text: e.text(c.analysisName(a, maxName))}
	m.add("header", e.text(c.banner()+c.Number+" "+a.ID+" "+incident.CleanLine(a.Name)))
	if c.Drill {
		m.add("section", "*"+c.say("drill_long")+"*")
	}
	if a.Hypothesis != "" {
		m.add("section", "*"+c.say("hypothesis")+"*\n"+within(e, a.Hypothesis, 2000))
	}
	if label, text := outcome(a); text != "" {
		m.add("section", "*"+c.say(label)+"*\n"+within(e, text, 2000))
	}
	var fields []string
	for _, f := range c.analysisRows(a) {
		fields = append(fields, "*"+c.say(f[0])+"*\n"+fact(e, f, maxSaid))
	}
	m.Blocks = append(m.Blocks, Block{Kind: "fields", Fields: fields})
	m.add("section", c.caseLinks(e))
	if lines := c.trouble(e); lines != "" {
		m.add("section", lines)
	}
	if a.Open() {
		of := c
		of.WorkflowID += "/" + a.ID
		if buttons := of.ActButtons("conclude", "lead"); len(buttons) > 0 {
			m.Blocks = append(m.Blocks, Block{Kind: "actions", Buttons: buttons})
		}
		m.add("context", c.say("analysis_end"))
	}
	return m
}

// outcome is what came out of an analysis, and what to call it; empty while it goes on.
func outcome(a Analysis) (label, text string) {
	switch a.State {
	case incident.AnalysisConcluded:
		return "finding", a.Finding
	case incident.AnalysisDropped:
		return "dropped", a.Reason
	}
	return "", ""
}

// analysisRows are the short facts about an analysis.
func (c Case) analysisRows(a Analysis) [][2]string {
	lead := c.or(incident.CleanLine(a.Lead))
	if a.LeadGone {
		lead = c.say("lead_gone", "Lead", line(lead, maxName))
	}
	rows := [][2]string{{"case", c.Number + " " + line(c.Title, maxSaid)}, {"lead", lead}, {"state", c.word("analysis_state", string(a.State))}, {"begun", clock(a.Opened)}}
	if !a.Ended.IsZero() {
		rows = append(rows, [2]string{"ended", clock(a.Ended)})
	}
	if c.Severity != incident.SeverityUnknown {
		rows = append(rows, [2]string{"severity", c.severity()})
	}
	return rows
}

// caseLinks lead from an analysis to its case.
func (c Case) caseLinks(e Escape) string {
	var parts []string
	for _, l := range c.Links {
		title := c.ofCase(l.Kind)
		switch {
		case l.URL != "" && l.Kind == "channel" && !mention.MatchString(l.Text):
			parts = append(parts, title+": "+slackLink(l.URL, e.text("#"+l.Text)))
		case l.URL != "":
			parts = append(parts, title+": "+slackLink(l.URL, e.text(l.Text)))
		case l.Text != "" && l.Kind == "channel":
			parts = append(parts, title+": "+e.text("#"+l.Text))
		default:
			parts = append(parts, title+": "+c.say("owed"))
		}
	}
	return strings.Join(parts, separator)
}

// ofCase is what one of the case's things is called elsewhere.
func (c Case) ofCase(kind string) string {
	switch kind {
	case "channel":
		return c.say("case_channel")
	case "temporal":
		return c.say("case_page")
	}
	return c.linkTitle(kind)
}

// analysisName is number, id and, where it may be shown, name.
func (c Case) analysisName(a Analysis, most int) string {
	name := c.banner() + c.Number + " " + a.ID
	if c.HideTitle {
		return name
	}
	return name + " " + line(a.Name, most)
}

// AnalysisPurpose is the purpose of an analysis's channel. Slack's administrators and exports show it to people outside
// the channel, so nothing that a person wrote stands in it where the title is hidden.
func (c Case) AnalysisPurpose(a Analysis) string {
	return c.say("analysis_purpose", "Analysis", c.analysisName(a, maxName), "Title", line(c.shownTitle(), maxName))
}

// AnalysisSummary names an analysis in Temporal's lists, in at most 200 bytes. They render markdown.
func (c Case) AnalysisSummary(a Analysis) string {
	const most = 200
	for keep := maxName; ; keep-- {
		if text := markdown(c.analysisName(a, keep)); len(text) <= most || keep == 1 {
			return text
		}
	}
}

// AnalysisPage is an analysis's page in the Temporal UI: markdown without HTML and images.
func (c Case) AnalysisPage(a Analysis) string {
	var b strings.Builder
	b.WriteString("## " + markdown(c.banner()+c.Number+" "+a.ID+" "+line(a.Name, maxSaid)) + "\n\n")
	if c.Drill {
		b.WriteString("**" + c.say("drill_long") + "**\n\n")
	}
	var rows [][2]string
	for _, r := range c.analysisRows(a) {
		rows = append(rows, [2]string{c.say(r[0]), markdown(r[1])})
	}
	rows = append(rows, [2]string{c.say("people"), strconv.Itoa(a.People)})
	if a.Hypothesis != "" {
		rows = append(rows, [2]string{c.say("hypothesis"), within(markdown, a.Hypothesis, 3000)})
	}
	if label, text := outcome(a); text != "" {
		rows = append(rows, [2]string{c.say(label), within(markdown, text, 3000)})
	}
	table(&b, append(rows, [2]string{c.say("updated"), clock(c.Now)}))
	b.WriteString("\n### " + c.say("links") + "\n\n- " + c.pageLink(Link{Kind: "channel", Text: a.ChannelName, URL: a.ChannelURL}) + "\n")
	for _, l := range c.Links {
		b.WriteString("- " + c.titledLink(c.ofCase(l.Kind), l) + "\n")
	}
	c.pageSteps(&b)
	c.pageCommands(&b)
	return b.String()
}

// otherLinks lead from the mirror to its case.
func (c Case) otherLinks(b *strings.Builder) {
	list := slices.DeleteFunc(slices.Clone(c.Links), func(l Link) bool { return l.Kind == "channel" })
	if len(list) == 0 {
		return
	}
	b.WriteString("\n### " + c.say("links") + "\n\n")
	for _, l := range list {
		b.WriteString("- " + c.titledLink(c.ofCase(l.Kind), l) + "\n")
	}
}
