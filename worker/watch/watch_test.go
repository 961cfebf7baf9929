package watch

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"hikeshi/activities"
	"hikeshi/activities/ops"
	"hikeshi/workflows"
)

// told is one report that reached Temporal.
type told struct {
	id      string
	trouble workflows.Trouble
	input   workflows.BreakerInput
}

// temporal is a server of which only what the watch needs is there.
type temporal struct {
	mu      sync.Mutex
	down    bool
	told    []told
	breaker enumspb.WorkflowExecutionStatus // of Slack's; 0: there is none
	phase   workflows.BreakerPhase          // of Slack's
	mute    bool                            // it does not answer
	rate    *taskqueuepb.RateLimitConfig    // of Slack's queue
}

func (s *temporal) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	if s.mute {
		return nil, errors.New("no worker")
	}
	answer, err := converter.GetDefaultDataConverter().ToPayloads(workflows.HeldVendor{Vendor: "slack", Phase: s.phase})
	return client.NewValue(answer), err
}

func (s *temporal) SignalWithStartWorkflow(_ context.Context, id, _ string, signal any, _ client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, errors.New("connection refused")
	}
	s.told = append(s.told, told{id, signal.(workflows.Trouble), args[0].(workflows.BreakerInput)})
	return nil, nil
}

func (s *temporal) DescribeWorkflow(_ context.Context, id, _ string) (*client.WorkflowExecutionDescription, error) {
	if s.breaker == 0 || id != "breaker/slack" {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	d := &client.WorkflowExecutionDescription{}
	d.Status = s.breaker
	return d, nil
}

func (s *temporal) DescribeTaskQueue(_ context.Context, in *workflowservice.DescribeTaskQueueRequest, _ ...grpc.CallOption) (*workflowservice.DescribeTaskQueueResponse, error) {
	out := &workflowservice.DescribeTaskQueueResponse{Config: &taskqueuepb.TaskQueueConfig{}}
	if in.GetTaskQueue().GetName() == "hikeshi-slack" {
		out.Config.QueueRateLimit = s.rate
	}
	return out, nil
}

func (s *temporal) UpdateTaskQueueConfig(_ context.Context, in *workflowservice.UpdateTaskQueueConfigRequest, _ ...grpc.CallOption) (*workflowservice.UpdateTaskQueueConfigResponse, error) {
	s.rate = &taskqueuepb.RateLimitConfig{RateLimit: in.GetUpdateQueueRateLimit().GetRateLimit()}
	return nil, nil
}

func (s *temporal) watch(check func(context.Context) error) *Watch {
	o := &ops.Activities{Queues: ops.Queues{Service: s}, Checks: map[string]func(context.Context) error{"slack": check}}
	return New(s, o, workflows.Desk{Channel: "C0OPS"}, slog.New(slog.DiscardHandler))
}

func well(context.Context) error { return nil }

func fault(system string, class activities.Class) error {
	return activities.Fault{Class: class, System: system, Cause: "no", Hint: "do"}.Error()
}

// seen lets a watch see outcomes, and returns what it reported.
func (s *temporal) seen(w *Watch, queue string, errs ...error) []told {
	for _, err := range errs {
		w.saw(queue, time.Time{}, err)
		w.work.Wait()
	}
	return s.told
}

func TestTroubleIsToldToTheVendorsBreaker(t *testing.T) {
	for _, c := range []struct{ queue, system, breaker string }{
		{"hikeshi-slack", "slack", "breaker/slack"},
		{"hikeshi-jira", "jira", "breaker/jira"},
		{"hikeshi-google", "drive", "breaker/google"},
		{"hikeshi-google", "sheets", "breaker/google"},
		{"hikeshi-bulk", "jira", "breaker/jira"}, // a long activity says at whose it failed
		{"hikeshi-bulk", "drive", "breaker/google"},
	} {
		s := &temporal{}
		w := s.watch(well)
		got := s.seen(w, c.queue, fault(c.system, activities.Credentials))
		require.Len(t, got, 1, c)
		require.Equal(t, c.breaker, got[0].id)
		require.Equal(t, workflows.Trouble{System: c.system, Class: "Credentials", Cause: "no", Hint: "do"}, got[0].trouble)
		require.Equal(t, "C0OPS", got[0].input.Desk.Channel)
		require.Equal(t, workflows.BreakerWorkflowID(got[0].input.Vendor), c.breaker)
		w.Stop()
	}
}

func TestWhatIsNobodysIsNotTold(t *testing.T) {
	s := &temporal{}
	w := s.watch(well)
	defer w.Stop()
	require.Empty(t, s.seen(w, "hikeshi-bulk", nil, fault("", activities.Credentials), fault("temporal", activities.Credentials), errors.New("a bug")))
}

func TestAReportThatDidNotArriveIsMadeAgain(t *testing.T) {
	s := &temporal{down: true}
	w := s.watch(well)
	defer w.Stop()
	refused := fault("slack", activities.Credentials)
	require.Empty(t, s.seen(w, "hikeshi-slack", refused))
	s.down = false
	require.Len(t, s.seen(w, "hikeshi-slack", refused, refused), 1)
}

// The interceptor sees an activity's outcome, and changes nothing.
func TestTheInterceptor(t *testing.T) {
	s := &temporal{}
	w := s.watch(well)
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{w}})
	refuse := func(context.Context) (string, error) { return "", fault("slack", activities.Credentials) }
	env.RegisterActivity(refuse)
	_, err := env.ExecuteActivity(refuse)
	require.Equal(t, activities.Credentials, activities.FaultOf(err).Class)
	w.work.Wait()
	require.Len(t, s.told, 1)
	require.False(t, s.told[0].trouble.At.IsZero())

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	env = suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{w}, BackgroundActivityContext: ended})
	env.RegisterActivity(refuse)
	w.counts["slack"].untold()
	_, err = env.ExecuteActivity(refuse)
	require.Error(t, err)
	w.Stop()
	require.Len(t, s.told, 1, "what was cancelled says nothing about the vendor")
}

func held(reason string, rate float32, age time.Duration) *taskqueuepb.RateLimitConfig {
	return &taskqueuepb.RateLimitConfig{RateLimit: &taskqueuepb.RateLimit{RequestsPerSecond: rate},
		Metadata: &taskqueuepb.ConfigMetadata{Reason: reason, UpdateTime: timestamppb.New(time.Now().Add(-age))}}
}

// A queue must not stay held by mistake, and what a person holds must stay so.
func TestPatrol(t *testing.T) {
	const ours, running, ended = "held by breaker/slack: Credentials", enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
	const calm, mute = -running, -2 * running // it runs all the same
	refuse := func(context.Context) error { return fault("slack", activities.Credentials) }
	for _, c := range []struct {
		name             string
		rate             *taskqueuepb.RateLimitConfig
		breaker          enumspb.WorkflowExecutionStatus
		check            func(context.Context) error
		starts, releases bool
	}{
		{"nothing is held", nil, 0, well, false, false},
		{"its breaker works", held(ours, 0, time.Minute), running, well, false, false},
		{"its breaker knows of nothing", held(ours, 0, time.Minute), calm, well, true, false},
		{"its breaker does not answer", held(ours, 0, time.Minute), mute, well, false, false},
		{"its breaker was terminated", held(ours, 0, time.Minute), ended, well, true, false},
		{"its breaker is unknown to a restored Temporal", held(ours, 0, time.Hour), 0, refuse, true, false},
		{"its breaker does not work any more", held(ours, 0, time.Hour), running, well, false, true},
		{"and the vendor is down", held(ours, 0, time.Hour), running, refuse, false, false},
		{"a person holds it", held("maintenance", 0, time.Hour), 0, well, false, false},
		{"a person has slowed it down", held("", 5, time.Hour), 0, well, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &temporal{rate: c.rate, breaker: c.breaker, phase: workflows.BreakerHeld, mute: c.breaker == mute}
			if c.breaker == calm {
				s.phase = workflows.BreakerReleased
			}
			if c.breaker < 0 {
				s.breaker = running
			}
			w := s.watch(c.check)
			w.Round(t.Context())
			w.Stop()
			if c.starts {
				require.Len(t, s.told, 1)
				require.True(t, s.told[0].trouble.Orphan)
			} else {
				require.Empty(t, s.told)
			}
			require.Equal(t, c.releases, c.rate != nil && s.rate.GetRateLimit() == nil)
		})
	}
}

// While a vendor is held, an error of its says so, and a long activity comes back after a while; nothing else changes.
func TestAnErrorSaysThatTheVendorIsHeld(t *testing.T) {
	ours := held("held by breaker/slack: Credentials", 0, time.Minute)
	outage := activities.Fault{Class: activities.Unavailable, System: "slack", Op: "read", Cause: "HTTP 503"}
	denied, other, busy := outage, outage, outage
	denied.Class, other.System, busy.Class = activities.Denied, "jira", activities.RateLimited
	for _, c := range []struct {
		name, queue string
		fault       activities.Fault
		rate        *taskqueuepb.RateLimitConfig
		held        bool
		after       time.Duration
	}{
		{"mirror and archive", "hikeshi-bulk", outage, ours, true, heldRetry},
		{"the vendor's own steps", "hikeshi-slack", outage, ours, true, 0},
		{"nothing is held", "hikeshi-bulk", outage, nil, false, 0},
		{"a person holds it", "hikeshi-bulk", outage, held("maintenance", 0, 0), false, 0},
		{"another vendor", "hikeshi-bulk", other, ours, false, 0},
		{"an answer", "hikeshi-bulk", denied, ours, false, 0},
		{"a rate", "hikeshi-bulk", busy, ours, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &temporal{rate: c.rate}
			w := s.watch(well)
			defer w.Stop()
			got := activities.FaultOf(w.mark(t.Context(), c.queue, c.fault.Error()))
			want := c.fault
			want.Held, want.After = c.held, c.after
			require.Equal(t, want, got)
		})
	}
	require.NoError(t, (&temporal{}).watch(well).mark(t.Context(), "hikeshi-bulk", nil))
}
