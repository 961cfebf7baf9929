package main

import (
	"fmt"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// work shows what people are at: the analyses, and the tasks and lessons that still wait for somebody.
func (p *page) work(s workflows.Status) {
	var analyses, tasks, lessons [][]string
	for _, a := range s.Analyses {
		lead := a.Lead
		if a.LeadGone {
			lead += " (has left)"
		}
		analyses = append(analyses, []string{"  " + a.ID, a.Name, lead, string(a.State), a.Channel + " " + a.ChannelName, said(a.Analysis)})
	}
	for _, t := range s.Tasks {
		if t.Open() {
			tasks = append(tasks, []string{"  " + t.ID, string(t.Status), t.Owner, t.Due, t.Title})
		}
	}
	for _, l := range s.Lessons {
		if !l.Decided() {
			lessons = append(lessons, []string{"  " + l.ID, l.Text})
		}
	}
	p.section("analyses:", analyses)
	p.section("runbooks:", runs(s))
	p.section("open tasks:", tasks)
	p.section("lessons to decide:", lessons)
}

// runs are the runs of runbooks, with what each waits for.
func runs(s workflows.Status) (rows [][]string) {
	for _, r := range s.Runs {
		done, now := 0, ""
		for _, step := range r.Steps {
			switch step.State {
			case string(workflows.StepDone), string(workflows.StepSkipped):
				done++
			case string(workflows.StepTrying), string(workflows.StepStuck):
				now = step.Title
			}
		}
		rows = append(rows, []string{"  " + r.ID, r.Name, r.State, fmt.Sprintf("%d/%d", done, len(r.Steps)), incident.Shorten(now+r.Reason, 100)})
	}
	return rows
}

// said is what an analysis has come to, or why it was dropped.
func said(a incident.Analysis) string {
	text := a.Finding
	if a.State == incident.AnalysisDropped {
		text = a.Reason
	}
	return incident.Shorten(incident.CleanLine(text), 100)
}

// kept shows what was waived, how far the conversation is logged, and the archive.
func (p *page) kept(s workflows.Status) {
	if s.Merging != "" {
		p.line("merging: becomes a duplicate of %s", s.Merging)
	}
	for _, d := range s.Duplicates {
		p.line("duplicate: %s, merged by %s, %s; channel %s %s, ticket %s", d.Number, d.By, clock(d.At), d.Links.Channel, d.Links.ChannelName, d.Links.TicketURL)
	}
	for _, w := range s.Waivers {
		p.line("waived: %s by %s, %s: %s", w.Need, w.By, clock(w.At), w.Reason)
	}
	if m := s.Mirror; m.Through != nil {
		p.line("logged: through %s; %s, %s, %s, %s; gaps %d%s",
			clock(*m.Through), amount(m.Messages, "message"), amount(m.Edits, "edit"), amount(m.Deletions, "deletion"), amount(m.Files, "file"), m.Gaps, more(m))
	}
	for _, log := range s.Mirror.Logs {
		p.line("log: %s %s", log.Ticket, log.URL)
	}
	if a := s.Archive; a.Verified != nil {
		p.line("archived: verified %s; %s, %s; manifest SHA-256 %s; %s", clock(*a.Verified), amount(a.Messages, "message"), amount(a.Files, "file"), a.SHA256, a.FolderURL)
	}
}

// more says of a log what is seldom worth saying.
func more(m workflows.MirrorStatus) (text string) {
	if m.NotKept > 0 {
		text += fmt.Sprintf(", files not kept %d", m.NotKept)
	}
	if m.Masked > 0 {
		text += fmt.Sprintf(", secrets masked %d", m.Masked)
	}
	return text
}

// section writes a title and its rows, or nothing.
func (p *page) section(title string, rows [][]string) {
	if len(rows) > 0 {
		p.line("%s", title)
		p.rows(rows...)
	}
}
