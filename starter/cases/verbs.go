package cases

import (
	"slices"
	"strings"
	"time"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Fields are what somebody says with a verb, by the names of the command line's flags. A flag that may be given several
// times has several values.
type Fields map[string][]string

// verb is how what somebody says with a verb becomes an update of a case.
type verb struct {
	update string
	takes  []string // names of the fields
	build  func(s *input) any
}

// verbs are those with which a case is changed. A door that takes them from people by fields needs no more than this.
func verbs() map[string]verb {
	return map[string]verb{
		"triage":   {workflows.TriageUpdate, []string{"severity", "kind", "commander", "scope"}, triageOf},
		"severity": {workflows.SeverityUpdate, []string{"severity", "reason"}, severityOf},
		"take":     {workflows.TakeUpdate, nil, func(s *input) any { return workflows.TakeCommand{By: s.by} }},
		"handover": {workflows.HandoverUpdate, []string{"to", "note"}, handoverOf},
		"accept":   {workflows.AcceptUpdate, []string{"decline", "reason"}, acceptOf},
		"details":  {workflows.DetailsUpdate, []string{"reporter", "company", "what", "when", "where", "kind", "unclear", "invite"}, detailsOf},
		"contain":  {workflows.ContainUpdate, []string{"state"}, containOf},
		"analyze":  {workflows.AnalyzeUpdate, []string{"analysis", "name", "lead", "hypothesis", "invite"}, analyzeOf},
		"conclude": {workflows.ConcludeUpdate, []string{"analysis", "finding", "drop"}, concludeOf},
		"task":     {workflows.TaskUpdate, []string{"task", "title", "owner", "due", "status", "done"}, taskOf},
		"update":   {workflows.PublishUpdate, []string{"text", "next"}, publishOf},
		"run":      {workflows.RunUpdate, []string{"runbook", "abort", "reason"}, runOf},
		"lesson":   {workflows.LessonUpdate, []string{"text"}, lessonOf},
		"note":     {workflows.NoteUpdate, []string{"text", "link", "at", "message"}, noteOf},
		"decide":   {workflows.DecideUpdate, []string{"lesson", "as", "reason"}, decideOf},
		"waive":    {workflows.WaiveUpdate, []string{"gate", "reason"}, waiveOf},
		"back":     {workflows.BackUpdate, []string{"phase", "reason"}, backOf},
		"close":    {workflows.CloseUpdate, []string{"resolution", "reason"}, closeOf},
		"merge":    {workflows.MergeUpdate, []string{"into", "reason"}, mergeOf},
		"reopen":   {workflows.ReopenUpdate, []string{"reason"}, reopenOf},
	}
}

// Check refuses what no case takes under a verb, whatever the case, before anybody is asked.
func Check(verb string, f Fields) error {
	_, _, err := command(verb, f, incident.By{})
	return err
}

// command is the update that a verb with its fields means, its payload, and what is wrong with it; the latter alone if no
// verb takes these fields.
func command(name string, f Fields, by incident.By) (update string, payload any, wrong error) {
	v, found := verbs()[name]
	if !found {
		return "", nil, incident.Refuse(incident.Usage, "", "there is no command %q", clipped(name))
	}
	s := &input{fields: f, by: by}
	for field := range f {
		if !slices.Contains(v.takes, field) {
			return "", nil, incident.Refuse(incident.Usage, "Use --"+strings.Join(v.takes, ", --"), "unknown option --%s", clipped(field))
		}
	}
	payload = v.build(s)
	return v.update, payload, s.wrong
}

func triageOf(s *input) any {
	severity, err := incident.ParseSeverity(s.line("severity"))
	s.refuse("severity", err)
	s.any("severity", "kind", "commander", "scope")
	return workflows.TriageCommand{Severity: severity, Kind: s.line("kind"), Commander: s.person("commander"), Scope: s.text("scope"), By: s.by}
}

func severityOf(s *input) any {
	s.needs("severity", "Say 1 (worst), 2, 3 or 4")
	severity, err := incident.ParseSeverity(s.line("severity"))
	s.refuse("severity", err)
	return workflows.SeverityCommand{Severity: severity, Reason: s.text("reason"), By: s.by}
}

func handoverOf(s *input) any {
	s.needs("to", "Name whoever should lead the case")
	return workflows.HandoverCommand{To: s.person("to"), Note: s.text("note"), By: s.by}
}

func acceptOf(s *input) any {
	c := workflows.AcceptCommand{Decline: s.yes("decline"), Reason: s.text("reason"), By: s.by}
	if c.Reason != "" && !c.Decline {
		s.refuse("reason", incident.Refuse(incident.Usage, "To decline, give --decline too", "accepting takes no --reason"))
	}
	return c
}

func detailsOf(s *input) any {
	s.any("reporter", "company", "what", "when", "where", "kind", "unclear", "invite")
	c := workflows.DetailsCommand{Reporter: s.line("reporter"), Company: s.line("company"), What: s.text("what"), When: s.line("when"), Where: s.line("where"),
		Kind: s.line("kind"), Invite: s.people("invite"), By: s.by}
	if s.id("unclear") != "" {
		unclear := s.yes("unclear")
		c.Unclear = &unclear
	}
	return c
}

func containOf(s *input) any {
	s.needs("state", "Say none, acting, contained or not applicable")
	state, err := incident.ParseContainment(s.line("state"))
	s.refuse("state", err)
	return workflows.ContainCommand{State: state, By: s.by}
}

func analyzeOf(s *input) any {
	id := s.named("analysis")
	if id == "" {
		s.needs("name", "Say what a new analysis looks at, in a word or two: mailbox, network …")
	} else {
		s.changes("name", "lead", "hypothesis", "invite")
	}
	return workflows.AnalyzeCommand{Analysis: id, Name: s.line("name"), Lead: s.person("lead"), Hypothesis: s.text("hypothesis"), Invite: s.people("invite"), By: s.by}
}

func concludeOf(s *input) any {
	s.needs("analysis", "Name it, such as a1, or say it in the analysis's own channel")
	if s.text("finding") != "" && s.text("drop") != "" {
		s.refuse("drop", incident.Refuse(incident.Usage, "Give a finding, or a reason to drop it", "an analysis is concluded or dropped, not both"))
	}
	if s.text("drop") == "" {
		s.needs("finding", "Say what was found, or why nobody goes on with it: --drop")
	}
	return workflows.ConcludeCommand{Analysis: s.id("analysis"), Finding: s.text("finding"), Drop: s.text("drop"), By: s.by}
}

func taskOf(s *input) any {
	c := workflows.TaskCommand{Task: s.named("task"), Title: s.line("title"), Owner: s.person("owner"), Due: s.line("due"), Status: incident.TaskStatus(s.id("status")), By: s.by}
	done := s.named("done")
	switch {
	case done != "" && (c.Task+c.Title+c.Owner+c.Due != "" || c.Status != ""):
		s.refuse("done", incident.Refuse(incident.Usage, "To change more of a task, use --task with --status done", "--done goes alone"))
	case done != "":
		c.Task, c.Status = done, incident.TaskDone
	case c.Task == "":
		s.needs("title", "Say what is to be done, or name the task to change")
	default:
		s.changes("title", "owner", "due", "status")
	}
	if !slices.Contains([]incident.TaskStatus{"", incident.TaskTodo, incident.TaskDoing, incident.TaskDone, incident.TaskDropped}, c.Status) {
		s.refuse("status", incident.Refuse(incident.Usage, "Use todo, doing, done or dropped", "unknown status %q", clipped(string(c.Status))))
	}
	return c
}

func publishOf(s *input) any {
	s.needs("text", "Say how things stand, for readers who were not there")
	c := workflows.PublishCommand{Text: s.text("text"), By: s.by}
	if next := s.line("next"); next != "" {
		var err error
		if c.Next, err = time.ParseDuration(strings.ReplaceAll(next, " ", "")); err != nil || c.Next <= 0 {
			s.refuse("next", incident.Refuse(incident.Usage, "Use a time such as 30m, 2h or 24h", "%q is no time from now", clipped(next)))
		}
	}
	return c
}

func runOf(s *input) any {
	c := workflows.RunCommand{Runbook: s.line("runbook"), Abort: s.named("abort"), Reason: s.text("reason"), By: s.by}
	switch {
	case c.Abort == "":
		s.needs("runbook", "Name the runbook, such as phishing-mail")
		if c.Reason != "" {
			s.refuse("reason", incident.Refuse(incident.Usage, "Name the run that is to end: --abort r1", "--reason goes with --abort"))
		}
	case c.Runbook != "":
		s.refuse("abort", incident.Refuse(incident.Usage, "Name a runbook, or the run that is to end", "a runbook is run or a run is ended, not both"))
	default:
		s.needs("reason", "Say why the run is ended")
	}
	return c
}

func lessonOf(s *input) any {
	s.needs("text", "Say what should be better next time")
	return workflows.LessonCommand{Text: s.text("text"), By: s.by}
}

func noteOf(s *input) any {
	s.needs("text", "Say what happened")
	c := workflows.NoteCommand{Text: s.text("text"), Link: s.line("link"), Message: s.line("message"), By: s.by}
	if at := s.line("at"); at != "" {
		var err error
		if c.At, err = time.Parse(time.RFC3339, at); err != nil {
			s.refuse("at", incident.Refuse(incident.Usage, "Use a time such as 2026-11-30T09:15:00+09:00", "%q is no time", clipped(at)))
		}
	}
	return c
}

func decideOf(s *input) any {
	s.needs("lesson", "Give the id of the lesson, such as l1")
	s.needs("as", "Say theme, accept or join:KEY")
	as, _, err := incident.ParseDecision(s.line("as"))
	if word, _, _ := strings.Cut(s.id("as"), ":"); word == string(incident.DecideJoin) {
		s.refuse("key", err) // a form asks for the ticket in a field of its own
	}
	s.refuse("as", err)
	if as == incident.DecideAccept {
		s.needs("reason", "Say why it may stay as it is")
	}
	return workflows.DecideCommand{Lesson: s.id("lesson"), As: s.line("as"), Reason: s.text("reason"), By: s.by}
}

func waiveOf(s *input) any {
	s.needs("gate", "Name what is waived: triage, analysis, lessons, or a need such as scope or a1")
	s.needs("reason", "Say why it may be missing; it stays visible")
	return workflows.WaiveCommand{Gate: s.line("gate"), Reason: s.text("reason"), By: s.by}
}

func backOf(s *input) any {
	s.needs("phase", "Say triage or analysis")
	phase, err := incident.ParsePhase(s.line("phase"))
	if err == nil && phase != incident.PhaseTriage && phase != incident.PhaseAnalysis {
		err = incident.Refuse(incident.Usage, "Say triage or analysis", "a case does not go back to %s", phase)
	}
	s.refuse("phase", err)
	s.needs("reason", "Say what is new")
	return workflows.BackCommand{Phase: phase, Reason: s.text("reason"), By: s.by}
}

func closeOf(s *input) any {
	s.needs("resolution", "Say how it ended: contained, mitigated, false positive, duplicate of NUMBER …")
	resolution, err := incident.ParseResolution(s.line("resolution"))
	s.refuse("resolution", err)
	if resolution == incident.OpenedByMistake {
		s.needs("reason", "Say what the mistake was")
	}
	return workflows.CloseCommand{Resolution: s.line("resolution"), Reason: s.text("reason"), By: s.by}
}

func reopenOf(s *input) any {
	s.needs("reason", "Say what is new")
	return workflows.ReopenCommand{Reason: s.text("reason"), By: s.by}
}

func mergeOf(s *input) any {
	s.needs("into", "Name the case that goes on, for example SEC-12")
	return workflows.MergeCommand{Into: strings.ToUpper(s.line("into")), Reason: s.text("reason"), By: s.by}
}
