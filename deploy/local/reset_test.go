package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// Somebody resets a workflow to its beginning: everything runs again, and nothing is there twice.
func TestReset(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open it is reset", cases.Linked)

	in.reset(t, s.WorkflowID)
	after := in.settle(t, request, "the case has looked for everything", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	require.Equal(t, s.Links, after.Links)
	require.NoError(t, in.world(t, request).exactlyOne())

	in.reset(t, workflows.IntakeWorkflowID(request))
	again := in.wait(t, request, cases.Linked)
	require.Equal(t, s.WorkflowID, again.WorkflowID)
	require.NoError(t, in.world(t, request).exactlyOne())
	require.Equal(t, 1, in.countCases(t))
}

// The case of a slow ticket has a provisional number; when its Intake is reset, the ticket is found at once.
func TestResetOfASlowIntake(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), hasty)
	fault(t, in.at.Jira, fake.Fault{Match: "POST /rest/api/2/issue", Mode: "latency", LatencyMS: 4000, Times: 1})
	request, s := in.open(t, "aoi", "open slow and reset", cases.Linked)
	in.reset(t, workflows.IntakeWorkflowID(request))
	again := in.wait(t, request, cases.Linked)
	require.Equal(t, s.WorkflowID, again.WorkflowID)
	require.Equal(t, 1, in.countCases(t))
}

// reset sends a workflow back to its first task.
func (in *install) reset(t *testing.T, workflowID string) {
	t.Helper()
	_, err := in.client.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 in.stack.Namespace,
		WorkflowExecution:         &commonpb.WorkflowExecution{WorkflowId: workflowID, RunId: in.run(t, workflowID)},
		Reason:                    "to see that nothing is done twice",
		WorkflowTaskFinishEventId: 4,
		RequestId:                 trigger(),
	})
	require.NoError(t, err)
}

// countCases asks visibility, which is a moment behind, how many cases are open.
func (in *install) countCases(t *testing.T) int {
	t.Helper()
	n := -1
	require.Eventually(t, func() bool {
		heads, err := in.desk.List(t.Context(), in.cfg.Viewer, cases.Filter{})
		before := n
		n = len(heads)
		return err == nil && n > 0 && n == before
	}, patient, 500*time.Millisecond)
	return n
}
