package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities/fake"
	"hikeshi/activities/ops"
	"hikeshi/starter/cases"
	"hikeshi/worker/watch"
	"hikeshi/workflows"
)

// revoked opens a case, revokes JIRA's token, and gives the case work; it returns when the breaker is in that phase, and
// the queue is held or not as the phase says: the breaker says that it is open before it holds.
func (in *install) revoked(t *testing.T, phase workflows.BreakerPhase) opened {
	t.Helper()
	o := opened{}
	o.request, o.s = in.open(t, "aoi", "open sev3 a token is revoked", cases.Linked)
	in.site.Jira.Token.Issue("")
	in.work(t, []opened{o})
	in.eventually(t, "the breaker is "+string(phase), func() bool {
		return in.held(t, "jira").Phase == phase && in.rate(t, workflows.VendorQueue("jira")).Held() == (phase == workflows.BreakerHeld)
	})
	return o
}

// This Temporal server knows no holding: that is said, nothing gets stuck, and steps go on by themselves.
func TestAServerThatCannotHoldQueues(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { o.lacks = []string{"UpdateTaskQueueConfig"} })
	o := in.revoked(t, workflows.BreakerUnheld)
	require.Contains(t, in.held(t, "jira").Cannot, "UpdateTaskQueueConfig")
	in.eventually(t, "the operators know", func() bool { // first that JIRA is out of reach, then that nothing can be held
		n := in.notices()
		return len(n) == 1 && strings.Contains(n[0], "cannot be held back here")
	})
	in.site.Jira.Token.Issue("sandbox-jira-second")
	require.NoError(t, write(in.dir+"/secrets/jira-token", []byte("sandbox-jira-second\n")))
	in.eventually(t, "nothing is owed", func() bool { return !in.owes(t)(o) })
	in.eventually(t, "the vendor is well", func() bool { return !in.held(t, "jira").Standing() })
	require.False(t, in.everStuck(t, o.s.WorkflowID))
	require.NoError(t, in.world(t, o.request).exactlyOne())
	in.recordBreaker(t, "jira", "unheld")
}

// Somebody terminates the breaker while it holds the queue: the next worker finds the queue held, and starts another
// breaker, which releases it.
func TestAHeldQueueIsNotForgotten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := startInstall(dir, nil)
	require.NoError(t, err)
	o := first.revoked(t, workflows.BreakerHeld)
	first.eventually(t, "the queue is held", func() bool { return first.rate(t, workflows.VendorQueue("jira")).Held() })
	require.NoError(t, first.client.TerminateWorkflow(t.Context(), workflows.BreakerWorkflowID("jira"), "", "to see what becomes of the queue"))
	require.NoError(t, first.close())

	in := newInstall(t, dir, nil) // its sandbox and its secrets know the first token again
	in.eventually(t, "the queue is released", func() bool { return !in.rate(t, workflows.VendorQueue("jira")).Limited })
	in.eventually(t, "nothing is owed", func() bool { return !in.owes(t)(o) })
	require.False(t, in.everStuck(t, o.s.WorkflowID))
}

// Temporal can show a hold minutes after its breaker was told that the queue is released: a patrol finds that out.
func TestAHoldThatItsBreakerDoesNotKnowOf(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	o := in.revoked(t, workflows.BreakerHeld)
	in.site.Jira.Token.Issue("sandbox-jira-second")
	require.NoError(t, write(in.dir+"/secrets/jira-token", []byte("sandbox-jira-second\n")))
	in.eventually(t, "the queue is released", func() bool {
		return !in.held(t, "jira").Standing() && !in.rate(t, workflows.VendorQueue("jira")).Limited
	})
	deeds := &ops.Activities{Queues: in.queues()}
	_, err := deeds.HoldQueue(t.Context(), ops.HoldQueue{Queue: workflows.VendorQueue("jira"), By: workflows.BreakerWorkflowID("jira"), Why: "Credentials"})
	require.NoError(t, err)
	in.eventually(t, "it is held again", func() bool { return in.rate(t, workflows.VendorQueue("jira")).Held() })

	patrol := watch.New(in.client, deeds, workflows.Desk{}, slog.New(slog.DiscardHandler))
	t.Cleanup(patrol.Stop)
	patrol.Round(t.Context())
	in.eventually(t, "it is released again", func() bool { return !in.rate(t, workflows.VendorQueue("jira")).Limited })
	in.eventually(t, "nothing is owed", func() bool { return !in.owes(t)(o) })
}

func (in *install) queues() ops.Queues {
	return ops.Queues{Service: in.client.WorkflowService(), Namespace: in.stack.Namespace, Identity: "test"}
}

func (in *install) rate(t *testing.T, queue string) ops.Rate {
	t.Helper()
	rate, err := in.queues().Look(t.Context(), queue)
	require.NoError(t, err)
	return rate
}

// What was held is given out the urgent first. The server keeps that order in each of a queue's partitions, so over the
// whole queue it holds roughly.
func TestHeldTasksComeInOrder(t *testing.T) {
	t.Parallel()
	in := shared(t)
	const queue, each = "order", 20 // of each priority
	ran := &order{}
	begin := func(o worker.Options) {
		w := worker.New(in.client, queue, o)
		if o.DisableWorkflowWorker {
			w.RegisterActivity(ran)
		} else {
			w.RegisterWorkflowWithOptions(manyTasks, workflow.RegisterOptions{Name: "manyTasks"})
		}
		require.NoError(t, w.Start())
		t.Cleanup(w.Stop)
	}
	begin(worker.Options{LocalActivityWorkerOnly: true})
	hold := &ops.Activities{Queues: in.queues()}
	held, err := hold.HoldQueue(t.Context(), ops.HoldQueue{Queue: queue, By: "breaker/test", Why: "test"})
	require.NoError(t, err)
	require.True(t, held.Held)
	run, err := in.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "order-" + trigger(), TaskQueue: queue}, "manyTasks", each)
	require.NoError(t, err)
	begin(worker.Options{DisableWorkflowWorker: true, MaxConcurrentActivityExecutionSize: 1, MaxConcurrentActivityTaskPollers: 1})
	require.Eventually(t, func() bool { return in.rate(t, queue).Waiting == 3*each }, patient, 50*time.Millisecond, "all tasks wait")
	require.Empty(t, ran.list(), "a held queue gives out nothing")

	began := time.Now()
	released, err := hold.ReleaseQueue(t.Context(), ops.ReleaseQueue{Queue: queue})
	require.NoError(t, err)
	require.EqualValues(t, 3*each, released.Waiting)
	require.NoError(t, run.Get(t.Context(), nil))
	places := map[int]int{}
	for place, priority := range ran.list() {
		places[priority] += place
	}
	t.Logf("%d tasks done %s after the release; mean places of urgent, ordinary and background: %d, %d, %d",
		3*each, time.Since(began).Round(time.Second/100), places[1]/each, places[3]/each, places[5]/each)
	require.Less(t, places[1], places[3])
	require.Less(t, places[3], places[5])
}

// order is the order in which tasks came.
type order struct {
	mu  sync.Mutex
	ran []int
}

// Come notes that a task of that priority has come.
func (o *order) Come(_ context.Context, priority int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ran = append(o.ran, priority)
	return nil
}

func (o *order) list() []int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]int{}, o.ran...)
}

// manyTasks schedules that many tasks of each priority, the least urgent first.
func manyTasks(ctx workflow.Context, each int) error {
	var all []workflow.Future
	for range each {
		for _, priority := range []int{5, 3, 1} {
			one := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, Priority: temporal.Priority{PriorityKey: priority}})
			all = append(all, workflow.ExecuteActivity(one, "Come", priority))
		}
	}
	for _, f := range all {
		if err := f.Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// JIRA takes every call and answers none. It is held for all cases; a case that is opened meanwhile has its channel under
// a provisional number, and its ticket when JIRA is back. Nothing gets stuck.
func TestOpenedDuringAnOutage(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), hasty)
	var list []opened
	for range 3 {
		o := opened{}
		o.request, o.s = in.open(t, "aoi", "open sev3 before the outage", cases.Linked)
		list = append(list, o)
	}
	fault(t, in.at.Jira, fake.Fault{Match: "*", Mode: "hang"})
	in.work(t, list)
	in.eventually(t, "JIRA is held", func() bool { return in.held(t, "jira").Phase == workflows.BreakerHeld })
	require.NotEqual(t, "Credentials", in.held(t, "jira").Class)

	o := opened{}
	o.request, o.s = in.open(t, "ben", "open sev2 during the outage", cases.Ready)
	require.True(t, strings.HasPrefix(o.s.Number, "P-"), o.s.Number)
	require.NotEmpty(t, o.s.Links.Channel)
	require.Contains(t, o.s.Debts, "open.ticket")
	in.eventually(t, "its status says what it waits for", func() bool {
		view, err := in.desk.Status(t.Context(), o.s.Number, in.cfg.Viewer)
		return err == nil && slices.ContainsFunc(view.Notes, func(n string) bool { return strings.HasPrefix(n, "JIRA has been out of reach since ") })
	})
	in.eventually(t, "its card says it too", func() bool { return strings.Contains(in.cardOf(t, o.s), "JIRA has been out of reach since ") })
	require.NotContains(t, in.cardOf(t, list[0].s), "out of reach", "a case that has all its things does not")
	in.site.Jira.ClearFaults()
	in.eventually(t, "nothing is owed", func() bool { return !slices.ContainsFunc(append(list, o), in.owes(t)) })
	after := in.wait(t, o.request, cases.Linked)
	require.True(t, strings.HasPrefix(after.Number, "SEC-"), after.Number)
	for _, o := range append(list, o) {
		require.False(t, in.everStuck(t, o.s.WorkflowID), o.s.Number)
		require.NoError(t, in.world(t, o.request).exactlyOne())
	}
	in.eventually(t, "the operators know", func() bool { n := in.notices(); return len(n) == 1 && strings.Contains(n[0], "can be used again") })
}

// cardOf is what the case's card reads.
func (in *install) cardOf(t *testing.T, s workflows.Status) string {
	t.Helper()
	for _, m := range in.site.Slack.Messages(s.Links.Channel) {
		if len(m.Blocks) > 0 && m.BotID != "" {
			return m.Text + string(m.Blocks)
		}
	}
	return ""
}
