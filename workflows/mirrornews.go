package workflows

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// report tells the case of progress: the first at once, further ones in coarse steps, the end of a final sweep at once.
func (m *mirrorRun) report(ctx workflow.Context) error {
	rounds, logs, stuck, none := -1, -1, "", true
	urgent := func() bool {
		return m.Rounds != rounds || len(m.Logs) != logs || digest(m.openSteps()) != stuck || none && m.Counts.Messages > 0
	}
	for {
		if err := m.await(ctx, func() bool { return digest(m.news()) != m.Reported }); err != nil {
			return err
		}
		news := m.news()
		seen := digest(news)
		rounds, logs, stuck, none = m.Rounds, len(m.Logs), digest(m.openSteps()), m.Counts.Messages == 0
		m.ReportSeq++
		news.Seq, news.Run = m.ReportSeq, runID(ctx)
		if err := workflow.SignalExternalWorkflow(ctx, m.Case, "", mirrorReportSignal, news).Get(ctx, nil); temporal.IsCanceledError(err) {
			return err
		}
		m.Reported = seen // a case that does not hear has ended
		if err := m.awaitFor(ctx, reportEvery, "collect progress for the case", urgent); err != nil {
			return err
		}
	}
}

func (m *mirrorRun) news() mirrorReport {
	return mirrorReport{Logs: m.Logs, Through: m.Through, At: m.At, Counts: m.Counts, Room: m.Room, Rounds: m.Rounds, Open: m.openSteps()}
}

func (m *mirrorRun) openSteps() []StepStatus { return stuckSteps(m.runner, m.id) }

func (m *mirrorRun) show(ctx workflow.Context) error {
	return m.showChild(ctx, func() string { return m.Order.Number }, m.state, func(now time.Time) string {
		v := m.view()
		v.Now = now
		return v.MirrorPage()
	})
}

func (m *mirrorRun) state() incident.Status { return m.runner.status() }

// view is the case as far as its mirror knows it.
func (m *mirrorRun) view() notice.Case {
	v := notice.Case{
		Lang: m.lang, Number: m.Order.Number, Title: m.Request.Title, HideTitle: m.Placement.HideTitle, Drill: m.Request.Drill, Audience: m.Placement.Audience,
		Status: m.state(), Links: caseLinks(m.Order.Links, m.Order.Number), Mirror: mirrorView(m.news(), m.Placement, m.id),
		Commands: []notice.Command{{Text: "bell", Name: BellSignal, JSON: "{}"}, {Text: "roll", Name: RollSignal}},
	}
	v.Commands = append(v.Commands, resolveCommands(m.id, m.openSteps())...)
	if m.Order.Links.Temporal != "" {
		v.Links = append(v.Links, notice.Link{Kind: "temporal", Text: m.Case, URL: m.Order.Links.Temporal})
	}
	for _, ch := range m.Order.Channels {
		v.Links = append(v.Links, notice.Link{Kind: "channel", Text: ch.Name, URL: linkTo(m.Placement.SlackURL, ch.ID)})
	}
	for _, id := range m.ids(StepOwed, StepTrying, StepStuck) {
		v.Steps = append(v.Steps, stepOf(id, m.records[id]))
	}
	return v
}

// mirrorView is a report as texts show it.
func mirrorView(r mirrorReport, p Placement, id string) notice.Mirror {
	v := notice.Mirror{
		Through: slackTime(r.Through), At: r.At, Gaps: r.Counts.Lost, Messages: r.Counts.Messages, Edits: r.Counts.Edits, Deletions: r.Counts.Deletions,
		Files: r.Counts.Files, NotKept: r.Counts.NotKept, Masked: r.Counts.Masked, Temporal: temporalPage(p, id),
	}
	for _, log := range r.Logs {
		v.Logs = append(v.Logs, notice.Link{Kind: "log", Text: log.Key, URL: log.URL})
	}
	return v
}

// mirrorStatus is a report as programs read it.
func mirrorStatus(r mirrorReport, p Placement, id string) MirrorStatus {
	s := MirrorStatus{
		WorkflowID: id, Logs: []LogLink{}, Gaps: r.Counts.Lost, Messages: r.Counts.Messages, Edits: r.Counts.Edits, Deletions: r.Counts.Deletions,
		Files: r.Counts.Files, NotKept: r.Counts.NotKept, Masked: r.Counts.Masked, Temporal: temporalPage(p, id),
	}
	for _, log := range r.Logs {
		s.Logs = append(s.Logs, LogLink{Ticket: log.Key, URL: log.URL})
	}
	if through := slackTime(r.Through); !through.IsZero() {
		s.Through, s.At = &through, &r.At
	}
	return s
}

// slackTime is when a message was said: its name begins with the seconds since 1970.
func slackTime(ts string) time.Time {
	whole, micros, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}
	}
	part, _ := strconv.ParseInt(fmt.Sprintf("%-6.6s", micros), 10, 64) // without it the second is right
	return time.Unix(seconds, part*1000).UTC()
}
