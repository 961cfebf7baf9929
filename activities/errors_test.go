package activities_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
)

// beyond returns the error as the workflow gets it: after the way through Temporal's failure.
func beyond(t *testing.T, err error) error {
	t.Helper()
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	fail := func(context.Context) error { return err }
	env.RegisterActivity(fail)
	_, got := env.ExecuteActivity(fail)
	require.Error(t, got)
	return got
}

func TestFaultSurvivesTheWayToTheWorkflow(t *testing.T) {
	sent := activities.Fault{
		Class: activities.RateLimited, System: "slack", Op: `open channel "sec-42"`, Cause: "ratelimited", Hint: "wait", After: 30 * time.Second,
		Attempts: []activities.Attempt{{Number: 1, At: since, Class: activities.RateLimited, Cause: "ratelimited"}},
	}
	require.Equal(t, sent, activities.FaultOf(sent.Error()), "on the activity's side")
	require.Equal(t, sent, activities.FaultOf(beyond(t, sent.Error())), "on the workflow's side")
	require.EqualError(t, unwrapped(t, sent.Error()), `slack: open channel "sec-42": ratelimited (wait) (type: RateLimited, retryable: true)`)
}

func unwrapped(t *testing.T, err error) *temporal.ApplicationError {
	t.Helper()
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	return app
}

func TestOnlyFinalFaultsEndTheRetries(t *testing.T) {
	for class, final := range map[activities.Class]bool{
		activities.Unavailable: false, activities.RateLimited: false, activities.Ambiguous: false, activities.Credentials: false,
		activities.Denied: true, activities.Invalid: true, activities.NotFound: true,
	} {
		err := activities.Fault{Class: class, System: "jira", Op: "open", Cause: "x"}.Error()
		app := unwrapped(t, err)
		require.Equal(t, final, app.NonRetryable(), class)
		require.Equal(t, final, class.Final(), class)
		require.True(t, activities.Is(err, class), class)
	}
	require.False(t, activities.Is(nil, activities.Unavailable))
}

func TestFaultOfOtherErrors(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		class activities.Class
		cause string
	}{
		"any error":                       {errors.New("connection refused"), activities.Unavailable, "connection refused"},
		"our time is over":                {fmt.Errorf("call: %w", context.DeadlineExceeded), activities.Ambiguous, "no answer in time"},
		"Temporal's time-out":             {temporal.NewTimeoutError(0, nil), activities.Ambiguous, "no answer in time"},
		"an application error of a class": {temporal.NewApplicationError("no", "Denied"), activities.Denied, "no"},
		"failed by hand":                  {temporal.NewNonRetryableApplicationError("give it up", "", nil), activities.Invalid, "give it up"},
		"of somebody else's type":         {temporal.NewApplicationError("odd", "Odd"), activities.Unavailable, "odd"},
	} {
		got := activities.FaultOf(test.err)
		require.Equal(t, activities.Fault{Class: test.class, Cause: test.cause}, got, name)
	}
}

// The server hands on how the attempt before a time-out had ended. What that one knew of itself says nothing of the silent
// one, which may have written.
func TestATimeOutTellsNothingOfItsAttempt(t *testing.T) {
	told := activities.Fault{
		Class: activities.Unavailable, System: "jira", Op: "open ticket", Cause: "connection refused", Hint: "wait", Told: true,
		Attempts: []activities.Attempt{{Number: 1, At: since, Class: activities.Unavailable, Unwritten: true}},
	}
	got := activities.FaultOf(temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, told.Error()))
	require.Equal(t, activities.Fault{
		Class: activities.Ambiguous, System: "jira", Op: "open ticket", Cause: "no answer in time; before that: connection refused", Attempts: told.Attempts,
	}, got)

	told.Class, told.Doubt = activities.Credentials, since
	got = activities.FaultOf(temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_HEARTBEAT, told.Error()))
	require.Equal(t, activities.Credentials, got.Class, "nobody's case is at fault all the same")
	require.False(t, got.Told)
	require.Zero(t, got.Doubt)
	told.Class, told.Held = activities.Unavailable, true
	require.True(t, activities.FaultOf(temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_HEARTBEAT, told.Error())).Held)
}

// Temporal cuts a failure at 4 KiB, wherever that is.
func TestFaultCutsAVendorsLongText(t *testing.T) {
	for _, cause := range []string{strings.Repeat("x", 5000), strings.Repeat("障害", 1000)} {
		got := activities.FaultOf(beyond(t, activities.Fault{Class: activities.Invalid, System: "jira", Op: "open", Cause: cause}.Error())).Cause
		require.LessOrEqual(t, len(got), 400+len("…"))
		require.True(t, utf8.ValidString(got), "cut within a character: %q", got)
		require.True(t, strings.HasSuffix(got, "…") && strings.HasPrefix(cause, strings.TrimSuffix(got, "…")))
	}
	short := strings.Repeat("y", 400)
	require.Equal(t, short, activities.FaultOf(activities.Fault{Class: activities.Invalid, Cause: short}.Error()).Cause)
}
