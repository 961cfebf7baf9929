package incident_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

func TestChannelNames(t *testing.T) {
	for _, test := range []struct {
		name, number, title string
		hide, drill         bool
		want                []string
	}{
		{"plain", "SEC-42", "Suspicious mail, payroll!", false, false, []string{"sec-42-suspicious-mail-payroll", "sec-42"}},
		{"Japanese", "SEC-42", "給与担当への不審メール", false, false, []string{"sec-42-給与担当への不審メール", "sec-42"}},
		{"accents, also as marks", "SEC-42", "Éte\u0301 à Zürich", false, false, []string{"sec-42-éte\u0301-à-zürich", "sec-42"}},
		{"emoji only", "SEC-42", "🔥🔥 👩‍🚒", false, false, []string{"sec-42"}},
		{"hidden", "SEC-42", "Insider copied data", true, false, []string{"sec-42"}},
		{"drill", "SEC-42", "Mail", false, true, []string{"drill-sec-42-mail", "drill-sec-42"}},
		{"drill by its number", "DRILL-7", "Mail", false, true, []string{"drill-7-mail", "drill-7"}},
		{"hidden drill", "DRILL-7", "Mail", true, true, []string{"drill-7"}},
		{"capitals without a lower case", "SEC-42", "𝐌ail", false, false, []string{"sec-42-ail", "sec-42"}},
		{"cut at 80", "SEC-42", strings.Repeat("ab ", 60), false, false, []string{"sec-42-" + strings.Repeat("ab-", 24) + "a", "sec-42"}},
		{"cut at a hyphen", "SEC-42", strings.Repeat("x", 72) + " tail", false, false, []string{"sec-42-" + strings.Repeat("x", 72), "sec-42"}},
		{"provisional", "P-20261122-7K3F", "Mail", false, false, []string{"p-20261122-7k3f-mail", "p-20261122-7k3f"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := incident.ChannelNames(test.number, test.title, test.hide, test.drill); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestProvisional(t *testing.T) {
	tokyo := time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("JST", 9*60*60)) // the day before in UTC
	got, again, other := incident.Provisional("req-1", tokyo, false), incident.Provisional("req-1", tokyo.UTC(), false), incident.Provisional("req-2", tokyo, false)
	if !strings.HasPrefix(got, "P-20261122-") || len(got) != len("P-20261122-7K3F") || got != again || got == other {
		t.Errorf("got %s, again %s, for another request %s", got, again, other)
	}
	if drill := incident.Provisional("req-1", tokyo, true); drill != "PD-"+strings.TrimPrefix(got, "P-") {
		t.Errorf("a drill gets %s", drill)
	}
}

// slackTakes reports whether Slack accepts a channel name; see
// https://docs.slack.dev/reference/methods/conversations.create#naming.
func slackTakes(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= 80 && strings.ContainsFunc(name, unicode.IsLetter) &&
		!strings.ContainsFunc(name, func(r rune) bool {
			return unicode.IsUpper(r) || r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		})
}

func FuzzChannelNames(f *testing.F) {
	for _, seed := range []string{"", "Mail", "給与", "🔥", "𝐌ail", "İstanbul", "ǅ", "\u202eabc", "e\u0301", "\xff", "٣", strings.Repeat("題 ", 99)} {
		f.Add("SEC-42", seed, true)
		f.Add("SEC-42", seed, false)
		f.Add("x"+seed, "title", false)
	}
	f.Fuzz(func(t *testing.T, number, title string, drill bool) {
		number = "S" + number // a ticket's key begins with a letter
		names := incident.ChannelNames(number, title, false, drill)
		for _, name := range names {
			if !slackTakes(name) {
				t.Errorf("number %q, title %q: Slack does not take %q", number, title, name)
			}
		}
		if hidden := incident.ChannelNames(number, title, true, drill); len(hidden) != 1 || hidden[0] != names[len(names)-1] {
			t.Errorf("number %q, title %q: hidden %q, the last resort is %q", number, title, hidden, names)
		}
	})
}

func FuzzCleanText(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb", "\r\r\n\n", "\u202e\u2066x\u2069", "\x00\x1b\x85", "\xff\xfe", " \u2028 ", "👩‍🚒", "\ufffd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := incident.CleanText(text)
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) ||
			strings.ContainsAny(clean, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029") {
			t.Errorf("%q is not clean: %q", text, clean)
		}
		if again := incident.CleanText(clean); again != clean {
			t.Errorf("%q: cleaned twice it is %q, not %q", text, again, clean)
		}
		if line := incident.CleanLine(text); strings.ContainsAny(line, "\n\t") || incident.CleanLine(line) != line {
			t.Errorf("%q: the line is %q", text, line)
		}
	})
}
