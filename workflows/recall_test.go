package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// at has a signal come to a case that late runs, before its first turn.
func at(when time.Duration, signal string, arg any) func(*testsuite.TestWorkflowEnvironment) {
	return func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(signal, arg) }, when)
	}
}

// What becomes of a channel while its case rolls over is not taken for news of somebody else's channel.
func TestWhatComesWhileACaseRollsIsHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-late"))
	status, state := w.live(state, time.Minute)
	channel := status.Links.Channel
	status, state = w.late(state, time.Minute,
		at(time.Second, workflows.ChannelSignal, workflows.ChannelEvent{Channel: channel, Did: "joined", User: "U0LENA006"}),
		at(2*time.Second, workflows.ChannelSignal, workflows.ChannelEvent{Channel: channel, Did: "public", User: "U0LENA006"}))
	require.Contains(t, status.Members, "U0LENA006")
	require.Equal(t, []string{channel}, state.MadePublic)
}

// moving has a case become a duplicate of another one up to where it has told everything, and returns it with the answer
// to that, which it has not heard.
func (w *world) moving(duplicate *workflows.CaseState) (next *workflows.CaseState, answer map[string]any) {
	w.Helper()
	var asking *testsuite.TestWorkflowEnvironment
	w.told = func(_, signal string, arg any) {
		if signal != "duplicate" {
			return
		}
		answer = w.answerTo(arg)
		if answer["what"] == "ask" {
			asking.SignalWorkflow("duplicateAnswer", answer)
		}
	}
	defer func() { w.told = nil }()
	_, next = w.live(duplicate, 65*time.Second, func(env *testsuite.TestWorkflowEnvironment) {
		asking = env
		env.RegisterDelayedCallback(func() {
			w.perform(env, "merge", act{workflows.MergeUpdate, workflows.MergeCommand{Into: "SEC-1", By: aoi}, "", ""})
		}, time.Minute)
	})
	require.True(w, next.Merge.Allowed)
	require.Equal(w, "move", answer["what"])
	return next, answer
}

// answerTo is what the other case says to a note, beside what it answers.
func (w *world) answerTo(note any) map[string]any {
	w.Helper()
	raw, err := json.Marshal(note)
	require.NoError(w, err)
	var told map[string]any
	require.NoError(w, json.Unmarshal(raw, &told))
	return map[string]any{"round": told["round"], "seq": told["seq"], "what": told["what"], "number": "SEC-1", "audience": told["audience"]}
}

func TestAnAnswerThatComesWhileADuplicateRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, duplicate := w.two()
	next, answer := w.moving(duplicate)
	d, _ := w.late(next, time.Minute, at(time.Second, "duplicateAnswer", answer))
	require.Equal(t, incident.DuplicateOf("SEC-1"), d.Resolution)
}

// Somebody comes and goes again just when the answer comes: what was heard is what there is to tell again, and yet the
// case is no duplicate. It tells it once more.
func TestAnAnswerBetweenTwoChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, duplicate := w.two()
	status, duplicate := w.live(duplicate, time.Minute)
	next, answer := w.moving(duplicate)
	next.Joined = append(next.Joined, "U0LENA006")
	var asking *testsuite.TestWorkflowEnvironment
	w.told = func(_, signal string, arg any) {
		if signal == "duplicate" {
			asking.SignalWorkflow("duplicateAnswer", w.answerTo(arg))
		}
	}
	defer func() { w.told = nil }()
	d, _ := w.late(next, time.Minute,
		func(env *testsuite.TestWorkflowEnvironment) { asking = env },
		at(time.Second, "duplicateAnswer", answer),
		at(2*time.Second, workflows.ChannelSignal, workflows.ChannelEvent{Channel: status.Links.Channel, Did: "left", User: "U0LENA006"}))
	require.Equal(t, incident.DuplicateOf("SEC-1"), d.Resolution)
}

// An analysis that rolls over never tells its case that it has no channel.
func TestAnAnalysisThatRollsHasItsChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-analysis-rolls"))
	a := w.analysis(state, "SEC-1", "mailbox")
	var channels []any
	for range 2 {
		channels = nil
		w.told = func(_, signal string, arg any) {
			if raw, err := json.Marshal(arg); signal == "analysisReport" && err == nil {
				var told map[string]any
				require.NoError(t, json.Unmarshal(raw, &told))
				channels = append(channels, told["channel"])
			}
		}
		a = w.liveAnalysis(a, time.Minute)
	}
	require.Empty(t, channels, "nothing has changed")
}
