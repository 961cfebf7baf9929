package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"hikeshi/activities/slack/slacktest"
)

func TestDeliveriesAreCounted(t *testing.T) {
	var r gateRun
	r.count([]slacktest.Delivery{
		{Kind: "events", Way: "socket", Took: 2, Taken: true}, {Kind: "commands", Way: "socket", Took: 8, Taken: true},
		{Kind: "events", Way: "socket", Took: 3000}, {Kind: "events", Way: "socket", Took: 4, Taken: true, Retry: 1},
		{Kind: "events", Way: "http", Took: 3000, Retry: 3},
	}, "socket")
	if r.Acknowledged.N != 3 || r.Events.Max != 4 || r.Commands.Median != 8 || r.Retried != 2 || r.GivenUp != 1 || r.OtherWay != 1 {
		t.Errorf("%+v", r)
	}
	var out bytes.Buffer
	if err := (&gateReport{Rate: 200, Channels: 100, Runs: []gateRun{r}}).print(&out, false); err != nil || !strings.Contains(out.String(), "target p99 ≤ 150") {
		t.Errorf("%v\n%s", err, &out)
	}
}

// A bell counts for all that was said before it, a hint only for its own message.
func TestAnEarHears(t *testing.T) {
	at := time.Now()
	e := ear{bells: map[string]time.Time{"C1": at}, hints: map[string]map[string]time.Time{"C1": {"1.1": at}}}
	in := &opened{channel: "C1"}
	for _, tt := range []struct {
		said
		want bool
	}{
		{said{in: in, at: at.Add(-time.Second)}, true}, {said{in: in, at: at.Add(time.Second)}, false}, {said{in: &opened{channel: "C2"}, at: at.Add(-time.Second)}, false},
		{said{in: in, ts: "1.1", hint: true, at: at.Add(-time.Second)}, true}, {said{in: in, ts: "1.2", hint: true, at: at.Add(-time.Second)}, false},
	} {
		if got := e.heard(tt.said); got != tt.want {
			t.Errorf("%+v: heard %v", tt.said, got)
		}
	}
}
