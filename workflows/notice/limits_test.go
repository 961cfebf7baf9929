package notice_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// flat is a message in one text.
func flat(m notice.Message) string {
	parts := []string{m.Text}
	for _, b := range m.Blocks {
		parts = append(append(parts, b.Text), b.Fields...)
	}
	return strings.Join(parts, "")
}

// What people write must not change what the text around it means, in whatever place it stands.
func TestHostileTextStaysTextAllLife(t *testing.T) {
	const wiki, markdown, mrkdwn = "{}[]*_+^~?!|#", "`*_{}[]<>#+!|~&", "<>"
	for _, lang := range []string{"en", "ja"} {
		bad, good := spoiled(lang, markupOf, 0), spoiled(lang, "w\nw\nw", 0)
		type pair struct{ name, signs, bad, good string }
		tests := []pair{
			{"StatusBlock", wiki, bad.StatusBlock(jira.Escape), good.StatusBlock(jira.Escape)},
			{"Card", mrkdwn, flat(bad.Card(slack.Escape)), flat(good.Card(slack.Escape))},
			{"Page", markdown, bad.Page(), good.Page()},
			{"StatusText", mrkdwn, notice.StatusText(bad, slack.Escape), notice.StatusText(good, slack.Escape)},
			{"MirrorPage", markdown, bad.MirrorPage(), good.MirrorPage()},
			{"UpdateMessage", mrkdwn, flat(bad.UpdateMessage(*bad.LastUpdate, slack.Escape)), flat(good.UpdateMessage(*good.LastUpdate, slack.Escape))},
			{"UpdateComment", wiki, bad.UpdateComment(*bad.LastUpdate, jira.Escape), good.UpdateComment(*good.LastUpdate, jira.Escape)},
			{"LogDescription", wiki, bad.LogDescription(jira.Escape), good.LogDescription(jira.Escape)},
			{"ArchiveComment", wiki, bad.ArchiveComment(jira.Escape), good.ArchiveComment(jira.Escape)},
			{"SealComment", wiki, bad.SealComment(jira.Escape, seal), good.SealComment(jira.Escape, seal)},
		}
		for i := range bad.Analyses {
			b, g := bad.Analyses[i], good.Analyses[i]
			tests = append(tests,
				pair{b.ID + " AnalysisCard", mrkdwn, flat(bad.AnalysisCard(b, slack.Escape)), flat(good.AnalysisCard(g, slack.Escape))},
				pair{b.ID + " AnalysisPage", markdown, bad.AnalysisPage(b), good.AnalysisPage(g)},
				pair{b.ID + " AnalysisSummary", markdown, bad.AnalysisSummary(b), good.AnalysisSummary(g)},
				pair{b.ID + " AnalysisPurpose", "", bad.AnalysisPurpose(b), good.AnalysisPurpose(g)})
		}
		for i := range bad.Lessons {
			b, g := bad.Lessons[i], good.Lessons[i]
			tests = append(tests, pair{b.ID + " ThemeSummary", "", bad.ThemeSummary(b), good.ThemeSummary(g)},
				pair{b.ID + " ThemeDescription", wiki, bad.ThemeDescription(b, jira.Escape), good.ThemeDescription(g, jira.Escape)})
		}
		for _, s := range sentences {
			tests = append(tests, pair{s.id, mrkdwn, saidWith(lang, s.id, s.pairs, markupOf), saidWith(lang, s.id, s.pairs, "w\nw\nw")})
		}
		for _, test := range tests {
			if got, want := skeleton(test.bad, test.signs), skeleton(test.good, test.signs); got != want {
				t.Errorf("%s %s: the markup changes: %q, with plain words %q\n%s", lang, test.name, got, want, test.bad)
			}
		}
	}
}

// saidWith is a sentence with that text as each of its values.
func saidWith(lang, id string, pairs []string, text string) string {
	var filled []string
	for i := 0; i < len(pairs); i += 2 {
		filled = append(filled, pairs[i], text)
	}
	return notice.Said(lang, slack.Escape, id, filled...)
}

// A sentence stays one line of the thread and one cell of the timeline, however much somebody has written.
func TestSaidIsShortAndOnOneLine(t *testing.T) {
	for _, s := range sentences {
		got := saidWith("en", s.id, s.pairs, strings.Repeat("a\nb ", 2000))
		if strings.Contains(got, "\n") || utf8.RuneCountInString(got) > 1000 {
			t.Errorf("%s: %d characters: %q", s.id, utf8.RuneCountInString(got), got)
		}
	}
}

// Whoever sits at a command line can say that they are anybody: only Slack's own word makes a person of Slack's.
func TestASenderIsNotTakenForSomebodyInSlack(t *testing.T) {
	if got := notice.Said("en", slack.Escape, "broke_glass", "Act", "close", "Reason", "x", "By", "U0AOI0001"); strings.Contains(got, "<@") {
		t.Errorf("got %q", got)
	}
	if got := notice.Said("en", slack.Escape, "channel_archived", "Name", "sec-42", "By", "U0AOI0001"); !strings.Contains(got, "<@U0AOI0001> archived") {
		t.Errorf("got %q", got)
	}
}

func TestSaidOfNewerCodeIsItsID(t *testing.T) {
	if got := notice.Said("ja", nil, "moved_on", "By", "Aoi"); got != "moved_on" {
		t.Errorf("got %q", got)
	}
}

// huge is a case with as much of everything as a case can have, each text as long as it can be.
func huge(lang, text string) notice.Case {
	c := spoiled(lang, text, 4000)
	fill := func(list []notice.Analysis, n int) (all []notice.Analysis) {
		for i := range n {
			a := list[i%len(list)]
			a.ID = fmt.Sprintf("a%d", i+1)
			all = append(all, a)
		}
		return all
	}
	c.Analyses = fill(c.Analyses, 100)
	for len(c.Tasks) < 300 {
		c.Tasks = append(c.Tasks, c.Tasks...)
	}
	for len(c.Lessons) < 100 {
		c.Lessons = append(c.Lessons, c.Lessons...)
	}
	var missing []incident.Need
	for i := range 100 {
		missing = append(missing, incident.Need{Name: fmt.Sprintf("conclude a%d", i+1)})
		c.Waivers, c.BrokenGlass = append(c.Waivers, c.Waivers[0]), append(c.BrokenGlass, c.BrokenGlass[0])
		c.Steps, c.Notes = append(c.Steps, c.Steps[0]), append(c.Notes, notice.NotFoundPerson(lang, c.Commander))
		c.Mirror.Logs = append(c.Mirror.Logs, c.Mirror.Logs[0])
	}
	for range 50 {
		c.Organisations = append(c.Organisations, incident.Organisation{Name: c.Commander})
	}
	c.Drill, c.Adopted, c.Merging = true, notice.Adopted{Channel: true, Ticket: true, By: c.Commander}, "SEC-1"
	long := func(most int) string { return incident.Shorten(c.Commander, most) }
	for i := range 30 {
		number, address := fmt.Sprintf("SEC-%d", i+100), "https://example.com/"+strings.Repeat("x&", 100)
		c.Runs = append(c.Runs, notice.Run{ID: fmt.Sprintf("r%d", i+1), Name: "phishing-mail", Title: long(200), By: c.Commander, State: "running"})
		c.Others = append(c.Others, notice.Link{Kind: "other", Text: long(200), URL: address})
		c.Merged = append(c.Merged, notice.Merged{Number: number, By: c.Commander, Reason: c.ResolutionReason, At: at(i), Links: []notice.Link{{Kind: "ticket", Text: number, URL: address}, {Kind: "folder", Text: long(200), URL: address}}})
	}
	c.Gates = []incident.Gate{incident.NewGate(c.Phase, missing...)}
	return c
}

// The bounds are the vendors': https://docs.slack.dev/reference/block-kit/blocks, and JIRA's 32,767 characters.
func TestNothingIsTooLong(t *testing.T) {
	for name, text := range map[string]string{"words": "長い話 and more", "signs": "<&>{}|*_", "ampersands": "&"} {
		for _, lang := range []string{"en", "ja"} {
			c := huge(lang, text)
			block := c.StatusBlock(jira.Escape)
			bounded(t, lang+" "+name+" StatusBlock", block, 13500)
			bounded(t, lang+" "+name+" Description", jira.EmbedBlock(c.Description(jira.Escape), block), 32767)
			bounded(t, lang+" "+name+" UpdateComment", c.UpdateComment(*c.LastUpdate, jira.Escape), 32767)
			bounded(t, lang+" "+name+" ThemeDescription", c.ThemeDescription(c.Lessons[0], jira.Escape), 32767)
			bounded(t, lang+" "+name+" ThemeSummary", c.ThemeSummary(c.Lessons[0]), 255)
			bounded(t, lang+" "+name+" AnalysisPurpose", c.AnalysisPurpose(c.Analyses[0]), 220) // a mark goes behind it
			bounded(t, lang+" "+name+" Page", c.Page(), 150000)
			bounded(t, lang+" "+name+" StatusText", notice.StatusText(c, slack.Escape), 16000)
			if n := len(c.AnalysisSummary(c.Analyses[0])); n > 200 {
				t.Errorf("%s %s AnalysisSummary: %d bytes", lang, name, n)
			}
			slackTakes(t, lang+" "+name+" Card", c.Card(slack.Escape))
			slackTakes(t, lang+" "+name+" AnalysisCard", c.AnalysisCard(c.Analyses[1], slack.Escape))
			slackTakes(t, lang+" "+name+" UpdateMessage", c.UpdateMessage(*c.LastUpdate, slack.Escape))
		}
	}
}

func bounded(t *testing.T, name, text string, most int) {
	t.Helper()
	if n := utf8.RuneCountInString(text); n > most {
		t.Errorf("%s: %d characters, more than %d", name, n, most)
	}
}

func slackTakes(t *testing.T, name string, m notice.Message) {
	t.Helper()
	all := 0
	for i, b := range m.Blocks {
		if b.Kind != "header" { // the adapter makes plain text of it, and cuts it
			bounded(t, fmt.Sprintf("%s: block %d", name, i), b.Text, 3000)
			all += utf8.RuneCountInString(b.Text)
		}
		for _, f := range b.Fields {
			bounded(t, fmt.Sprintf("%s: a field of block %d", name, i), f, 2000)
			all += utf8.RuneCountInString(f)
		}
		if len(b.Fields) > 10 {
			t.Errorf("%s: %d fields", name, len(b.Fields))
		}
	}
	if len(m.Blocks) > 50 || all > 12000 {
		t.Errorf("%s: %d blocks with %d characters", name, len(m.Blocks), all)
	}
}

// What does not fit is counted, so that nobody takes the list for the whole.
func TestALongListSaysThatItIsCut(t *testing.T) {
	c := rich("en")
	for i := range 30 {
		a := c.Analyses[1]
		a.ID, a.Finding = fmt.Sprintf("a%d", i+5), strings.Repeat("found ", 30)
		c.Analyses = append(c.Analyses, a)
	}
	for name, text := range map[string]string{"Card": flat(c.Card(nil)), "StatusBlock": c.StatusBlock(nil), "StatusText": notice.StatusText(c, nil)} {
		shown := strings.Count(text, " gateway, lead Chie Mori")
		if want := fmt.Sprintf("+ %d more", 34-3-shown); shown < 5 || !strings.Contains(text, want) {
			t.Errorf("%s shows %d of them and does not say %q:\n%s", name, shown, want, text)
		}
	}
}

// An update is for reading: all of it stands in the message.
func TestAnUpdateIsWhole(t *testing.T) {
	c := rich("en")
	text := strings.TrimSpace(strings.Repeat("How it stands. ", 4000/15))
	u := incident.Update{ID: "u1", Text: text, By: "Aoi", At: at(1)}
	var sections []string
	for _, b := range c.UpdateMessage(u, slack.Escape).Blocks {
		if b.Kind == "section" {
			sections = append(sections, b.Text)
		}
	}
	if got := strings.Join(sections, " "); got != text || len(sections) < 2 {
		t.Errorf("%d sections: %q", len(sections), got)
	}
	if !strings.Contains(c.UpdateComment(u, nil), text) {
		t.Error("the comment is cut")
	}
}

// Where people outside the case can look, nothing that somebody wrote about a restricted case may stand.
func TestHiddenIsHiddenAllLife(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		c := secret(lang)
		shown := map[string]string{
			"LogSummary": c.LogSummary(2), "LogDescription": c.LogDescription(nil), "EvidenceName": c.EvidenceName(), "ArchiveName": c.ArchiveName(2),
			"UpdateMessage": c.UpdateMessage(*c.LastUpdate, nil).Text, "ArchiveComment": c.ArchiveComment(nil), "Card": c.Card(nil).Text,
			"UpdateMessage's header": c.UpdateMessage(*c.LastUpdate, nil).Blocks[0].Text,
		}
		for _, a := range c.Analyses {
			shown[a.ID+" AnalysisPurpose"], shown[a.ID+" AnalysisSummary"], shown[a.ID+" AnalysisCard"] = c.AnalysisPurpose(a), c.AnalysisSummary(a), c.AnalysisCard(a, nil).Text
		}
		for _, l := range c.Lessons {
			shown[l.ID+" ThemeSummary"] = c.ThemeSummary(l)
		}
		for name, text := range shown {
			for _, word := range []string{c.Title, "Insider", "Acme", "mailbox", "gateway", "給与", "Ben", "Aoi", "locked", "whom to call", "Passwords"} {
				if strings.Contains(text, word) {
					t.Errorf("%s %s tells %q: %q", lang, name, word, text)
				}
			}
			if name != "ArchiveName" && !strings.Contains(text, c.Number) {
				t.Errorf("%s %s does not name the case: %q", lang, name, text)
			}
		}
	}
}

// A reader must never take a drill for the real thing, late in its life either.
func TestADrillSaysSoAllLife(t *testing.T) {
	for lang, banner := range map[string]string{"en": "DRILL", "ja": "訓練"} {
		c := exercise(lang)
		c.Number = "SEC-7"
		a, l := c.Analyses[0], c.Lessons[0]
		m, card := c.UpdateMessage(*c.LastUpdate, nil), c.AnalysisCard(a, nil)
		for name, text := range map[string]string{
			"StatusBlock": c.StatusBlock(nil), "Page": c.Page(), "MirrorPage": c.MirrorPage(), "AnalysisPage": c.AnalysisPage(a), "AnalysisPurpose": c.AnalysisPurpose(a),
			"AnalysisSummary": c.AnalysisSummary(a), "AnalysisCard's text": card.Text, "AnalysisCard": card.Blocks[0].Text, "UpdateMessage's text": m.Text, "UpdateMessage": m.Blocks[0].Text,
			"UpdateComment": c.UpdateComment(*c.LastUpdate, nil), "LogSummary": c.LogSummary(1), "LogDescription": c.LogDescription(nil), "ThemeSummary": c.ThemeSummary(l),
			"ThemeDescription": c.ThemeDescription(l, nil), "EvidenceName": c.EvidenceName(), "ArchiveComment": c.ArchiveComment(nil), "SealComment": c.SealComment(nil, seal),
		} {
			if !strings.Contains(text, banner) {
				t.Errorf("%s %s does not say that it is a drill: %q", lang, name, text)
			}
		}
	}
}

// The cells of a status are those of the column's list: Sheets marks any other.
func TestTaskStatusIsOneOfTheChoices(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		column := notice.Board(lang)[0].Columns[4]
		choices := notice.Board(lang)[0].Choices[column]
		for i, s := range []incident.TaskStatus{incident.TaskTodo, incident.TaskDoing, incident.TaskDone, incident.TaskDropped} {
			if got := notice.TaskCells(lang, incident.Task{Status: s})[column]; got != choices[i] {
				t.Errorf("%s: %s is %q, want %q", lang, s, got, choices[i])
			}
		}
		for name := range notice.TaskCells(lang, incident.Task{}) {
			if !strings.Contains(strings.Join(notice.Board(lang)[0].Columns, "\n"), name) {
				t.Errorf("%s: there is no column %q", lang, name)
			}
		}
	}
}

func TestTheWatermarkNamesTheDayWhenItIsAnother(t *testing.T) {
	c := rich("en")
	c.Now = now.AddDate(0, 0, 1)
	c.Mirror.At = c.Mirror.Through.AddDate(0, 0, 2)
	if got := c.StatusBlock(nil); !strings.Contains(got, "mirrored to 2026-11-22 14:32:05Z, lag 48 h, gaps 1") {
		t.Error(got)
	}
	c.Mirror = notice.Mirror{Logs: c.Mirror.Logs[:1]}
	if got := c.StatusBlock(nil); !strings.Contains(got, "nothing is logged yet [SEC-43|") {
		t.Error(got)
	}
}
