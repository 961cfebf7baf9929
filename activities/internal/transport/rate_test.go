package transport

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// slow is a bucket that holds a burst and then stays empty for a minute.
func slow(key string, burst, cost int) Bucket {
	return Bucket{Key: key, PerMinute: 1, Burst: burst, Cost: cost}
}

// requireSpread wants a wait and up to a quarter more.
func requireSpread(t *testing.T, want, got time.Duration) {
	t.Helper()
	require.GreaterOrEqual(t, got, want)
	require.LessOrEqual(t, got, want+want/4)
}

func TestABucketGivesItsBurstAndThenRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRates(1)
		bucket := []Bucket{slow("conversations.create", 2, 0)}
		require.NoError(t, r.wait(t.Context(), bucket))
		require.NoError(t, r.wait(t.Context(), bucket))
		err := r.wait(t.Context(), bucket)
		var wait *WaitError
		require.ErrorAs(t, err, &wait)
		require.Equal(t, "conversations.create", wait.Key)
		requireSpread(t, time.Minute, wait.Wait)
		require.NoError(t, r.wait(t.Context(), []Bucket{slow("chat.postMessage", 1, 0)}), "another call has a bucket of its own")
	})
}

func TestACrowdDoesNotComeBackTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRates(1)
		bucket := []Bucket{slow("k", 1, 0)}
		require.NoError(t, r.wait(t.Context(), bucket))
		var least, most time.Duration
		for range 50 {
			var wait *WaitError
			require.ErrorAs(t, r.wait(t.Context(), bucket), &wait)
			requireSpread(t, time.Minute, wait.Wait)
			if least == 0 || wait.Wait < least {
				least = wait.Wait
			}
			most = max(most, wait.Wait)
		}
		require.Greater(t, most-least, 5*time.Second, "fifty come back within %s", most-least)
	})
}

func TestWaitErrorIsForPeople(t *testing.T) {
	err := &WaitError{Key: "conversations.create", Wait: 29*time.Second + 600*time.Millisecond}
	require.EqualError(t, err, "our share of the rate of conversations.create is used up for 30s")
}

func TestAWorkerGetsItsShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		half := NewRates(0.5)
		bucket := []Bucket{slow("k", 4, 0)}
		require.NoError(t, half.wait(t.Context(), bucket))
		require.NoError(t, half.wait(t.Context(), bucket))
		var wait *WaitError
		require.ErrorAs(t, half.wait(t.Context(), bucket), &wait)
		requireSpread(t, 2*time.Minute, wait.Wait) // half the rate is twice the wait
	})
}

func TestACallDrawsItsCost(t *testing.T) {
	r := NewRates(1)
	require.NoError(t, r.wait(t.Context(), []Bucket{slow("k", 5, 5)}))
	require.Error(t, r.wait(t.Context(), []Bucket{slow("k", 5, 1)}), "the bucket should be empty")
	// A share may hold less than one call costs; the call must be possible all the same.
	require.NoError(t, NewRates(0.1).wait(t.Context(), []Bucket{slow("k", 5, 5)}))
}

// What is not made must not be paid for.
func TestARefusedCallDrawsNothing(t *testing.T) {
	r := NewRates(1)
	require.NoError(t, r.wait(t.Context(), []Bucket{slow("empty", 1, 0)}))
	require.Error(t, r.wait(t.Context(), []Bucket{slow("full", 1, 0), slow("empty", 1, 0)}))
	require.NoError(t, r.wait(t.Context(), []Bucket{slow("full", 1, 0)}))
}

func TestAShortWaitIsWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRates(1)
		bucket := []Bucket{{Key: "k", PerMinute: 1200, Burst: 1}} // one each 50 ms
		require.NoError(t, r.wait(t.Context(), bucket))
		began := time.Now()
		require.NoError(t, r.wait(t.Context(), bucket))
		require.Equal(t, 50*time.Millisecond, time.Since(began))

		gone, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, r.wait(gone, bucket), context.Canceled)
	})
}

// After a 429 the vendor has no tokens left, whatever we counted.
func TestA429EmptiesTheBuckets(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	c := Client(Options{Rates: NewRates(1), Buckets: func(r *http.Request) []Bucket { return []Bucket{slow(r.URL.Path, 100, 0)} }})
	resp, err := get(t, c, v.URL+"/a")
	require.NoError(t, err)
	require.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
	_, err = get(t, c, v.URL+"/a")
	var wait *WaitError
	require.ErrorAs(t, err, &wait)
	require.Len(t, v.seen, 1, "the second call should not have been made")
	_, err = get(t, c, v.URL+"/b")
	require.NoError(t, err, "another call's bucket is not emptied")
}
