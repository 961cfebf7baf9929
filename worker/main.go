// Worker runs the cases: it polls Temporal for work and calls Slack, JIRA and Google. Start as many as you like.
//
// Its configuration is the file in HIKESHI_CONFIG and the environment; SIGINT and SIGTERM end it cleanly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"hikeshi/worker/host"
	"hikeshi/workflows/settings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stderr))
}

// run returns the exit status: 0 after an orderly end, 1 when it cannot work, 2 after wrong usage.
func run(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) int {
	var o host.Options
	f := flag.NewFlagSet("worker", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.StickyCache, "sticky-cache", 2000, "`cases` kept in memory between their tasks; negative: none")
	config := f.String("config", getenv("HIKESHI_CONFIG"), "configuration `file`; default: HIKESHI_CONFIG")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2 // the flag package has said what is wrong
	}
	cfg, err := settings.Load(*config, getenv)
	if err == nil {
		err = host.Run(ctx, cfg, o)
	}
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return 1
	}
	return 0
}
