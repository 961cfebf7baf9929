package notice

import (
	"regexp"
	"strconv"
	"time"
)

// clock is a time as it stands in a text that goes through e. Slack shows it to each reader in their own zone; whoever
// cannot be shown that, and every reader elsewhere, reads it in UTC.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func (e Escape) clock(t time.Time) string {
	if t.IsZero() || !e.mrkdwn() {
		return e.text(clock(t))
	}
	return token(t, "{date_short_pretty} {time}", clock(t))
}

func token(t time.Time, format, otherwise string) string {
	return "<!date^" + strconv.FormatInt(t.Unix(), 10) + "^" + format + "|" + otherwise + ">"
}

// mrkdwn reports whether e is Slack's: of all places it alone makes an entity of a bracket and leaves an underscore.
func (e Escape) mrkdwn() bool { return e != nil && e("<_") == "&lt;_" }

// clocks are times as clock writes them, and those of causes, which have seconds.
var clocks = regexp.MustCompile(`\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?Z`)

// dated has Slack show the times in a sentence of ours that has been escaped as a whole.
func (e Escape) dated(escaped string) string {
	if !e.mrkdwn() {
		return escaped
	}
	return localTimes(escaped)
}

// localTimes makes each time in a mrkdwn text one that Slack shows in the reader's zone.
func localTimes(text string) string {
	return clocks.ReplaceAllStringFunc(text, func(utc string) string {
		layout, format := "2006-01-02 15:04Z", "{date_short_pretty} {time}"
		if len(utc) > len(layout) {
			layout, format = "2006-01-02 15:04:05Z", "{date_short_pretty} {time_secs}"
		}
		t, err := time.Parse(layout, utc)
		if err != nil {
			return utc
		}
		return token(t, format, utc)
	})
}
