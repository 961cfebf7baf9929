package workflows

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/archive"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/mirror"
	"hikeshi/activities/ops"
	"hikeshi/activities/pager"
	"hikeshi/activities/seal"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
)

// Deps are what the workflows and activities need from the process that runs them.
type Deps struct {
	Place     Placer
	Authority func() Authority
	Runbooks  Librarian // reads them; nil: there are none

	Slack  *slack.Activities
	Jira   *jira.Activities
	Drive  *drive.Activities
	Sheets *sheets.Activities
	Pager  *pager.Activities

	Mirror  *mirror.Activities
	Archive *archive.Activities
	Seal    *seal.Activities
	Ops     *ops.Activities
}

// WorkflowRegistry is what workflows are registered with: a worker, a replayer or a test environment.
type WorkflowRegistry interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
}

// RegisterWorkflows registers the workflows, under the names that histories and lists know.
func RegisterWorkflows(r WorkflowRegistry, d Deps) {
	f := &Flows{Place: d.Place, Authority: d.Authority, Runbooks: d.Runbooks}
	r.RegisterWorkflowWithOptions(f.Intake, workflow.RegisterOptions{Name: IntakeType})
	r.RegisterWorkflowWithOptions(f.Case, workflow.RegisterOptions{Name: CaseType})
	r.RegisterWorkflowWithOptions(f.Analysis, workflow.RegisterOptions{Name: AnalysisType})
	r.RegisterWorkflowWithOptions(f.Runbook, workflow.RegisterOptions{Name: RunbookType})
	r.RegisterWorkflowWithOptions(f.Mirror, workflow.RegisterOptions{Name: MirrorType})
	r.RegisterWorkflowWithOptions(f.Breaker, workflow.RegisterOptions{Name: BreakerType})
}

// ActivityRegistry is what activities are registered with: a worker or a test environment.
type ActivityRegistry interface {
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
}

// RegisterActivities registers the activities of one of the Queues.
func RegisterActivities(r ActivityRegistry, queue string, d Deps) {
	for _, of := range []struct {
		system     System
		activities any
	}{{Slack, d.Slack}, {Jira, d.Jira}, {Drive, d.Drive}, {Sheets, d.Sheets}, {Pager, d.Pager}, {Bulk, d.Mirror}, {Bulk, d.Archive}, {Bulk, d.Seal}, {Ops, d.Ops}} {
		if of.system.Queue() == queue {
			r.RegisterActivityWithOptions(of.activities, activity.RegisterOptions{})
		}
	}
}
