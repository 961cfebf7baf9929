package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"hikeshi/activities/slack/slacktest"
)

func TestDeliveriesAreCounted(t *testing.T) {
	at := time.Now()
	var r gateRun
	r.count([]slacktest.Delivery{
		{Kind: "events", ID: "Ev1", Way: "socket", Sent: at, Took: 2, Taken: true}, {Kind: "commands", ID: "1.1", Way: "socket", Sent: at, Took: 8, Taken: true},
		{Kind: "events", ID: "Ev2", Way: "socket", Sent: at, Took: 3000}, {Kind: "events", ID: "Ev2", Way: "socket", Sent: at.Add(3050 * time.Millisecond), Took: 4, Taken: true, Retry: 1},
		{Kind: "events", ID: "Ev3", Way: "http", Sent: at, Took: 3000, Retry: 3},
	}, "socket")
	if r.Acknowledged.N != 3 || r.Events.Max != 3054 || r.Commands.Median != 8 || r.Retried != 2 || r.ByRetry != 1 || r.GivenUp != 1 || r.OtherWay != 1 {
		t.Errorf("%+v: a later try counts from the first, and what was given up counts as that", r)
	}
	var out bytes.Buffer
	if err := (&gateReport{Rate: 200, Channels: 100, Runs: []gateRun{r}}).print(&out); err != nil || !strings.Contains(out.String(), "target p99 ≤ 150") {
		t.Errorf("%v\n%s", err, &out)
	}
}

// What Temporal does not know of is lost only if Slack was told that it is safe.
func TestLossesAreTold(t *testing.T) {
	at := time.Now()
	in := &opened{channel: "C1"}
	delivery := func(id, message string, later time.Duration, taken bool) slacktest.Delivery {
		return slacktest.Delivery{Kind: "events", ID: id, Channel: "C1", Message: message, Sent: at.Add(later), Taken: taken}
	}
	list := []slacktest.Delivery{
		delivery("Ev1", "1.1", 1, true), delivery("Ev2", "1.2", 1, false), delivery("Ev2", "1.2", 2, false),
		delivery("Ev3", "1.3", 1, false), delivery("Ev3", "1.3", 2, true), // acknowledged at last
		delivery("Ev4", "1.4", -1, false), delivery("Ev5", "1.4", 1, true), // an edit, after an earlier one that was given up
	}
	var r gateRun
	missing := &deeds{commands: []*opened{in}}
	for _, ts := range []string{"1.1", "1.2", "1.3", "1.4"} {
		missing.said = append(missing.said, said{in: in, ts: ts, at: at})
	}
	if r.lose(missing, list); r.LostEvents != 3 || r.Unseen != 1 || r.LostCommands != 1 {
		t.Errorf("%d events and %d commands lost, %d given up: want 3, 1 and 1", r.LostEvents, r.LostCommands, r.Unseen)
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
