package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// A case that rolls in the middle of everything is one case.
func TestACaseRollsInMidOpen(t *testing.T) {
	t.Parallel()
	for _, vendor := range []string{"slack", "google", "jira"} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			control := map[string]*fake.Control{"slack": w.slack.Control, "google": w.drive.Control, "jira": w.jira.Control}[vendor]
			state, _ := w.intake(report("req-roll-" + vendor))
			require.NoError(t, control.Inject(fake.Fault{Match: "*", Mode: "before"}))
			for range 5 {
				_, state = w.live(state, 20*time.Second)
			}
			control.ClearFaults()
			status, _ := w.live(state, 2*time.Hour)
			require.Empty(t, status.Debts)
			require.Equal(t, 5, state.Rolls)
			w.once(t)
		})
	}
}

func TestACommandIsAnsweredOnceAcrossRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-twice"))
	by := incident.By{Who: "ben", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
	send := func(scope string) func(*testsuite.TestWorkflowEnvironment) {
		return func(env *testsuite.TestWorkflowEnvironment) {
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflowNoRejection(workflows.TriageUpdate, "same-id", t, workflows.TriageCommand{Scope: scope, By: by})
			}, time.Minute)
		}
	}
	_, state = w.live(state, 2*time.Minute, send("first"))
	status, _ := w.live(state, 2*time.Minute, send("again, from a door that repeats itself"))
	require.Equal(t, "first", status.Scope)
}

// The carried state stays small even if every text is as long as it may be.
func TestStateIsSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := report("req-large")
	req.Title, req.Report = strings.Repeat("題", incident.MaxTitle), strings.Repeat("報", incident.MaxReport)
	for i := range 50 {
		req.Organisations = append(req.Organisations, fmt.Sprintf("Company %d K.K.", i))
		w.place.Organisations = append(w.place.Organisations, incident.UnlistedOrganisation(req.Organisations[i]))
	}
	state, _ := w.intake(req)
	_, state = w.live(state, time.Minute)
	payload, err := converter.GetDefaultDataConverter().ToPayload(workflows.CaseInput{State: state})
	require.NoError(t, err)
	require.Less(t, len(payload.Data), 128<<10, "before compression")
}

func TestRestrictedAndDrill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Audience, w.place.HideTitle, w.place.SecurityLevel, w.place.Folder = incident.AudienceRestricted, true, "CSIRT only", "fld-restricted"
	w.place.Project = "DRILL"
	req := report("req-hidden")
	req.Drill = true
	state, opened := w.intake(req)
	require.Equal(t, "DRILL-1", opened.Number)
	status, _ := w.live(state, time.Minute)
	require.Empty(t, status.Debts)
	require.Equal(t, "drill-1", status.Links.ChannelName)
	for _, i := range w.jira.Issues() {
		require.NotContains(t, i.Summary, "payroll")
		require.Contains(t, i.Summary, "[DRILL]")
	}
	for _, f := range w.drive.Files() {
		require.NotContains(t, f.Name, "payroll")
	}
	for _, p := range fake.Cast() {
		_, seen := w.jira.IssueAs(p, "DRILL-1")
		require.Equal(t, p.Company == "csirt", seen, p.Name)
	}
}

// A commander who cannot be invited yet is not forgotten by a roll, and whoever is named next does not wait for them.
func TestTheCommanderIsBroughtIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-commander"))
	_, state = w.live(state, time.Minute)
	by := incident.By{Who: "ben", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
	name := func(id, who string, at time.Duration) func(*testsuite.TestWorkflowEnvironment) {
		return func(env *testsuite.TestWorkflowEnvironment) {
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflowNoRejection(workflows.TriageUpdate, id, t, workflows.TriageCommand{Commander: who, By: by})
			}, at)
		}
	}
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.invite", Mode: "before"}))
	status, state := w.live(state, time.Minute, name("c1", "@daigo", time.Second), name("c2", "@lena", 30*time.Second))
	require.Equal(t, "Lena Fischer", status.Commander)
	w.slack.ClearFaults()
	status, _ = w.live(state, time.Hour)
	require.Contains(t, status.Members, "U0LENA006")
	require.Empty(t, status.Debts)
	require.Contains(t, w.slack.Members(status.Links.Channel), "U0LENA006")
}

func TestAnUnknownCommanderIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-nobody"))
	by := incident.By{Who: "ben", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
	status, _ := w.live(state, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflowNoRejection(workflows.TriageUpdate, "u", t, workflows.TriageCommand{Commander: "@nobodyx", By: by})
		}, time.Minute)
	})
	require.Len(t, status.Notes, 1)
	require.Contains(t, status.Notes[0], "@nobodyx")
}
