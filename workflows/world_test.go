package workflows_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/pager"
	"hikeshi/activities/pager/pagertest"
	"hikeshi/activities/sheets"
	"hikeshi/activities/sheets/sheetstest"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/wire"
)

// world is the four vendors' fakes and the real activities over them. Time skips in the workflows, not at the vendors.
type world struct {
	testing.TB
	slack   *slacktest.Server
	jira    *jiratest.Server
	drive   *drivetest.Server
	sheets  *sheetstest.Server
	pager   *pagertest.Server
	jiraAt  string
	slackAt string
	deps    workflows.Deps
	place   workflows.Placement
	told    func(workflowID, signal string, arg any) // hears what workflows tell others; nil: nobody does
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t}
	var slackURL, jiraURL, googleURL, pagerURL string
	w.slack, slackURL = slacktest.Start(t, slacktest.Options{})
	w.jira, jiraURL = jiratest.Start(t, jiratest.Options{})
	w.jiraAt, w.slackAt = jiraURL, slackURL
	w.drive, w.sheets, googleURL = sheetstest.Start(t, drivetest.Options{})
	w.pager, pagerURL = pagertest.Start(t, pagertest.Options{})
	for _, c := range []*fake.Control{w.slack.Control, w.jira.Control, w.drive.Control} {
		c.LimitRates(false)
	}
	ctx := context.Background()
	token := func(s string) func() (string, error) { return func() (string, error) { return s, nil } }
	jiraClient, err := jira.NewClient(jira.Config{URL: jiraURL, User: fake.JiraUser, Token: token(fake.JiraToken), SearchLag: time.Millisecond, NoRates: true})
	require.NoError(t, err)
	driveClient, err := drive.NewClient(ctx, drive.Config{Endpoint: googleURL, SearchLag: time.Millisecond, NoRates: true})
	require.NoError(t, err)
	sheetsClient, err := sheets.NewClient(ctx, sheets.Config{Endpoint: googleURL, NoRates: true})
	require.NoError(t, err)
	pagerClient, err := pager.NewClient(pager.Config{URL: pagerURL, Secret: token(fake.PagerSecret)})
	require.NoError(t, err)
	w.place = workflows.Placement{
		Audience: incident.AudienceGroup, Project: "SEC", IssueType: "Incident", Folder: "fld-cases", Responders: []string{"S0CSIRT01"},
		Language: "en", UI: "http://localhost/namespaces/default/workflows/", Patience: 3 * time.Second, Probe: 15 * time.Minute,
	}
	w.deps = workflows.Deps{
		Place: func(incident.Request) (workflows.Placement, error) { return w.place, nil },
		Jira:  &jira.Activities{Client: jiraClient},
		Drive: &drive.Activities{Client: driveClient}, Sheets: &sheets.Activities{Client: sheetsClient},
		Pager: &pager.Activities{Client: pagerClient},
	}
	w.awaitSlack(0)
	return w
}

// awaitSlack lets calls of Slack's be given up after that time; 0: as in production.
func (w *world) awaitSlack(long time.Duration) {
	w.Helper()
	client, err := slack.NewClient(slack.Config{Token: func() (string, error) { return fake.SlackBotToken, nil }, APIURL: w.slackAt, NoRates: true, Timeout: long})
	require.NoError(w, err)
	w.deps.Slack = &slack.Activities{Client: client}
}

func (w *world) env() *testsuite.TestWorkflowEnvironment { return w.alone(w.bare()) }

func (w *world) alone(env *testsuite.TestWorkflowEnvironment) *testsuite.TestWorkflowEnvironment {
	// The case alone: what its children do, and how they get on with it, is tested on a real server.
	env.OnWorkflow(workflows.MirrorType, mock.Anything, mock.Anything).Return(nil).Maybe()
	env.OnWorkflow(workflows.AnalysisType, mock.Anything, mock.Anything).Return(nil).Maybe()
	return w.hearing(env)
}

// hearing lets the world hear what workflows tell others.
func (w *world) hearing(env *testsuite.TestWorkflowEnvironment) *testsuite.TestWorkflowEnvironment {
	env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(
		func(_, workflowID, _, signal string, arg any) error {
			if w.told != nil {
				w.told(workflowID, signal, arg)
			}
			return nil
		}).Maybe()
	return env
}

// bare is an environment in which every workflow is the real one.
func (w *world) bare() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	workflows.RegisterWorkflows(env, w.deps)
	for _, queue := range workflows.Queues() {
		workflows.RegisterActivities(env, queue, w.deps)
	}
	env.SetTestTimeout(2 * time.Minute)
	worked(env)
	env.SetStartTime(time.Now().Add(-60 * 24 * time.Hour)) // the vendors live in the present: the clock that skips must not overtake it
	return env
}

// worked gives an environment's worker interceptors. A workflow that does not yield for a second is no deadlock where the
// machine is slow; one that is a deadlock still ends its test.
func worked(env *testsuite.TestWorkflowEnvironment, with ...interceptor.WorkerInterceptor) {
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute, Interceptors: with})
}

// report is an ordinary request.
func report(id string) incident.Request {
	return incident.Request{
		ID: id, Asked: time.Now(), Title: "Suspicious mail at payroll", Severity: incident.Sev2, Reporter: "Ms Ito, Acme Foods, 03-1234-5678",
		By: incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned},
	}
}

// intake runs Intake and returns the state with which it started the case, and its other result.
func (w *world) intake(req incident.Request) (*workflows.CaseState, workflows.Opened) {
	w.Helper()
	env := w.env()
	var state *workflows.CaseState
	env.OnWorkflow(workflows.CaseType, mock.Anything, mock.Anything).Return(func(_ workflow.Context, in workflows.CaseInput) error {
		state = in.State
		return nil
	})
	env.ExecuteWorkflow(workflows.IntakeType, req)
	require.True(w, env.IsWorkflowCompleted())
	require.NoError(w, env.GetWorkflowError())
	var opened workflows.Opened
	require.NoError(w, env.GetWorkflowResult(&opened))
	require.NotNil(w, state)
	return state, opened
}

// live runs a case for that long, then rolls it, and returns what it showed before and the state it rolled with.
func (w *world) live(state *workflows.CaseState, long time.Duration, during ...func(*testsuite.TestWorkflowEnvironment)) (workflows.Status, *workflows.CaseState) {
	w.Helper()
	return w.liveAs(workflows.CaseType, w.env(), state, long, during...)
}

// late runs a case to which signals have come before its first turn, as they do while it rolls over.
func (w *world) late(state *workflows.CaseState, long time.Duration, during ...func(*testsuite.TestWorkflowEnvironment)) (workflows.Status, *workflows.CaseState) {
	w.Helper()
	env := w.bare()
	flows := &workflows.Flows{Place: w.deps.Place}
	env.RegisterWorkflowWithOptions(func(ctx workflow.Context, in workflows.CaseInput) error {
		if err := workflow.Sleep(ctx, beforeLate); err != nil {
			return err
		}
		return flows.Case(ctx, in)
	}, workflow.RegisterOptions{Name: "Late"})
	return w.liveAs("Late", w.alone(env), state, beforeLate+long, during...)
}

// beforeLate is for how long signals come to a case that late runs.
const beforeLate = time.Minute

func (w *world) liveAs(kind string, env *testsuite.TestWorkflowEnvironment, state *workflows.CaseState, long time.Duration, during ...func(*testsuite.TestWorkflowEnvironment)) (workflows.Status, *workflows.CaseState) {
	w.Helper()
	var status workflows.Status
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery)
		require.NoError(w, err)
		require.NoError(w, v.Get(&status))
		env.SignalWorkflow(workflows.RollSignal, nil)
	}, long)
	for _, f := range during {
		f(env)
	}
	env.ExecuteWorkflow(kind, workflows.CaseInput{State: state})
	var in workflows.CaseInput
	w.continued(env, &in)
	return status, in.State
}

// continued reads with what a workflow that has rolled over goes on, and has made sure that it does.
func (w *world) continued(env *testsuite.TestWorkflowEnvironment, in any) {
	w.Helper()
	require.True(w, env.IsWorkflowCompleted())
	var next *workflow.ContinueAsNewError
	require.ErrorAs(w, env.GetWorkflowError(), &next)
	require.NoError(w, converter.GetDefaultDataConverter().FromPayloads(next.Input, in))
	w.goesOn(next, reflect.TypeOf(in).Elem())
}

// sealed is how large a state is on its way to the next run: compressed and encrypted, as Temporal gets it.
func (w *world) sealed(state *workflows.CaseState) int {
	w.Helper()
	ring, err := wire.GenerateKeyRing(filepath.Join(w.TempDir(), "keys.yaml"))
	require.NoError(w, err)
	payload, err := wire.DataConverter(ring).ToPayload(workflows.CaseInput{State: state})
	require.NoError(w, err)
	return len(payload.GetData())
}
