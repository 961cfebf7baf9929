package fake_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
)

// vendor is a fake with one call, which counts how often it was done.
type vendor struct {
	*fake.Control
	*httptest.Server
	done *fake.Table[int]
}

func start(t *testing.T) *vendor {
	t.Helper()
	store, err := fake.OpenStore("")
	require.NoError(t, err)
	done, err := fake.NewTable[int](store, "done")
	require.NoError(t, err)
	v := &vendor{done: done}
	v.Control = &fake.Control{Store: store, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := done.Get(r.URL.Path)
		done.Put(r.URL.Path, n+1)
		fake.WriteJSON(w, map[string]int{"done": n + 1})
	})}
	v.Server = httptest.NewServer(v.Control)
	t.Cleanup(v.Close)
	return v
}

// call returns the status, the body and Retry-After, or the error that a client sees.
func (v *vendor) call(t *testing.T, method, path, body string) (status int, text, retryAfter string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return v.callWithin(ctx, t, method, path, body)
}

func (v *vendor) callWithin(ctx context.Context, t *testing.T, method, path, body string) (status int, text, retryAfter string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, v.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), resp.Header.Get("Retry-After"), err
}

// times returns how often the call was done.
func (v *vendor) times(t *testing.T, path string) (n int) {
	t.Helper()
	require.NoError(t, v.Store.Locked(func() { n, _ = v.done.Get(path) }))
	return n
}

func TestFaultModes(t *testing.T) {
	for _, test := range []struct {
		fault  fake.Fault
		status int // 0: no reply
		done   int
	}{
		{fake.Fault{Mode: "before"}, 503, 0},
		{fake.Fault{Mode: "status", Status: 409}, 409, 0},
		{fake.Fault{Mode: "status", Status: 429, RetryAfter: 7}, 429, 0},
		{fake.Fault{Mode: "drop"}, 0, 0},
		{fake.Fault{Mode: "after"}, 0, 1},
		{fake.Fault{Mode: "garbage"}, 200, 1},
		{fake.Fault{Mode: "latency", LatencyMS: 1}, 200, 1},
	} {
		t.Run(fmt.Sprint(test.fault.Mode, test.fault.Status), func(t *testing.T) {
			v := start(t)
			test.fault.Match, test.fault.Times = "PUT /thing", 1
			require.NoError(t, v.Inject(test.fault))
			status, text, retryAfter, err := v.call(t, http.MethodPut, "/thing/1", "")
			require.Equal(t, test.status, status)
			require.Equal(t, test.status == 0, err != nil, "%v", err)
			require.Equal(t, test.done, v.times(t, "/thing/1"))
			require.Equal(t, test.fault.RetryAfter == 7, retryAfter == "7")
			require.Equal(t, test.fault.Mode == "garbage", strings.Contains(text, "<html>"))

			status, _, _, err = v.call(t, http.MethodPut, "/thing/1", "")
			require.NoError(t, err, "the rule is used up")
			require.Equal(t, 200, status)
			require.Equal(t, test.done+1, v.times(t, "/thing/1"))
		})
	}
}

func TestHangLastsUntilTheClientGivesUp(t *testing.T) {
	v := start(t)
	require.NoError(t, v.Inject(fake.Fault{Match: "*", Mode: "hang"}))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _, _, err := v.callWithin(ctx, t, http.MethodPut, "/thing", "body")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, 0, v.times(t, "/thing"))
}

func TestFaultsApplyInTheirOrder(t *testing.T) {
	v := start(t)
	for _, f := range []fake.Fault{
		{Match: "PUT /other", Mode: "before", Status: 500},
		{Match: "PUT /thing", Mode: "before", Status: 502, Times: 1},
		{Match: "* /thing", Mode: "before", Status: 504, Times: 2},
	} {
		require.NoError(t, v.Inject(f))
	}
	var got []int
	for range 4 {
		status, _, _, err := v.call(t, http.MethodPut, "/thing", "")
		require.NoError(t, err)
		got = append(got, status)
	}
	require.Equal(t, []int{502, 504, 504, 200}, got)
	var faults []string
	for _, call := range v.Calls() {
		faults = append(faults, fmt.Sprint(call.Fault, call.Status))
	}
	require.Equal(t, []string{"before502", "before504", "before504", "200"}, faults)
	v.ClearFaults()
	status, _, _, err := v.call(t, http.MethodPut, "/other", "")
	require.NoError(t, err)
	require.Equal(t, 200, status, "the rule without an end should be gone")
}

func TestFaultsOfOneTagAreTakenBack(t *testing.T) {
	v := start(t)
	require.NoError(t, v.Inject(fake.Fault{Match: "*", Mode: "status", Status: 418, Tag: "mine"}))
	require.NoError(t, v.Inject(fake.Fault{Match: "*", Mode: "status", Status: 503}))
	status, _, _, err := v.call(t, http.MethodGet, "/anything", "")
	require.NoError(t, err)
	require.Equal(t, 418, status)
	_, _, _, err = v.call(t, http.MethodDelete, "/_control/faults?tag=mine", "")
	require.NoError(t, err)
	status, _, _, err = v.call(t, http.MethodGet, "/anything", "")
	require.NoError(t, err)
	require.Equal(t, 503, status)
}

func TestFaultsAreChecked(t *testing.T) {
	v := start(t)
	require.EqualError(t, v.Inject(fake.Fault{Match: "*", Mode: "afterwards"}),
		`unknown mode "afterwards": use one of before, after, status, latency, garbage, drop, hang, late, hold, hold-after`)
	require.EqualError(t, v.Inject(fake.Fault{Mode: "after"}), `match is empty: name a call such as "conversations.create" or "POST /rest/api/2/issue"`)
	require.ErrorContains(t, v.Inject(fake.Fault{Match: "*", Mode: "status", Error: "not_authed"}), "has no names for its errors")
	v.Control.Word = func(w http.ResponseWriter, name string) int { fake.WriteJSON(w, name); return http.StatusOK }
	require.NoError(t, v.Inject(fake.Fault{Match: "*", Mode: "status", Error: "not_authed", Times: 1}))
	code, said, _, err := v.call(t, http.MethodGet, "/anything", "")
	require.NoError(t, err)
	require.Equal(t, 200, code)
	require.Equal(t, "\"not_authed\"\n", said)
	status, text, _, err := v.call(t, http.MethodPost, "/_control/faults", `{"mode":"after"}`)
	require.NoError(t, err)
	require.Equal(t, 400, status)
	require.Contains(t, text, "fault rule: match is empty")
}

func TestControlEndpoints(t *testing.T) {
	v := start(t)
	v.Seed = func() { v.done.Put("/seeded", 1) }
	v.Name = func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/api/") }
	must := func(method, path, body string, want int) string {
		status, text, _, err := v.call(t, method, path, body)
		require.NoError(t, err)
		require.Equal(t, want, status, text)
		return text
	}
	must(http.MethodPost, "/_control/faults", `{"match":"things.make","mode":"before","status":418}`, 204)
	must(http.MethodPost, "/api/things.make", "", 418)
	must(http.MethodDelete, "/_control/faults", "", 204)
	must(http.MethodPost, "/api/things.make", "", 200)
	require.Equal(t, 2, v.Count("things.make"))
	require.Equal(t, 2, v.Count("POST /api/"))
	require.Equal(t, 0, v.Count("GET /api/"))
	require.Contains(t, must(http.MethodGet, "/_control/calls", "", 200), `"name":"things.make"`)
	require.JSONEq(t, `{"done":{"/api/things.make":1}}`, must(http.MethodGet, "/_control/state", "", 200))

	must(http.MethodPost, "/_control/faults", `{"match":"*","mode":"before"}`, 204)
	must(http.MethodPost, "/_control/reset", "", 204)
	require.JSONEq(t, `{"done":{"/seeded":1}}`, must(http.MethodGet, "/_control/state", "", 200))
	require.Empty(t, v.Calls())
	must(http.MethodPost, "/api/things.make", "", 200)
}

func TestRatesAreLimited(t *testing.T) {
	v := start(t)
	v.Limits = func(r *http.Request) []fake.Limit {
		return []fake.Limit{{Key: r.URL.Path, PerMinute: 1, Burst: 4, Cost: 2}, {Key: "all", PerMinute: 1, Burst: 3}}
	}
	var got []int
	for _, path := range []string{"/a", "/a", "/a", "/b", "/b"} { // the third finds /a empty, the fifth all
		status, _, retryAfter, err := v.call(t, http.MethodPut, path, "")
		require.NoError(t, err)
		require.Equal(t, status == 429, retryAfter != "", "Retry-After is %q", retryAfter)
		got = append(got, status)
	}
	require.Equal(t, []int{200, 200, 429, 200, 429}, got, "a refused call should draw nothing")
	require.Equal(t, 2, v.times(t, "/a"))

	status, _, _, err := v.call(t, http.MethodPost, "/_control/limits", `{"enabled":false}`)
	require.NoError(t, err)
	require.Equal(t, 204, status)
	status, _, _, err = v.call(t, http.MethodPut, "/b", "")
	require.NoError(t, err)
	require.Equal(t, 200, status)
}
