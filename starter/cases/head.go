package cases

import (
	"encoding/json"
	"errors"

	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/converter"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// head reads a case's head from its memo.
func (c *Cases) head(info *workflow.WorkflowExecutionInfo) (workflows.Head, error) {
	payload := info.GetMemo().GetFields()[workflows.HeadMemo]
	if payload == nil {
		return workflows.Head{}, errors.New("there is no head in its memo")
	}
	var raw json.RawMessage
	if err := c.convert.FromPayload(payload, &raw); err != nil {
		return workflows.Head{}, err
	}
	head, err := workflows.DecodeHead(raw)
	head.CommanderID = commanderOf(info)
	return head, err
}

// commanderOf is the Slack id of a case's commander; empty for restricted cases, and where nobody in Slack commands.
func commanderOf(info *workflow.WorkflowExecutionInfo) (id string) {
	payload := info.GetSearchAttributes().GetIndexedFields()[workflows.CaseCommander]
	if payload == nil || converter.GetDefaultDataConverter().FromPayload(payload, &id) != nil {
		return ""
	}
	return id
}

// headOf takes the head out of a status.
func headOf(s workflows.Status) workflows.Head {
	h := workflows.Head{
		Number: s.Number, WorkflowID: s.WorkflowID, Title: s.Title, Phase: s.Phase, Status: s.Status, Severity: s.Severity,
		Commander: s.Commander, CommanderID: s.CommanderID, Audience: s.Audience, Organisations: s.Organisations, Members: s.Members, Drill: s.Drill,
		Opened: s.Opened, Channel: s.Links.Channel,
	}
	for _, step := range s.Steps {
		if step.State == workflows.StepStuck {
			h.Stuck = append(h.Stuck, step.ID)
		}
	}
	return h
}

// statusOf makes the part of a status that is known without a worker.
func statusOf(h workflows.Head, info *workflow.WorkflowExecutionInfo) workflows.Status {
	h.WorkflowID = info.GetExecution().GetWorkflowId()
	s := barely(h)
	if !running(info) {
		s.Status = incident.Ended
	}
	return s
}

// barely is a status of which only the head is known. Its lists are empty, not null.
func barely(h workflows.Head) workflows.Status {
	s := workflows.Status{
		Number: h.Number, WorkflowID: h.WorkflowID, Title: h.Title, Phase: h.Phase, Status: h.Status, Severity: h.Severity,
		Commander: h.Commander, CommanderID: h.CommanderID, Organisations: orEmpty(h.Organisations), Audience: h.Audience, Drill: h.Drill, Opened: h.Opened,
		Members: orEmpty(h.Members), Links: workflows.Links{Channel: h.Channel}, Gates: []incident.Gate{}, Analyses: []workflows.AnalysisStatus{}, Runs: []workflows.RunStatus{}, Tasks: []incident.Task{},
		Lessons: []incident.Lesson{}, Steps: []workflows.StepStatus{}, Debts: []string{}, Notes: []string{}, Deadlines: []incident.Deadline{},
		Waivers: []incident.Waiver{}, BrokenGlass: []incident.BrokenGlass{}, Mirror: workflows.MirrorStatus{Logs: []workflows.LogLink{}},
	}
	for _, id := range h.Stuck {
		s.Steps = append(s.Steps, workflows.StepStatus{ID: id, WorkflowID: s.WorkflowID, State: workflows.StepStuck, Actions: []workflows.Action{}})
		s.Debts = append(s.Debts, id)
	}
	return s
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
