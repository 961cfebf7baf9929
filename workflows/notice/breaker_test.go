package notice_test

import (
	"strings"
	"testing"
	"time"

	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// breakers are a vendor in each phase.
func breakers(lang string) []notice.Breaker {
	down := notice.Breaker{Lang: lang, Vendor: "slack", Phase: "held", Class: "Credentials", Cause: "token_revoked", Hint: "check SLACK_BOT_TOKEN", Since: at(0),
		Probe: 15 * time.Minute, Queue: "hikeshi-slack", Temporal: "https://temporal.example.com/breaker%2Fslack"}
	outage, unheld, partly, released, over, quiet := down, down, down, down, down, down
	outage.Vendor, outage.Class, outage.Cause, outage.Queue = "jira", "Unavailable", "HTTP 503 <down> & *out*", "hikeshi-jira"
	unheld.Vendor, unheld.Phase, unheld.Cannot, unheld.Temporal = "google", "unheld", "this Temporal server has no call UpdateTaskQueueConfig", ""
	partly.Phase, partly.Cause, partly.Hint = "partly", "missing_scope", "add the scope pins:write to the app and install it again; it has: chat:write"
	released.Phase, released.Until, released.Waiting = "released", at(12), 312
	over.Phase, over.Until, over.Cause = "over", at(90), "missing_scope"
	quiet.Phase, quiet.Cause, quiet.Class = "", "", ""
	return []notice.Breaker{down, outage, unheld, partly, released, over, quiet}
}

func TestBreaker(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		var b strings.Builder
		for _, breaker := range breakers(lang) {
			b.WriteString("# " + breaker.Vendor + " " + breaker.Phase + "\n" + breaker.Notice(slack.Escape) + "\n\n" + breaker.Page() + "\n")
			if breaker.Phase == "held" || breaker.Phase == "unheld" {
				b.WriteString(breaker.Waits() + "\n\n")
			}
		}
		golden(t, lang, "breaker", b.String())
	}
}
