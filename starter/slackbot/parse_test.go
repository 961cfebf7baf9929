package slackbot

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/incident"
)

func TestParseOpen(t *testing.T) {
	long := strings.Repeat("x", incident.MaxTitle)
	for _, tt := range []struct {
		name, text string
		want       incident.Request
	}{
		{"title alone", " suspicious mail at payroll ", incident.Request{Title: "suspicious mail at payroll"}},
		{"severity first", "sev2 suspicious mail", incident.Request{Severity: 2, Title: "suspicious mail"}},
		{"severity, capitals and hyphen", "SEV-1 suspicious mail", incident.Request{Severity: 1, Title: "suspicious mail"}},
		{"severity in two words", "sev 3 suspicious mail", incident.Request{Severity: 3, Title: "suspicious mail"}},
		{"severity in wide letters", "ｓｅｖ２　不審なメール", incident.Request{Severity: 2, Title: "不審なメール"}},
		{"severity on its own line", "sev2\nsuspicious mail\nmore", incident.Request{Severity: 2, Title: "suspicious mail", Report: "more"}},
		{"severity after a flag", "--drill sev2 suspicious mail", incident.Request{Severity: 2, Title: "suspicious mail", Drill: true}},
		{"severity is no severity later", "mail about sev2 tickets", incident.Request{Title: "mail about sev2 tickets"}},
		{"words like sev", "several servers down", incident.Request{Title: "several servers down"}},
		{"report", "mail\nfirst line\n\nsecond line", incident.Request{Title: "mail", Report: "first line\n\nsecond line"}},
		{"quotes of the title", `"suspicious mail"`, incident.Request{Title: "suspicious mail"}},
		{"quotes in the title", `"urgent" mail, aoi's laptop`, incident.Request{Title: `"urgent" mail, aoi's laptop`}},
		{"reporter", `mail --reporter "Tanaka, Acme Foods, 03-1234-5678" at payroll`,
			incident.Request{Title: "mail  at payroll", Reporter: "Tanaka, Acme Foods, 03-1234-5678"}},
		{"curly quotes", "mail --reporter “Tanaka, Acme”", incident.Request{Title: "mail", Reporter: "Tanaka, Acme"}},
		{"mixed quotes", "mail --reporter ”Tanaka, Acme\"", incident.Request{Title: "mail", Reporter: "Tanaka, Acme"}},
		{"Japanese quotes", "不審なメール --reporter 「アクメ食品 田中 03-1234-5678」 --org 『アクメ食品』",
			incident.Request{Title: "不審なメール", Reporter: "アクメ食品 田中 03-1234-5678", Organisations: []string{"アクメ食品"}}},
		{"flag with equals sign", `mail --kind=phishing --reporter="A B"`, incident.Request{Title: "mail", Kind: "phishing", Reporter: "A B"}},
		{"flags made into dashes", "mail —kind phishing – soon", incident.Request{Title: "mail  – soon", Kind: "phishing"}},
		{"flags in capitals", "mail --Org acme", incident.Request{Title: "mail", Organisations: []string{"acme"}}},
		{"everything", "--org acme sev2 mail --org bravo --audience restricted\ntext --drill", incident.Request{
			Title: "mail", Severity: 2, Report: "text", Organisations: []string{"acme", "bravo"}, Audience: incident.AudienceRestricted, Drill: true}},
		{"mentions", "mail --invite <@U0AOI0001|aoi> --invite <!subteam^S0CSIRT01|@csirt> --invite @ben --invite <mailto:k@a.example|k@a.example>",
			incident.Request{Title: "mail", Invite: []string{"U0AOI0001", "S0CSIRT01", "@ben", "k@a.example"}}},
		{"mentions in one list", "mail --invite <@U1|sato aoi>,<@U2>,ben", incident.Request{Title: "mail", Invite: []string{"U1", "U2", "ben"}}},
		{"escaped", "a &lt;b&gt; &amp;amp; c", incident.Request{Title: "a <b> &amp; c"}},
		{"tokens in the title", "mail from <mailto:x@y.example|x@y.example> to <@U1|aoi> in <#C1|general>, <http://evil.example|evil.example> <!here>",
			incident.Request{Title: "mail from x@y.example to @aoi in #general, evil.example @here"}},
		{"a link in disguise", "log in at <https://evil.example/login|https://bank.example>\nor at <https://evil.example|the &lt;bank&gt;>",
			incident.Request{Title: "log in at https://bank.example (https://evil.example/login)", Report: "or at the <bank> (https://evil.example)"}},
		{"a link in disguise that makes the title too long", "<https://evil.example/" + long + "|https://bank.example> came\nto Ben", incident.Request{
			Title:  ("https://bank.example (https://evil.example/" + long)[:incident.MaxTitle-1] + "…",
			Report: "https://bank.example (https://evil.example/" + long + ") came\nto Ben"}},
		{"a forged mention is text", "mail &lt;@U1&gt;", incident.Request{Title: "mail <@U1>"}},
		{"unknown flag in a pasted report", "mail\nran tool --verbose", incident.Request{Title: "mail", Report: "ran tool --verbose"}},
		{"dashes are no flag", "mail -- again --", incident.Request{Title: "mail -- again --"}},
		{"dash in a word", "self--destruct", incident.Request{Title: "self--destruct"}},
		{"nothing", "", incident.Request{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseOpen(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseOpenRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"severity 9", "sev9 mail", `unknown severity "9". Use 1 (worst)`},
		{"severity 22", "sev22 mail", `unknown severity "22"`},
		{"severity flag", "mail --severity high", `unknown severity "high"`},
		{"audience", "mail --audience world", `unknown audience "world"`},
		{"unknown flag", "mail --sevrity 2", "unknown option --sevrity. Use --audience"},
		{"no value", "mail --org", "--org has no value"},
		{"flag as value", "mail --org --drill", "--org has no value"},
		{"value on the next line", "mail --org\nacme", "--org has no value"},
		{"open quotation", `mail --reporter "Tanaka`, "the quotation after --reporter does not end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseOpen(tt.text)
			var refusal *incident.Refusal
			if !errors.As(err, &refusal) || refusal.Code != incident.Usage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want a refusal with %q", err, tt.want)
			}
		})
	}
}

// What a link is called must not hide where it leads; what Slack itself makes of an address is that address.
func TestPlainWordsOfLinks(t *testing.T) {
	for text, want := range map[string]string{
		"<https://bank.example>":                                "https://bank.example",
		"<https://bank.example|https://bank.example>":           "https://bank.example",
		"<https://bank.example/|bank.example>":                  "bank.example",
		"<http://bank.example|bank.example/>":                   "bank.example/",
		"<https://bank.example/?a&amp;b|bank.example/?a&amp;b>": "bank.example/?a&b",
		"<https://evil.example/bank.example|bank.example>":      "bank.example (https://evil.example/bank.example)",
		"<http://bank.example|https://bank.example>":            "https://bank.example (http://bank.example)",
		"<https://evil.example|&lt;here&gt;>":                   "<here> (https://evil.example)",
		"<https://evil.example|/>":                              "/ (https://evil.example)",
		"<mailto:ito@acme.example|ito@acme.example>":            "ito@acme.example",
		"<mailto:x@evil.example|ito@acme.example>":              "ito@acme.example (x@evil.example)",
		"<mailto:x@evil.example|/>":                             "/ (x@evil.example)",
		"<tel:+81312345678>":                                    "+81312345678",
		"<@U1|aoi> <#C1|general> <!here|here>":                  "@aoi #general @here",
	} {
		if got := plainWords(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := asSeen("<https://jira.example/browse/SEC-1|SEC-1>"); got != "SEC-1" {
		t.Errorf("a number: %q", got)
	}
}

func FuzzParseOpen(f *testing.F) {
	for _, seed := range []string{
		"", "sev2 mail", "sev", "sev 2", `--reporter "a b" x`, "--reporter “", "mail\n--org 「a」", "<@U1|a b> --invite <@U1", "—org=x", "--", "\xff--org \xff",
		"a &lt;&amp;lt; b", "--invite <!subteam^S|@x>,,", "　--drill　", "--kind=--", "'",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseOpen(text)
		var refusal *incident.Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatalf("error %v is no answer to a person", err)
		}
		if err == nil && strings.Contains(r.Title, "\n") {
			t.Errorf("title %q has more than one line", r.Title)
		}
		if r.Severity < 0 || r.Severity > 4 {
			t.Errorf("severity %d", r.Severity)
		}
		if again, _ := parseOpen(text); cmp.Diff(r, again) != "" {
			t.Error("the same text is another request the second time")
		}
		if strings.ContainsAny(escape(plainWords(text)), "<>") {
			t.Error("the text given back could hold a link or a mention")
		}
	})
}
