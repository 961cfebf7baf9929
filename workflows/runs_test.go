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
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/fake"
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

// runAlone plays the workflow of a run without its case, whose part the test takes: answer gets each report.
type runAlone struct {
	*world
	answer func(report map[string]any) (order map[string]any)
	order  map[string]any
}

// bookState is the state with which a case begins a run.
func (w *world) bookState(state *workflows.CaseState, name string) (book *workflows.RunState, next *workflows.CaseState) {
	w.Helper()
	_, next = w.live(state, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.OnWorkflow(workflows.RunbookType, mock.Anything, mock.Anything).Return(func(_ workflow.Context, in workflows.RunbookInput) error {
			book = in.State
			return nil
		}).Maybe()
		w.run(env, time.Minute, "run-"+name, workflows.RunCommand{Runbook: name, By: responder}, func(a workflows.Answer) { require.Nil(w, a.Refused) })
	})
	require.NotNil(w, book)
	return book, next
}

// play runs it for so long, or to its end; then it rolls. next is nil if it has ended.
func (p *runAlone) play(book *workflows.RunState, long time.Duration, during ...func(*testsuite.TestWorkflowEnvironment)) (last map[string]any, next *workflows.RunState) {
	p.Helper()
	env := p.bare()
	env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(
		func(_, _, _, name string, arg any) error {
			if name != "runReport" {
				return nil
			}
			raw, err := json.Marshal(arg)
			require.NoError(p, err)
			last = map[string]any{}
			require.NoError(p, json.Unmarshal(raw, &last))
			if order := p.answer(last); order != nil {
				env.RegisterDelayedCallback(func() { env.SignalWorkflow("order", order) }, time.Second)
			}
			return nil
		})
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.RollSignal, nil) }, long)
	for _, f := range during {
		f(env)
	}
	env.ExecuteWorkflow(workflows.RunbookType, workflows.RunbookInput{State: book})
	require.True(p, env.IsWorkflowCompleted())
	err := env.GetWorkflowError()
	if err == nil {
		return last, nil
	}
	var again *workflow.ContinueAsNewError
	require.ErrorAs(p, err, &again)
	var in workflows.RunbookInput
	require.NoError(p, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
	return last, in.State
}

// obliging is a case that does whatever it is asked.
func (w *world) obliging(book *workflows.RunState) *runAlone {
	raw, err := json.Marshal(book.Order)
	require.NoError(w, err)
	p := &runAlone{world: w, order: map[string]any{}}
	require.NoError(w, json.Unmarshal(raw, &p.order))
	done := map[string]any{}
	p.answer = func(report map[string]any) map[string]any {
		ask, asked := report["ask"].(map[string]any)
		if !asked {
			return nil
		}
		step, _ := json.Marshal(ask["step"])
		if done[string(step)] != nil {
			return nil
		}
		done[string(step)] = map[string]any{"try": ask["try"], "id": "x" + string(step)}
		p.order["done"] = done
		return p.order
	}
	return p
}

// A run that rolls after each moment is one run: every effect comes about once.
func TestARunRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelve(map[string]string{"mail": mailBook})
	state, _ := w.intake(report("req-roll-run"))
	book, next := w.bookState(state, "mail")
	p := w.obliging(book)
	rolls := 0
	var last map[string]any
	for book != nil && rolls < 40 {
		last, book = p.play(book, time.Duration(1+rolls%4)*400*time.Millisecond, func(env *testsuite.TestWorkflowEnvironment) {
			env.RegisterDelayedCallback(func() { env.SignalWorkflow("order", p.order) }, 200*time.Millisecond) // sent while it rolled
		})
		rolls++
	}
	require.Nil(t, book, "it has not ended after %d rolls", rolls)
	require.GreaterOrEqual(t, rolls, 3)
	require.Equal(t, true, last["over"])
	require.Equal(t, "done", last["state"])
	said := w.inChannel(channelOf(t, next))
	require.Equal(t, 1, said("(r1, step 3 of 5)"))
	require.Equal(t, 1, said("Runbook r1: Bad mail"))
	require.Equal(t, 1, said("✓ 5. <https://example.jp/report|Report it>"))
}

func channelOf(t *testing.T, state *workflows.CaseState) string {
	t.Helper()
	var channel struct{ ID string }
	require.NoError(t, json.Unmarshal(state.Steps["open.channel"].Result, &channel))
	return channel.ID
}

// A step that Slack refuses is stuck, holds up those after it, and goes on when somebody has it tried with somebody else.
func TestAStuckStepOfARunIsResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelve(map[string]string{"mail": mailBook})
	state, _ := w.intake(report("req-stuck-run"))
	book, next := w.bookState(state, "mail")
	p := w.obliging(book)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.invite", Mode: "before", Error: "channel_not_found"}))
	last, book := p.play(book, 20*time.Minute)
	require.NotNil(t, book)
	require.Equal(t, []any{"done", "stuck", "owed", "owed", "owed"}, last["states"])
	open := last["open"].([]any)[0].(map[string]any)
	require.Equal(t, "run.2.invite", open["id"])
	require.Equal(t, []any{"retry", "skip", "abort"}, open["actions"])
	require.Equal(t, 1, w.inChannel(channelOf(t, next))("⚠ 2. Invite @lena, @nobodyx"))

	w.slack.ClearFaults()
	last, book = p.play(book, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			w.perform(env, "d1", resolve("run.2.invite", int(open["generation"].(float64)), workflows.ActionRetry, responder, `{"people":["U0LENA006"]}`, ""))
		}, time.Minute)
	})
	require.Nil(t, book)
	require.Equal(t, "done", last["state"])
	require.Contains(t, w.slack.Members(channelOf(t, next)), "U0LENA006")
}

// A card that could not be posted is tried once more when the steps have gone on: the run does not end without one.
func TestTheCardOfARunIsTriedAgainAtItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelve(map[string]string{"mail": mailBook})
	state, _ := w.intake(report("req-late-card"))
	book, next := w.bookState(state, "mail")
	p := w.obliging(book)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "chat.postMessage", Mode: "before", Error: "is_archived"}))
	last, book := p.play(book, 5*time.Minute)
	require.Equal(t, []any{"done", "done", "stuck", "owed", "owed"}, last["states"])
	open := map[string]float64{}
	for _, s := range last["open"].([]any) {
		open[s.(map[string]any)["id"].(string)] = s.(map[string]any)["generation"].(float64)
	}
	require.Contains(t, open, "run.card")
	w.slack.ClearFaults()
	_, book = p.play(book, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			w.perform(env, "d1", resolve("run.3.notify", int(open["run.3.notify"]), workflows.ActionRetry, responder, "", ""))
		}, time.Minute)
	})
	require.Nil(t, book)
	require.Equal(t, 1, w.inChannel(channelOf(t, next))("✓ 5. <https://example.jp/report|Report it>"))
}

// What the case refuses is stuck in the run; it is asked anew, and somebody may skip it.
func TestWhatTheCaseRefusesIsStuckInTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelve(map[string]string{"mail": mailBook})
	state, _ := w.intake(report("req-refused-run"))
	book, _ := w.bookState(state, "mail")
	p := w.obliging(book)
	oblige, tries := p.answer, 0
	p.answer = func(report map[string]any) map[string]any {
		ask, _ := report["ask"].(map[string]any)
		if ask["step"] == 1.0 {
			if had, _ := p.order["done"].(map[string]any); had != nil {
				if one, _ := had["1"].(map[string]any); one["try"] == ask["try"] {
					return nil
				}
			}
			tries++
			p.order["done"] = map[string]any{"1": map[string]any{"try": ask["try"], "refused": map[string]any{"code": "rule", "message": "case has 300 tasks already", "hint": "Use the sheet"}}}
			return p.order
		}
		return oblige(report)
	}
	last, book := p.play(book, 40*time.Minute)
	require.Greater(t, tries, 1, "it is tried again by itself")
	open := last["open"].([]any)[0].(map[string]any)
	require.Equal(t, "run.1.task", open["id"])
	require.Equal(t, "case", open["system"])
	require.Equal(t, "case has 300 tasks already", open["cause"])
	last, book = p.play(book, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			w.perform(env, "d1", resolve("run.1.task", int(open["generation"].(float64)), workflows.ActionSkip, responder, "", ""))
		}, time.Minute)
	})
	require.Nil(t, book)
	require.Equal(t, []any{"skipped", "done", "done", "done", "done"}, last["states"])
}

// A case that does not answer is asked again, and a run that somebody ends, or that the archive ends, leaves undone what
// is not done, says so on its card, and troubles nobody with it.
func TestARunEndsBeforeItsEnd(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"aborted", "unfinished"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.shelve(map[string]string{"mail": mailBook})
			state, _ := w.intake(report("req-end-" + by))
			book, next := w.bookState(state, "mail")
			p := w.obliging(book)
			nudges := 0.0
			p.answer = func(report map[string]any) map[string]any {
				ask, _ := report["ask"].(map[string]any)
				if n, _ := ask["nudge"].(float64); n > nudges {
					nudges = n
				}
				return nil
			}
			last, book := p.play(book, time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
				env.RegisterDelayedCallback(func() {
					if by == "aborted" {
						p.order["aborted"] = map[string]any{"by": "Ben", "reason": "a false alarm"}
					} else {
						p.order["end"] = true
					}
					env.SignalWorkflow("order", p.order)
				}, 10*time.Minute)
			})
			require.Nil(t, book)
			require.Greater(t, nudges, 1.0)
			require.Equal(t, by, last["state"])
			require.Nil(t, last["open"])
			require.Equal(t, []any{"owed", "owed", "owed", "owed", "owed"}, last["states"])
			require.Equal(t, 1, w.inChannel(channelOf(t, next))("✗ 1. Task: Block the sender"))
		})
	}
}
