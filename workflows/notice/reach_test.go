package notice_test

import (
	"fmt"
	"strings"
	"testing"

	"hikeshi/activities/pager"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// reached shows what people are told when Slack cannot bring them together, by whichever way.
func reached(lang string) string {
	var b strings.Builder
	for _, s := range situations {
		for _, reason := range []string{pager.ReasonSilent, pager.ReasonRefused, pager.ReasonAlone} {
			fmt.Fprintf(&b, "%s %s\n  %s\n", s.name, reason, s.make(lang).PagerText(reason))
		}
	}
	for _, people := range []int{3, 0} {
		fmt.Fprintln(&b, notice.Paged(lang, pager.ReasonSilent, people, now))
		fmt.Fprintln(&b, notice.Paged(lang, pager.ReasonRefused, people, now))
	}
	fmt.Fprintln(&b, notice.NotPaged(lang, pager.ReasonSilent, "no answer in time."))
	fmt.Fprintln(&b, notice.Assigned(lang, "chie", now))
	return b.String()
}

func TestReached(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		golden(t, lang, "reached", reached(lang))
	}
}

// A page of a restricted case may be read on a locked telephone, and by whoever runs the on-call service.
func TestPagerTextOfARestrictedCase(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		c := restricted(lang)
		text := c.PagerText(pager.ReasonSilent)
		if !strings.Contains(text, "SEC-42") || !strings.Contains(text, "Sev2") {
			t.Errorf("%s: number and severity are missing: %q", lang, text)
		}
		for _, secret := range []string{c.Title, c.Commander, c.Opener, c.Reporter, c.Scope, c.Kind, "Acme", "http"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: it tells %q: %q", lang, secret, text)
			}
		}
		c.Severity = incident.SeverityUnknown
		if text := c.PagerText(pager.ReasonSilent); strings.Contains(text, "unknown") || strings.Contains(text, "  ") {
			t.Errorf("%s: without a severity it says %q", lang, text)
		}
	}
}
