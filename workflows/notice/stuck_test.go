package notice_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// stuckNotice has a step of the case and one of an analysis.
func stuckNotice(lang, place string) notice.StuckNotice {
	return notice.StuckNotice{
		Lang: lang, Number: "SEC-42", Title: "Suspicious mail at payroll", Place: place, Now: now,
		Links: []notice.Link{
			{Kind: "ticket", Text: "SEC-42", URL: "https://example.atlassian.net/browse/SEC-42"},
			{Kind: "channel", Text: "sec-42-suspicious-mail", URL: "https://example.slack.com/archives/C0SEC42"},
			{Kind: "temporal", Text: "case/SEC-42", URL: "https://temporal.example.com/namespaces/hikeshi/workflows/case%2FSEC-42"},
		},
		Steps: []notice.StuckStep{
			{Step: notice.Step{ID: "open.ticket", System: "jira", Class: "Invalid", Cause: "customfield_10042: Region is required.", Hint: "Give it a default in JIRA.", State: "stuck", Since: at(10)},
				WorkflowID: "case/SEC-42", Generation: 2, Actions: []string{"retry", "supply", "abort"}},
			{Step: notice.Step{ID: "a1/analysis.pin", System: "slack", Class: "Denied", Cause: "not_in_channel", State: "stuck", Since: at(12)},
				WorkflowID: "case/SEC-42/a1", Generation: 1, Actions: []string{"retry", "skip", "of newer code"}},
			{Step: notice.Step{ID: "archive@1.verify", System: "bulk", Class: "", Cause: "", State: "stuck", Since: at(13)}, WorkflowID: "case/SEC-42", Generation: 1},
		},
		Decided: []notice.DecidedStep{
			{ID: "open.bookmark", Action: "skip", By: "Aoi Sato", Reason: "nobody needs it", At: at(5)}, {ID: "open.folder", At: at(6)},
		},
	}
}

func healed(lang, place string) notice.StuckNotice {
	n := stuckNotice(lang, place)
	n.Steps = nil
	n.Decided = append(n.Decided, notice.DecidedStep{ID: "open.ticket", Action: "retry", By: "Ben Okafor", Reason: "the field has a default", At: at(20)},
		notice.DecidedStep{ID: "open.channel", Action: "supply", By: "Ben Okafor", Reason: "made by hand", At: at(21)},
		notice.DecidedStep{ID: "a1/analysis.channel", Action: "abort", By: "Ben Okafor", Reason: "a duplicate", At: at(22)})
	return n
}

func veiled(n notice.StuckNotice) notice.StuckNotice {
	n.HideTitle, n.Title = true, "Insider copied customer data"
	n.Links[1].Text = "sec-42"
	return n
}

func shown(m notice.Message) string {
	var b strings.Builder
	texts(func(name, text string) { fmt.Fprintf(&b, "=== %s\n%s\n\n", name, text) }, "StuckNotice", m)
	for _, block := range m.Blocks {
		for _, button := range block.Buttons {
			fmt.Fprintf(&b, "[%s] %s %s %s\n", button.Text, button.ActionID, button.Style, button.Value)
		}
	}
	return b.String()
}

func TestStuckNotice(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		all := ""
		drilled := stuckNotice(lang, notice.InCase)
		drilled.Drill = true
		for _, n := range []notice.StuckNotice{stuckNotice(lang, notice.InCase), stuckNotice(lang, notice.ForOperators), healed(lang, notice.InCase),
			veiled(stuckNotice(lang, notice.ForOperators)), veiled(healed(lang, notice.ForOperators)), drilled} {
			all += fmt.Sprintf("##### place %s, hidden %v, drill %v\n", n.Place, n.HideTitle, n.Drill) + shown(n.Message(slack.Escape)) + "\n"
		}
		golden(t, lang, "stuck", all)
	}
}

// Operators may be outside a restricted case: what anybody wrote about it, and what a vendor said of it, is not theirs.
func TestOperatorsReadNoWordOfARestrictedCase(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		for _, n := range []notice.StuckNotice{veiled(stuckNotice(lang, notice.ForOperators)), veiled(healed(lang, notice.ForOperators))} {
			text := shown(n.Message(slack.Escape))
			for _, word := range []string{"Insider", "customfield", "Region", "default", "not_in_channel", "Aoi", "Ben", "nobody needs", "by hand", "duplicate"} {
				if strings.Contains(text, word) {
					t.Errorf("%s: tells %q:\n%s", lang, word, text)
				}
			}
		}
	}
	if text := shown(stuckNotice("en", notice.ForOperators).Message(nil)); !strings.Contains(text, "Suspicious mail") || !strings.Contains(text, "Region") {
		t.Errorf("of an ordinary case, operators read too little:\n%s", text)
	}
}

func TestHostileTextStaysTextInAStuckNotice(t *testing.T) {
	spoil := func(lang, place, text string) notice.StuckNotice {
		n := stuckNotice(lang, place)
		n.Title = text
		n.Steps[0].Cause, n.Steps[0].Hint = text, text
		n.Decided[0].By, n.Decided[0].Reason = text, text
		return n
	}
	for _, lang := range []string{"en", "ja"} {
		for _, place := range []string{notice.InCase, notice.ForOperators} {
			bad, good := flat(spoil(lang, place, markupOf).Message(slack.Escape)), flat(spoil(lang, place, "w w").Message(slack.Escape))
			if got, want := skeleton(bad, "<>"), skeleton(good, "<>"); got != want {
				t.Errorf("%s %s: the markup changes: %q, with plain words %q\n%s", lang, place, got, want, bad)
			}
		}
	}
}

// A case can have more stuck steps than a message can hold; none may be taken for all.
func TestAStuckNoticeFitsSlack(t *testing.T) {
	for name, text := range map[string]string{"words": "長い話 and more ", "signs": "<&>", "ampersands": "&"} {
		for _, lang := range []string{"en", "ja"} {
			n := stuckNotice(lang, notice.ForOperators)
			long := strings.Repeat(text, 2000)
			n.Title = long
			n.Steps[0].Cause, n.Steps[0].Hint, n.Steps[0].Actions = long, long, []string{"retry", "supply", "skip", "abort"}
			for i := range 100 {
				s := n.Steps[0]
				s.Generation = i
				n.Steps = append(n.Steps, s)
				n.Decided = append(n.Decided, notice.DecidedStep{ID: "open.ticket", Action: "skip", By: long, Reason: long, At: at(i)})
			}
			m := n.Message(slack.Escape)
			slackTakes(t, lang+" "+name, m)
			buttonsTaken(t, lang+" "+name, m)
			if got := flat(m); !strings.Contains(got, "95") {
				t.Errorf("%s %s: does not say that 95 more are stuck: %s", lang, name, got)
			}
		}
	}
}

// https://docs.slack.dev/reference/block-kit/block-elements/button-element
func buttonsTaken(t *testing.T, name string, m notice.Message) {
	t.Helper()
	ids := map[string]bool{}
	for _, block := range m.Blocks {
		if block.Kind == "actions" && (len(block.Buttons) == 0 || len(block.Buttons) > 25) {
			t.Errorf("%s: %d buttons", name, len(block.Buttons))
		}
		for _, b := range block.Buttons {
			bounded(t, name+" text", b.Text, 75)
			bounded(t, name+" value", b.Value, 2000)
			bounded(t, name+" action id", b.ActionID, 255)
			if ids[b.ActionID] {
				t.Errorf("%s: %s is there twice", name, b.ActionID)
			}
			ids[b.ActionID] = true
		}
	}
	if len(ids) == 0 {
		t.Errorf("%s: no buttons", name)
	}
}

// A button names a step as the workflow that it belongs to does, not as the case shows it.
func TestAButtonCarriesTheStep(t *testing.T) {
	var got []notice.Chosen
	for _, block := range stuckNotice("en", notice.InCase).Message(nil).Blocks {
		for _, b := range block.Buttons {
			var c notice.Chosen
			if err := json.Unmarshal([]byte(b.Value), &c); err != nil {
				t.Fatal(err)
			}
			got = append(got, c)
		}
	}
	if len(got) != 5 || got[0] != (notice.Chosen{WorkflowID: "case/SEC-42", Step: "open.ticket", Generation: 2}) || got[3] != (notice.Chosen{WorkflowID: "case/SEC-42/a1", Step: "analysis.pin", Generation: 1}) {
		t.Errorf("got %+v", got)
	}
}
