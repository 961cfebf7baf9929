package workflows

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/notice"
)

// What the page shows can be sent as it stands: to the workflow that the step belongs to, under its id there.
func TestResolveCommandsNameTheStepAsItsWorkflowDoes(t *testing.T) {
	got := resolveCommands("case/SEC-42", []StepStatus{
		{ID: "open.ticket", WorkflowID: "case/SEC-42", State: StepStuck, Generation: 2, Actions: []Action{ActionRetry, ActionSupply}},
		{ID: "a1/analysis.pin", WorkflowID: "case/SEC-42/a1", State: StepStuck, Generation: 1, Actions: []Action{ActionSkip}},
		{ID: "open.folder", WorkflowID: "case/SEC-42", State: StepTrying},
		{ID: "open.sheet", WorkflowID: "case/SEC-42", State: StepStuck},
	})
	by := `,"reason":"…","by":{"assurance":"self-declared","door":"cli","who":"…"}}`
	want := []notice.Command{
		{Text: "resolveStep", Name: "resolveStep", Step: "open.ticket", JSON: `{"step":"open.ticket","generation":2,"action":"retry"` + by},
		{Text: "resolveStep", Name: "resolveStep", Step: "a1/analysis.pin", Workflow: "case/SEC-42/a1", JSON: `{"step":"analysis.pin","generation":1,"action":"skip"` + by},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
