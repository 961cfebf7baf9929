package slackbot

import "testing"

func TestNamed(t *testing.T) {
	for text, want := range map[string]string{
		"SEC-1: Sev1, commander U0BEN0002.":     "SEC-1: Sev1, commander <@U0BEN0002>.",
		"UNKNOWABLE WITHOUT SEC-1":              "UNKNOWABLE WITHOUT SEC-1",
		"lead @ben; xU0BEN0002 and U0BEN0002_x": "lead @ben; xU0BEN0002 and U0BEN0002_x",
		"U0AOI0001 を指揮官に。W012A3CDE も":           "<@U0AOI0001> を指揮官に。<@W012A3CDE> も",
	} {
		if got := named(text); got != want {
			t.Errorf("named(%q) = %q, want %q", text, got, want)
		}
	}
}
