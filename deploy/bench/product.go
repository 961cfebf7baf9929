package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"

	"hikeshi/starter/cases"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// addresses are the ready line of local.
type addresses struct {
	Temporal, Namespace, UI, Sandbox, Slack, Jira, Google, Gateway, Config string
}

// product is what is measured: programs in processes of their own.
type product struct {
	addresses
	vendors vendors
	options client.Options
	client  client.Client
	desk    *cases.Cases
	spawned int          // process id of the last program that was started
	worker  int          // process id of a worker of its own; 0: it is part of local
	rest    func() error // ends it
	bin     string       // where the programs are
	aside   io.Writer    // takes what the next programs say on standard error; nil: it is shown
	stops   []func() error
}

// startProduct starts local in a fresh directory, or joins the one that o names. Without limits the worker runs beside
// it, with a configuration that tells it not to hold calls back.
func startProduct(ctx context.Context, o options) (_ *product, err error) {
	p := &product{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.stop())
		}
	}()
	if o.ready != "" {
		err = p.readReady([]byte(o.ready))
	} else {
		err = p.launch(ctx, o)
	}
	if err == nil {
		err = p.connect(ctx)
	}
	return p, err
}

func (p *product) launch(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "hikeshi-bench-")
	if err != nil {
		return fmt.Errorf("make a data directory: %w", err)
	}
	p.stops = append(p.stops, func() error { return os.RemoveAll(dir) })
	if p.bin, err = programs(ctx, dir); err != nil {
		return err
	}
	args := []string{"--data", filepath.Join(dir, "data"), "--temporal-port", "0", "--ui-port", "0", "--sandbox-port", "0", "--gateway-port", "0"}
	switch {
	case o.apart:
		args = append(args, "--without", "worker,gateway")
	case !o.limits:
		args = append(args, "--without", "worker")
	}
	lines, err := p.spawn(filepath.Join(p.bin, "local"), nil, args...)
	if err != nil {
		return err
	}
	if err := p.awaitReady(ctx, lines); err != nil || o.limits {
		return err
	}
	return p.launchWorker(filepath.Join(p.bin, "worker"))
}

// launchWorker starts a worker whose configuration is local's with one line more.
func (p *product) launchWorker(program string) error {
	text, err := os.ReadFile(p.Config)
	if err != nil {
		return fmt.Errorf("read the configuration of local: %w", err)
	}
	file := filepath.Join(filepath.Dir(p.Config), "unlimited.yaml") // beside it: it names other files relative to itself
	if err := os.WriteFile(file, append(text, "\nvendor_limits: false\n"...), 0o600); err != nil {
		return fmt.Errorf("write a configuration without limits: %w", err)
	}
	_, err = p.spawn(program, []string{"HIKESHI_CONFIG=" + file})
	if err == nil {
		p.worker, p.rest = p.spawned, p.once()
	}
	return err
}

// programs finds local, worker and starter beside this program, or builds them.
func programs(ctx context.Context, dir string) (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Dir(self)
		if exists(filepath.Join(beside, "local")) && exists(filepath.Join(beside, "worker")) && exists(filepath.Join(beside, "starter")) {
			return beside, nil
		}
	}
	bin := filepath.Join(dir, "bin")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", bin+"/", "hikeshi/worker", "hikeshi/starter", "hikeshi/deploy/local").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build local, worker and starter: %w: run bench from within the project, or build them beside it\n%s", err, out)
	}
	return bin, nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// stopTime is how long a program gets to end by itself.
const stopTime = 20 * time.Second

// spawn starts a program that is stopped with the product. Its lines on standard output come through the channel,
// which closes with them; what it says on standard error is shown.
func (p *product) spawn(program string, env []string, args ...string) (<-chan string, error) {
	cmd := exec.Command(program, args...) // not CommandContext, which kills: it has to end in order
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), os.Stderr
	if p.aside != nil {
		cmd.Stderr = p.aside
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is ours, to be passed on
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(program), err)
	}
	p.spawned = cmd.Process.Pid
	lines := make(chan string, 100)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			select {
			case lines <- scan.Text():
			default: // nobody listens any more
			}
		}
	})
	p.stops = append(p.stops, func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended already: Wait tells
		late := time.AfterFunc(stopTime, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		reading.Wait()
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("stop %s: %w", filepath.Base(program), err)
		}
		return nil
	})
	return lines, nil
}

func (p *product) awaitReady(ctx context.Context, lines <-chan string) error {
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for local: %w", ctx.Err())
		case line, ok := <-lines:
			if !ok {
				return errors.New("wait for local: it ended by itself; it has said why")
			}
			if text, found := strings.CutPrefix(line, "ready "); found {
				return p.readReady([]byte(text))
			}
		}
	}
}

// readReady reads the ready line's JSON, or the file with that name.
func (p *product) readReady(text []byte) error {
	if !strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		file, err := os.ReadFile(string(text))
		if err != nil {
			return fmt.Errorf("read the ready line: %w", err)
		}
		text = []byte(strings.TrimPrefix(strings.TrimSpace(string(file)), "ready "))
	}
	if err := json.Unmarshal(text, &p.addresses); err != nil {
		return fmt.Errorf("read the ready line: %w: give the JSON that local prints", err)
	}
	return nil
}

// connect opens the doors to vendors and Temporal. Everything has to be on this machine: latencies, limits and load
// belong nowhere else.
func (p *product) connect(ctx context.Context) error {
	for _, address := range []string{p.Slack, p.Jira, p.Google, "tcp://" + p.Temporal} {
		u, err := url.Parse(address)
		if err != nil || !net.ParseIP(u.Hostname()).IsLoopback() {
			return fmt.Errorf("measure at %s: only a local stack on this machine's loopback address is measured", cmp.Or(address, "no address"))
		}
	}
	p.vendors = newVendors(p.addresses)
	cfg, err := settings.Load(p.Config, os.Getenv)
	if err != nil {
		return err
	}
	if p.options, err = cases.Options(cfg, "bench"); err != nil {
		return err
	}
	if p.client, err = wire.Dial(ctx, p.options); err != nil {
		return err
	}
	p.stops = append(p.stops, func() error { p.client.Close(); return nil })
	p.desk = cases.New(p.client, p.options, cfg)
	return nil
}

// stop ends what was started, the last first.
func (p *product) stop() error {
	var errs []error
	for i := len(p.stops) - 1; i >= 0; i-- {
		errs = append(errs, p.stops[i]())
	}
	p.stops = nil
	return errors.Join(errs...)
}
