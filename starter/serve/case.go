package serve

import (
	"slices"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/starter/slackbot"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// caseOf is a status as texts are rendered from.
func caseOf(s workflows.Status) notice.Case {
	c := notice.Case{
		Number: s.Number, WorkflowID: s.WorkflowID, Title: s.Title, Kind: s.Kind, Reporter: s.Reporter, Commander: s.Commander, CommanderID: s.CommanderID, ProvisionalCommander: s.ProvisionalCommander, Details: s.Details, Scope: s.Scope, Severity: s.Severity,
		Phase: s.Phase, Status: s.Status, Containment: s.Containment, Audience: s.Audience, Organisations: s.Organisations, Drill: s.Drill,
		HideTitle: s.Audience == incident.AudienceRestricted, Provisional: s.Links.Ticket == "", Opened: s.Opened, Gates: s.Gates, Notes: s.Notes,
		Links: []notice.Link{
			{Kind: "ticket", Text: s.Links.Ticket, URL: s.Links.TicketURL}, {Kind: "channel", Text: mention(s.Links.Channel), URL: s.Links.ChannelURL},
			{Kind: "folder", Text: s.Number, URL: s.Links.FolderURL}, {Kind: "sheet", Text: s.Number, URL: s.Links.SheetURL},
		},
		Steps: stepsOf(s), Analyses: analysesOf(s), Tasks: s.Tasks, Lessons: s.Lessons, LastUpdate: s.LastUpdate, NextUpdate: nextUpdate(s),
		Resolution: s.Resolution, ResolutionReason: s.ResolutionReason, Waivers: s.Waivers, BrokenGlass: s.BrokenGlass, Mirror: mirrorOf(s.Mirror), Archive: archiveOf(s),
	}
	if o := s.Offer; o != nil {
		c.OfferedTo, c.OfferedToID, c.OfferedBy = o.To, o.ToID, o.By
	}
	return c
}

// stepsOf are those that are still owed.
func stepsOf(s workflows.Status) (steps []notice.Step) {
	owed := map[string]bool{}
	for _, id := range s.Debts {
		owed[id] = true
	}
	for _, step := range s.Steps {
		if owed[step.ID] {
			steps = append(steps, stepOf(step))
			delete(owed, step.ID)
		}
	}
	for _, id := range s.Debts {
		if owed[id] {
			steps = append(steps, notice.Step{ID: id, State: string(workflows.StepOwed)})
		}
	}
	return steps
}

func analysesOf(s workflows.Status) (list []notice.Analysis) {
	for _, a := range s.Analyses {
		list = append(list, notice.Analysis{Analysis: a.Analysis, Channel: a.Channel, ChannelName: a.ChannelName, ChannelURL: a.ChannelURL, Temporal: a.Temporal, People: len(a.Members)})
	}
	return list
}

// nextUpdate is when the next message for stakeholders is due; zero: none was promised.
func nextUpdate(s workflows.Status) time.Time {
	for _, d := range s.Deadlines {
		if d.Name == "update" {
			return d.At
		}
	}
	return time.Time{}
}

func mirrorOf(m workflows.MirrorStatus) notice.Mirror {
	v := notice.Mirror{
		Through: timeOf(m.Through), At: timeOf(m.At), Gaps: m.Gaps, Messages: m.Messages, Edits: m.Edits, Deletions: m.Deletions,
		Files: m.Files, NotKept: m.NotKept, Masked: m.Masked, Temporal: m.Temporal,
	}
	for _, log := range m.Logs {
		v.Logs = append(v.Logs, notice.Link{Kind: "log", Text: log.Ticket, URL: log.URL})
	}
	return v
}

func archiveOf(s workflows.Status) notice.Archive {
	a := s.Archive
	if a.Verified == nil {
		return notice.Archive{}
	}
	return notice.Archive{
		Folder: notice.Link{Kind: "archive", Text: s.Number, URL: a.FolderURL}, SHA256: a.SHA256, Verified: *a.Verified, Messages: a.Messages, Files: a.Files,
	}
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// mention is a channel as Slack shows it to those who are in it; see
// https://docs.slack.dev/messaging/formatting-message-text#linking-channels.
func mention(channel string) string {
	if channel == "" {
		return ""
	}
	return "<#" + channel + ">"
}

func stepOf(s workflows.StepStatus) notice.Step {
	return notice.Step{ID: s.ID, System: s.System, Class: s.Class, Cause: s.Cause, Hint: s.Hint, State: string(s.State), Since: timeOf(s.Since)}
}

// listed is a case's head as lists show it to whoever may see it.
func listed(h workflows.Head) notice.Listed {
	return notice.Listed{
		Number: h.Number, WorkflowID: h.WorkflowID, Title: h.Title, Commander: h.Commander, Channel: h.Channel, Severity: h.Severity, Phase: h.Phase,
		Status: h.Status, Drill: h.Drill, Opened: h.Opened,
	}
}

// stuckOf is what is stuck in a case, as somebody can decide about it from where they read it.
func stuckOf(c cases.StuckCase, v slackbot.Viewer, operators string) notice.StuckNotice {
	n := notice.StuckNotice{Number: c.Number, Title: c.Title, Drill: c.Drill, Links: []notice.Link{{Kind: "channel", Text: mention(c.Channel)}}}
	for _, s := range c.Steps {
		step := notice.StuckStep{Step: stepOf(s), WorkflowID: s.WorkflowID, Generation: s.Generation}
		if step.Elsewhere = !heeded(c, s, v, operators); step.Elsewhere {
			n.Steps = append(n.Steps, step)
			continue
		}
		for _, a := range s.Actions {
			step.Actions = append(step.Actions, string(a))
		}
		n.Steps = append(n.Steps, step)
	}
	return n
}

// heeded reports whether what a member decides there about a step counts. A run, the mirror and an analysis know the
// commander and the channels; who is in the case only the case itself knows.
func heeded(c cases.StuckCase, s workflows.StepStatus, v slackbot.Viewer, operators string) bool {
	if s.WorkflowID == c.WorkflowID || v.Channel != "" && (v.Channel == c.Channel || v.Channel == operators) || v.User != "" && v.User == c.CommanderID {
		return true
	}
	return slices.ContainsFunc(c.Analyses, func(a workflows.AnalysisStatus) bool {
		return a.WorkflowID == s.WorkflowID && (v.Channel != "" && v.Channel == a.Channel || v.User != "" && (v.User == a.LeadID || slices.Contains(a.Members, v.User)))
	})
}

func heldOf(h workflows.HeldVendor) notice.Breaker {
	return notice.Breaker{Vendor: h.Vendor, Phase: string(h.Phase), Class: h.Class, Cause: h.Cause, Hint: h.Hint, Cannot: h.Cannot, Since: h.Since, Until: h.Until, Waiting: h.Waiting}
}
