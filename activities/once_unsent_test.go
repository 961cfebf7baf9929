package activities_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

// numbering tells activities the number of their attempt; the test environment knows only attempt 1.
type numbering struct {
	interceptor.WorkerInterceptorBase
	number int32
}

func (n *numbering) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &numberedInbound{interceptor.ActivityInboundInterceptorBase{Next: next}, n.number}
}

type numberedInbound struct {
	interceptor.ActivityInboundInterceptorBase
	number int32
}

func (i *numberedInbound) Init(out interceptor.ActivityOutboundInterceptor) error {
	return i.Next.Init(&numberedOutbound{interceptor.ActivityOutboundInterceptorBase{Next: out}, i.number})
}

type numberedOutbound struct {
	interceptor.ActivityOutboundInterceptorBase
	number int32
}

func (o *numberedOutbound) GetInfo(ctx context.Context) activity.Info {
	info := o.Next.GetInfo(ctx)
	info.Attempt = o.number
	return info
}

// A crowd that our own buckets turn away must not spend tokens on look-ups when it comes back.
func TestOnceDoesNotLookAfterAttemptsThatSentNothing(t *testing.T) {
	kept := func(n int32) activities.Attempt {
		return activities.Attempt{Number: n, At: later, Class: activities.RateLimited, Unsent: true}
	}
	for name, test := range map[string]struct {
		number int32
		first  bool
		list   []activities.Attempt
		looked int
	}{
		"all kept back":            {3, true, []activities.Attempt{kept(1), kept(2)}, 0},
		"not the first effect":     {2, false, []activities.Attempt{kept(1)}, 1},
		"one died":                 {3, true, []activities.Attempt{{Number: 1, At: later}, kept(2)}, 1},
		"of unknown shape":         {2, true, []activities.Attempt{{}}, 1},
		"one met the rate halfway": {2, true, []activities.Attempt{{Number: 1, At: later, Class: activities.RateLimited}}, 1},
		"one is not on record":     {3, true, []activities.Attempt{kept(1)}, 1},
		"the oldest were cut":      {3, true, []activities.Attempt{kept(2), kept(3)}, 1},
		"none is on record":        {2, true, nil, 1},
		"the activity was reset":   {1, true, []activities.Attempt{kept(1)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			x := &try{}
			var heartbeat any
			if test.list != nil {
				heartbeat = test.list
			}
			_, _, err := x.attempt(t, test.number, activities.Effect{First: test.first, Since: since}, heartbeat)
			require.NoError(t, err)
			require.Equal(t, test.looked, x.looked)
			require.Equal(t, 1, x.acted)
		})
	}
}

// Whether an attempt sent anything is what its requests say, not its class: an act may meet the rate at its second call.
func TestOnceRecordsWhetherAnythingWasSent(t *testing.T) {
	for name, test := range map[string]struct {
		paths  []string
		unsent bool
	}{
		"our own rate":                   {[]string{"/empty"}, true},
		"a 429":                          {[]string{"/429"}, true},
		"our own rate after another":     {[]string{"/ok", "/empty"}, false},
		"a 429 after another":            {[]string{"/ok", "/429"}, false},
		"a lost reply, then our rate":    {[]string{"/lost", "/empty"}, false},
		"rate limited without a request": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			call := vendor(t)
			x := &try{call: func(ctx context.Context) error {
				for _, path := range test.paths {
					call(ctx, path)
				}
				return activities.Fault{Class: activities.RateLimited, System: "jira", Op: "open", Cause: "rate"}.Error()
			}}
			_, beats, err := x.execute(t, activities.Effect{First: true, Since: since}, nil)
			attempts := activities.FaultOf(err).Attempts
			require.Len(t, attempts, 1)
			require.Equal(t, test.unsent, attempts[0].Unsent)
			require.Equal(t, attempts, beats[len(beats)-1], "the next attempt learns of it")
		})
	}
}

// vendor serves /ok, answers /429 with that, loses the reply of /lost, and has a bucket for /empty that is used up.
func vendor(t *testing.T) func(ctx context.Context, path string) {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/429":
			w.WriteHeader(http.StatusTooManyRequests)
		case "/lost":
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(web.Close)
	client := transport.Client(transport.Options{Rates: transport.NewRates(1), Timeout: 10 * time.Second, Buckets: func(r *http.Request) []transport.Bucket {
		if r.URL.Path != "/empty" {
			return nil
		}
		return []transport.Bucket{{Key: "empty", PerMinute: 0.1, Burst: 1}}
	}})
	call := func(ctx context.Context, path string) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, web.URL+path, nil)
		if err != nil {
			t.Error(err)
			return
		}
		resp, err := client.Do(req)
		var wait *transport.WaitError
		switch {
		case err == nil:
			_ = resp.Body.Close()
		case path != "/lost" && !errors.As(err, &wait):
			t.Error(err)
		}
	}
	call(t.Context(), "/empty")
	return call
}
