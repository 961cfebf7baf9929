package notice_test

import (
	"fmt"
	"strings"
	"testing"

	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

func TestResolveDialogs(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		var b strings.Builder
		for _, action := range []string{"supply", "skip", "abort"} {
			d := notice.ResolveDialog(lang, slack.Escape, "SEC-42", "open.ticket", action)
			fmt.Fprintf(&b, "=== %s\n%+v\n%s\n\n", action, d, notice.ByHand(lang, slack.Escape, notice.Chosen{WorkflowID: "case/SEC-42", Step: "open.ticket", Generation: 2}, action))
			for _, text := range []string{d.Title, d.Submit, d.Close} { // https://docs.slack.dev/reference/views/modal-views
				bounded(t, lang+" "+action, text, 24)
			}
		}
		for _, became := range []string{"done", "going on", "skipped", "ended", "stuck again", "not seen"} {
			o := notice.Outcome{Number: "SEC-42", Step: "open.ticket", Became: became, Cause: "Region is required.", Hint: "Give it <a default>."}
			fmt.Fprintf(&b, "=== %s\n%s\n\n", became, o.Text(lang, slack.Escape))
		}
		fmt.Fprintf(&b, "=== without a cause\n%s\n\n=== pressed\n%s\n", notice.Outcome{Number: "SEC-42", Step: "open.ticket", Became: "stuck again"}.Text(lang, slack.Escape), notice.Pressed(lang))
		golden(t, lang, "dialogs", b.String())
	}
}

func TestHostileTextStaysTextInAnOutcome(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		say := func(text string) string {
			return notice.Outcome{Number: "SEC-42", Step: text, Became: "stuck again", Cause: text, Hint: text}.Text(lang, slack.Escape) + notice.ResolveDialog(lang, slack.Escape, "SEC-42", text, "skip").Text
		}
		if got, want := skeleton(say(markupOf), "<>"), skeleton(say("w w"), "<>"); strings.ReplaceAll(got, "\n", "") != strings.ReplaceAll(want, "\n", "") {
			t.Errorf("%s: the markup changes: %q, with plain words %q", lang, got, want)
		}
	}
}

// What a button carries comes back from outside: only what can be ours is taken.
func TestChosen(t *testing.T) {
	for _, test := range []struct{ workflow, step, number, shown string }{
		{"case/SEC-42", "open.ticket", "SEC-42", "open.ticket"}, {"case/SEC-42/a12", "analysis.lead.invite", "SEC-42", "a12/analysis.lead.invite"},
		{"case/P-20261122-7K3F/mirror", "mirror.folder.id", "P-20261122-7K3F", "mirror.folder.id"}, {"case/SEC-42", "archive@2.log.3", "SEC-42", "archive@2.log.3"},
		{"case/SEC-42", "lesson.l7.theme", "SEC-42", "lesson.l7.theme"}, {"case/SEC-42", "thread.12", "SEC-42", "thread.12"},
	} {
		c := notice.Chosen{WorkflowID: test.workflow, Step: test.step, Generation: 1}
		if !c.Valid() || c.Number() != test.number || c.Shown() != test.shown {
			t.Errorf("%+v: valid %v, number %q, shown %q", c, c.Valid(), c.Number(), c.Shown())
		}
	}
	for _, c := range []notice.Chosen{
		{}, {WorkflowID: "case/SEC-42", Step: "open.ticket"}, {WorkflowID: "theme/SEC-1", Step: "open.ticket", Generation: 1}, {WorkflowID: "case/SEC-42' OR 1", Step: "open.ticket", Generation: 1},
		{WorkflowID: "case/SEC-42/../x", Step: "open.ticket", Generation: 1}, {WorkflowID: "case/SEC-42", Step: "<!here>", Generation: 1}, {WorkflowID: "case/SEC-42", Step: "a1/open.ticket", Generation: 1},
		{WorkflowID: "case/SEC-42", Step: "open.ticket", Generation: -1},
	} {
		if c.Valid() {
			t.Errorf("%+v is taken", c)
		}
	}
}
