package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// options are the command line of bench open.
type options struct {
	n, concurrency, baseline, slow int
	limits, json                   bool
	rate                           float64 // cases a minute
	latencies                      latencies
	slowJira                       time.Duration
	ready                          string
	timeout                        time.Duration
	apart                          bool // the gateway is started by whoever measures it
}

// latencies are what each vendor takes to answer.
type latencies struct{ jira, slack, google time.Duration }

// criticalPath is what people wait for even if everything else took no time: the ticket, whose key is the number; the
// channel; then the invitations and the first post, at once.
func (l latencies) criticalPath() time.Duration { return l.jira + l.slack + l.slack }

// most bounds a run: it is a measurement, not an attack.
const most = 200

func parse(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("bench open", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.n, "n", 15, "`cases` to open and measure")
	f.BoolVar(&o.limits, "limits", true, "the vendors' rate limits, theirs and the worker's own, are on")
	f.Float64Var(&o.rate, "rate", 15, "`cases` a minute; Slack lets an app make 20 channels a minute")
	f.IntVar(&o.concurrency, "concurrency", 1, "`cases` opened at the same moment")
	f.DurationVar(&o.latencies.jira, "jira", 400*time.Millisecond, "what JIRA takes to answer a call")
	f.DurationVar(&o.latencies.slack, "slack", 150*time.Millisecond, "what Slack takes to answer a call")
	f.DurationVar(&o.latencies.google, "google", 500*time.Millisecond, "what Google takes to answer a call")
	f.IntVar(&o.slow, "slow", 3, "`cases` to open while JIRA is slow; 0: none")
	f.DurationVar(&o.slowJira, "slow-jira", 8*time.Second, "what a slow JIRA takes to answer a call")
	f.IntVar(&o.baseline, "baseline", 3, "`times` to do the same steps one after the other; 0: not at all")
	f.BoolVar(&o.json, "json", false, "print one JSON document")
	f.StringVar(&o.ready, "ready", "", "the ready line's JSON of a local that runs, or a `file` that holds it; none: start one")
	f.DurationVar(&o.timeout, "timeout", 10*time.Minute, "give up after")
	if len(args) == 0 || args[0] != "open" {
		fmt.Fprintln(stderr, "usage: bench open [flags], bench mirror [flags], bench gateway [flags]; see bench open -h")
		return o, errors.New("usage")
	}
	if err := f.Parse(args[1:]); err != nil {
		return o, err
	}
	if err = o.check(f.Args()); err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
	}
	return o, err
}

func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q: flags only, see bench open -h", rest[0])
	case o.n < 1 || o.n > most:
		return fmt.Errorf("-n %d: open between 1 and %d cases", o.n, most)
	case o.concurrency < 1 || o.concurrency > o.n:
		return fmt.Errorf("-concurrency %d: open between 1 and all %d cases at once", o.concurrency, o.n)
	case o.rate <= 0:
		return fmt.Errorf("-rate %g: open at least some cases a minute", o.rate)
	case o.slow < 0 || o.baseline < 0 || o.slow > most || o.baseline > o.n:
		return fmt.Errorf("-slow %d -baseline %d: slow between 0 and %d, baseline between 0 and -n", o.slow, o.baseline, most)
	case o.ready != "" && !o.limits:
		return errors.New("-ready with -limits=false: the worker's own limits can be switched off only where it is started here")
	}
	return nil
}
