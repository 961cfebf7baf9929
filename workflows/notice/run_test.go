package notice_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// phishing is a run with a step in each state.
func phishing(state string) notice.Run {
	r := notice.Run{
		ID: "r1", Name: "phishing-mail", Title: "Phishing mail", SHA256: strings.Repeat("ab12", 16), By: "Aoi Sato", State: state, Temporal: "https://temporal.example.com/r1",
		Steps: []notice.RunStep{
			{Kind: "notify", Title: "Ask the reporter by telephone", State: "done"},
			{Kind: "task", Title: "Get the original mail", State: "done", Ref: "t3"},
			{Kind: "invite", Who: "@mail-team, S0HELPDESK", State: "done", Missed: []string{"@nobody", "U0GUEST (user_is_restricted)"}},
			{Kind: "analysis", Title: "who opened it", State: "skipped"},
			{Kind: "link", Title: "Report the site", URL: "https://www.example.jp/report?a=1&b=2", State: "done"},
			{Kind: "invite", Who: "@legal", State: "stuck", Cause: "invite people to channel C1: channel_not_found."},
			{Kind: "task", Title: "Warn everybody", State: "trying"},
			{Kind: "task", Title: "Write it down", State: "owed"},
		},
	}
	if state == "aborted" {
		r.AbortedBy, r.Reason = "Ben Okafor", "a false alarm"
	}
	return r
}

func TestRunTexts(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		var b strings.Builder
		c := ordinary(lang)
		for _, state := range []string{"stuck", "aborted"} {
			r := phishing(state)
			b.WriteString("=== card, " + state + "\n" + flat(c.RunCard(r, slack.Escape)) + "\n=== page, " + state + "\n" + c.RunPage(r) + "\n")
		}
		said := notice.RunSaid{Step: 1, Of: 8, Text: "Ask the reporter by telephone.\nKeep the mail.", Mention: []string{"U0AOI0001", "S0HELPDESK"}}
		b.WriteString("=== notice\n" + flat(c.RunNotice(phishing("running"), said, slack.Escape)) + "\n=== summary\n" + c.RunSummary(phishing("running")) + "\n")
		c.Runs, c.Others = []notice.Run{phishing("done"), phishing("stuck")}, []notice.Link{{Kind: "other", Text: "Report the site", URL: "https://www.example.jp/report?a=1&b=2"}}
		b.WriteString("=== case card\n" + flat(c.Card(slack.Escape)) + "\n=== case page\n" + c.Page() + "\n=== links\n")
		for _, row := range c.LinkRows() {
			b.WriteString(strings.Join(row, " | ") + "\n")
		}
		golden(t, lang, "run", b.String())
	}
}

// What a runbook's author or a person wrote calls nobody and changes no markup; a mention is what looks like an id alone.
func TestHostileRunStaysText(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		c := ordinary(lang)
		bad, good := phishing("aborted"), phishing("aborted")
		for _, r := range []*notice.Run{&bad, &good} {
			text := "x"
			if r == &bad {
				text = markupOf
			}
			r.Title, r.By, r.AbortedBy, r.Reason, r.Name = text, text, text, text, text
			for i := range r.Steps {
				r.Steps[i].Title, r.Steps[i].Who, r.Steps[i].Cause, r.Steps[i].Ref, r.Steps[i].Missed = text, text, text, text, []string{text}
			}
		}
		said := func(text string) string {
			return flat(c.RunNotice(bad, notice.RunSaid{Step: 1, Of: 2, Text: text, Mention: []string{text, "<!channel>", "U0AOI0001"}}, slack.Escape))
		}
		if strings.Count(said(markupOf), "<") != 1 || !strings.Contains(said(markupOf), "<@U0AOI0001>") {
			t.Errorf("%s: the notice calls somebody else or has a link: %s", lang, said(markupOf))
		}
		card := func(r notice.Run) string { // a long text takes more lines
			return strings.ReplaceAll(skeleton(flat(c.RunCard(r, slack.Escape)), "<>"), "\n", "")
		}
		if got, want := card(bad), card(good); got != want {
			t.Errorf("%s card: the markup changes: %q, with plain words %q", lang, got, want)
		}
		if got, want := skeleton(c.RunPage(bad), "`*_{}[]<>#+!|~&"), skeleton(c.RunPage(good), "`*_{}[]<>#+!|~&"); got != want {
			t.Errorf("%s page: the markup changes: %q, with plain words %q\n%s", lang, got, want, c.RunPage(bad))
		}
	}
}

// Fifty steps of the longest texts fit into a message of Slack's, and the case's card has room for twenty runs.
func TestALongRunFits(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		c := huge(lang, "題&")
		r := phishing("stuck")
		r.Steps = slices.Repeat([]notice.RunStep{{Kind: "link", Title: strings.Repeat("題&", 100), URL: "https://example.jp/" + strings.Repeat("a", 1900), State: "done"}}, 50)
		slackTakes(t, "run card", c.RunCard(r, slack.Escape))
		said := c.RunNotice(r, notice.RunSaid{Step: 1, Of: 50, Text: strings.Repeat("&", 2000), Mention: slices.Repeat([]string{"S0123456789"}, 10)}, slack.Escape)
		if n := utf8.RuneCountInString(said.Text); n > 4000 {
			t.Errorf("%s: the notice has %d characters", lang, n)
		}
		c.Runs, c.Others = slices.Repeat([]notice.Run{r}, 20), slices.Repeat([]notice.Link{{Kind: "other", Text: r.Steps[0].Title, URL: r.Steps[0].URL}}, 30)
		slackTakes(t, "card", c.Card(slack.Escape))
		if len(c.RunSummary(r)) > 200 {
			t.Errorf("%s: the summary has %d bytes", lang, len(c.RunSummary(r)))
		}
	}
}
