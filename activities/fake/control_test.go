package fake_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"hikeshi/activities/fake"
)

// A measurement takes the end of a call from its record: it must include what a latency rule adds.
func TestCallTellsWhenAndOfWhat(t *testing.T) {
	store, err := fake.OpenStore("")
	if err != nil {
		t.Fatal(err)
	}
	c := &fake.Control{
		Store: store, Object: func(r *http.Request) string { return r.URL.Query().Get("channel") },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }),
	}
	if err := c.Inject(fake.Fault{Match: "*", Mode: "latency", LatencyMS: 20}); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	c.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/api/pins.add?channel=C1", nil))
	calls := c.Calls()
	if len(calls) != 1 || calls[0].Object != "C1" || calls[0].Status != http.StatusAccepted {
		t.Fatalf("calls = %+v, want one of channel C1 that was answered 202", calls)
	}
	if took := calls[0].Done.Sub(calls[0].Time); took < 20*time.Millisecond || calls[0].Done.Before(before) || calls[0].Done.After(time.Now()) {
		t.Errorf("the call lasted %s until %s, want at least 20ms, until now", took, calls[0].Done)
	}
}
