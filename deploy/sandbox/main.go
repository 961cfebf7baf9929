// Sandbox runs the stand-ins for Slack, JIRA, Google and the pager alone, with pages to look at them. The local stack does the
// same in its own process; this one is for tests that kill everything else, and for other programs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hikeshi/deploy/sandbox/site"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit status: 0 after an orderly end, 1 when the sandbox cannot run, 2 after wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2 // the flag package has said what is wrong
	}
	s, err := site.Start(o)
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return 1
	}
	ready, err := json.Marshal(map[string]string{
		"sandbox": s.Addresses.Pages, "slack": s.Addresses.Slack, "jira": s.Addresses.Jira, "google": s.Addresses.Google, "pager": s.Addresses.Pager,
	})
	if err == nil {
		_, err = fmt.Fprintf(stdout, "ready %s\n", ready)
	}
	if err == nil {
		<-ctx.Done()
	}
	if closed := s.Close(); err == nil {
		err = closed
	}
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (o site.Options, err error) {
	f := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.Port, "port", 8090, "`port` of the pages; Slack's API is at the next port, then JIRA's, Google's and the pager's; 0: any free ports")
	f.StringVar(&o.DataDir, "data", "", "`directory` that keeps the state; none: in memory")
	f.StringVar(&o.EventsURL, "events-url", "", "base `address` of the gateway that gets Slack's events and commands")
	f.StringVar(&o.SigningSecret, "signing-secret", "", "`secret` with which they are signed; none: the sandbox's own")
	f.DurationVar(&o.SearchLag, "search-lag", 3*time.Minute, "how long JIRA's search misses what was written; 0 or less: not at all")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		fmt.Fprintf(stderr, "error: unexpected argument %q: flags only, see --help\n", f.Arg(0))
		return o, fmt.Errorf("unexpected argument")
	}
	if o.SearchLag == 0 {
		o.SearchLag = -1
	}
	return o, nil
}
