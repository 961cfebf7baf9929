package stack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
)

// Options configure a stack. The zero value is a server in memory on any free port, with a Web UI.
type Options struct {
	// DataDir keeps the database between starts; it is made if missing. Empty: the database is in memory and gone
	// after the end.
	DataDir      string
	TemporalPort int    // of the gRPC API; 0: any free port
	UIPort       int    // of the Web UI; 0: any free port
	Namespace    string // made if missing; empty: hikeshi
	// SearchAttributes are registered in the namespace; those an existing database lacks are added to it.
	SearchAttributes map[string]enumspb.IndexedValueType
	CodecURL         string        // where the Web UI has payloads decoded; empty: it shows them encrypted
	PublicPath       string        // the path under which a proxy shows the Web UI, such as /temporal; empty: none
	ProxyPath        string        // there is a second Web UI, for a proxy that shows it under this path; empty: there is none
	Retention        time.Duration // how long closed workflows are kept; 0: 30 days
	Log              *slog.Logger  // gets the few lines a person should see; nil: slog.Default
	NoUI             bool
	// Lacks names calls of the WorkflowService that this server does not have, as an older one. For tests only.
	Lacks []string
	// TimeSkipping permits workflows to skip their timers: see [TimeSkippingDialOption]. For tests only.
	TimeSkipping bool
}

// DefaultNamespace is the namespace of a stack whose options name none.
const DefaultNamespace = "hikeshi"

const defaultRetention = 30 * 24 * time.Hour

// Stack is a running server with its Web UI.
type Stack struct {
	Address   string // of the gRPC API: 127.0.0.1:7233
	Namespace string
	UIURL     string // http://127.0.0.1:8233, without the public path; empty with NoUI
	ProxyURL  string // of the second Web UI, without its path; empty: there is none

	parts []part // in the order of their start
	once  sync.Once
	err   error
}

// part is something that Stop ends.
type part struct {
	name string
	stop func() error
}

// Start returns when a client can list workflows in the namespace and the Web UI answers. What cannot work is refused
// before anything runs: a port in use, a broken database, a directory that another process uses or that cannot be
// written. End it with Stop.
func Start(ctx context.Context, o Options) (_ *Stack, err error) {
	o = o.withDefaults()
	ports, err := choosePorts(o)
	if err != nil {
		return nil, err
	}
	s := &Stack{Address: loopback(ports.frontend), Namespace: o.Namespace}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	dir, err := s.openDir(o)
	if err != nil {
		return nil, err
	}
	if err := s.startServer(o, dir, ports); err != nil {
		return nil, fmt.Errorf("start Temporal server: %w (its log: %s)", err, dir.logFile())
	}
	if err := prepareNamespace(ctx, s.Address, o); err != nil {
		return nil, fmt.Errorf("prepare namespace %s: %w (the server's log: %s)", o.Namespace, err, dir.logFile())
	}
	if !o.NoUI {
		if err := s.startUI(ctx, o, ports.ui); err != nil {
			return nil, fmt.Errorf("start Temporal Web UI: %w", err)
		}
		if o.ProxyPath != "" {
			if err := s.startProxied(ctx, o); err != nil {
				return nil, fmt.Errorf("start the Temporal Web UI for pages that show it: %w", err)
			}
		}
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Retention == 0 {
		o.Retention = defaultRetention
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Stop ends the Web UI and the server and returns when both are down and the data directory is free. Further calls wait
// for the first and return the same.
func (s *Stack) Stop() error {
	s.once.Do(func() {
		var errs []error
		for i := len(s.parts) - 1; i >= 0; i-- {
			if err := s.parts[i].stop(); err != nil {
				errs = append(errs, fmt.Errorf("stop %s: %w", s.parts[i].name, err))
			}
		}
		s.err = errors.Join(errs...)
	})
	return s.err
}

func (s *Stack) started(name string, stop func() error) { s.parts = append(s.parts, part{name, stop}) }

// caught runs f and turns its panic into an error: the server's and the Web UI's constructors panic on what they do not
// like, and their logger's Fatal does.
func caught(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return f()
}
