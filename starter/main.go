// Starter opens and reads cases from a command line, sends commands to them, prepares a Temporal namespace, and serves
// the doors that stay open: see `starter help`.
//
// Every command takes -o json and prints one JSON document; an error is {"error":{"code","message","hint"}}. The exit
// status is 0 if it is done, 1 if it could not be done, 2 after wrong usage, 3 if there is no such case, 4 if a rule of
// the case refused it, 5 if it is not known whether it was done: the same command with the same --request-id finds out.
package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	slog.SetDefault(logger(os.Stderr, slog.LevelWarn))
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	c := &cli{getenv: getenv, stdout: stdout, stderr: stderr}
	root := c.command()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return done
	}
	return c.fail(err, c.output == "json" || wantsJSON(args))
}

func logger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
