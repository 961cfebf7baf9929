package notice_test

import (
	"strings"
	"testing"

	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// original is a case with a duplicate, and one that becomes a duplicate itself.
func original(lang string) notice.Case {
	c := ordinary(lang)
	c.Merging = "SEC-7"
	c.Merged = []notice.Merged{{Number: "SEC-13", By: "Ben | Okafor", Reason: "the same [mail]", At: at(30), Links: []notice.Link{
		{Kind: "ticket", Text: "SEC-13", URL: "https://example.atlassian.net/browse/SEC-13"}, {Kind: "channel", Text: "sec-13", URL: "https://example.slack.com/archives/C0SEC13"},
		{Kind: "folder", Text: "SEC-13"}, {Kind: "log", Text: "SEC-14", URL: "https://example.atlassian.net/browse/SEC-14"},
	}}}
	return c
}

func TestDuplicates(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		t.Run(lang, func(t *testing.T) {
			lines := []string{everything(original(lang)), notice.CameFrom(lang, "SEC-13 t2"), notice.MergedReason(lang, "SEC-12", "the same mail."), notice.MergedReason(lang, "SEC-12", "")}
			golden(t, lang, "merged", strings.Join(lines, "\n")+"\n")
		})
	}
}

func TestADuplicatesLinksAreLinks(t *testing.T) {
	c := original("en")
	for name, text := range map[string]string{"card": cardText(c), "ticket": c.StatusBlock(nil), "page": c.Page()} {
		if !strings.Contains(text, "SEC-13") || !strings.Contains(text, "https://example.atlassian.net/browse/SEC-14") {
			t.Errorf("the %s does not lead to the duplicate:\n%s", name, text)
		}
	}
}

func cardText(c notice.Case) (text string) {
	for _, b := range c.Card(slack.Escape).Blocks {
		text += b.Text + "\n"
	}
	return text
}
