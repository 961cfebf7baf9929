package notice

import (
	"strconv"
	"strings"
	"time"
)

// Mirror is how far the conversation is logged.
type Mirror struct {
	Logs      []Link    // the log tickets, the oldest first
	Through   time.Time // when the newest message that is logged was said; zero: none is
	At        time.Time // when that was logged
	Gaps      int       // messages that were deleted before they could be logged
	Messages  int
	Edits     int
	Deletions int
	Files     int
	NotKept   int    // files whose bytes could not be had
	Masked    int    // secrets that were taken out
	Temporal  string // its page in the UI; empty: there is none
}

func (m Mirror) begun() bool { return len(m.Logs) > 0 || !m.Through.IsZero() }

// watermark says how far the conversation is logged.
func (c Case) watermark(e Escape) string {
	m := c.Mirror
	if m.Through.IsZero() {
		return c.say("log_none")
	}
	return c.say("watermark", "Through", c.dated(e, m.Through), "Lag", c.lag(), "Gaps", strconv.Itoa(m.Gaps))
}

// lag is how long the newest message waited for the log, in the unit that says enough.
func (c Case) lag() string {
	d := c.Mirror.At.Sub(c.Mirror.Through)
	switch {
	case c.Mirror.At.IsZero():
		return ""
	case d >= 2*time.Hour:
		return c.say("hours", "Count", strconv.Itoa(int(d.Hours())))
	case d >= 2*time.Minute:
		return c.say("minutes", "Count", strconv.Itoa(int(d.Minutes())))
	default:
		return c.say("seconds", "Count", strconv.Itoa(int(max(0, d).Round(time.Second).Seconds())))
	}
}

// MirrorPage is the page of the case's mirror in the Temporal UI.
func (c Case) MirrorPage() string {
	var b strings.Builder
	b.WriteString("## " + markdown(c.LogSummary(1)) + "\n\n")
	if c.Drill {
		b.WriteString("**" + c.say("drill_long") + "**\n\n")
	}
	m := c.Mirror
	table(&b, [][2]string{
		{c.say("log"), markdown(c.watermark(nil))}, {c.say("status"), markdown(c.status())},
		{c.say("log_messages"), strconv.Itoa(m.Messages)}, {c.say("log_edits"), strconv.Itoa(m.Edits)}, {c.say("log_deletions"), strconv.Itoa(m.Deletions)},
		{c.say("log_gaps"), strconv.Itoa(m.Gaps)}, {c.say("log_files"), strconv.Itoa(m.Files)}, {c.say("log_not_kept"), strconv.Itoa(m.NotKept)},
		{c.say("log_masked"), strconv.Itoa(m.Masked)}, {c.say("updated"), clock(c.Now)},
	})
	b.WriteString("\n### " + c.say("log_tickets") + "\n\n")
	if len(m.Logs) == 0 {
		b.WriteString(c.say("log_none") + "\n")
	}
	for _, l := range m.Logs {
		b.WriteString("- " + c.pageLink(l) + "\n")
	}
	b.WriteString("\n### " + c.say("log_channels") + "\n\n")
	for _, l := range c.channels() {
		b.WriteString("- " + c.pageLink(l) + "\n")
	}
	c.otherLinks(&b)
	c.pageSteps(&b)
	c.pageCommands(&b)
	return b.String()
}

// channels are the channels that are logged, each once.
func (c Case) channels() (list []Link) {
	seen := map[string]bool{}
	add := func(text, url string) {
		if text+url != "" && !seen[text] {
			seen[text] = true
			list = append(list, Link{Kind: "channel", Text: text, URL: url})
		}
	}
	for _, l := range c.Links {
		if l.Kind == "channel" {
			add(l.Text, l.URL)
		}
	}
	for _, a := range c.Analyses {
		add(a.ChannelName, a.ChannelURL)
	}
	return list
}
