package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
)

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
	if env.GetWorkflowError() == nil {
		return last, nil
	}
	var in workflows.RunbookInput
	p.continued(env, &in)
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

// A run whose last step ended just as it rolled over is done, also when the case ends it meanwhile.
func TestARunThatEndsAsItRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shelve(map[string]string{"mail": mailBook})
	state, _ := w.intake(report("req-ends-rolling"))
	book, _ := w.bookState(state, "mail")
	for _, id := range []string{"run.1.task", "run.2.people", "run.2.invite", "run.3.notify", "run.4.analysis", "run.5.link"} {
		require.NoError(t, json.Unmarshal([]byte(`{"`+id+`":{"state":"done","generation":1,"effect":1,"result":{}}}`), &book.Steps))
	}
	book.Order.End = true
	last, book := w.obliging(book).play(book, time.Hour)
	require.Nil(t, book)
	require.Equal(t, "done", last["state"])
}

// A run whose card was on its way when it rolled over, and whose channel is archived since, ends all the same: the archive
// waits for that.
func TestARunEndsWhoseCardWasOnItsWay(t *testing.T) {
	t.Parallel()
	for _, card := range []string{`"state":"trying"`, `"state":"stuck","class":"Denied"`,
		`"state":"trying","decision":{"action":"retry","id":"d-1","by":"Ben","reason":"again"}`} {
		w := newWorld(t)
		w.shelve(map[string]string{"mail": mailBook})
		state, _ := w.intake(report("req-ends-card"))
		book, _ := w.bookState(state, "mail")
		require.NoError(t, json.Unmarshal([]byte(`{"run.card":{`+card+`,"generation":1,"effect":1,"executions":1,"tried":true}}`), &book.Steps))
		book.Order.Shut, book.Order.End = true, true
		last, book := w.obliging(book).play(book, time.Hour)
		require.Nil(t, book)
		require.Equal(t, true, last["over"])
		require.Empty(t, last["open"], "nobody can decide about a step of a run that is over")
	}
}
