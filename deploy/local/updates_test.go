package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// More commands than one run of a workflow takes: the case goes on in a new run in time, and takes each once.
func TestThousandsOfCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("2,200 commands take a minute")
	}
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open thousands of commands", cases.Linked)
	const commands, doors, tasks = 2200, 8, 240
	begun := time.Now()
	var all sync.WaitGroup
	lost := make(chan error, commands)
	for door := range doors {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := door; i < commands; i += doors {
				if err := in.repeat(t.Context(), s.Number, request, i, tasks); err != nil {
					lost <- fmt.Errorf("command %d: %w", i, err)
				}
			}
		}()
	}
	all.Wait()
	close(lost)
	for err := range lost {
		require.NoError(t, err)
	}
	took := time.Since(begun)
	s = in.wait(t, request, cases.Settled)
	runs := in.runs(t, s.WorkflowID)
	require.Greater(t, len(runs), 1, "it has gone on in a new run")
	require.Len(t, s.Tasks, tasks)
	seen := map[string]bool{}
	for _, task := range s.Tasks {
		require.False(t, seen[task.Title], "task %q is there twice", task.Title)
		seen[task.Title] = true
	}
	in.unharmed(t, s.WorkflowID)
	t.Logf("%d commands through %d doors in %s, %d runs", commands, doors, took.Round(time.Second), len(runs))
}

// repeat sends a command until its outcome is known: the same id is the same command.
func (in *install) repeat(ctx context.Context, number, request string, i, tasks int) error {
	id := fmt.Sprintf("%s-%d", request, i)
	for {
		var err error
		if i < tasks {
			_, err = in.desk.Send(ctx, number, workflows.TaskUpdate, workflows.TaskCommand{Title: fmt.Sprintf("task %d", i), By: principal()}, id)
		} else {
			_, err = in.desk.Send(ctx, number, workflows.ContainUpdate, workflows.ContainCommand{State: []incident.Containment{incident.Acting, incident.Contained}[i%2], By: principal()}, id)
		}
		if !passing(err) || ctx.Err() != nil {
			return err
		}
	}
}

// No worker runs while somebody decides: they are told that nobody knows whether it was done. When a worker is back it is
// done, once, and the same decision again gets its answer.
func TestDecisionWhileTheWorkerIsDown(t *testing.T) {
	local := startLocal(t, "--without", "worker")
	in := local.attach()
	run := func() *process {
		w := launch(t, []string{"HIKESHI_CONFIG=" + local.Config}, "worker")
		require.NoError(t, w.cmd.Start())
		return w
	}
	worker := run()
	fault(t, in.at.Slack, fake.Fault{Match: "bookmarks.add", Mode: "status", Error: "no_permission"})
	request := trigger()
	local.click("aoi", "general", "open the worker is down", request)
	s := in.settle(t, request, "the bookmark is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") })
	require.Equal(t, 0, worker.end())
	require.NoError(t, call(t.Context(), "DELETE", control(in.at.Slack)+"faults", nil, nil))

	d := cases.Decision{Step: "open.bookmark", Generation: stepOf(s, "open.bookmark").Generation, Action: workflows.ActionRetry, Reason: "allowed now", By: principal()}
	id := trigger()
	waiting, stop := context.WithTimeout(t.Context(), 10*time.Second) // long enough to find the case, on a slow machine too
	defer stop()
	_, err := in.desk.Decide(waiting, s.Number, in.cfg.Viewer, d, id)
	require.True(t, cases.IsUnknown(err), "%v", err)

	run()
	s = in.settle(t, request, "it is done", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	again, err := in.desk.Decide(t.Context(), s.Number, in.cfg.Viewer, d, id)
	require.NoError(t, err, "the same decision again has the same answer")
	require.Contains(t, again.Text, "is tried again")
	in.healed(t, request)
}
