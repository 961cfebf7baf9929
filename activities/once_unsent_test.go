package activities_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

// A crowd that our own buckets turn away must not spend tokens on look-ups when it comes back.
func TestOnceDoesNotLookAfterAttemptsThatSentNothing(t *testing.T) {
	kept := func(n int32) activities.Attempt {
		return activities.Attempt{Number: n, At: later, Class: activities.RateLimited, Unwritten: true}
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
		"one only looked":          {3, true, []activities.Attempt{{Number: 1, At: later, Looking: true}, kept(2)}, 0},
		"a gap before it":          {2, true, []activities.Attempt{{Number: 1, At: later, Unwritten: true, Gap: true}}, 1},
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

// Whether an attempt wrote anything is what its requests say, not its class: an act may be refused at its second call, when
// its first has made the thing.
func TestOnceRecordsWhetherAnythingWasWritten(t *testing.T) {
	for name, test := range map[string]struct {
		calls             []string
		unwritten, silent bool
	}{
		"our own rate":                    {[]string{"POST /empty"}, true, false},
		"a 429":                           {[]string{"POST /429"}, true, false},
		"our own rate after another":      {[]string{"POST /ok", "POST /empty"}, false, false},
		"a 429 after another":             {[]string{"POST /ok", "POST /429"}, false, false},
		"a lost reply, then our rate":     {[]string{"POST /lost", "POST /empty"}, false, false},
		"without a request":               {nil, false, false},
		"refused":                         {[]string{"POST /403"}, true, false},
		"refused twice":                   {[]string{"POST /404", "POST /401"}, true, false},
		"refused after a write":           {[]string{"POST /ok", "POST /403"}, false, false},
		"refused to read after a write":   {[]string{"POST /ok", "GET /401"}, false, false},
		"refused to read before a write":  {[]string{"GET /401"}, true, false},
		"read, then refused":              {[]string{"GET /ok", "POST /400"}, true, false},
		"broken off":                      {[]string{"POST /500"}, false, false},
		"there already":                   {[]string{"POST /409"}, false, false},
		"no answer":                       {[]string{"POST /hang"}, false, true},
		"no answer from behind a gateway": {[]string{"POST /504"}, false, true},
		"no answer to a read":             {[]string{"GET /hang", "POST /403"}, true, false},
		"nobody listens":                  {[]string{"POST nowhere"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			call := vendor(t)
			x := &try{call: func(ctx context.Context) error {
				for _, c := range test.calls {
					call(ctx, c)
				}
				return activities.Fault{Class: activities.Denied, System: "jira", Op: "open", Cause: "no"}.Error()
			}}
			_, beats, err := x.execute(t, activities.Effect{First: true, Since: since}, nil)
			fault := activities.FaultOf(err)
			require.Len(t, fault.Attempts, 1)
			require.Equal(t, test.unwritten, fault.Attempts[0].Unwritten)
			require.Equal(t, test.silent, fault.Attempts[0].Silent)
			require.Equal(t, test.unwritten, fault.Doubt.IsZero(), "whoever gives the effect up is told %s", fault.Doubt)
			require.Equal(t, fault.Attempts, beats[len(beats)-1], "the next attempt learns of it")
		})
	}
}

// vendor answers /ok, and /NNN with that status; it loses the reply of /lost, never answers /hang, and has a bucket for
// /empty that is used up.
func vendor(t *testing.T) func(ctx context.Context, call string) {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch status, err := strconv.Atoi(r.URL.Path[1:]); {
		case err == nil:
			w.WriteHeader(status)
		case r.URL.Path == "/lost":
			panic(http.ErrAbortHandler)
		case r.URL.Path == "/hang":
			<-r.Context().Done()
		}
	}))
	t.Cleanup(func() { web.CloseClientConnections(); web.Close() })
	options := transport.Options{Rates: transport.NewRates(1), Timeout: time.Minute, Buckets: func(r *http.Request) []transport.Bucket {
		if r.URL.Path != "/empty" {
			return nil
		}
		return []transport.Bucket{{Key: "empty", PerMinute: 0.1, Burst: 1}}
	}}
	patient := transport.Client(options)
	options.Timeout = time.Second
	impatient := transport.Client(options)
	call := func(ctx context.Context, call string) {
		method, path, _ := strings.Cut(call, " ")
		address := web.URL + path
		if path == "nowhere" {
			address = "http://127.0.0.1:1/"
		}
		req, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			t.Error(err)
			return
		}
		client := patient
		if path == "/hang" {
			client = impatient
		}
		resp, err := client.Do(req)
		var wait *transport.WaitError
		switch {
		case err == nil:
			_ = resp.Body.Close()
		case !slices.Contains([]string{"/lost", "/hang", "nowhere"}, path) && !errors.As(err, &wait):
			t.Error(err)
		}
	}
	call(t.Context(), "POST /empty")
	return call
}
