package main

import (
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
	"time"

	"hikeshi/activities/slack/slacktest"
)

// targetAck is p99 in milliseconds, of everything together.
const targetAck = 150

// gateReport is what bench gateway has measured.
type gateReport struct {
	Rate     float64   `json:"rate"` // requests a second, asked for
	Seconds  float64   `json:"seconds"`
	Channels int       `json:"channels"`
	Worker   bool      `json:"worker"` // it was at work meanwhile
	Runs     []gateRun `json:"runs"`

	json bool
}

// gateRun is one way.
type gateRun struct {
	Transport    string     `json:"transport"`
	Program      string     `json:"program"`
	Took         float64    `json:"took_s"`       // until the last request was sent
	Acknowledged span       `json:"acknowledged"` // from Slack's first sending a request until it is acknowledged, with all tries that this took
	Events       span       `json:"events"`
	Commands     span       `json:"commands"`
	Temporal     span       `json:"temporal"`        // a signal past the gateway meanwhile: what an acknowledgement takes at least
	Retried      int        `json:"retried"`         // tries that were not the first
	ByRetry      int        `json:"by_retry"`        // events that were not acknowledged at first, and were later
	GivenUp      int        `json:"given_up"`        // events that Slack sends no more, and were never acknowledged
	Unseen       int        `json:"given_up_unseen"` // of those, that Temporal does not know of
	Unanswered   int        `json:"unanswered"`      // commands for which the person saw an error
	LostEvents   int        `json:"lost_events"`     // acknowledged, and the mirror was never told
	LostCommands int        `json:"lost_commands"`   // acknowledged, and Temporal knows no case
	Settled      float64    `json:"settled_s"`       // until Temporal knew of everything, after the last was delivered
	OtherWay     int        `json:"other_way"`       // requests that came another way
	MemoryMiB    int        `json:"memory_mib"`      // of the gateway, its most
	Load         [2]float64 `json:"load"`            // of the machine, before and after
}

// lastTry is how often Slack has tried before it gives up.
const lastTry = 3

// tries is how one request fared.
type tries struct {
	kind  string
	sent  time.Time // first
	took  time.Duration
	taken bool
	again int // tries that were not the first
	last  bool
}

func (r *gateRun) count(list []slacktest.Delivery, way string) {
	requests := map[string]*tries{}
	for _, d := range list {
		if d.Way != way {
			r.OtherWay++
		}
		t := requests[d.Kind+d.ID]
		if t == nil {
			t = &tries{kind: d.Kind, sent: d.Sent}
			requests[d.Kind+d.ID] = t
		}
		t.try(d)
	}
	var all, events, commands []time.Duration
	for _, t := range requests {
		r.Retried += t.again
		switch {
		case t.taken && t.again > 0:
			r.ByRetry++
		case !t.taken && t.last:
			r.GivenUp++
		}
		if !t.taken {
			continue
		}
		all = append(all, t.took)
		if t.kind == "commands" {
			commands = append(commands, t.took)
		} else {
			events = append(events, t.took)
		}
	}
	r.Acknowledged, r.Events, r.Commands = spanOf(all), spanOf(events), spanOf(commands)
}

// try notes one more try; they come in the order in which they ended.
func (t *tries) try(d slacktest.Delivery) {
	if d.Retry > 0 {
		t.again++
	}
	t.last = t.last || d.Retry == lastTry
	if d.Taken && !t.taken {
		t.taken = true
		t.took = d.Sent.Add(time.Duration(d.Took * float64(time.Millisecond))).Sub(t.sent)
	}
}

// lose tells what the gateway has lost from what it has never acknowledged.
func (r *gateRun) lose(missing *deeds, list []slacktest.Delivery) {
	for _, s := range missing.said {
		if acknowledged(s, list) {
			r.LostEvents++
		} else {
			r.Unseen++
		}
	}
	r.LostCommands = len(missing.commands)
}

// acknowledged reports whether each event of what was said was acknowledged in the end.
func acknowledged(s said, list []slacktest.Delivery) bool {
	open := map[string]bool{}
	for _, d := range list {
		if d.Channel != s.in.channel || d.Message != s.ts || d.Sent.Before(s.at) {
			continue
		}
		if d.Taken {
			open[d.ID] = false
		} else if _, known := open[d.ID]; !known {
			open[d.ID] = true
		}
	}
	for _, is := range open {
		if is {
			return false
		}
	}
	return true
}

func (r *gateReport) print(w io.Writer) error {
	if r.json {
		return printJSON(w, r)
	}
	worker := "at rest"
	if r.Worker {
		worker = "at work"
	}
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%g requests a second for %g s in %d channels, a tenth of them commands; the worker is %s; %d processors\n", r.Rate, r.Seconds, r.Channels, worker, runtime.NumCPU())
	for _, run := range r.Runs {
		fmt.Fprintf(t, "\n%s", run.Transport)
		if run.Program != r.Runs[0].Program {
			fmt.Fprintf(t, " to %s", run.Program)
		}
		fmt.Fprintf(t, ", ms\tn\tmedian\tp90\tp99\tmax\t\n")
		for _, row := range []struct {
			what string
			span
			note string
		}{
			{"acknowledged", run.Acknowledged, fmt.Sprintf("target p99 ≤ %d", targetAck)}, {"  events", run.Events, ""}, {"  commands", run.Commands, ""},
			{"a signal past the gateway", run.Temporal, fmt.Sprintf("the gateway's median is %g of it", ratio(run.Acknowledged.Median, run.Temporal.Median))},
		} {
			fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%s\n", row.what, row.N, row.Median, row.P90, row.P99, row.Max, row.note)
		}
		fmt.Fprintf(t, "acknowledged and lost\t%d\tevents\t%d\tcommands; target 0; all known after\t%.1f s\n", run.LostEvents, run.LostCommands, run.Settled)
		fmt.Fprintf(t, "acknowledged at a later try\t%d\tgiven up by Slack\t%d\tand not known all the same\t%d\n", run.ByRetry, run.GivenUp, run.Unseen)
		fmt.Fprintf(t, "sent again\t%d\tcommands unanswered\t%d\tby another way %d\n", run.Retried, run.Unanswered, run.OtherWay)
		fmt.Fprintf(t, "sent within\t%.1f s\tmemory of the gateway\t%d MiB\tload of the machine %.1f before, %.1f after\n", run.Took, run.MemoryMiB, run.Load[0], run.Load[1])
	}
	return t.Flush()
}
