package main

import (
	"context"
	"fmt"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// matrixBook is the runbook of a life with a run. It has a step of each kind.
const matrixBook = `version: 1
name: mail
title: {en: Bad mail, ja: 不審メール}
kinds: [phishing]
steps:
  - task: {title: block the sender, owner: "@ben", due: 30m}
  - invite: {people: ["@smg-bravo", "@nobody-of-that-name"]}
  - notify: {text: do not open it, mention: [commander]}
  - analysis: {name: who opened it, lead: "@aoi", hypothesis: somebody did}
  - link: {title: report it, url: "https://example.jp/report"}
`

// runBook has a runbook done in the middle of a life, and brings to an end what it began.
func runBook(ctx context.Context, l *life) error {
	if err := l.commands(ctx, workflows.RunUpdate, workflows.RunCommand{Runbook: "mail", By: principal()}); err != nil {
		return err
	}
	err := l.settle(ctx, "the runbook is done, and its analysis has a channel", func(s workflows.Status) bool {
		return len(s.Runs) == 1 && s.Runs[0].State == "done" && analysisOf(s, "a2").Channel != ""
	})
	if err != nil {
		return err
	}
	return l.commands(ctx,
		workflows.TaskUpdate, workflows.TaskCommand{Task: "t2", Status: incident.TaskDone, By: principal()},
		workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a2", Finding: "nobody did", By: principal()})
}

// runIsWhole looks at what a run has left in the case: each step is done, once.
func (l *life) runIsWhole() error {
	if l.kind.name != "runbook" {
		return nil
	}
	switch s := l.s; {
	case len(s.Runs) != 1 || s.Runs[0].State != "done":
		return fmt.Errorf("the case has the runs %+v, not one that is done", s.Runs)
	case len(s.Tasks) != 2 || len(s.Analyses) != 2 || len(s.Links.Other) != 1:
		return fmt.Errorf("the run and people have left %d tasks, %d analyses and %d links, not 2, 2 and 1", len(s.Tasks), len(s.Analyses), len(s.Links.Other))
	}
	for _, step := range l.s.Runs[0].Steps {
		if step.State != string(workflows.StepDone) {
			return fmt.Errorf("step %d of the run is %s", step.Step, step.State)
		}
	}
	return nil
}
