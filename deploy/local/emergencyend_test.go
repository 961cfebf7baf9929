package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// A case is paused as a whole: it takes no command while it is, and afterwards goes on with all that was told meanwhile.
func TestWorkflowIsPaused(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open it is paused", cases.Linked)
	_, err := in.service().PauseWorkflowExecution(t.Context(), &workflowservice.PauseWorkflowExecutionRequest{
		Namespace: in.stack.Namespace, WorkflowId: s.WorkflowID, Identity: operator, Reason: "we look at the code", RequestId: trigger(),
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		d, err := in.client.DescribeWorkflowExecution(t.Context(), s.WorkflowID, "")
		return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED
	}, patient, 50*time.Millisecond)
	_, err = in.desk.Send(t.Context(), s.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: "while it is paused", By: principal()}, trigger())
	require.ErrorContains(t, err, "somebody has paused it in Temporal: nothing was done")
	said := in.says(t, "ben", s.Links.Channel, "", "said meanwhile")
	require.NotEmpty(t, said)
	in.settleLog(t, s, "its mirror goes on", func(m workflows.MirrorStatus) bool { return m.Messages == 1 })

	_, err = in.service().UnpauseWorkflowExecution(t.Context(), &workflowservice.UnpauseWorkflowExecutionRequest{
		Namespace: in.stack.Namespace, WorkflowId: s.WorkflowID, Identity: operator, Reason: "it was well", RequestId: trigger(),
	})
	require.NoError(t, err)
	in.send(t, s.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: "afterwards", By: principal()})
	in.healed(t, request)
	acts := map[string]int{}
	for _, r := range in.records(t, s.WorkflowID) {
		if r.Actor == operator {
			acts[r.Action]++
		}
	}
	require.Equal(t, map[string]int{"paused": 1, "unpaused": 1}, acts, "the audit names who did it")
}

// Somebody terminates an analysis and a mirror by mistake. The case starts them again as soon as it has something to tell
// them, and they find what is there.
func TestChildrenAreTerminated(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), shortened)
	request, s := in.deepCase(t, "its children are terminated")
	analysis, mirror := workflows.AnalysisWorkflowID(s.WorkflowID, "a1"), workflows.MirrorWorkflowID(s.WorkflowID)
	before := map[string]string{analysis: in.run(t, analysis), mirror: in.run(t, mirror)}
	for _, id := range []string{analysis, mirror} {
		require.NoError(t, in.client.TerminateWorkflow(t.Context(), id, "", "by mistake"))
	}
	in.says(t, "chie", analysisOf(s, "a1").Channel, "", "said while nobody listened")
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "second look", Lead: "@ben", By: principal()}) // the mirror is to read one more channel
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Analysis: "a1", Hypothesis: "a stolen session", By: principal()})
	for id, run := range before {
		require.Eventually(t, func() bool { return in.run(t, id) != run }, patient, 50*time.Millisecond, "%s is started again", id)
	}
	in.settle(t, request, "the second analysis has a channel", func(s workflows.Status) bool { return analysisOf(s, "a2").Channel != "" && len(s.Debts) == 0 })
	require.EventuallyWithT(t, func(c *assert.CollectT) { require.NoError(c, in.world(t, request).logHolds()) }, patient, time.Second, "all is logged")
	in.oneOfAll(t, request)
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: principal()})
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a2", Drop: "not needed", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.closed(t, request)
	in.oneOfAll(t, request)
}

// A case that was terminated is not started again by anything: its number still answers, its things are there, and a
// reset brings it back.
func TestCaseIsTerminated(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.deepCase(t, "it is terminated")
	run, h := in.run(t, s.WorkflowID), in.runs(t, s.WorkflowID)[0]
	require.NoError(t, in.client.TerminateWorkflow(t.Context(), s.WorkflowID, "", "by mistake"))
	_, err := in.desk.Send(t.Context(), s.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: "too late", By: principal()}, trigger())
	require.ErrorContains(t, err, "has ended")
	all := tasks(h)
	in.resetTo(t, s.WorkflowID, run, all[len(all)-1])
	in.settle(t, request, "it is back", deep)
	in.unharmed(t, s.WorkflowID)
	in.oneOfAll(t, request)
	in.send(t, s.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: "it goes on", By: principal()})
}
