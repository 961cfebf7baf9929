package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// analysis is one of a case with that number, as it begins.
func (w *world) analysis(of *workflows.CaseState, number, name string) *workflows.AnalysisState {
	w.Helper()
	a := &workflows.AnalysisState{Schema: of.Schema, Case: of.WorkflowID, Key: "k.a1", Request: of.Request, Placement: w.place, Shown: map[string]string{}}
	require.NoError(w, json.Unmarshal([]byte(`{"steps":{}}`), a))
	a.Order.Number, a.Order.Analysis = number, incident.Analysis{ID: "a1", Name: name, State: incident.AnalysisOpen, Opened: time.Now()}
	return a
}

// The case gets its number late, and Slack dislikes the analysis's name: its channel keeps what it can.
func TestSlackRefusesAnAnalysisName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const refusal = "invalid_name_specials"
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.rename", Mode: "status", Error: refusal, Times: 1}))
	state, _ := w.intake(report("req-analysis-name"))
	a := w.analysis(state, "P-20261122-7K3F", "不審なメール")
	names := func() (list []string) {
		for _, ch := range w.slack.Channels() {
			if ch.Creator == slacktest.BotUser {
				list = append(list, ch.Name)
			}
		}
		return list
	}
	env := w.hearing(w.bare())
	during(time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		require.Equal(t, []string{"p-20261122-7k3f-a1-不審なメール"}, names())
		order := a.Order
		order.Number = "SEC-1"
		env.SignalWorkflow("order", order)
	})(env)
	during(time.Hour, func(env *testsuite.TestWorkflowEnvironment) { env.SignalWorkflow(workflows.RollSignal, nil) })(env)
	env.ExecuteWorkflow(workflows.AnalysisType, workflows.AnalysisInput{State: a})
	require.True(t, env.IsWorkflowCompleted())
	require.Equal(t, []string{"sec-1-a1"}, names())
}
