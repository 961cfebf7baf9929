package slackbot

import "testing"

// A link that was copied out of JIRA, or that Slack makes of a word by itself, names what it is around.
func TestALinkAroundANameIsTheName(t *testing.T) {
	for text, want := range map[string]struct{ verb, field, value string }{
		"duplicate of <https://jira.example/browse/SEC-12|SEC-12>":                     {"close", "resolution", "duplicate of SEC-12"},
		"contained, see <https://wiki.example/x|the report>":                           {"close", "resolution", "contained, see the report (https://wiki.example/x)"},
		"l1 join:<https://jira.example/browse/SEC-7|SEC-7> same topic":                 {"decide", "as", "join:SEC-7"},
		"<http://phishing-mail.zip|phishing-mail>":                                     {"run", "runbook", "phishing-mail"},
		"<https://a1.example|a1> it was dropped":                                       {"waive", "gate", "a1"},
		"--into <https://jira.example/browse/SEC-12|SEC-12> --reason again":            {"merge", "into", "SEC-12"},
		"--finding <https://wiki.example/x|report> --analysis <https://a1.example|a1>": {"conclude", "analysis", "a1"},
	} {
		v, _ := verbNamed(want.verb)
		_, f, err := v.parse(text, false)
		if err != nil || len(f[want.field]) != 1 || f[want.field][0] != want.value {
			t.Errorf("%s %s: %q (%v), want %q", want.verb, text, f[want.field], err, want.value)
		}
	}
}
