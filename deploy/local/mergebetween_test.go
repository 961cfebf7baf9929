package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"hikeshi/starter/cases"
	"hikeshi/worker/host"
	"hikeshi/workflows"
	"hikeshi/workflows/wire"
)

// While no worker is there, somebody joins an analysis and leaves it again, and the answer to a merge comes between the
// two: it is about what is true again, but was not when it came. The duplicate tells it once more.
func TestAnAnswerBetweenTwoChanges(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { o.noWorker = true })
	stop := in.startHost(t)
	request, s := in.open(t, "aoi", "open sev3 odd mail", cases.Linked)
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", By: principal()})
	s = in.settle(t, request, "the analysis has its channel", func(s workflows.Status) bool {
		return analysisOf(s, "a1").Channel != "" && len(s.Debts) == 0 && !settingUp(s)
	})
	other := in.deafCase(t)
	merge := workflows.MergeCommand{Into: "SEC-77", IntoID: other, Reason: "the same mail", By: principal()}
	_, err := in.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{ // no door tells a case of one that it cannot look at
		WorkflowID: s.WorkflowID, UpdateName: workflows.MergeUpdate, Args: []any{merge}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(t, err)
	told := func(what string) (note map[string]any) {
		in.eventually(t, "the other case is told: "+what, func() bool {
			note = in.lastSignal(t, other, "duplicate")
			return note["what"] == what
		})
		return note
	}
	answer := func(note map[string]any) {
		require.NoError(t, in.client.SignalWorkflow(t.Context(), s.WorkflowID, "", "duplicateAnswer",
			map[string]any{"round": note["round"], "seq": note["seq"], "number": "SEC-77", "audience": note["audience"]}))
	}
	answer(told("ask"))
	told("move")
	in.settle(t, request, "it waits for the answer", func(s workflows.Status) bool { return s.Merging == "SEC-77" })
	stop()

	kenji := cast(t, "kenji").ID
	news := in.lastSignal(t, s.WorkflowID, "analysisReport")
	news["seq"], news["members"] = news["seq"].(float64)+1, append(news["members"].([]any), kenji)
	require.NoError(t, in.client.SignalWorkflow(t.Context(), s.WorkflowID, "", "analysisReport", news))
	moved := told("move")
	answer(moved)
	left := workflows.ChannelEvent{Channel: analysisOf(s, "a1").Channel, Did: "left", User: kenji}
	require.NoError(t, in.client.SignalWorkflow(t.Context(), s.WorkflowID, "", workflows.ChannelSignal, left))
	in.startHost(t)
	in.took(t, s.WorkflowID, "all of it", func(e *historypb.HistoryEvent) bool {
		return e.GetWorkflowExecutionSignaledEventAttributes().GetSignalName() == workflows.ChannelSignal
	})
	in.recordRuns(t, "between", map[string]string{"duplicate": s.WorkflowID})
	in.eventually(t, "the other case is told once more", func() bool { return in.lastSignal(t, other, "duplicate")["seq"].(float64) > moved["seq"].(float64) })
	answer(told("move"))
	in.settle(t, request, "it is a duplicate", func(s workflows.Status) bool { return s.Resolution.Original() == "SEC-77" })
}

// took waits until a workflow has worked on the last event of a kind.
func (in *install) took(t *testing.T, workflowID, what string, kind func(*historypb.HistoryEvent) bool) {
	t.Helper()
	in.eventually(t, workflowID+" took in "+what, func() bool {
		events := in.runs(t, workflowID)[0].Events
		for i, e := range slices.Backward(events) {
			if kind(e) {
				return slices.ContainsFunc(events[i:], func(e *historypb.HistoryEvent) bool { return e.GetWorkflowTaskCompletedEventAttributes() != nil })
			}
		}
		return false
	})
}

// startHost starts a worker, and returns how to stop it.
func (in *install) startHost(t *testing.T) (stop func()) {
	t.Helper()
	h, err := host.Start(t.Context(), in.cfg, host.Options{StopTimeout: stopTimeout, Log: in.log, Deciding: olderCode()})
	require.NoError(t, err)
	t.Cleanup(h.Stop)
	return h.Stop
}

// deafCase is a case that answers nothing, for no worker works for it.
func (in *install) deafCase(t *testing.T) (id string) {
	t.Helper()
	id = workflows.CaseWorkflowID("SEC-77")
	_, err := in.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: "nobody"}, workflows.CaseType)
	require.NoError(t, err)
	return id
}

// lastSignal is what a workflow was told last by a signal of that name.
func (in *install) lastSignal(t *testing.T, workflowID, name string) (told map[string]any) {
	t.Helper()
	ring, err := wire.LoadKeyRing(in.keys())
	require.NoError(t, err)
	for _, e := range slices.Backward(in.runs(t, workflowID)[0].Events) {
		if s := e.GetWorkflowExecutionSignaledEventAttributes(); s.GetSignalName() == name {
			require.NoError(t, wire.DataConverter(ring).FromPayloads(s.Input, &told))
			return told
		}
	}
	return nil
}
