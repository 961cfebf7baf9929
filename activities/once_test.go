package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"hikeshi/activities"
)

// try is what one execution of an effect does outside, and what it saw.
type try struct {
	found           bool // the look-up finds the thing
	lookErr, actErr error
	looked, acted   int
	last            time.Time // what the look-up was told
	receipt         activities.Receipt
	call            func(context.Context) error // what the act does outside; nil: nothing
}

func (x *try) run(ctx context.Context, e activities.Effect) (string, error) {
	lookUp := func(_ context.Context, last time.Time) (bool, string, error) {
		x.looked++
		x.last = last
		return x.found, "found", x.lookErr
	}
	act := func(ctx context.Context) (string, error) {
		x.acted++
		if x.call != nil {
			return "made", x.call(ctx)
		}
		return "made", x.actErr
	}
	thing, receipt, err := activities.Once(ctx, e, lookUp, act)
	x.receipt = receipt
	return thing, err
}

// execute runs the effect as an activity's attempt 1; the heartbeats are what earlier attempts left.
func (x *try) execute(t *testing.T, e activities.Effect, heartbeat any) (thing string, beats [][]activities.Attempt, err error) {
	t.Helper()
	return x.attempt(t, 1, e, heartbeat)
}

// attempt is execute for another number of the attempt.
func (x *try) attempt(t *testing.T, number int32, e activities.Effect, heartbeat any) (thing string, beats [][]activities.Attempt, err error) {
	t.Helper()
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&numbering{number: number}}})
	env.RegisterActivity(x.run)
	if heartbeat != nil {
		env.SetHeartbeatDetails(heartbeat)
	}
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		var list []activities.Attempt
		if err := details.Get(&list); err != nil {
			t.Errorf("read the heartbeat: %v", err)
		}
		beats = append(beats, list)
	})
	value, err := env.ExecuteActivity(x.run, e)
	if err == nil {
		err = value.Get(&thing)
	}
	return thing, beats, err
}

var (
	since = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	later = since.Add(time.Minute)
)

func TestOnceMakesAtTheFirstTryWithoutLooking(t *testing.T) {
	x := &try{found: true}
	thing, _, err := x.execute(t, activities.Effect{Key: "k", First: true, Since: since}, nil)
	require.NoError(t, err)
	require.Equal(t, "made", thing)
	require.Equal(t, 0, x.looked)
	require.Equal(t, activities.Receipt{}, x.receipt)
}

func TestOnceLooksUnlessItIsProvablyTheFirstTry(t *testing.T) {
	earlier := []activities.Attempt{{Number: 1, At: later}}
	for name, test := range map[string]struct {
		effect    activities.Effect
		heartbeat any
		last      time.Time
	}{
		"the workflow does not know":            {activities.Effect{Since: since}, nil, since},
		"an earlier execution ended":            {activities.Effect{Since: since, Last: later}, nil, later},
		"an earlier attempt left a heartbeat":   {activities.Effect{First: true, Since: since}, earlier, later},
		"a heartbeat of another shape was left": {activities.Effect{First: true, Since: since}, "older version", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			x := &try{found: true}
			thing, _, err := x.execute(t, test.effect, test.heartbeat)
			require.NoError(t, err)
			require.Equal(t, "found", thing)
			require.Equal(t, 0, x.acted, "the thing was made twice")
			require.True(t, x.receipt.Adopted)
			require.True(t, test.last.Equal(x.last), "the look-up was told %s", x.last)
		})
	}
}

func TestOnceMakesWhatItDoesNotFind(t *testing.T) {
	x := &try{}
	earlier := []activities.Attempt{{Number: 1, At: since, Class: activities.Unavailable, Cause: "HTTP 503"}}
	thing, _, err := x.execute(t, activities.Effect{First: true}, earlier)
	require.NoError(t, err)
	require.Equal(t, "made", thing)
	require.Equal(t, 1, x.looked)
	require.Equal(t, activities.Receipt{Attempts: earlier}, x.receipt)
}

// The attempt must be on record before anything is written: an activity reset begins again with attempt 1.
func TestOnceRecordsTheAttemptFirst(t *testing.T) {
	x := &try{actErr: activities.Fault{Class: activities.Ambiguous, System: "jira", Op: "open", Cause: "no answer"}.Error()}
	_, beats, err := x.execute(t, activities.Effect{First: true}, nil)
	require.Error(t, err)
	require.NotEmpty(t, beats)
	require.Len(t, beats[0], 1)
	require.Equal(t, activities.Class(""), beats[0][0].Class, "the first record is made before the end is known")
	fault := activities.FaultOf(err)
	require.Equal(t, activities.Ambiguous, fault.Class)
	require.Len(t, fault.Attempts, 1)
	require.Equal(t, "no answer", fault.Attempts[0].Cause)
	require.False(t, fault.Attempts[0].Looking)
}

func TestOnceWritesNothingWhenItCannotLook(t *testing.T) {
	x := &try{lookErr: activities.Fault{Class: activities.Unavailable, System: "jira", Op: "look", Cause: "HTTP 503"}.Error()}
	_, _, err := x.execute(t, activities.Effect{Since: since}, nil)
	require.True(t, activities.Is(err, activities.Unavailable))
	require.Equal(t, 0, x.acted)
	attempts := activities.FaultOf(err).Attempts
	require.Len(t, attempts, 1)
	require.True(t, attempts[0].Looking)
}

func TestOnceKeepsTheNewestAttempts(t *testing.T) {
	var earlier []activities.Attempt
	for n := range int32(50) {
		earlier = append(earlier, activities.Attempt{Number: n + 1, At: since.Add(time.Duration(n) * time.Second), Class: activities.Unavailable})
	}
	x := &try{actErr: errors.New("connection refused")}
	_, _, err := x.execute(t, activities.Effect{First: true}, earlier)
	attempts := activities.FaultOf(err).Attempts
	require.Len(t, attempts, 20)
	require.Equal(t, int32(32), attempts[0].Number, "the oldest that is kept")
	require.Equal(t, activities.Unavailable, attempts[19].Class)
	require.Equal(t, "connection refused", attempts[19].Cause)
}

// What the look-up is told of earlier attempts decides how long it distrusts a search that lags.
func TestOnceTellsWhenSomethingMayHaveBeenWritten(t *testing.T) {
	for name, test := range map[string]struct {
		attempt activities.Attempt
		may     bool
	}{
		"died without an answer": {activities.Attempt{}, true},
		"no answer in time":      {activities.Attempt{Class: activities.Ambiguous}, true},
		"unavailable":            {activities.Attempt{Class: activities.Unavailable}, true},
		"ended while looking":    {activities.Attempt{Class: activities.Ambiguous, Looking: true}, false},
		"turned away: rate":      {activities.Attempt{Class: activities.RateLimited}, false},
		"turned away: who":       {activities.Attempt{Class: activities.Credentials}, false},
		"turned away: may not":   {activities.Attempt{Class: activities.Denied}, false},
		"turned away: what":      {activities.Attempt{Class: activities.Invalid}, false},
		"turned away: where":     {activities.Attempt{Class: activities.NotFound}, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.attempt.Number, test.attempt.At = 1, later
			x := &try{}
			_, _, err := x.execute(t, activities.Effect{First: true, Since: since}, []activities.Attempt{test.attempt})
			require.NoError(t, err)
			require.Equal(t, 1, x.looked)
			want := time.Time{}
			if test.may {
				want = later
			}
			require.True(t, want.Equal(x.last), "the look-up was told %s, want %s", x.last, want)
		})
	}
}
