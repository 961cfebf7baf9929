package notice_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

func at(minutes int) time.Time { return opened.Add(time.Duration(minutes) * time.Minute) }

// rich is a case in the middle of its life, with something of everything.
func rich(lang string) notice.Case {
	c := ordinary(lang)
	c.Phase, c.Scope, c.Containment, c.ContainmentBy, c.ContainmentAt = incident.PhaseAnalysis, "3 mailboxes at Acme Foods", incident.Contained, "Ben Okafor", at(50)
	c.Steps = []notice.Step{{ID: "a2/analysis.lead.invite", System: "slack", Class: "Denied", Cause: "restricted_action", Hint: "Let the app invite people", State: "stuck", Since: at(40)}}
	c.Gates = []incident.Gate{incident.NewGate(incident.PhaseAnalysis, incident.Need{Name: "conclude a1"}, incident.Need{Name: "containment", Met: true}, incident.Need{Name: "resolution"})}
	c.Details = incident.Details{Company: "Acme Foods", What: "A mail asked for a sign-in.", When: "since Monday", Where: "payroll, 2nd floor"}
	c.Analyses = analyses()
	c.Tasks = []incident.Task{
		{ID: "t1", Title: "Reset the passwords", Owner: "Ben Okafor", Due: "today", Status: incident.TaskDone, By: "Aoi Sato", At: at(20)},
		{ID: "t2", Title: "Call the sender's company", Owner: "Chie Mori", Due: "2026-11-23", Status: incident.TaskDoing, By: "Aoi Sato", At: at(25)},
		{ID: "t3", Title: "Block the domain", Status: incident.TaskTodo, By: "Ben Okafor", At: at(30)},
		{ID: "t4", Title: "Seize the laptop", Owner: "Ben Okafor", Status: incident.TaskDropped, By: "Ben Okafor", At: at(31)},
	}
	c.Lessons = []incident.Lesson{
		{ID: "l1", Text: "Nobody knew whom to call\nat Acme Foods", By: "Chie Mori", At: at(45)},
		{ID: "l2", Text: "The gateway lets such mail through", By: "Ben Okafor", At: at(46), As: incident.DecideTheme, Theme: "SEC-50", ThemeURL: "https://example.atlassian.net/browse/SEC-50", DecidedBy: "Aoi Sato"},
		{ID: "l3", Text: "Passwords are reused", By: "Ben Okafor", At: at(47), As: incident.DecideJoin, Theme: "SEC-7", DecidedBy: "Aoi Sato"},
		{ID: "l4", Text: "It was Sunday", By: "Ben Okafor", At: at(48), As: incident.DecideAccept, Reason: "Sundays come every week", DecidedBy: "Aoi Sato"},
	}
	c.LastUpdate, c.NextUpdate = &incident.Update{ID: "u2", Text: "The mailboxes are locked.\nNobody else is concerned.", By: "Aoi Sato", At: at(60)}, at(180)
	c.Resolution = "contained"
	c.Waivers = []incident.Waiver{{Need: "scope", Reason: "the server is gone", By: "Aoi Sato", At: at(52)}, {Need: "conclude a3", Reason: "nobody is free", By: "Aoi Sato", At: at(53)}}
	c.BrokenGlass = []incident.BrokenGlass{{Act: "close", Reason: "Slack is down", By: "ben", At: at(55)}, {Act: "waive", Reason: "it cannot wait", By: "ben", At: at(56)}}
	c.Mirror = notice.Mirror{
		Logs:    []notice.Link{{Kind: "log", Text: "SEC-43", URL: "https://example.atlassian.net/browse/SEC-43"}, {Kind: "log", Text: "SEC-60", URL: "https://example.atlassian.net/browse/SEC-60"}},
		Through: time.Date(2026, 11, 22, 14, 32, 5, 0, time.UTC), At: time.Date(2026, 11, 22, 14, 32, 11, 0, time.UTC),
		Gaps: 1, Messages: 120, Edits: 3, Deletions: 2, Files: 5, NotKept: 1, Masked: 4, Temporal: "https://temporal.example.com/mirror",
	}
	c.Archive = notice.Archive{
		Folder: notice.Link{Kind: "archive", Text: "SEC-42", URL: "https://drive.google.com/drive/folders/1Archive"}, SHA256: strings.Repeat("ab12", 16),
		Verified: at(80), Messages: 123, Files: 5,
	}
	c.Commands = nil
	for _, name := range []string{"triage", "contain", "analyze", "conclude", "task", "update", "lesson", "decide", "waive", "back", "close", "reopen", "roll", "bell"} {
		c.Commands = append(c.Commands, notice.Command{Text: name, Name: name})
	}
	c.Commands = append(c.Commands, notice.Command{Text: "resolveStep", Name: "resolveStep", JSON: `{"step":"analysis.lead.invite","generation":1,"action":"retry","reason":"…"}`,
		Step: "a2/analysis.lead.invite", Workflow: "case/SEC-42/a2"})
	return c
}

// analyses are one in each state.
func analyses() []notice.Analysis {
	return []notice.Analysis{
		{Analysis: incident.Analysis{ID: "a1", Name: "mailbox", Lead: "Ben Okafor", LeadID: "U0BEN0002", Hypothesis: "Somebody signed in from abroad.\nThe rules were changed.", State: incident.AnalysisOpen, Opened: at(10)},
			ChannelName: "sec-42-a1-mailbox", ChannelURL: "https://example.slack.com/archives/C0SEC42A1", Temporal: "https://temporal.example.com/a1", People: 4},
		{Analysis: incident.Analysis{ID: "a2", Name: "gateway", Lead: "Chie Mori", Hypothesis: "The filter was off", Finding: "The filter was on;\nthe rule was too weak", State: incident.AnalysisConcluded, Opened: at(11), Ended: at(48)},
			ChannelName: "sec-42-a2-gateway", Temporal: "https://temporal.example.com/a2", People: 2},
		{Analysis: incident.Analysis{ID: "a3", Name: "laptop", State: incident.AnalysisDropped, Reason: "the laptop was never on", Opened: at(12), Ended: at(30)}},
		{Analysis: incident.Analysis{ID: "a4", Name: "給与システム", Lead: "@kenji", LeadGone: true, State: incident.AnalysisOpen, Opened: at(13)}, ChannelName: "sec-42-a4", ChannelURL: "https://example.slack.com/archives/C0SEC42A4", People: 1},
	}
}

// secret is a rich case whose title is hidden.
func secret(lang string) notice.Case {
	c := rich(lang)
	r := restricted(lang)
	c.Title, c.Report, c.Audience, c.HideTitle, c.Kind = r.Title, r.Report, r.Audience, true, r.Kind
	return c
}

// exercise is a rich case of a drill.
func exercise(lang string) notice.Case {
	c := rich(lang)
	c.Drill, c.Number = true, "DRILL-7"
	return c
}

// markupOf is one text with whatever could be markup anywhere.
const markupOf = "=HYPERLINK(\"https://evil.example\") <!channel> {noformat} [~admin] | *b* `c` <script>x</script>\n|| h1. || \n- # ![i](https://evil.example/i.png) {{.By}} 'q' +1 {code}"

// spoiled is a rich case in which every text that a person wrote is that one, as often as fills so many characters.
func spoiled(lang, text string, size int) notice.Case {
	long := func(most int) string {
		return incident.Shorten(strings.Repeat(text+" ", 1+min(size, most)/len(text)), max(2, min(size, most)))
	}
	if size == 0 {
		long = func(int) string { return text }
	}
	line := func(most int) string { return incident.CleanLine(long(most)) }
	c := rich(lang)
	c.Title, c.Report, c.Kind, c.Reporter, c.Commander, c.Opener, c.Scope = line(250), long(10000), line(500), line(500), line(500), line(500), long(4000)
	c.ContainmentBy, c.Resolution, c.ResolutionReason = line(500), incident.Resolution(line(500)), long(1000)
	c.Details = incident.Details{Reporter: line(500), Company: line(500), What: long(4000), When: line(500), Where: line(500)}
	for i := range c.Analyses {
		a := &c.Analyses[i]
		a.Name, a.Lead, a.Hypothesis = line(120), line(500), long(4000)
		if a.ChannelName != "" {
			a.ChannelName = line(80)
		}
		if a.Finding != "" {
			a.Finding = long(4000)
		}
		if a.Reason != "" {
			a.Reason = long(4000)
		}
	}
	for i := range c.Tasks {
		c.Tasks[i].Title, c.Tasks[i].Owner, c.Tasks[i].Due, c.Tasks[i].By = line(500), line(500), line(500), line(500)
	}
	for i := range c.Lessons {
		c.Lessons[i].Text, c.Lessons[i].By, c.Lessons[i].DecidedBy = long(4000), line(500), line(500)
		if c.Lessons[i].Reason != "" {
			c.Lessons[i].Reason = long(1000)
		}
	}
	for i := range c.Waivers {
		c.Waivers[i].Reason, c.Waivers[i].By = long(1000), line(500)
	}
	for i := range c.BrokenGlass {
		c.BrokenGlass[i].Reason, c.BrokenGlass[i].By = long(1000), line(500)
	}
	c.LastUpdate = &incident.Update{ID: "u2", Text: long(4000), By: line(500), At: at(60)}
	c.Steps[0].Cause, c.Steps[0].Hint = long(1000), long(1000)
	return c
}

// marked is a case full of markup.
func marked(lang string) notice.Case { return spoiled(lang, markupOf, 0) }

var lives = []struct {
	name string
	make func(lang string) notice.Case
}{{"rich", rich}, {"secret", secret}, {"exercise", exercise}, {"marked", marked}}

func texts(show func(name, text string), name string, m notice.Message) {
	show(name+": text", m.Text)
	for _, block := range m.Blocks {
		show(name+": "+block.Kind, strings.TrimPrefix(strings.Join(append([]string{block.Text}, block.Fields...), "\n"), "\n"))
	}
}

// buttonsOf are what people can press, and what comes back of it.
func buttonsOf(m notice.Message) string {
	var lines []string
	for _, block := range m.Blocks {
		for _, b := range block.Buttons {
			lines = append(lines, fmt.Sprintf("[%s] %s %s", b.Text, b.ActionID, b.Value))
		}
	}
	return strings.Join(lines, "\n")
}

// works shows what an analysis, the mirror, the archive and the themes of a case say.
func works(c notice.Case) string {
	var b strings.Builder
	show := func(name, text string) { fmt.Fprintf(&b, "=== %s\n%s\n\n", name, strings.TrimRight(text, "\n")) }
	for _, a := range c.Analyses {
		texts(show, a.ID+" AnalysisCard", c.AnalysisCard(a, slack.Escape))
		show(a.ID+" AnalysisCard: buttons", buttonsOf(c.AnalysisCard(a, slack.Escape)))
		show(a.ID+" AnalysisPurpose", c.AnalysisPurpose(a))
		show(a.ID+" AnalysisSummary", c.AnalysisSummary(a))
		show(a.ID+" AnalysisPage", c.AnalysisPage(a))
	}
	show("MirrorPage", c.MirrorPage())
	texts(show, "UpdateMessage", c.UpdateMessage(*c.LastUpdate, slack.Escape))
	show("UpdateComment", c.UpdateComment(*c.LastUpdate, jira.Escape))
	show("LogSummary 1", c.LogSummary(1))
	show("LogSummary 2", c.LogSummary(2))
	show("LogDescription", c.LogDescription(jira.Escape))
	for _, l := range c.Lessons {
		show(l.ID+" ThemeSummary", c.ThemeSummary(l))
		show(l.ID+" ThemeDescription", c.ThemeDescription(l, jira.Escape))
	}
	show("EvidenceName", c.EvidenceName())
	show("ArchiveName", c.ArchiveName(1)+", "+c.ArchiveName(2))
	show("ArchiveComment", c.ArchiveComment(jira.Escape))
	show("SealComment", c.SealComment(jira.Escape, seal))
	show("AuditName", notice.AuditName(c.Lang))
	for _, row := range notice.LessonRows(c.Lang, c.Lessons) {
		show("LessonRows", fmt.Sprintf("%q", row))
	}
	for _, t := range c.Tasks {
		show("TaskCells", fmt.Sprintf("%q", notice.TaskCells(c.Lang, t)))
	}
	return b.String()
}

// sentences are all that [notice.Said] says, with everything known and with nothing more than must be.
var sentences = []struct {
	id    string
	pairs []string
}{
	{"triaged", []string{"Severity", "Sev2", "Kind", "phishing", "Commander", "@ben", "Scope", "3 mailboxes\nat Acme"}},
	{"triaged", []string{"Severity", "", "Kind", "", "Commander", "U0BEN0002", "Scope", ""}},
	{"severity", []string{"Severity", "Sev1", "Before", "Sev3", "Reason", "it spreads", "By", "Aoi"}},
	{"severity", []string{"Severity", "Sev2", "Before", "", "Reason", "", "By", "Aoi"}},
	{"command_taken", []string{"By", "Ben", "Commander", "Aoi"}},
	{"command_taken", []string{"By", "Ben", "Commander", ""}},
	{"command_offered", []string{"By", "Aoi", "Owner", "@chie", "Text", "I am going home."}},
	{"command_offered", []string{"By", "Aoi", "Owner", "U0CHIE003", "Text", ""}},
	{"command_accepted", []string{"By", "Chie", "Commander", "Aoi"}},
	{"command_declined", []string{"By", "Chie", "Commander", "Aoi", "Reason", "on a train"}},
	{"command_declined", []string{"By", "Chie", "Commander", "", "Reason", ""}},
	{"command_needless", []string{"Commander", "Aoi"}},
	{"details_who", []string{"Reporter", "Ms Ito, 03-1234-5678", "Company", "Acme Foods", "Kind", "phishing", "By", "Aoi"}},
	{"details_who", []string{"Reporter", "", "Company", "Acme Foods", "Kind", "", "By", "Aoi"}},
	{"details_what", []string{"What", "a mail with a link was opened", "When", "this morning", "Where", "payroll", "By", "Aoi"}},
	{"details_what", []string{"What", "", "When", "this morning", "Where", "", "By", "Aoi"}},
	{"report_unclear", []string{"By", "Aoi"}},
	{"report_clear", []string{"By", "Ben"}},
	{"people_named", []string{"Text", "@ben, chie@example.com", "By", "Aoi"}},
	{"closing", []string{"Resolution", "opened by mistake", "Reason", "typed in the wrong channel", "By", "Aoi"}},
	{"contained", []string{"State", "not applicable", "By", "Aoi"}},
	{"analysis_opened", []string{"Analysis", "a1", "Name", "mailbox", "Lead", "Ben", "Channel", "sec-42-a1", "By", "Aoi"}},
	{"analysis_opened", []string{"Analysis", "a1", "Name", "mailbox", "Lead", "Ben", "Channel", "", "By", "Aoi"}},
	{"analysis_changed", []string{"Analysis", "a1", "Name", "mailbox", "Lead", "Chie", "By", "Aoi"}},
	{"analysis_concluded", []string{"Analysis", "a1", "Name", "mailbox", "Finding", "One sign-in from abroad.", "By", "Ben"}},
	{"analysis_dropped", []string{"Analysis", "a1", "Name", "mailbox", "Reason", "the laptop was never on", "By", "Ben"}},
	{"lead_left", []string{"Analysis", "a1", "Name", "mailbox", "Lead", "Ben"}},
	{"task_added", []string{"Task", "t1", "Title", "Reset passwords", "Owner", "Ben", "Due", "today", "By", "Aoi"}},
	{"task_added", []string{"Task", "t1", "Title", "Reset passwords", "Owner", "", "Due", "", "By", "Aoi"}},
	{"task_changed", []string{"Task", "t1", "Title", "Reset passwords", "Status", "done", "Owner", "Ben", "By", "Ben"}},
	{"update_published", []string{"By", "Aoi"}},
	{"update_due", []string{"At", "2026-11-22T15:00:00Z"}},
	{"lesson_noted", []string{"Lesson", "l1", "Text", "Nobody knew whom to call.", "By", "Chie"}},
	{"noted", []string{"Text", "The server is off.", "Link", "https://example.slack.com/archives/C1/p1"}},
	{"noted", []string{"Text", "The server is off.", "Link", ""}},
	{"lesson_decided", []string{"Lesson", "l1", "Decision", "accept", "Reason", "rare", "By", "Aoi"}},
	{"lesson_decided", []string{"Lesson", "l1", "Decision", "theme", "Reason", "", "By", "Aoi"}},
	{"duplicate_swept", []string{"Step", "open.ticket", "Ticket", "SEC-9"}},
	{"theme_opened", []string{"Lesson", "l1", "Theme", "SEC-50"}},
	{"waived", []string{"Need", "decide l1", "Reason", "nobody is free", "By", "Aoi"}},
	{"merging", []string{"Into", "SEC-12", "Reason", "the same mail.", "By", "Aoi"}},
	{"merging", []string{"Into", "SEC-12", "Reason", "", "By", "Aoi"}},
	{"merged", []string{"Into", "SEC-12", "Channel", "sec-12-mail", "By", "Aoi"}},
	{"merged", []string{"Into", "SEC-12", "Channel", "", "By", "Aoi"}},
	{"merge_refused", []string{"Into", "SEC-12", "Reason", "case SEC-12 is in archive. Reopen it first"}},
	{"merged_in", []string{"From", "SEC-13", "Count", "3", "Reason", "", "By", "Aoi"}},
	{"merged_uninvited", []string{"From", "SEC-13", "Count", "4"}},
	{"merge_left", []string{"From", "SEC-13"}},
	{"moved_back", []string{"Phase", "triage", "Reason", "a second company", "By", "Aoi"}},
	{"closing", []string{"Resolution", "duplicate of SEC-12", "By", "Aoi"}},
	{"closing", []string{"Resolution", "false positive", "By", "Aoi"}},
	{"closing", []string{"Resolution", "contained", "By", "Aoi"}},
	{"reopened", []string{"Reason", "it came back", "By", "Aoi"}},
	{"phase", []string{"Phase", "lessons"}},
	{"paged", []string{"Why", "slack_silent", "Count", "3"}},
	{"paged", []string{"Why", "nobody_yet", "Count", ""}},
	{"not_paged", []string{"Why", "slack_refused", "Cause", "HTTP 404"}},
	{"assigned_on_call", []string{"Owner", "chie"}},
	{"archived", []string{"Messages", "120", "Files", "4", "Digest", "ab12"}},
	{"channel_archived", []string{"Name", "sec-42", "By", "U0BEN0002"}},
	{"channel_unarchived", []string{"Name", "sec-42", "By", ""}},
	{"channel_public", []string{"Name", "sec-42", "By", "U0BEN0002"}},
	{"channel_private", []string{"Name", "sec-42", "By", "U0BEN0002"}},
	{"channel_renamed", []string{"Name", "sec-42-new", "By", "U0BEN0002"}},
	{"ticket", []string{"Number", "SEC-42"}},
	{"broke_glass", []string{"Act", "close", "Reason", "Slack is down", "By", "ben"}},
	{"step_retried", []string{"Step", "open.ticket", "Reason", "the field is there now.", "By", "Aoi"}},
	{"step_retried", []string{"Step", "a1/analysis.channel", "Reason", "", "By", ""}},
	{"step_supplied", []string{"Step", "open.channel", "Reason", "made by hand", "By", "Aoi"}},
	{"adopted_channel", []string{"Name", "mail-war-room", "By", "Aoi"}},
	{"adopted_ticket", []string{"Name", "SEC-42", "By", "Aoi"}},
	{"step_skipped", []string{"Step", "open.bookmark", "Reason", "nobody needs it", "By", "Ben"}},
	{"step_aborted", []string{"Step", "a1/analysis.channel", "Reason", "a duplicate", "By", "Ben"}},
	{"run_begun", []string{"Run", "r1", "Runbook", "Phishing mail", "Digest", "ab12cd34ef56", "By", "Aoi"}},
	{"run_begun", []string{"Run", "r2", "Runbook", "Phishing mail", "Digest", "ab12cd34ef56", "By", "Hikeshi"}},
	{"run_aborted", []string{"Run", "r1", "Runbook", "Phishing mail", "Reason", "a false alarm", "By", "Ben"}},
	{"run_ended", []string{"Run", "r1", "Runbook", "Phishing mail", "RunState", "unfinished"}},
	{"run_lost", []string{"Run", "r1", "Runbook", "Phishing mail"}},
	{"run_not_begun", []string{"Runbook", "own", "Reason", "there is no runbook \"own\""}},
	{"run_task", []string{"Run", "r1", "Task", "t1", "Title", "Reset passwords", "Owner", "Ben", "Due", "today"}},
	{"run_task", []string{"Run", "r1", "Task", "t1", "Title", "Reset passwords", "Owner", "", "Due", ""}},
	{"run_link", []string{"Run", "r1", "Title", "Report it"}},
	{"step_resumed", []string{"Step", "open.folder", "Reason", "", "By", ""}},
}

func said(lang string) string {
	var b strings.Builder
	for _, s := range sentences {
		fmt.Fprintf(&b, "%s\n  timeline  %s\n  thread    %s\n", s.id, notice.Said(lang, nil, s.id, s.pairs...), notice.Said(lang, slack.Escape, s.id, s.pairs...))
	}
	for _, need := range everyNeed {
		fmt.Fprintf(&b, "need %s\n  %s\n  %s\n", need, notice.Need(lang, need), notice.GateHint(lang, need))
	}
	for _, words := range []map[string]string{notice.LogWords(lang), notice.ArchiveWords(lang)} {
		for _, id := range slices.Sorted(maps.Keys(words)) {
			fmt.Fprintf(&b, "word %s\n  %s\n", id, words[id])
		}
	}
	entry := notice.EntryCells(lang, incident.Entry{ID: "e1", At: at(1), Who: "Aoi", What: "said so"})
	for _, column := range slices.Sorted(maps.Keys(entry)) {
		fmt.Fprintf(&b, "entry %s: %s\n", column, entry[column])
	}
	fmt.Fprintln(&b, notice.ReportUnclear(lang))
	fmt.Fprintln(&b, notice.CommanderLeft(lang, "Aoi"))
	fmt.Fprintln(&b, notice.ChannelArchived(lang, "sec-42"))
	fmt.Fprintln(&b, notice.ChannelUnread(lang, "sec-42"))
	return b.String()
}

var everyNeed = []string{"severity", "commander", "scope", "reassessment", "a channel with the people in it", "conclude a1", "conclude", "containment", "resolution",
	"decide l1", "debt open.sheet", "debt a1/analysis.channel", "archive", "triage", "analysis", "lessons", "a second opinion"}

func TestLives(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		for _, l := range lives {
			t.Run(lang+"/"+l.name, func(t *testing.T) {
				golden(t, lang, l.name, everything(l.make(lang)))
				golden(t, lang, l.name+"-work", works(l.make(lang)))
			})
		}
		t.Run(lang+"/said", func(t *testing.T) { golden(t, lang, "said", said(lang)) })
	}
}

// seal is a seal over a case that was reset once.
var seal = notice.Seal{
	Number: 3, Case: "case/SEC-42", Branch: "0195b2c4-0000-7000-8000-000000000001", Head: strings.Repeat("0f1e2d3c", 8),
	At: time.Date(2026, 11, 22, 5, 32, 5, 0, time.UTC),
}
