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

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	forgetEnvironment()
	terminal := term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	os.Exit(run(ctx, os.Args[1:], terminal, os.Stdout, os.Stderr))
}

// run returns the exit status: 0 after an orderly end, 1 when something is wrong, 2 after wrong usage.
func run(ctx context.Context, args []string, terminal bool, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2 // the flag package, or parse, has said what is wrong
	}
	say := newNarrator(stderr)
	l, err := start(ctx, o, say)
	if err == nil {
		err = l.live(ctx, terminal, stdout)
		say.step("stopping")
		if stopped := l.stop(); err == nil {
			err = stopped
		}
		say.step("stopped")
	}
	if err != nil && !(ctx.Err() != nil && l == nil) { // a signal during the start is no error
		fmt.Fprintf(stderr, "error: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		return 1
	}
	return 0
}

// live says that all is ready, plays the demonstration if it is wanted, and stays until it is time to go.
func (l *local) live(ctx context.Context, terminal bool, stdout io.Writer) error {
	if err := l.sayReady(stdout); err != nil {
		return err
	}
	if l.o.demo {
		if err := l.demo(ctx); err != nil {
			return err
		}
	}
	if l.o.exit || l.o.demo && !terminal {
		return nil
	}
	if terminal {
		l.invite()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-l.broken:
		return err
	}
}

// forgetEnvironment takes away what would lead worker and doors somewhere else than to the sandbox: variables win over
// the configuration, and a shell in which a real worker was started would have its tokens in them.
func forgetEnvironment() {
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		for _, prefix := range []string{"TEMPORAL_", "SLACK_", "JIRA_", "GOOGLE_", "PAGER_", "HIKESHI_"} {
			if strings.HasPrefix(name, prefix) {
				_ = os.Unsetenv(name) // it fails for malformed names only
			}
		}
	}
}
