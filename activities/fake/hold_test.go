package fake_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
)

// inject gives a rule.
func (v *vendor) inject(t *testing.T, f fake.Fault) {
	t.Helper()
	require.NoError(t, v.Inject(f))
}

func (v *vendor) statuses(t *testing.T, path string, n int) (got []int) {
	t.Helper()
	for range n {
		status, _, _, _ := v.call(t, "POST", path, "") // a cut connection is status 0
		got = append(got, status)
	}
	return got
}

func TestARuleStrikesTheNthCall(t *testing.T) {
	v := start(t)
	v.inject(t, fake.Fault{Match: "POST /a", Mode: "status", Status: 409, Nth: 3, Times: 1})
	require.Equal(t, []int{200, 200, 409, 200}, v.statuses(t, "/a", 4))
}

// Two rules for one call: the retry of what the first has prevented is no further call for the second, but what the
// first has only hidden is done.
func TestRulesCountWhatIsDone(t *testing.T) {
	v := start(t)
	v.inject(t, fake.Fault{Match: "POST /a", Mode: "before", Nth: 2, Times: 1})
	v.inject(t, fake.Fault{Match: "POST /a", Mode: "status", Status: 409, Nth: 3, Times: 1})
	require.Equal(t, []int{200, 503, 200, 409}, v.statuses(t, "/a", 4))
	v.inject(t, fake.Fault{Match: "POST /b", Mode: "after", Nth: 2, Times: 1})
	v.inject(t, fake.Fault{Match: "POST /b", Mode: "status", Status: 409, Nth: 3, Times: 1})
	require.Equal(t, []int{200, 0, 409, 200}, v.statuses(t, "/b", 4))
}

func TestAWholePathIsMatchedByItsPattern(t *testing.T) {
	for match, want := range map[string]int{"POST /issue": 2, "POST /issue$": 1, "POST /issue/*/comment": 1, "* /*/1/comment": 1, "PUT /issue$": 0, "POST /issue/*": 0} {
		v := start(t)
		v.inject(t, fake.Fault{Match: match, Mode: "status", Status: 409, Tag: match})
		v.statuses(t, "/issue", 1)
		v.statuses(t, "/issue/1/comment", 1)
		n := 0
		for _, c := range v.Calls() {
			if c.Tag == match {
				n++
			}
		}
		require.Equal(t, want, n, match)
	}
}

func TestASecondFaultFollowsTheFirst(t *testing.T) {
	v := start(t)
	v.inject(t, fake.Fault{Match: "POST /a", Mode: "before", Times: 1, Then: &fake.Fault{Match: "*", Mode: "status", Status: 409, Times: 1}})
	require.Equal(t, []int{200}, v.statuses(t, "/b", 1), "there is no second before the first")
	require.Equal(t, []int{503}, v.statuses(t, "/a", 1))
	require.Equal(t, []int{409, 200}, v.statuses(t, "/b", 2))
}

// A held call is seen while it is held. Released, it goes on as if nothing had been.
func TestHeldCallsAreReleased(t *testing.T) {
	for mode, before := range map[string]int{"hold": 0, "hold-after": 1} {
		v := start(t)
		v.inject(t, fake.Fault{Match: "POST /a", Mode: mode, Times: 1})
		answer := make(chan int, 1)
		go func() { answer <- v.statuses(t, "/a", 1)[0] }()
		v.awaitHeld(t, 1)
		require.Equal(t, before, v.times(t, "/a"), mode)
		v.send(t, "DELETE", "/_control/held", 204)
		require.Equal(t, 200, <-answer, mode)
		require.Equal(t, 1, v.times(t, "/a"), mode)
		require.Empty(t, v.Held())
	}
}

// A client that goes away while its call is held gets what its death deserves: nothing was done, or all of it.
func TestTheClientOfAHeldCallDies(t *testing.T) {
	for mode, done := range map[string]int{"hold": 0, "hold-after": 1} {
		v := start(t)
		v.inject(t, fake.Fault{Match: "POST /a", Mode: mode, Times: 1})
		ctx, die := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, _, _, err := v.callWithin(ctx, t, "POST", "/a", "")
			ended <- err
		}()
		v.awaitHeld(t, 1)
		die()
		require.ErrorIs(t, <-ended, context.Canceled)
		v.awaitHeld(t, 0)
		require.Equal(t, done, v.times(t, "/a"), mode)
	}
}

func (v *vendor) awaitHeld(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, text, _, err := v.call(t, "GET", "/_control/held", "")
		var held []fake.Call
		return err == nil && json.Unmarshal([]byte(text), &held) == nil && len(held) == n
	}, time.Minute, time.Millisecond)
}

func (v *vendor) send(t *testing.T, method, path string, want int) {
	t.Helper()
	status, _, _, err := v.call(t, method, path, "")
	require.NoError(t, err)
	require.Equal(t, want, status)
}

// Who knows the first calls already asks for the rest.
func TestCallsFrom(t *testing.T) {
	v := start(t)
	v.statuses(t, "/a", 3)
	for query, want := range map[string]int{"": 3, "?from=2": 1, "?from=9": 0, "?from=x": 3} {
		_, text, _, err := v.call(t, "GET", "/_control/calls"+query, "")
		require.NoError(t, err)
		var calls []fake.Call
		require.NoError(t, json.Unmarshal([]byte(text), &calls))
		require.Len(t, calls, want, query)
	}
}
