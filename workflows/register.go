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

// Registry is what workflows and activities are registered with: a worker, a replayer or a test environment.
type Registry interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
}

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

// Register registers every workflow and every activity.
func Register(r Registry, d Deps) {
	RegisterWorkflows(r, d)
	for _, queue := range Queues() {
		RegisterActivities(r, queue, d)
	}
}

// WorkflowRegistry is the half of a Registry that takes workflows.
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

// ActivityRegistry is the half of a Registry that takes activities.
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
