package notice_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

var update = flag.Bool("update", false, "write what the texts are now to testdata")

var (
	opened = time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)
	now    = time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC)
)

// ordinary is a case in triage of which some things are still to come.
func ordinary(lang string) notice.Case {
	return notice.Case{
		Lang: lang, Number: "SEC-42", WorkflowID: "case/SEC-42", Title: "Suspicious mail at payroll", Report: "Three people opened the attachment.\nOne entered a password.",
		Kind: "phishing", Reporter: "Ms Ito, Acme Foods, 03-1234-5678", Commander: "Aoi Sato", Opener: "Ben Okafor",
		Severity: incident.Sev2, Phase: incident.PhaseTriage, Status: incident.Waiting, Containment: incident.Acting, Audience: incident.AudienceGroup,
		Organisations: []incident.Organisation{{ID: "acme", Name: "Acme Foods"}}, Opened: opened, Now: now,
		Links: []notice.Link{
			{Kind: "ticket", Text: "SEC-42", URL: "https://example.atlassian.net/browse/SEC-42"},
			{Kind: "channel", Text: "sec-42-suspicious-mail", URL: "https://example.slack.com/archives/C0SEC42"},
			{Kind: "folder", Text: "SEC-42", URL: "https://drive.google.com/drive/folders/1Folder"},
			{Kind: "sheet", Text: "SEC-42"},
			{Kind: "temporal", Text: "case-sec-42", URL: "https://temporal.example.com/namespaces/hikeshi/workflows/case-sec-42"},
		},
		Gates: []incident.Gate{
			incident.NewGate(incident.PhaseOpen, incident.Need{Name: "a channel with the people in it", Met: true}),
			incident.NewGate(incident.PhaseTriage, incident.Need{Name: "severity", Met: true}, incident.Need{Name: "commander", Met: true}, incident.Need{Name: "scope"}),
		},
		Steps: []notice.Step{{ID: "open.sheet", System: "sheets", State: "owed"}},
		Commands: []notice.Command{
			{Text: "triage", Name: "triage", JSON: `{"severity":2,"scope":"…"}`},
			{Text: "roll", Name: "roll"},
		},
	}
}

func restricted(lang string) notice.Case {
	c := ordinary(lang)
	c.Title, c.Report, c.Audience, c.HideTitle = "Insider copied customer data", "", incident.AudienceRestricted, true
	c.Scope, c.Containment, c.Kind = "one laptop, 1,200 customers", incident.Contained, "insider"
	c.Steps, c.Gates[1] = nil, incident.NewGate(incident.PhaseTriage)
	return c
}

func drill(lang string) notice.Case {
	c := ordinary(lang)
	c.Drill, c.Number, c.Audience = true, "DRILL-7", incident.AudienceOrganisation
	c.Severity, c.Commander, c.Reporter, c.Kind, c.Organisations, c.Commands = incident.SeverityUnknown, "", "", "", nil, nil
	return c
}

// provisional is a case whose ticket cannot be opened, while JIRA is down and Google is slow.
func provisional(lang string) notice.Case {
	c := ordinary(lang)
	c.Number, c.Provisional, c.Status, c.Phase, c.Containment = "P-20261122-7K3F", true, incident.Stuck, incident.PhaseOpen, incident.NotContained
	c.Links = []notice.Link{{Kind: "ticket"}, {Kind: "channel"}, {Kind: "folder", Text: c.Number}, {Kind: "sheet", Text: c.Number}}
	c.Gates[0] = incident.NewGate(incident.PhaseOpen, incident.Need{Name: "a channel with the people in it"})
	c.Steps = []notice.Step{
		{ID: "open.ticket", System: "jira", Class: "Credentials", Cause: "HTTP 401.", Hint: "Renew the token in JIRA_TOKEN.", State: "stuck", Since: opened},
		{ID: "open.channel", System: "slack", State: "trying", Since: opened},
		{ID: "open.folder", System: "drive", State: "owed"},
	}
	c.Notes = []string{
		notice.NotFoundPerson(lang, "@kenji"), notice.NotInvited(lang, "@lena", "user_is_ultra_restricted"),
		notice.NotShared(lang, "smg@acme.example", "sharing outside the domain"), notice.NameTaken(lang, "sec-42", "sec-42-2"),
	}
	return c
}

// hostile holds in every text that comes from outside whatever could be markup anywhere.
func hostile(lang string) notice.Case {
	c := provisional(lang)
	c.Status, c.Number, c.Phase = incident.Stuck, "SEC-66", incident.PhaseTriage
	c.Title = "<!channel> {noformat} [~admin] | *b* `c` שלום"
	c.Report = "h1. <@U0AOI0001> [pay|https://evil.example/x]\n|| a || b ||\n# list <https://evil.example|bank>\n!https://evil.example/t.png! {code}rm{code}"
	c.Kind, c.Reporter = "a|b", "[me](javascript:alert(1)) <script>alert(1)</script>"
	c.Commander, c.Opener = "@here <!here>\n- x", "bq. ~~~ \\"
	c.Scope = "![i](https://evil.example/i.png) || x\n|| y | z | www.evil.example &lt;b&gt;"
	c.Organisations = []incident.Organisation{{ID: "x", Name: "_A_ | <b>"}}
	c.Links[1] = notice.Link{Kind: "channel", Text: "a>|<!here>"}
	c.Links[2] = notice.Link{Kind: "folder", Text: "f]|<!here>", URL: "https://drive.google.com/a|b>c)d]e"}
	c.Steps[0].Cause, c.Steps[0].Hint = "<!here> said {quote}\n| `no`", "do *not* [x](y)\r\nor <@U1>"
	c.Notes = []string{notice.NotFoundPerson(lang, "<!subteam^S1>|[~x]")}
	return c
}

var situations = []struct {
	name string
	make func(lang string) notice.Case
}{{"ordinary", ordinary}, {"restricted", restricted}, {"drill", drill}, {"provisional", provisional}, {"hostile", hostile}}

// everything shows each text of a case as it goes out, under the name of the function that makes it.
func everything(c notice.Case) string {
	var b strings.Builder
	show := func(name, text string) { fmt.Fprintf(&b, "=== %s\n%s\n\n", name, strings.TrimRight(text, "\n")) }
	show("Summary", c.Summary())
	show("Description", c.Description(jira.Escape))
	show("StatusBlock", c.StatusBlock(jira.Escape))
	card := c.Card(slack.Escape)
	show("Card: text", card.Text)
	for _, block := range card.Blocks {
		show("Card: "+block.Kind, strings.TrimPrefix(strings.Join(append([]string{block.Text}, block.Fields...), "\n"), "\n"))
	}
	show("Purpose", c.Purpose())
	show("FolderName", c.FolderName())
	show("SheetName", c.SheetName())
	for _, row := range c.LinkRows() {
		show("LinkRows", strings.Join(row, "\t"))
	}
	show("Page", c.Page())
	show("Opened", notice.Opened(c.Lang, c))
	show("StatusText", notice.StatusText(c, slack.Escape))
	return b.String()
}

// replies shows the texts that belong to no case.
func replies(lang string) string {
	var b strings.Builder
	show := func(name, text string) { fmt.Fprintf(&b, "=== %s\n%s\n\n", name, text) }
	show("Opening", notice.Opening(lang, "1.2.abc"))
	show("Refused", notice.Refused(lang, incident.Refuse(incident.Rule, "Use 1 (worst), 2, 3 or 4", "unknown severity 9")))
	show("Refused without a hint", notice.Refused(lang, incident.Refuse(incident.NotFound, "", "there is no case SEC-1")))
	show("Unreachable", notice.Unreachable(lang))
	show("TooEarly", notice.TooEarly(lang))
	show("NotConfirmed", notice.NotConfirmed(lang, "/case open mail"))
	show("OpenUnknown", notice.OpenUnknown(lang, "/case open mail"))
	show("OpenLate", notice.OpenLate(lang, "1.2.abc"))
	show("Usage", notice.Usage(lang))
	show("LinkTitle", notice.LinkTitle(lang, "sheet"))
	for _, tab := range notice.Board(lang) {
		show("Board", fmt.Sprintf("%d %s: %s; read-only %v; choices %v", tab.ID, tab.Title, strings.Join(tab.Columns, " | "), tab.ReadOnly, tab.Choices))
	}
	return b.String()
}

func TestTexts(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		for _, s := range situations {
			t.Run(lang+"/"+s.name, func(t *testing.T) { golden(t, lang, s.name, everything(s.make(lang))) })
		}
		t.Run(lang+"/replies", func(t *testing.T) { golden(t, lang, "replies", replies(lang)) })
	}
}

func golden(t *testing.T, lang, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", lang, name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run go test with -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-was +is; if that is better, run go test with -update):\n%s", file, diff)
	}
}
