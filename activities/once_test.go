package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/internal/retrytest"
)

// try is what one execution of an effect does outside, and what it saw.
type try struct {
	found           bool // the look-up finds the thing
	lookErr, actErr error
	looked, acted   int
	last            time.Time // what the look-up was told
	receipt         activities.Receipt
	again           bool                        // it was scheduled anew
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
	if x.again {
		ctx = activities.StartedAgain(ctx)
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
	retrytest.Numbered(env, number)
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
		"the workflow does not know":          {activities.Effect{Since: since}, nil, since},
		"an earlier execution ended":          {activities.Effect{Since: since, Last: later}, nil, later},
		"an earlier attempt left a heartbeat": {activities.Effect{First: true, Since: since}, earlier, later},
	} {
		t.Run(name, func(t *testing.T) {
			x := &try{found: true}
			number := int32(1)
			if test.heartbeat != nil {
				number = 2
			}
			thing, _, err := x.attempt(t, number, test.effect, test.heartbeat)
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
	thing, _, err := x.attempt(t, 2, activities.Effect{First: true}, earlier)
	require.NoError(t, err)
	require.Equal(t, "made", thing)
	require.Equal(t, 1, x.looked)
	require.Equal(t, activities.Receipt{Attempts: earlier, Doubt: since}, x.receipt)
}

// Attempts that left no record may have written until this one began.
func TestOnceMindsAttemptsThatLeftNoRecord(t *testing.T) {
	wrote := func(n int32, at time.Time) activities.Attempt {
		return activities.Attempt{Number: n, At: at, Until: at, Class: activities.Unavailable}
	}
	idle := activities.Attempt{Number: 1, At: since, Until: since, Class: activities.Unavailable, Unwritten: true}
	for name, test := range map[string]struct {
		number    int32
		again     bool // scheduled anew
		heartbeat any
		last      time.Time // zero: when this attempt began
	}{
		"a heartbeat of another shape was left": {1, false, "older version", time.Time{}},
		"a reset threw the record away":         {1, true, nil, time.Time{}},
		"a reset kept the record":               {1, true, []activities.Attempt{idle}, time.Time{}},
		"the second try has no record":          {2, false, nil, time.Time{}},
		"the last one left none":                {3, false, []activities.Attempt{idle}, time.Time{}},
		"it was long ago":                       {2, false, []activities.Attempt{{Number: 1, At: later, Until: later, Unwritten: true, Gap: true}}, later},
		"the oldest were cut":                   {4, false, []activities.Attempt{{Number: 3, At: later, Until: later, Unwritten: true}}, later},
		"all are on record":                     {3, false, []activities.Attempt{wrote(1, since), wrote(2, later)}, later},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now().Truncate(time.Millisecond)
			x := &try{found: true, again: test.again}
			_, beats, err := x.attempt(t, test.number, activities.Effect{First: true, Since: since}, test.heartbeat)
			require.NoError(t, err)
			require.Equal(t, 1, x.looked)
			if !test.last.IsZero() {
				require.True(t, test.last.Equal(x.last), "the look-up was told %s", x.last)
				return
			}
			require.False(t, x.last.Before(began), "the look-up was told %s", x.last)
			this := beats[0][len(beats[0])-1]
			require.True(t, this.Gap, "the next attempt must know, too: %+v", this)
		})
	}
}

// A workflow that was reset while an activity was pending hands the same input to another run of it: what the first run's
// attempts did is not on record there.
func TestOnceLooksInAnotherRunThanTheOneThatAsked(t *testing.T) {
	const here = "default-test-run-id" // of the test environment
	for run, looks := range map[string]int{here: 0, "": 0, "the run before a reset": 1} {
		x := &try{found: true}
		_, beats, err := x.execute(t, activities.Effect{First: true, Run: run, Since: since}, nil)
		require.NoError(t, err)
		require.Equal(t, looks, x.looked, run)
		require.Equal(t, looks == 1, beats[0][0].Gap, run)
	}
}

// A request that got no answer may be carried out while we look: finding nothing proves nothing until it has had its time.
func TestOnceGivesSilentCallsTheirTime(t *testing.T) {
	now := time.Now()
	ended := func(ago time.Duration, change func(*activities.Attempt)) []activities.Attempt {
		a := activities.Attempt{Number: 1, At: now.Add(-ago - time.Second), Until: now.Add(-ago), Class: activities.Ambiguous}
		change(&a)
		return []activities.Attempt{a}
	}
	for name, test := range map[string]struct {
		effect  activities.Effect
		earlier []activities.Attempt
		waits   bool
	}{
		"just silent":             {activities.Effect{First: true, Since: since}, ended(time.Second, func(a *activities.Attempt) { a.Silent = true }), true},
		"silent a while ago":      {activities.Effect{First: true, Since: since}, ended(time.Minute, func(a *activities.Attempt) { a.Silent = true }), false},
		"just answered":           {activities.Effect{First: true, Since: since}, ended(time.Second, func(*activities.Attempt) {}), false},
		"just died":               {activities.Effect{First: true, Since: since}, ended(time.Second, func(a *activities.Attempt) { a.Class = "" }), true},
		"died, its time is out":   {activities.Effect{First: true, Since: since}, ended(time.Minute, func(a *activities.Attempt) { a.Class = "" }), false},
		"silent but only read":    {activities.Effect{First: true, Since: since}, ended(time.Second, func(a *activities.Attempt) { a.Looking = true }), false},
		"an execution just ended": {activities.Effect{Since: since, Last: now.Add(-time.Second)}, nil, true},
		"an execution ended":      {activities.Effect{Since: since, Last: now.Add(-time.Minute)}, nil, false},
		"the workflow was reset":  {activities.Effect{Since: now.Add(-time.Second)}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			test.effect.Settle = 30 * time.Second
			x := &try{}
			number := int32(1 + len(test.earlier))
			var heartbeat any
			if test.earlier != nil {
				heartbeat = test.earlier
			}
			_, _, err := x.attempt(t, number, test.effect, heartbeat)
			if !test.waits {
				require.NoError(t, err)
				require.Equal(t, 1, x.acted)
				return
			}
			fault := activities.FaultOf(err)
			require.Equal(t, activities.Ambiguous, fault.Class)
			require.Equal(t, 20*time.Second, fault.After)
			require.Regexp(t, `is given until \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ to`, fault.Cause, "a whole date: each reader is shown it in their own zone")
			require.Equal(t, 0, x.acted)
			require.True(t, fault.Attempts[len(fault.Attempts)-1].Looking)

			x = &try{found: true}
			_, _, err = x.attempt(t, number, test.effect, heartbeat)
			require.NoError(t, err, "what is found needs no wait")
		})
	}
}

// Whoever uses the result must know whether there may be a second one that nobody has seen.
func TestOnceTellsOfDoubt(t *testing.T) {
	wrote := func(n int32) activities.Attempt {
		return activities.Attempt{Number: n, At: later, Until: later, Class: activities.Ambiguous}
	}
	for name, test := range map[string]struct {
		first   bool
		found   bool
		earlier []activities.Attempt
		doubt   bool
	}{
		"first try":                         {true, false, nil, false},
		"made though another may have":      {true, false, []activities.Attempt{wrote(1)}, true},
		"found, of one that may have":       {true, true, []activities.Attempt{wrote(1)}, false},
		"found, of two that may have":       {true, true, []activities.Attempt{wrote(1), wrote(2)}, true},
		"found, of an earlier execution":    {false, true, nil, true},
		"made after one that wrote nothing": {true, false, []activities.Attempt{{Number: 1, At: later, Class: activities.Denied, Unwritten: true}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			x := &try{found: test.found}
			var heartbeat any
			if test.earlier != nil {
				heartbeat = test.earlier
			}
			_, _, err := x.attempt(t, int32(1+len(test.earlier)), activities.Effect{First: test.first, Since: since}, heartbeat)
			require.NoError(t, err)
			require.Equal(t, test.doubt, !x.receipt.Doubt.IsZero(), "doubt: %s", x.receipt.Doubt)
		})
	}
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
	_, _, err := x.attempt(t, 51, activities.Effect{First: true}, earlier)
	attempts := activities.FaultOf(err).Attempts
	require.Len(t, attempts, 20)
	require.Equal(t, int32(32), attempts[0].Number, "the oldest that is kept")
	require.Equal(t, activities.Unavailable, attempts[19].Class)
	require.Equal(t, "connection refused", attempts[19].Cause)
}

// What the look-up is told of earlier attempts decides how long it distrusts a search that lags. No class is believed to
// mean that nothing was written.
func TestOnceTellsWhenSomethingMayHaveBeenWritten(t *testing.T) {
	for name, test := range map[string]struct {
		attempt activities.Attempt
		may     bool
	}{
		"died without an answer":     {activities.Attempt{}, true},
		"no answer in time":          {activities.Attempt{Class: activities.Ambiguous}, true},
		"unavailable":                {activities.Attempt{Class: activities.Unavailable}, true},
		"ended while looking":        {activities.Attempt{Class: activities.Ambiguous, Looking: true}, false},
		"turned away whole":          {activities.Attempt{Class: activities.Denied, Unwritten: true}, false},
		"rate met at a second call":  {activities.Attempt{Class: activities.RateLimited}, true},
		"no token at a second call":  {activities.Attempt{Class: activities.Credentials}, true},
		"denied at a second call":    {activities.Attempt{Class: activities.Denied}, true},
		"invalid at a second call":   {activities.Attempt{Class: activities.Invalid}, true},
		"not found at a second call": {activities.Attempt{Class: activities.NotFound}, true},
	} {
		t.Run(name, func(t *testing.T) {
			test.attempt.Number, test.attempt.At, test.attempt.Until = 1, since, later
			x := &try{}
			_, _, err := x.attempt(t, 2, activities.Effect{First: true, Since: since}, []activities.Attempt{test.attempt})
			require.NoError(t, err)
			want, looked := time.Time{}, 0
			if test.may {
				want, looked = later, 1
			}
			require.Equal(t, looked, x.looked)
			require.True(t, want.Equal(x.last), "the look-up was told %s, want %s", x.last, want)
		})
	}
}
