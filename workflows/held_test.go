package workflows_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
)

func down(vendor string, phase workflows.BreakerPhase) workflows.HeldVendor {
	return workflows.HeldVendor{Vendor: vendor, Phase: phase, Class: "Unavailable", Cause: "HTTP 503", Since: time.Date(2026, 11, 22, 5, 32, 0, 0, time.UTC)}
}

const outOfReach = " has been out of reach since "

// card is what the case's card reads as a whole.
func (w *world) card(channel string) string {
	w.Helper()
	for _, m := range w.slack.Messages(channel) {
		if raw, _ := json.Marshal(m); strings.Contains(string(raw), "payroll") && m.Subtype == "" {
			return string(raw)
		}
	}
	return ""
}

// While JIRA is held, the card says why the ticket is owed, across a roll; when the ticket is there, it does so no more.
func TestTheCardSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "*", Mode: "status", Status: 503}))
	state, _ := w.intake(report("req-waits"))
	waiting := func(env *testsuite.TestWorkflowEnvironment) {
		worked(env, &marker{})
	}
	tell := func(at time.Duration, h workflows.HeldVendor) func(*testsuite.TestWorkflowEnvironment) {
		return func(env *testsuite.TestWorkflowEnvironment) {
			env.RegisterDelayedCallback(func() { env.SignalWorkflow("vendor", h) }, at)
		}
	}
	var before, during, still string
	look := func(at time.Duration, text *string) func(*testsuite.TestWorkflowEnvironment) {
		return func(env *testsuite.TestWorkflowEnvironment) {
			env.RegisterDelayedCallback(func() {
				v, err := env.QueryWorkflow(workflows.StatusQuery)
				require.NoError(t, err)
				var s workflows.Status
				require.NoError(t, v.Get(&s))
				*text = w.card(s.Links.Channel)
			}, at)
		}
	}
	status, state := w.live(state, 5*time.Minute, waiting, look(time.Minute, &before), tell(2*time.Minute, down("jira", workflows.BreakerHeld)), look(3*time.Minute, &during))
	require.NotEmpty(t, before)
	require.NotContains(t, before, outOfReach)
	require.Contains(t, during, "JIRA"+outOfReach)
	require.NotContains(t, status.Debts, "vendor")
	require.Equal(t, workflows.StepTrying, step(t, status, "open.ticket").State)
	status, state = w.live(state, 2*time.Minute, waiting, look(time.Minute, &still))
	require.Contains(t, still, "JIRA"+outOfReach, "after a roll")
	w.jira.ClearFaults()
	status, state = w.live(state, time.Hour)
	require.Empty(t, status.Debts)
	require.NotContains(t, w.card(status.Links.Channel), "out of reach")
	require.Empty(t, state.Held)
}

// While Slack is held, the ticket says so; when it is over and the channel is still owed, it has another reason.
func TestTheTicketSaysWhatTheCaseWaitsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "*", Mode: "status", Status: 503}))
	state, _ := w.intake(report("req-waits-slack"))
	block := func() string { return w.jira.Issues()[0].Description }
	var during string
	status, state := w.live(state, 10*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		worked(env, &marker{})
		env.RegisterDelayedCallback(func() { env.SignalWorkflow("vendor", down("slack", workflows.BreakerUnheld)) }, 2*time.Minute)
		env.RegisterDelayedCallback(func() { during = block(); env.SignalWorkflow("vendor", down("slack", workflows.BreakerReleased)) }, 4*time.Minute)
	})
	require.Contains(t, during, "Slack"+outOfReach)
	require.NotContains(t, block(), outOfReach)
	require.Contains(t, status.Debts, "open.channel")
	require.Empty(t, state.Held)
}

// A case that waits for nothing there does not even rewrite anything.
func TestACaseThatWaitsForNothingIsNotTroubled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-well"))
	var before, after int
	_, state = w.live(state, 10*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			before = w.count("chat.update")
			for _, vendor := range []string{"jira", "slack", "google", "nobody", ""} {
				env.SignalWorkflow("vendor", down(vendor, workflows.BreakerHeld))
			}
		}, 2*time.Minute)
		env.RegisterDelayedCallback(func() { after = w.count("chat.update") }, 8*time.Minute)
	})
	require.Equal(t, before, after)
	raw, err := json.Marshal(state)
	require.NoError(t, err)
	require.NotContains(t, string(raw), `"held"`)
}
