package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// job is one kind of measurement, as the command line wants it.
type job struct {
	timeout time.Duration
	measure func(ctx context.Context) (printer, error)
}

// printer is a report.
type printer interface{ print(w io.Writer) error }

// choose finds the job, and says on stderr what is wrong with the command line.
func choose(args []string, stderr io.Writer) (job, error) {
	kind := ""
	if len(args) > 0 {
		kind = args[0]
	}
	switch kind {
	case "mirror":
		o, err := parseTalk(args[1:], stderr)
		return job{o.timeout, func(ctx context.Context) (printer, error) { return measureTalk(ctx, o, stderr) }}, err
	case "gateway":
		o, err := parseGate(args[1:], stderr)
		return job{o.timeout, func(ctx context.Context) (printer, error) { return measureGate(ctx, o, stderr) }}, err
	}
	o, err := parse(args, stderr)
	return job{o.timeout, func(ctx context.Context) (printer, error) { return measure(ctx, o, stderr) }}, err
}

// run returns the exit status: 0 when all was measured, whatever came out, 1 when it could not be, 2 after wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	j, err := choose(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2 // it has been said what is wrong
	}
	forgetEnvironment()
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	r, err := j.measure(ctx)
	if err == nil {
		err = r.print(stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return 1
	}
	return 0
}

// forgetEnvironment takes away what would lead a program of ours to another Temporal or to a real vendor: variables win
// over the configuration file.
func forgetEnvironment() {
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		for _, prefix := range []string{"TEMPORAL_", "SLACK_", "JIRA_", "GOOGLE_", "HIKESHI_"} {
			if strings.HasPrefix(name, prefix) {
				_ = os.Unsetenv(name) // it fails for malformed names only
			}
		}
	}
}
