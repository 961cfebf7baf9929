package workflows_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/runbook"
)

// mailBook has a step of each kind.
const mailBook = `version: 1
name: mail
title: {en: Bad mail, ja: 不審メール}
kinds: [phishing]
start: open
steps:
  - task: {title: Block the sender, owner: commander, due: 30m}
  - invite: {people: ["@lena", "@nobodyx"]}
  - notify: {text: "Do not delete it <!channel>", mention: [commander]}
  - analysis: {name: who opened it, lead: commander, hypothesis: somebody did}
  - link: {title: Report it, url: "https://example.jp/report"}
`

// shelve makes the worker's directory of runbooks.
func (w *world) shelve(files map[string]string) string {
	directory := w.TempDir()
	for name, content := range files {
		require.NoError(w, os.WriteFile(filepath.Join(directory, name+".yaml"), []byte(content), 0o644))
	}
	w.deps.Runbooks = func() runbook.Library { return runbook.Read(directory) }
	return directory
}

// family is an environment in which a case and its runs are together; its mirror and its analyses are quiet.
func (w *world) family(state *workflows.CaseState, long time.Duration, during ...func(*testsuite.TestWorkflowEnvironment)) workflows.Status {
	w.Helper()
	env := w.bare()
	env.OnWorkflow(workflows.MirrorType, mock.Anything, mock.Anything).Return(quietly).Maybe()
	env.OnWorkflow(workflows.AnalysisType, mock.Anything, mock.Anything).Return(quietly).Maybe()
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
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: state.WorkflowID})
	env.ExecuteWorkflow(workflows.CaseType, workflows.CaseInput{State: state})
	require.True(w, env.IsWorkflowCompleted())
	var next *workflow.ContinueAsNewError
	require.ErrorAs(w, env.GetWorkflowError(), &next)
	return status
}

// quietly is a child that hears everything and does nothing.
func quietly(ctx workflow.Context, _ map[string]any) error {
	return workflow.Await(ctx, func() bool { return false })
}

func (w *world) run(env *testsuite.TestWorkflowEnvironment, at time.Duration, id string, cmd workflows.RunCommand, check func(workflows.Answer)) {
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.RunUpdate, id, &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { require.NoError(w, err) },
			OnComplete: func(a any, err error) {
				require.NoError(w, err)
				check(a.(workflows.Answer))
			},
		}, cmd)
	}, at)
}

var responder = incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned}

func TestARunDoesItsSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelve(map[string]string{"mail": mailBook})
	state, _ := w.intake(report("req-run"))
	status := w.family(state, 10*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		w.run(env, time.Minute, "u1", workflows.RunCommand{Runbook: "Bad mail", By: responder}, func(a workflows.Answer) {
			require.Nil(t, a.Refused)
			require.Equal(t, "r1", a.ID)
		})
	})
	require.Len(t, status.Runs, 1)
	r := status.Runs[0]
	require.Equal(t, "done", r.State, "%+v", status)
	require.Equal(t, state.WorkflowID+"/run/1", r.WorkflowID)
	require.Len(t, r.SHA256, 64)
	for _, s := range r.Steps {
		require.Equal(t, "done", s.State, "%+v", s)
	}
	require.Equal(t, []string{"t1", "", "", "a1", ""}, []string{r.Steps[0].ID, r.Steps[1].ID, r.Steps[2].ID, r.Steps[3].ID, r.Steps[4].ID})
	require.Equal(t, "Block the sender", status.Tasks[0].Title)
	require.NotEmpty(t, status.Tasks[0].Owner)
	require.Regexp(t, `^\d{4}-\d\d-\d\d \d\d:\d\dZ$`, status.Tasks[0].Due)
	require.Equal(t, "who opened it", status.Analyses[0].Name)
	require.Equal(t, []workflows.OtherLink{{Title: "Report it", URL: "https://example.jp/report"}}, status.Links.Other)
	require.Contains(t, status.Members, "U0LENA006")
	require.Contains(t, w.slack.Members(status.Links.Channel), "U0LENA006")
	require.Equal(t, []string{"a1/analysis.channel"}, status.Debts, "that one is quiet here")

	said := w.inChannel(status.Links.Channel)
	require.Equal(t, 1, said("(r1, step 3 of 5)*\\n<@U0AOI0001>\\nDo not delete it &lt;!channel&gt;"), "it calls nobody but whom the file names")
	require.Equal(t, 1, said("Runbook r1: Bad mail"), "one card")
	require.Equal(t, 1, said("✓ 2. Invite @lena, @nobodyx; not brought in: @nobodyx"))
	require.Equal(t, 1, said("✓ 4. Analysis: who opened it (a1)"))
}

// inChannel counts the messages of a channel that hold a text.
func (w *world) inChannel(channel string) func(string) int {
	return func(text string) (n int) {
		for _, m := range w.slack.Messages(channel) {
			all, err := json.Marshal(m)
			require.NoError(w, err)
			plain := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(all))
			if strings.Contains(plain, text) {
				n++
			}
		}
		return n
	}
}

func TestARunIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelve(map[string]string{"mail": strings.Replace(mailBook, "start: open\n", "", 1), "broken": "version: 7"})
	state, _ := w.intake(report("req-refused"))
	refused := func(want string) func(workflows.Answer) {
		return func(a workflows.Answer) { require.ErrorContains(t, errors.New(a.Text), want) }
	}
	_, next := w.live(state, 30*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.OnWorkflow(workflows.RunbookType, mock.Anything, mock.Anything).Return(nil).Maybe()
		w.run(env, time.Minute, "u1", workflows.RunCommand{Runbook: "mial", By: responder}, refused(`there is no runbook "mial": did you mean "mail"?. There are: lost-device, mail, malware-client, phishing-mail`))
		w.run(env, 2*time.Minute, "u2", workflows.RunCommand{Runbook: "broken", By: responder}, refused("runbook broken cannot be used: runbook broken.yaml"))
		w.run(env, 3*time.Minute, "u3", workflows.RunCommand{Runbook: "mail", By: responder}, func(a workflows.Answer) { require.Nil(t, a.Refused) })
		w.run(env, 4*time.Minute, "u4", workflows.RunCommand{Runbook: "mail", By: responder}, refused("runs mail already (r1)"))
		w.run(env, 5*time.Minute, "u5", workflows.RunCommand{Abort: "r7", Reason: "x", By: responder}, refused(`has no run "r7"`))
		self := incident.By{Who: "ben", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
		w.run(env, 6*time.Minute, "u6", workflows.RunCommand{Abort: "r1", Reason: "x", By: self}, refused("needs somebody whose identity is verified"))
		w.run(env, 7*time.Minute, "u7", workflows.RunCommand{Abort: "R1", Reason: "a false alarm", By: responder}, func(a workflows.Answer) { require.Nil(t, a.Refused) })
		w.run(env, 8*time.Minute, "u8", workflows.RunCommand{Abort: "r1", Reason: "x", By: responder}, refused("has ended already"))
	})
	require.Len(t, next.Runs, 1)
}

func TestWhatIsNoRunCommandIsRejected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-shape"))
	rejected := 0
	w.live(state, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		for i, cmd := range []workflows.RunCommand{{By: responder}, {Runbook: "a", Abort: "r1", By: responder}, {Abort: "r1", By: responder}, {Runbook: strings.Repeat("x", 201), By: responder}, {Runbook: "mail"}} {
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflow(workflows.RunUpdate, string(rune('a'+i)), &testsuite.TestUpdateCallback{
					OnAccept: func() {}, OnReject: func(error) { rejected++ }, OnComplete: func(any, error) {},
				}, cmd)
			}, time.Minute)
		}
	})
	require.Equal(t, 5, rejected)
}

// A runbook that begins by itself does so once per case, when the kind becomes known; a later edit of the file, or its
// loss, changes nothing that runs.
func TestARunBeginsByKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directory := w.shelve(map[string]string{"mail": mailBook})
	req := report("req-kind")
	state, _ := w.intake(req)
	require.Equal(t, []runbook.Start{{Name: "mail", Kinds: []string{"phishing"}}}, state.Placement.Runbooks)
	begun := 0
	triage := func(id, kind string, at time.Duration) func(*testsuite.TestWorkflowEnvironment) {
		return func(env *testsuite.TestWorkflowEnvironment) {
			env.OnWorkflow(workflows.RunbookType, mock.Anything, mock.Anything).Return(func(_ workflow.Context, in workflows.RunbookInput) error {
				begun++
				require.Len(t, in.State.Book.Steps, 5)
				return nil
			}).Maybe()
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflowNoRejection(workflows.TriageUpdate, id, t, workflows.TriageCommand{Kind: kind, By: responder})
			}, at)
		}
	}
	status, next := w.live(state, 5*time.Minute, triage("k1", "malware", time.Minute), triage("k2", "Phishing", 2*time.Minute))
	require.Equal(t, 1, begun)
	require.Equal(t, "Hikeshi", status.Runs[0].By)
	sum := status.Runs[0].SHA256
	require.NoError(t, os.WriteFile(filepath.Join(directory, "mail.yaml"), []byte(strings.Replace(mailBook, "Block", "Praise", 1)), 0o644))
	status, _ = w.live(next, 5*time.Minute, triage("k3", "malware", time.Minute), triage("k4", "phishing", 2*time.Minute))
	require.Len(t, status.Runs, 1, "only once")
	require.Equal(t, sum, status.Runs[0].SHA256)
	require.Equal(t, "Task: Block the sender", status.Runs[0].Steps[0].Title)
}

func TestARunbookThatIsGoneIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	directory := w.shelve(map[string]string{"mail": mailBook})
	req := report("req-gone")
	req.Kind = "phishing"
	state, _ := w.intake(req)
	require.NoError(t, os.Remove(filepath.Join(directory, "mail.yaml")))
	status, _ := w.live(state, 5*time.Minute)
	require.Empty(t, status.Runs)
	require.Equal(t, 1, w.inChannel(status.Links.Channel)("The runbook mail could not start by itself: there is no runbook"))
}
