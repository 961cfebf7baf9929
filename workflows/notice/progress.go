package notice

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"hikeshi/workflows/incident"
)

// Analysis is an analysis and where it is.
type Analysis struct {
	incident.Analysis
	Channel                 string `json:",omitempty"` // Slack id; an analysis's own card does not say it
	ChannelName, ChannelURL string // empty: still owed
	Temporal                string // its page in the UI; empty: none is known
	People                  int    // in its channel
}

// inOrder are the analyses as people look for them: those that go on first.
func (c Case) inOrder() []Analysis {
	rank := func(a Analysis) int {
		if a.Open() {
			return 0
		}
		return 1
	}
	list := slices.Clone(c.Analyses)
	slices.SortStableFunc(list, func(a, b Analysis) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

// analysisLine says on one line what an analysis is about, who leads it, where it is, and what came out. The channel is
// already escaped; empty: the readers cannot go there.
func (c Case) analysisLine(a Analysis, e Escape, channel string) string {
	lead := within(e, c.or(incident.CleanLine(a.Lead)), maxName)
	return c.say("analysis_line", "Name", within(e, incident.CleanLine(a.Name), maxName), "Lead", lead, "Channel", channel, "State", c.analysisState(a, e))
}

// analysisState says how far an analysis is, and what came out of one that has ended.
func (c Case) analysisState(a Analysis, e Escape) string {
	switch {
	case a.State == incident.AnalysisConcluded:
		return c.say("analysis_concluded", "Finding", within(e, incident.CleanLine(a.Finding), maxSaid))
	case a.State == incident.AnalysisDropped:
		return c.say("analysis_dropped", "Reason", within(e, incident.CleanLine(a.Reason), maxSaid))
	case a.LeadGone:
		return c.say("analysis_lead_gone")
	default:
		return c.word("analysis_state", string(a.State))
	}
}

func (c Case) taskCount() string {
	return c.say("task_count", "Open", strconv.Itoa(count(c.Tasks, incident.Task.Open)), "All", strconv.Itoa(len(c.Tasks)))
}

func (c Case) lessonCount() string {
	open := count(c.Lessons, func(l incident.Lesson) bool { return !l.Decided() })
	return c.say("lesson_count", "Open", strconv.Itoa(open), "All", strconv.Itoa(len(c.Lessons)))
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, one := range list {
		if is(one) {
			n++
		}
	}
	return n
}

// glassLines are the acts for which somebody's own word was taken. They come first wherever the case is shown.
func (c Case) glassLines(e Escape) (lines []string) {
	for _, g := range slices.Backward(c.BrokenGlass) {
		lines = append(lines, c.say("glass", "Act", within(e, incident.CleanLine(g.Act), maxName), "By", within(e, incident.CleanLine(g.By), maxName),
			"At", e.clock(g.At), "Reason", within(e, incident.CleanLine(g.Reason), maxSaid)))
	}
	return lines
}

func (c Case) waiverLines(e Escape) (lines []string) {
	for _, w := range c.Waivers {
		lines = append(lines, c.say("waiver", "Need", within(e, Need(c.Lang, w.Need), maxSaid), "By", within(e, incident.CleanLine(w.By), maxName),
			"Reason", within(e, incident.CleanLine(w.Reason), maxSaid)))
	}
	return lines
}

// resolution is why the case is closed, in the reader's language where it is one of our words.
func (c Case) resolution() string {
	text := resolution(c.Lang, string(c.Resolution))
	if c.ResolutionReason == "" {
		return text
	}
	return c.say("resolution_because", "Resolution", text, "Reason", line(c.ResolutionReason, maxSaid))
}

func resolution(lang, text string) string {
	const duplicate = "duplicate of "
	if len(text) > len(duplicate) && text[:len(duplicate)] == duplicate {
		return in(lang).say("resolution_duplicate", "Number", text[len(duplicate):])
	}
	return in(lang).word("resolution", text)
}

// update is the last message for stakeholders: by whom, when, and of its text at most so many characters.
func (c Case) update(e Escape, text string, most int) string {
	u := c.LastUpdate
	return c.say("update_line", "At", e.clock(u.At), "By", within(e, incident.CleanLine(u.By), maxName), "Text", within(e, text, most))
}

// dated is a time without its day where the reader sees it on that day.
func (c Case) dated(e Escape, t time.Time) string {
	const day = "2006-01-02 "
	if e.mrkdwn() {
		return token(t, "{date_short_pretty} {time_secs}", t.UTC().Format(day+"15:04:05Z"))
	}
	if c.Now.IsZero() || t.UTC().Format(day) == c.Now.UTC().Format(day) {
		return t.UTC().Format("15:04:05Z")
	}
	return t.UTC().Format(day + "15:04:05Z")
}
