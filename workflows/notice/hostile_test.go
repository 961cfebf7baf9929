package notice_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// harmless is the hostile case with plain words in all places; line breaks stay where they make lines.
func harmless(lang string) notice.Case {
	c := hostile(lang)
	c.Title, c.Report, c.Kind, c.Reporter, c.Commander, c.Opener, c.Scope = "t", "r\nr\nr\nr", "k", "r", "c\nc", "o", "s\ns"
	c.Organisations = []incident.Organisation{{ID: "x", Name: "n"}}
	c.Links[1].Text, c.Links[2].Text = "c", "f"
	c.Links[2].URL = "https://drive.google.com/abcde"
	c.Steps[0].Cause, c.Steps[0].Hint = "c\nc", "h\r\nh"
	c.Notes = []string{notice.NotFoundPerson(lang, "w")}
	return c
}

var escaped = regexp.MustCompile(`\\[^\sa-zA-Z0-9]`)

// skeleton is what a renderer takes for markup: the signs that are not escaped, line by line.
func skeleton(text, signs string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || strings.ContainsRune(signs, r) {
			return r
		}
		return -1
	}, escaped.ReplaceAllString(text, ""))
}

// What people write must not change what the text around it means: the markup is the same as with plain words.
func TestHostileTextStaysText(t *testing.T) {
	const wiki, markdown, mrkdwn = "{}[]*_+^~?!|#", "`*_{}[]<>#+!|~&", "<>"
	for _, lang := range []string{"en", "ja"} {
		bad, good := hostile(lang), harmless(lang)
		for _, test := range []struct{ name, signs, bad, good string }{
			{"Description", wiki, bad.Description(jira.Escape), good.Description(jira.Escape)},
			{"StatusBlock", wiki, bad.StatusBlock(jira.Escape), good.StatusBlock(jira.Escape)},
			{"Page", markdown, bad.Page(), good.Page()},
			{"Card", mrkdwn, mrkdwnOf(bad), mrkdwnOf(good)},
			{"StatusText", mrkdwn, notice.StatusText(bad, slack.Escape), notice.StatusText(good, slack.Escape)},
			{"Summary", "", bad.Summary(), good.Summary()},
			{"Purpose", "", bad.Purpose(), good.Purpose()},
			{"FolderName", "", bad.FolderName(), good.FolderName()},
		} {
			if got, want := skeleton(test.bad, test.signs), skeleton(test.good, test.signs); got != want {
				t.Errorf("%s %s: the markup changes: %q, with plain words %q\n%s", lang, test.name, got, want, test.bad)
			}
		}
	}
}

// mrkdwnOf is all of the card. Its header is escaped like the rest; the adapter makes plain text of it.
func mrkdwnOf(c notice.Case) string {
	card := c.Card(slack.Escape)
	parts := []string{card.Text}
	for _, b := range card.Blocks {
		parts = append(append(parts, b.Text), b.Fields...)
	}
	return strings.Join(parts, "")
}

// The check above must be able to fail.
func TestSkeletonSeesMarkup(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`a\|b|c`, "|"}, {`\\|`, "|"}, {`\\\|`, ""}, {"x\n{code}", "\n{}"}, {`break \\ |`, "|"},
	} {
		if got := skeleton(test.text, "{}|"); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestCellsKeepTheirBorders(t *testing.T) {
	c := ordinary("en")
	c.Scope = "a | b\nc \\| d"
	row := ""
	for line := range strings.Lines(c.StatusBlock(nil)) { // without an escape that takes care of bars
		if strings.HasPrefix(line, "|| Scope") {
			row = line
		}
	}
	if want := "|| Scope of damage | a \\| b \\\\ c \\| d |\n"; row != want {
		t.Errorf("got %q, want %q", row, want)
	}
}

func TestNoAddressToClickOnInAPersonsText(t *testing.T) {
	c := ordinary("en")
	c.Scope = "see https://evil.example or WWW.evil.example"
	if page := c.Page(); !strings.Contains(page, `see https\[:\]//evil.example or WWW\[.\]evil.example`) {
		t.Errorf("the page makes links of a person's text:\n%s", page)
	}
}

func TestSummaryFitsInJira(t *testing.T) {
	c := drill("ja")
	c.Title = strings.Repeat("長い件名", 100)
	c.Organisations = []incident.Organisation{{Name: "Acme Foods"}}
	got := c.Summary()
	if n := utf8.RuneCountInString(got); n != 255 || !strings.HasPrefix(got, "【訓練】長い") || !strings.HasSuffix(got, "…") {
		t.Errorf("%d characters: %q", n, got)
	}
}

// Where people outside the case can look, a restricted case must not tell what it is about.
func TestHiddenTitleIsHidden(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		c := restricted(lang)
		for name, text := range map[string]string{"Summary": c.Summary(), "Purpose": c.Purpose(), "FolderName": c.FolderName(), "SheetName": c.SheetName(), "Card": c.Card(nil).Text} {
			for _, word := range []string{c.Title, "Insider", "Acme", "Sev2", c.Commander} {
				if strings.Contains(text, word) {
					t.Errorf("%s %s tells %q: %q", lang, name, word, text)
				}
			}
		}
	}
}

// A reader must never take a drill for the real thing, wherever they look.
func TestADrillSaysSoEverywhere(t *testing.T) {
	for lang, banner := range map[string]string{"en": "DRILL", "ja": "訓練"} {
		c := drill(lang)
		c.Number = "SEC-7" // not even the number says it
		for name, text := range map[string]string{
			"Summary": c.Summary(), "Description": c.Description(nil), "StatusBlock": c.StatusBlock(nil), "Card": c.Card(nil).Text, "Purpose": c.Purpose(),
			"FolderName": c.FolderName(), "SheetName": c.SheetName(), "Page": c.Page(), "Opened": notice.Opened(lang, c), "StatusText": notice.StatusText(c, nil),
		} {
			if !strings.Contains(text, banner) {
				t.Errorf("%s %s does not say that it is a drill: %q", lang, name, text)
			}
		}
	}
}

func TestOpenedNamesTheChannelOnce(t *testing.T) {
	for text, want := range map[string]string{"<#C0SEC42>": "SEC-42 is open: <#C0SEC42>", "sec-42": "SEC-42 is open: #sec-42"} {
		c := ordinary("ja") // the reader's language counts, not the case's
		c.Links = []notice.Link{{Kind: "channel", Text: text}}
		if got := notice.Opened("en", c); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAnUnknownNeedIsShownAsItIs(t *testing.T) {
	c := ordinary("ja")
	c.Gates = []incident.Gate{incident.NewGate(incident.PhaseTriage, incident.Need{Name: "a second opinion"}, incident.Need{Name: "scope"})}
	if got := notice.StatusText(c, nil); !strings.Contains(got, ": a second opinion、被害範囲\n") {
		t.Errorf("got %q", got)
	}
}

func TestAddressesStayInTheirLinks(t *testing.T) {
	c := ordinary("en")
	c.Links = []notice.Link{{Kind: "ticket", Text: "SEC-42", URL: "https://x.example/a?b=1&c=(2)|[3] <4>"}, {Kind: "folder", Text: "SEC-42", URL: "https://x.example/a?b=1&c=2|3"}}
	for name, test := range map[string]struct{ text, want string }{
		"Card": {c.Card(nil).Blocks[3].Text, "<https://x.example/a?b=1&amp;c=%282%29%7C%5B3%5D%20%3C4%3E|SEC-42>"},
		"Page": {c.Page(), "[SEC-42](https://x.example/a?b=1&c=%282%29%7C%5B3%5D%20%3C4%3E)"},
		"wiki": {c.StatusBlock(nil), "[SEC-42|https://x.example/a?b=1&c=2%7C3]"},
	} {
		if !strings.Contains(test.text, test.want) {
			t.Errorf("%s: got %q, want %q in it", name, test.text, test.want)
		}
	}
}

// A channel that Slack itself shows by its id stays a mention; everything else is text.
func TestStatusLeadsToTheChannel(t *testing.T) {
	for _, test := range []struct{ text, url, want string }{
		{"<#C0SEC42>", "", "Channel: <#C0SEC42>"},
		{"sec-42", "https://x.slack.com/archives/C0SEC42", "Channel: <https://x.slack.com/archives/C0SEC42|#sec-42>"},
		{"sec-42", "", "Channel: #sec-42"},
		{"<#C0><!here>", "", "Channel: #&lt;#C0&gt;&lt;!here&gt;"},
		{"", "", "Channel: still to come"},
	} {
		c := ordinary("en")
		c.Links = []notice.Link{{Kind: "channel", Text: test.text, URL: test.url}}
		if got := notice.StatusText(c, slack.Escape); !strings.Contains(got, "\n"+test.want+"\n") {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}
