package workflows_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/ops"
	"hikeshi/activities/pager"
	"hikeshi/workflows"
)

// vendor is what a breaker deals with: a vendor that may be down, and the queue of its steps.
type vendor struct {
	*world
	name string
	env  *testsuite.TestWorkflowEnvironment

	mu      sync.Mutex
	refusal error // nil: it is well
	asked   int
	rate    *taskqueuepb.RateLimitConfig
	cannot  error // of holding queues
	holds   int
}

const operators = "C0CSIRTOPS"

func newVendor(t *testing.T, name string) *vendor {
	v := &vendor{world: newWorld(t), name: name}
	v.deps.Ops = &ops.Activities{Queues: ops.Queues{Service: v}, Checks: map[string]func(context.Context) error{name: v.check}}
	v.env = v.world.env()
	return v
}

func (v *vendor) check(context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked++
	return v.refusal
}

func (v *vendor) DescribeTaskQueue(context.Context, *workflowservice.DescribeTaskQueueRequest, ...grpc.CallOption) (*workflowservice.DescribeTaskQueueResponse, error) {
	return &workflowservice.DescribeTaskQueueResponse{
		Config: &taskqueuepb.TaskQueueConfig{QueueRateLimit: v.rate}, Stats: &taskqueuepb.TaskQueueStats{ApproximateBacklogCount: 7},
	}, nil
}

func (v *vendor) UpdateTaskQueueConfig(_ context.Context, in *workflowservice.UpdateTaskQueueConfigRequest, _ ...grpc.CallOption) (*workflowservice.UpdateTaskQueueConfigResponse, error) {
	require.Equal(v, "hikeshi-"+v.name, in.GetTaskQueue())
	if v.cannot != nil {
		return nil, v.cannot
	}
	u := in.GetUpdateQueueRateLimit()
	if u.GetRateLimit() != nil {
		v.holds++
	}
	v.rate = &taskqueuepb.RateLimitConfig{RateLimit: u.GetRateLimit(), Metadata: &taskqueuepb.ConfigMetadata{Reason: u.GetReason()}}
	return &workflowservice.UpdateTaskQueueConfigResponse{}, nil
}

// held reports whether the vendor's steps wait.
func (v *vendor) held() bool { return v.rate.GetRateLimit() != nil }

// falls makes the vendor refuse from now on, with an error of that class; none: it is well again.
func (v *vendor) falls(class activities.Class, cause string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refusal = nil
	if class != "" {
		v.refusal = activities.Fault{Class: class, System: v.name, Op: "ask who we are", Cause: cause, Hint: "check it"}.Error()
	}
}

// meets is a worker's report.
func (v *vendor) meets(class activities.Class, cause string) {
	v.env.SignalWorkflow(workflows.TroubleSignal, workflows.Trouble{System: v.name, Class: string(class), Cause: cause, Hint: "check it", At: v.env.Now()})
}

func (v *vendor) after(d time.Duration, f func()) { v.env.RegisterDelayedCallback(f, d) }

func (v *vendor) status() (h workflows.HeldVendor) {
	answer, err := v.env.QueryWorkflow(workflows.StatusQuery)
	require.NoError(v, err)
	require.NoError(v, answer.Get(&h))
	return h
}

// run runs the breaker to its end.
func (v *vendor) run() {
	v.Helper()
	v.env.ExecuteWorkflow(workflows.BreakerType, v.input())
	require.True(v, v.env.IsWorkflowCompleted())
	require.NoError(v, v.env.GetWorkflowError())
}

func (v *vendor) input() workflows.BreakerInput {
	return workflows.BreakerInput{Vendor: v.name, Desk: workflows.Desk{Channel: operators, Language: "en", UI: "http://ui/", Probe: 15 * time.Minute, Pager: true}}
}

// notices are what the operators read now.
func (v *vendor) notices() (texts []string) {
	for _, m := range v.slack.Messages(operators) {
		if m.BotID != "" {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// A token is revoked: the queue is held, the operators are told once, and a good token releases it.
func TestARevokedTokenHoldsTheQueue(t *testing.T) {
	v := newVendor(t, "jira")
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	var during workflows.HeldVendor
	v.after(10*time.Minute, func() {
		require.True(t, v.held())
		during = v.status()
		require.Len(t, v.notices(), 1)
		require.Contains(t, v.notices()[0], "JIRA has not accepted our credentials")
		require.Contains(t, v.notices()[0], "JIRA_TOKEN_FILE")
		v.falls("", "")
	})
	v.after(12*time.Minute, func() {
		require.False(t, v.held())
		require.Equal(t, workflows.BreakerReleased, v.status().Phase)
		require.Equal(t, int64(7), v.status().Waiting)
	})
	v.run()
	require.True(t, during.Open())
	require.Equal(t, "Credentials", during.Class)
	require.Equal(t, "HTTP 401", during.Cause)
	require.Len(t, v.notices(), 1, "one notice, kept true in its place")
	require.Contains(t, v.notices()[0], "JIRA can be used again. It could not from ")
	require.LessOrEqual(t, v.asked, 25)
}

// Slack itself is down: nobody can be told there, and afterwards they are, once.
func TestSlackItselfIsDown(t *testing.T) {
	v := newVendor(t, "slack")
	v.falls(activities.Credentials, "token_revoked")
	v.after(0, func() { v.meets(activities.Credentials, "token_revoked") })
	v.after(30*time.Minute, func() {
		require.True(t, v.held())
		require.Empty(t, v.notices())
		v.falls("", "")
	})
	v.run()
	require.False(t, v.held())
	require.Len(t, v.notices(), 1)
	require.Contains(t, v.notices()[0], "Slack can be used again.")
	require.Len(t, v.pager.Pages(), 1, "people are called instead")
	require.Equal(t, pager.ReasonHeld, v.pager.Pages()[0].Reason)
	require.Contains(t, v.pager.Pages()[0].Text, "SLACK_BOT_TOKEN_FILE")
}

// An outage of Slack calls people only if it lasts, and that of another vendor never: the operators hear in Slack.
func TestWhoIsCalled(t *testing.T) {
	for _, c := range []struct {
		vendor string
		lasts  time.Duration
		pages  int
	}{{"slack", 8 * time.Minute, 0}, {"slack", 40 * time.Minute, 1}, {"jira", 40 * time.Minute, 0}} {
		v := newVendor(t, c.vendor)
		v.falls(activities.Unavailable, "HTTP 503")
		v.after(0, func() { v.meets(activities.Unavailable, "HTTP 503") })
		v.after(c.lasts, func() { v.falls("", "") })
		v.run()
		require.Len(t, v.pager.Pages(), c.pages, c)
	}
}

// Trouble with one object is not the vendor's: it is asked, is well, and nothing happens.
func TestOneObjectsTroubleHoldsNobody(t *testing.T) {
	v := newVendor(t, "jira")
	for i := range 20 {
		v.after(time.Duration(i)*time.Minute, func() { v.meets(activities.Unavailable, "HTTP 503") })
	}
	v.run()
	require.Zero(t, v.holds)
	require.Empty(t, v.notices())
}

// Nobody answers: the same as a refusal, for as long as it takes, within a short history.
func TestALongOutage(t *testing.T) {
	v := newVendor(t, "google")
	v.falls(activities.Unavailable, "no answer in time")
	v.after(0, func() { v.meets(activities.Ambiguous, "HTTP 502") })
	v.after(12*time.Hour, func() {
		require.True(t, v.held())
		require.Greater(t, v.holds, 20, "it makes sure again and again that the queue is held")
		require.Equal(t, "no answer in time", v.status().Cause)
		v.falls("", "")
	})
	v.run()
	require.False(t, v.held())
	require.Len(t, v.notices(), 1)
}

// A missing scope: Slack lets us in, so nothing is held, however often the call is refused. It is said once.
func TestAMissingScope(t *testing.T) {
	v := newVendor(t, "slack")
	for i := range 10 {
		v.after(time.Duration(i)*5*time.Minute, func() { v.meets(activities.Credentials, "missing_scope") })
	}
	v.after(30*time.Second, func() { v.meets(activities.Credentials, "missing_scope") })
	v.after(4*time.Minute, func() { require.Empty(t, v.notices(), "a new secret does not reach all workers at once") })
	v.after(50*time.Minute, func() {
		require.Equal(t, workflows.BreakerPartly, v.status().Phase)
		require.Len(t, v.notices(), 1)
		require.Contains(t, v.notices()[0], "Slack has refused some calls since ")
		require.Contains(t, v.notices()[0], "missing_scope")
	})
	v.run()
	require.Zero(t, v.holds)
	require.Len(t, v.notices(), 1)
	require.Contains(t, v.notices()[0], "refuses nothing any more")
}

// What was met with the old token before the good one was found is over.
func TestLateNewsOfOldTrouble(t *testing.T) {
	v := newVendor(t, "jira")
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	v.after(time.Minute, func() { v.falls("", "") })
	v.after(5*time.Minute, func() {
		asked := v.asked
		for range 3 {
			v.env.SignalWorkflow(workflows.TroubleSignal, workflows.Trouble{Class: "Credentials", At: v.env.Now().Add(-4*time.Minute - 30*time.Second)})
		}
		v.after(time.Second, func() { require.Equal(t, asked, v.asked) })
	})
	v.run()
	require.Equal(t, 1, v.holds)
}

// The same trouble comes back while people still look at the first: it is the same notice.
func TestTroubleComesBack(t *testing.T) {
	v := newVendor(t, "jira")
	for i := range 3 {
		at := time.Duration(i) * 10 * time.Minute
		v.after(at, func() { v.falls(activities.Credentials, "HTTP 401"); v.meets(activities.Credentials, "HTTP 401") })
		v.after(at+3*time.Minute, func() { require.True(t, v.held()); v.falls("", "") })
		v.after(at+9*time.Minute, func() { require.False(t, v.held()) })
	}
	v.run()
	require.Equal(t, 3, v.holds)
	require.Len(t, v.notices(), 1)
}

// This server cannot hold a queue: that is said, and the breaker still tells when the vendor is well again.
func TestAServerThatCannotHold(t *testing.T) {
	v := newVendor(t, "jira")
	v.cannot = serviceerror.NewUnimplemented("unknown method UpdateTaskQueueConfig")
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	v.after(5*time.Minute, func() {
		require.Equal(t, workflows.BreakerUnheld, v.status().Phase)
		require.True(t, v.status().Standing())
		require.Contains(t, v.notices()[0], "this Temporal server has no call UpdateTaskQueueConfig")
		require.Contains(t, v.notices()[0], "tried again every 15 min")
		v.falls("", "")
	})
	v.run()
	require.Len(t, v.notices(), 1)
	require.Contains(t, v.notices()[0], "JIRA can be used again.")
}

// A queue was held and its breaker is gone: the new one releases it if the vendor is well, and goes on if not.
func TestAnOrphanedQueue(t *testing.T) {
	for _, down := range []bool{false, true} {
		v := newVendor(t, "jira")
		v.rate = &taskqueuepb.RateLimitConfig{RateLimit: &taskqueuepb.RateLimit{}, Metadata: &taskqueuepb.ConfigMetadata{Reason: "held by breaker/jira: Credentials"}}
		if down {
			v.falls(activities.Credentials, "HTTP 401")
		}
		v.after(0, func() {
			v.env.SignalWorkflow(workflows.TroubleSignal, workflows.Trouble{Class: "Unavailable", At: v.env.Now(), Orphan: true})
		})
		v.after(time.Minute, func() {
			require.Equal(t, down, v.held())
			v.falls("", "")
		})
		v.run()
		require.False(t, v.held())
		if down {
			require.Len(t, v.notices(), 1)
			require.Contains(t, v.notices()[0], "HTTP 401")
		} else {
			require.Empty(t, v.notices())
		}
	}
}

// Whatever Temporal says to holding, the vendor is asked; when holding is possible again, it is held.
func TestAQueueThatCannotBeHeldForLong(t *testing.T) {
	v := newVendor(t, "jira")
	v.cannot = serviceerror.NewNotFound("namespace not found")
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	v.after(10*time.Minute, func() {
		require.Equal(t, workflows.BreakerUnheld, v.status().Phase)
		require.Contains(t, v.status().Cannot, "namespace not found")
		require.Greater(t, v.asked, 5)
		v.cannot = nil
	})
	v.after(30*time.Minute, func() {
		require.True(t, v.held())
		require.Equal(t, workflows.BreakerHeld, v.status().Phase)
		v.falls("", "")
	})
	v.run()
	require.False(t, v.held())
}

// A notice that somebody has deleted is posted anew when there is something to say.
func TestADeletedNoticeIsPostedAnew(t *testing.T) {
	v := newVendor(t, "jira")
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	v.after(10*time.Minute, func() {
		require.Len(t, v.notices(), 1)
		require.NoError(t, v.slack.Inject(fake.Fault{Match: "chat.update", Mode: "before", Error: "message_not_found"}))
		v.falls("", "")
	})
	v.run()
	require.Len(t, v.notices(), 2, "the fake keeps the first one")
	require.Contains(t, v.notices()[1], "JIRA can be used again.")
}

// The operators' channel is not there: that holds up nobody.
func TestNobodyCanBeTold(t *testing.T) {
	v := newVendor(t, "jira")
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	v.after(5*time.Minute, func() { v.falls("", "") })
	in := v.input()
	in.Desk.Channel = "C0NOWHERE"
	v.env.ExecuteWorkflow(workflows.BreakerType, in)
	require.NoError(t, v.env.GetWorkflowError())
	require.False(t, v.held())
}

// A breaker that continues in a new run goes on holding, and keeps its notice.
func TestABreakerRolls(t *testing.T) {
	v := newVendor(t, "jira")
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	v.after(5*time.Minute, func() { v.env.SignalWorkflow(workflows.RollSignal, nil) })
	v.env.ExecuteWorkflow(workflows.BreakerType, v.input())
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, v.env.GetWorkflowError(), &next)
	require.True(t, v.held())
	var in workflows.BreakerInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &in))

	v.env = v.world.env()
	v.after(10*time.Minute, func() { require.True(t, v.held()); v.falls("", "") })
	v.env.ExecuteWorkflow(workflows.BreakerType, in)
	require.NoError(t, v.env.GetWorkflowError())
	require.False(t, v.held())
	require.Len(t, v.notices(), 1)
	require.True(t, strings.HasPrefix(v.notices()[0], "JIRA can be used again."))
}

// A breaker that continues in a new run while the pager is silent too goes on calling.
func TestABreakerRollsWhileItCalls(t *testing.T) {
	v := newVendor(t, "slack")
	require.NoError(t, v.pager.Inject(fake.Fault{Match: "*", Mode: "before"}))
	v.falls(activities.Credentials, "token_revoked")
	v.after(0, func() { v.meets(activities.Credentials, "token_revoked") })
	v.after(2*time.Minute, func() { v.env.SignalWorkflow(workflows.RollSignal, nil) })
	v.env.ExecuteWorkflow(workflows.BreakerType, v.input())
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, v.env.GetWorkflowError(), &next)
	var in workflows.BreakerInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &in))
	require.Empty(t, v.pager.Pages())

	v.pager.ClearFaults()
	v.env = v.world.env()
	v.after(10*time.Minute, func() { v.falls("", "") })
	v.env.ExecuteWorkflow(workflows.BreakerType, in)
	require.NoError(t, v.env.GetWorkflowError())
	require.Len(t, v.pager.Pages(), 1)
}

// marker says of every error that its vendor is held, as the worker's watch does.
type marker struct {
	interceptor.WorkerInterceptorBase
}

func (*marker) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	m := &markedActivity{}
	m.Next = next
	return m
}

type markedActivity struct {
	interceptor.ActivityInboundInterceptorBase
}

func (m *markedActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	out, err := m.Next.ExecuteActivity(ctx, in)
	if err != nil {
		f := activities.FaultOf(err)
		f.Held = true
		err = f.Error()
	}
	return out, err
}

// A vendor that is down for everybody gets no step stuck, however often it is tried; what is owed says why.
func TestAHeldVendorGetsNoStepStuck(t *testing.T) {
	for _, held := range []bool{true, false} {
		w := newWorld(t)
		require.NoError(t, w.jira.Inject(fake.Fault{Match: "*", Mode: "status", Status: 503}))
		state, _ := w.intake(report("req-held"))
		status, _ := w.live(state, time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
			if held {
				worked(env, &marker{})
			}
		})
		ticket := step(t, status, "open.ticket")
		want := map[bool]workflows.StepState{true: workflows.StepTrying, false: workflows.StepStuck}[held]
		require.Equal(t, want, ticket.State, "held: %t", held)
		require.Contains(t, ticket.Cause, "503")
		require.Contains(t, status.Debts, "open.ticket")
	}
}
