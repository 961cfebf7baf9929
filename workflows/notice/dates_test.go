package notice_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

var (
	utc      = regexp.MustCompile(`\d\d:\d\d(:\d\d)?Z`)
	dateMark = regexp.MustCompile(`<!date\^\d+\^[^|>]*\|\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?Z>`)
)

// In Slack every time is one that Slack shows in its reader's zone; nowhere else does such a token stand.
func TestTimesInSlackAreTheReaders(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		for _, l := range lives {
			c := l.make(lang)
			c.Notes = append(c.Notes, notice.Paged(lang, "silent", 2, now), notice.Assigned(lang, "chie", now))
			inSlack := map[string]string{
				"Card": flat(c.Card(slack.Escape)), "StatusText": notice.StatusText(c, slack.Escape), "Menu": notice.Menu(c, slack.Escape), "Opened": notice.Opened(lang, c),
				"HandoverSummary": strings.Join(c.HandoverSummary(nil, slack.Escape), "\n"), "Stuck": flat(stuckNotice(lang, notice.InCase).Message(slack.Escape)),
				"Said": notice.Said(lang, slack.Escape, "update_due", "At", "2026-11-22T15:00:00Z"),
			}
			if c.LastUpdate != nil {
				inSlack["UpdateMessage"] = flat(c.UpdateMessage(*c.LastUpdate, slack.Escape))
			}
			more(inSlack, lang, c)
			for name, text := range inSlack {
				if rest := utc.FindString(dateMark.ReplaceAllString(text, "")); rest != "" {
					t.Errorf("%s %s %s: %s is in no reader's zone:\n%s", lang, l.name, name, rest, text)
				}
			}
			for name, text := range map[string]string{
				"Page": c.Page(), "StatusBlock": c.StatusBlock(jira.Escape), "Description": c.Description(jira.Escape), "Sentence": notice.Breaker{Lang: lang, Vendor: "jira", Since: now}.Sentence(),
				"Timeline": notice.Said(lang, nil, "update_due", "At", "2026-11-22T15:00:00Z"),
			} {
				if strings.Contains(text, "!date") {
					t.Errorf("%s %s %s holds a token of Slack's:\n%s", lang, l.name, name, text)
				}
			}
		}
	}
}

// more adds the messages that are not of the case alone.
func more(inSlack map[string]string, lang string, c notice.Case) {
	const cause = "an earlier request got no answer; the vendor is given until 2026-11-22 15:04:05Z to carry it out"
	for _, a := range c.Analyses {
		inSlack[a.ID+" AnalysisCard"] = flat(c.AnalysisCard(a, slack.Escape))
	}
	waits := stuckNotice(lang, notice.InCase)
	for i := range waits.Steps {
		waits.Steps[i].Cause = cause
	}
	home := myCases()
	home.Lang, home.Mine[2].Stuck = lang, waits.Steps
	run := phishing("stuck")
	for i := range run.Steps {
		if run.Steps[i].State == "stuck" {
			run.Steps[i].Cause = cause
		}
	}
	inSlack["Home"], inSlack["RunCard"] = flat(home.Message(slack.Escape)), flat(c.RunCard(run, slack.Escape))
	inSlack["CaseList"] = flat(notice.CaseList{Lang: lang, Cases: home.Others}.Message(slack.Escape))
	inSlack["StuckList"] = flat(notice.StuckList{Lang: lang, Cases: []notice.StuckNotice{waits}, Held: breakers(lang)}.Message(slack.Escape))
	inSlack["Outcome"] = notice.Outcome{Number: "SEC-42", Step: "open.ticket", Became: "stuck again", Cause: cause}.Text(lang, slack.Escape)
	const due = "2026-11-22 19:14Z" // as a runbook says when a task is due
	c.Tasks = append(slices.Clone(c.Tasks), incident.Task{ID: "t9", Title: "Lock the device", Due: due, Status: incident.TaskTodo})
	home.Mine[0].Tasks = []incident.Task{{ID: "t9", Title: "Lock the device", Due: due}}
	inSlack["Home with a task"], inSlack["RunTask"] = flat(home.Message(slack.Escape)), notice.Said(lang, slack.Escape, "run_task", "Run", "r1", "Task", "t9", "Title", "Lock", "Owner", "", "Due", due)
	for _, end := range became {
		h := handedOver(c, "added task t9, due "+due)
		h.To, h.By, h.Note, h.Who, h.Reason = "Chie Mori", "Aoi Sato", "", "Chie Mori", ""
		h.Became = end
		inSlack["HandoverMessage "+end], inSlack["DirectOffer "+end] = flat(c.HandoverMessage(h, slack.Escape)), flat(c.DirectOffer(h, "C0SEC42", slack.Escape))
	}
	c.Steps = []notice.Step{{ID: "open.ticket", State: "stuck", Cause: cause, Since: now}}
	inSlack["Card of a stuck case"], inSlack["StatusText of a stuck case"] = flat(c.Card(slack.Escape)), notice.StatusText(c, slack.Escape)
}

// A person's words make no token: what looks like one is text.
func TestNobodyWritesADateToken(t *testing.T) {
	c := ordinary("en")
	c.Scope, c.Title = "<!date^1^{date}^https://evil.example|now>", "<!date^1^{date}|now>"
	if card := flat(c.Card(slack.Escape)); strings.Contains(card, "<!date^1^") {
		t.Errorf("the card says:\n%s", card)
	}
}
