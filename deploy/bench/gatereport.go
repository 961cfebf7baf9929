package main

import (
	"encoding/json"
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
}

// gateRun is one way.
type gateRun struct {
	Transport    string     `json:"transport"`
	Took         float64    `json:"took_s"`       // until the last request was sent
	Acknowledged span       `json:"acknowledged"` // from Slack's sending a request until it is acknowledged
	Events       span       `json:"events"`
	Commands     span       `json:"commands"`
	Retried      int        `json:"retried"`       // events that Slack had to send again
	GivenUp      int        `json:"given_up"`      // events that Slack sends no more
	Unanswered   int        `json:"unanswered"`    // commands for which the person saw an error
	LostEvents   int        `json:"lost_events"`   // said, and the mirror was never told
	LostCommands int        `json:"lost_commands"` // acknowledged, and Temporal knows no case
	OtherWay     int        `json:"other_way"`     // requests that came another way
	MemoryMiB    int        `json:"memory_mib"`    // of the gateway, its most
	Load         [2]float64 `json:"load"`          // of the machine, before and after
}

// lastTry is how often Slack has tried before it gives up.
const lastTry = 3

func (r *gateRun) count(list []slacktest.Delivery, way string) {
	var all, events, commands []time.Duration
	for _, d := range list {
		if d.Way != way {
			r.OtherWay++
		}
		if d.Retry > 0 {
			r.Retried++
		}
		if !d.Taken {
			if d.Retry == lastTry {
				r.GivenUp++
			}
			continue
		}
		took := time.Duration(d.Took * float64(time.Millisecond))
		all = append(all, took)
		if d.Kind == "commands" {
			commands = append(commands, took)
		} else {
			events = append(events, took)
		}
	}
	r.Acknowledged, r.Events, r.Commands = spanOf(all), spanOf(events), spanOf(commands)
}

func (r *gateReport) print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	worker := "at rest"
	if r.Worker {
		worker = "at work"
	}
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%g requests a second for %g s in %d channels, a tenth of them commands; the worker is %s; %d processors\n", r.Rate, r.Seconds, r.Channels, worker, runtime.NumCPU())
	for _, run := range r.Runs {
		fmt.Fprintf(t, "\n%s, ms\tn\tmedian\tp90\tp99\tmax\t\n", run.Transport)
		for _, row := range []struct {
			what string
			span
			note string
		}{
			{"acknowledged", run.Acknowledged, fmt.Sprintf("target p99 ≤ %d", targetAck)}, {"  events", run.Events, ""}, {"  commands", run.Commands, ""},
		} {
			fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%s\n", row.what, row.N, row.Median, row.P90, row.P99, row.Max, row.note)
		}
		fmt.Fprintf(t, "acknowledged and lost\t%d\tevents\t%d\tcommands; target 0\n", run.LostEvents, run.LostCommands)
		fmt.Fprintf(t, "sent again\t%d\tgiven up\t%d\tcommands unanswered %d, by another way %d\n", run.Retried, run.GivenUp, run.Unanswered, run.OtherWay)
		fmt.Fprintf(t, "sent within\t%.1f s\tmemory of the gateway\t%d MiB\tload of the machine %.1f before, %.1f after\n", run.Took, run.MemoryMiB, run.Load[0], run.Load[1])
	}
	return t.Flush()
}
