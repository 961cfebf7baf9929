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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit status: 0 when all was measured, whatever came out, 1 when it could not be, 2 after wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "mirror" {
		return runTalk(ctx, args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "gateway" {
		return runGate(ctx, args[1:], stdout, stderr)
	}
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2 // it has been said what is wrong
	}
	forgetEnvironment()
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	r, err := measure(ctx, o, stderr)
	if err == nil {
		err = r.print(stdout, o.json)
	}
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return 1
	}
	return 0
}

func runTalk(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseTalk(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2 // it has been said what is wrong
	}
	forgetEnvironment()
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	r, err := measureTalk(ctx, o, stderr)
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
