package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"hikeshi/deploy/local/stack"
	"hikeshi/deploy/sandbox/site"
	"hikeshi/workflows"
	"hikeshi/workflows/wire"
)

// local is everything that runs.
type local struct {
	o       options
	say     *narrator
	dir     string
	config  string // path of the configuration file
	gateway port
	codec   port
	log     *slog.Logger
	stack   *stack.Stack
	site    *site.Site // nil: the sandbox is another process
	at      site.Addresses
	broken  chan error // a part that ended by itself
	stops   []func() error
}

// start starts the parts in the order in which they need each other. If one cannot start, those before it are stopped
// again, and the error says what to do.
func start(ctx context.Context, o options, say *narrator) (_ *local, err error) {
	l := &local{o: o, say: say, broken: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.stop())
		}
	}()
	for _, part := range []func(context.Context) error{
		l.preparePorts, l.prepareDir, l.startStack, l.openLog, l.startSandbox, l.writeConfig, l.startWorker, l.startGateway,
	} {
		if err := part(ctx); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	say.step("ready")
	return l, nil
}

// stop stops the parts, the last first, and returns when all are down.
func (l *local) stop() error {
	var errs []error
	for i := len(l.stops) - 1; i >= 0; i-- {
		errs = append(errs, l.stops[i]())
	}
	l.stops = nil
	return errors.Join(errs...)
}

// preparePorts finds out about ports in use before anything is written, and chooses those that are free to choose:
// the configuration names them before anybody listens. Temporal and the sandbox check theirs themselves.
func (l *local) preparePorts(context.Context) (err error) {
	if l.o.sandbox == "" && l.o.sandboxPort != 0 {
		for i := range 5 {
			p, err := reserve(l.o.sandboxPort+i, "--sandbox-port (the sandbox needs five ports in a row)")
			if err != nil {
				return err
			}
			defer p.release()
		}
	}
	if l.gateway, err = reserve(l.o.gatewayPort, "--gateway-port"); err != nil {
		return err
	}
	l.stops = append(l.stops, l.gateway.release)
	if l.codec, err = reserve(0, ""); err != nil {
		return err
	}
	l.stops = append(l.stops, l.codec.release)
	return nil
}

// port is a port that nobody else can take until it is released, for those who open it themselves later.
type port struct {
	number   int
	listener net.Listener
}

func reserve(number int, flag string) (port, error) {
	listener, err := net.Listen("tcp", loopback(number))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return port{}, fmt.Errorf("port %d is in use by another process: stop it, or choose another with %s", number, flag)
	case err != nil:
		return port{}, fmt.Errorf("open port %d: %w: choose another with %s", number, err, flag)
	}
	return port{listener.Addr().(*net.TCPAddr).Port, listener}, nil
}

// release may be called again.
func (p port) release() error {
	if err := p.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func (l *local) gatewayURL() string { return "http://" + loopback(l.gateway.number) }

func (l *local) prepareDir(context.Context) (err error) {
	if l.dir, err = filepath.Abs(l.o.data); err != nil {
		return fmt.Errorf("find data directory %s: %w", l.o.data, err)
	}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return fmt.Errorf("use data directory %s: %w: make it writable, or choose another with --data", l.dir, err)
	}
	l.config = filepath.Join(l.dir, "hikeshi.yaml")
	_, err = wire.GenerateKeyRing(l.keys())
	return err
}

func (l *local) keys() string { return filepath.Join(l.dir, "keys.yaml") }

// startStack starts Temporal. Its data directory has a lock, which keeps a second process from all of ours.
func (l *local) startStack(ctx context.Context) error {
	l.say.step("starting Temporal (log: %s)", filepath.Join(l.dir, "temporal", "temporal.log"))
	s, err := stack.Start(ctx, stack.Options{
		DataDir: filepath.Join(l.dir, "temporal"), TemporalPort: l.o.temporalPort, UIPort: l.o.uiPort, NoUI: l.o.noUI,
		ProxyPath: site.UIPath, SearchAttributes: workflows.SearchAttributes(), CodecURL: "http://" + loopback(l.codec.number), Log: quiet(), Lacks: l.o.lacks,
	})
	if err != nil {
		return err
	}
	l.stack = s
	l.stops = append(l.stops, s.Stop)
	l.say.step("Temporal is at %s, its Web UI at %s", s.Address, s.UIURL)
	return nil
}

// quiet is a log for the few lines of the server that a person should see.
func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// openLog leads what the SDKs log into a file: on the terminal the narration stands.
func (l *local) openLog(context.Context) error {
	name := filepath.Join(l.dir, "hikeshi.log")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) // of this start: the past is in Temporal
	if err != nil {
		return fmt.Errorf("open the log %s: %w: make the directory writable, or choose another with --data", name, err)
	}
	l.log = slog.New(slog.NewTextHandler(f, nil))
	before := slog.Default()
	slog.SetDefault(l.log)
	l.stops = append(l.stops, func() error { slog.SetDefault(before); return f.Close() })
	return nil
}

func (l *local) startSandbox(ctx context.Context) (err error) {
	if l.o.sandbox != "" {
		if l.at, err = askAddresses(ctx, l.o.sandbox); err != nil {
			return err
		}
		l.say.step("using the sandbox at %s", l.at.Pages)
		if err := sendUI(ctx, l.o.sandbox, l.stack.ProxyURL); err != nil {
			return err
		}
		return sendEvents(ctx, l.o.sandbox, l.gatewayURL())
	}
	l.site, err = site.Start(site.Options{
		Port: l.o.sandboxPort, DataDir: filepath.Join(l.dir, "sandbox"), EventsURL: l.gatewayURL(), SearchLag: l.o.searchLag, NoLimits: l.o.noLimits, SlackPatience: l.o.patience,
	})
	if err != nil {
		return err
	}
	l.stops = append(l.stops, l.site.Close)
	l.at = l.site.Addresses
	if err := l.site.SetUI(l.stack.ProxyURL); err != nil {
		return err
	}
	l.say.step("the sandbox is at %s", l.at.Pages)
	return nil
}

// margin is added to the lag of the sandbox's search: the clocks are the same, but answers take their time.
const margin = time.Second

func (l *local) searchLag() time.Duration { return l.at.SearchLag + margin }
