package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"hikeshi/starter/serve"
	"hikeshi/worker/host"
	"hikeshi/workflows/settings"
)

// stopTimeout is how long running activities get at the end. It is short: nobody waits long for Ctrl-C, and a step
// that is cut off is looked up and done again at the next start.
const stopTimeout = 5 * time.Second

func (l *local) load() (*settings.Config, error) {
	cfg, err := settings.Load(l.config, os.Getenv)
	if err != nil {
		return nil, fmt.Errorf("read back the configuration: %w", err)
	}
	return cfg, nil
}

func (l *local) startWorker(ctx context.Context) error {
	if l.o.noWorker {
		l.say.step("no worker here: start one with HIKESHI_CONFIG=%s worker", l.config)
		return nil
	}
	cfg, err := l.load()
	if err != nil {
		return err
	}
	h, err := host.Start(ctx, cfg, host.Options{StopTimeout: stopTimeout, Log: l.log, Deciding: l.o.deciding})
	if err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	over := make(chan struct{})
	go func() {
		select {
		case err := <-h.Broken():
			l.broken <- err
		case <-over:
		}
	}()
	l.stops = append(l.stops, func() error { close(over); h.Stop(); return nil })
	l.say.step("the worker is at work (log: %s)", filepath.Join(l.dir, "hikeshi.log"))
	return nil
}

// startGateway opens the doors: the gateway, and the endpoint that decodes payloads for the Web UI.
func (l *local) startGateway(ctx context.Context) error {
	if err := errors.Join(l.gateway.release(), l.codec.release()); err != nil {
		return err
	}
	if l.o.noGateway {
		l.say.step("no gateway here: start one with HIKESHI_CONFIG=%s starter serve", l.config)
		return nil
	}
	cfg, err := l.load()
	if err != nil {
		return err
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	open, ended := make(chan serve.Addresses, 1), make(chan error, 1)
	go func() { ended <- serve.Run(serving, cfg, func(a serve.Addresses) { open <- a }) }()
	select {
	case err := <-ended:
		cancel()
		return err
	case a := <-open:
		l.say.step("the gateway is at %s", a.Gateway)
	}
	done := make(chan error, 1)
	go func() {
		err := <-ended
		if serving.Err() == nil {
			l.broken <- fmt.Errorf("the gateway ended by itself: %w", err)
		}
		done <- err
	}()
	l.stops = append(l.stops, func() error { cancel(); return <-done })
	return nil
}

// localhost is the same address by name.
func localhost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host = "localhost:" + u.Port()
	return u.String()
}
