package notice

import (
	"slices"
	"strconv"
	"strings"

	"hikeshi/workflows/incident"
)

// analysisLines are the analyses, one on a line, each leading to its channel.
func (c Case) analysisLines(e Escape) (lines []string) {
	for _, a := range c.inOrder() {
		lines = append(lines, "*"+a.ID+"* "+c.analysisLine(a, e, c.mrkdwnChannel(a, e)))
	}
	return lines
}

// progress is how far the work is: what there is of it, one fact on a line. log says how far the log is, for readers who
// see it now: where the text stays, it would soon be untrue, and is left out.
func (c Case) progress(e Escape, log string) (lines []string) {
	add := func(id, text string) { lines = append(lines, c.say(id)+": "+text) }
	var counts []string
	if len(c.Tasks) > 0 {
		counts = append(counts, c.say("tab_tasks")+": "+c.taskCount())
	}
	if len(c.Lessons) > 0 {
		counts = append(counts, c.say("tab_lessons")+": "+c.lessonCount())
	}
	if len(counts) > 0 {
		lines = append(lines, strings.Join(counts, separator))
	}
	lines = append(lines, c.runFacts(e)...)
	if c.LastUpdate != nil {
		add("last_update", c.update(e, incident.CleanLine(c.LastUpdate.Text), maxLatest))
	}
	if !c.NextUpdate.IsZero() {
		add("next_update", e.clock(c.NextUpdate))
	}
	if c.Resolution != "" {
		add("resolution", within(e, c.resolution(), maxSaid))
	}
	var merged []string
	for _, r := range c.mergeRows(e, func(l Link) string { return slackLink(l.URL, e.text(l.Text)) }) {
		merged = append(merged, r[0]+": "+r[1])
	}
	lines = append(lines, c.fit(e, merged, maxWaivers)...)
	for _, l := range c.fit(e, c.waiverLines(e), maxWaivers) {
		add("waived", l)
	}
	if c.Mirror.begun() {
		add("log", strings.Join(slices.DeleteFunc(append([]string{log}, c.mrkdwnLogs(e)...), func(s string) bool { return s == "" }), separator))
	}
	if c.archived() {
		add("archive", strings.Join(append([]string{e.dated(c.archiveLine())}, c.mrkdwnArchive(e)...), separator))
	}
	return lines
}

func (c Case) mrkdwnLinks(e Escape) string {
	var parts []string
	for _, l := range c.Links {
		switch {
		case l.Kind == "channel": // the reader is there
		case l.URL == "":
			parts = append(parts, c.linkTitle(l.Kind)+": "+c.say("owed"))
		default:
			parts = append(parts, c.linkTitle(l.Kind)+": "+slackLink(l.URL, e.text(l.Text)))
		}
	}
	return strings.Join(parts, separator)
}

// slackLink is a link in mrkdwn. A bar in its text would be shown; an empty one would show nothing.
func slackLink(url, text string) string { return "<" + slackAddress(url) + "|" + text + ">" }

// slackAddress is an address as it stands in mrkdwn, where an ampersand begins an entity.
func slackAddress(url string) string { return strings.ReplaceAll(address(url), "&", "&amp;") }

func (c Case) mrkdwnChannel(a Analysis, e Escape) string {
	switch name := e.text(channelName(a.ChannelName)); {
	case a.ChannelURL != "":
		return slackLink(a.ChannelURL, name)
	case a.ChannelName != "":
		return name
	case a.Open():
		return c.say("channel_owed")
	}
	return ""
}

// mrkdwnLogs leads to the log tickets, the newest first.
func (c Case) mrkdwnLogs(e Escape) (links []string) {
	for _, l := range slices.Backward(c.Mirror.Logs) {
		if l.URL != "" && len(links) < maxLogs {
			links = append(links, slackLink(l.URL, e.text(l.Text)))
		}
	}
	return links
}

func (c Case) mrkdwnArchive(e Escape) []string {
	if c.Archive.Folder.URL == "" {
		return nil
	}
	return []string{slackLink(c.Archive.Folder.URL, e.text(c.Archive.Folder.Text))}
}

// gaps says how much the log lacks; empty: nothing.
func (c Case) gaps() string {
	if c.Mirror.Gaps == 0 {
		return ""
	}
	return c.say("log_gaps") + ": " + strconv.Itoa(c.Mirror.Gaps)
}
