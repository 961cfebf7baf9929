package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// A run that somebody terminates by mistake is begun again as soon as the case has something to tell it, and one that is
// reset to whatever task goes on; also when it has ended. All find what is there.
func TestARunIsTerminatedAndReset(t *testing.T) {
	t.Parallel()
	in, _ := shelved(t)
	request, s := in.stuckRun(t, "a run is terminated")
	run := s.Runs[0].WorkflowID
	before := in.run(t, run)
	require.NoError(t, in.client.TerminateWorkflow(t.Context(), run, "", "by mistake"))
	in.send(t, s.Number, workflows.TriageUpdate, workflows.TriageCommand{Commander: "@chie", By: principal()}) // the case has something to tell it
	in.eventually(t, "the run is begun again", func() bool { return in.run(t, run) != before })
	again := in.run(t, run)
	s = in.settle(t, request, "it is stuck once more", func(s workflows.Status) bool { return stuckIn(s, "r1/run.2.invite") })
	for _, task := range some(tasks(in.runs(t, run)[0]), *manyResets) {
		in.resetTo(t, run, again, task)
		in.settle(t, request, "it is stuck after a reset", func(s workflows.Status) bool { return stuckIn(s, "r1/run.2.invite") })
	}
	in.site.Slack.ClearFaults()
	s = in.settle(t, request, "the new commander could not be invited either", func(s workflows.Status) bool { return stuckIn(s, "triage.invite") })
	in.retry(t, s, "triage.invite")
	in.eventually(t, "somebody lets it go on", func() bool { // a reset may have just begun
		s = in.wait(t, request, cases.Settled)
		return s.Runs[0].State == "done" || in.decide(t, s.Number, cases.Decision{Step: "r1/run.2.invite", Action: workflows.ActionRetry}, principal()) == nil
	})
	s = in.runDone(t, request)
	in.oneRun(t, request, s)

	in.ended(t, run)
	last := in.run(t, run)
	for _, task := range some(tasks(in.runs(t, run)[0]), 2) {
		in.resetTo(t, run, last, task)
		in.ended(t, run)
	}
	in.oneRun(t, request, in.runDone(t, request))
	in.unharmed(t, run)
}

// ended waits until a workflow has come to its end by itself.
func (in *install) ended(t *testing.T, workflowID string) {
	t.Helper()
	in.eventually(t, workflowID+" ends", func() bool {
		d, err := in.client.DescribeWorkflowExecution(t.Context(), workflowID, "")
		return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	})
}
