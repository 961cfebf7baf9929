package workflows

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows/runbook"
)

// A rule that fits no step says what people may decide about something that does not exist: its step has none.
func TestEachRuleFitsAStep(t *testing.T) {
	ruled := map[string]bool{}
	for _, id := range append(recordedSteps(t), unrecordedSteps()...) {
		ruled[ruleOf(id).steps] = true
	}
	for _, rule := range stepRules {
		require.True(t, ruled[rule.steps], "the rule of %q is the first that fits for no step: correct its pattern, or take it away", rule.steps)
	}
}

// unrecordedSteps are steps of which no case with a recorded history has had any.
func unrecordedSteps() []string {
	list := []string{stepShare, stepAnalysisRename, stepAnalysisPurpose, doubt{Kind: doubtSheet, N: 1}.sweep(), (&offer{ID: "h1"}).stepID("post")}
	list = append(list, stepRunCard, stepRunRefresh)
	for _, kind := range []runbook.Kind{runbook.Task, runbook.Invite} {
		list = append(list, stepsOf(1, kind)...)
	}
	c := &caseRun{CaseState: &CaseState{Merged: []*mergedRecord{{From: "x1"}}}}
	for _, kind := range []string{"glass", "channel", "executives", "ticket", "theme", "join", "invite", "merge.invite", "merge.link"} {
		c.errand(errand{Kind: kind, Ref: "x1"})
	}
	for _, e := range c.Errands {
		list = append(list, e.ID)
	}
	return list
}

// recordedSteps are the steps of the cases with a recorded history, with their further executions.
func recordedSteps(t *testing.T) (list []string) {
	t.Helper()
	files, err := filepath.Glob("testdata/histories/*/*.json.gz")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		list = append(list, scheduledIn(t, file)...)
	}
	return list
}

func scheduledIn(t *testing.T, file string) (list []string) {
	t.Helper()
	for _, e := range Recorded(t, file).GetEvents() {
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil {
			list = append(list, a.GetActivityId())
		}
	}
	return list
}
