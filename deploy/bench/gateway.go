package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hikeshi/starter/cases"
)

// gateOptions are the command line of bench gateway.
type gateOptions struct {
	transports []string
	rate       float64 // requests a second
	length     time.Duration
	channels   int
	than       string // another starter; empty: none
	worker     bool
	json       bool
	timeout    time.Duration
}

func parseGate(args []string, stderr io.Writer) (o gateOptions, err error) {
	f := flag.NewFlagSet("bench gateway", flag.ContinueOnError)
	f.SetOutput(stderr)
	way := f.String("transport", "both", "`how` requests come: socket, http, or both, one after the other")
	f.Float64Var(&o.rate, "rate", 200, "`requests` a second; a tenth of them are commands, the rest events")
	f.DurationVar(&o.length, "for", time.Minute, "for how `long`, each way")
	f.IntVar(&o.channels, "channels", 100, "`channels` of as many cases in which people talk")
	f.StringVar(&o.than, "than", "", "`program` of another starter, whose gateway is measured in the same run, to compare with")
	f.BoolVar(&o.worker, "worker", false, "the worker is at work meanwhile; else it rests, and what is measured is the gateway")
	f.BoolVar(&o.json, "json", false, "print one JSON document")
	f.DurationVar(&o.timeout, "timeout", 30*time.Minute, "give up after")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch *way {
	case "both":
		o.transports = []string{"http", "socket"}
	case "http", "socket":
		o.transports = []string{*way}
	default:
		err = fmt.Errorf("-transport %s: socket, http or both", *way)
	}
	if o.than != "" && !exists(o.than) {
		err = fmt.Errorf("-than %s: there is no such program: build another starter there", o.than)
	}
	if len(f.Args()) > 0 || o.rate <= 0 || o.rate > 1000 || o.length < time.Second || o.length > 10*time.Minute || o.channels < 1 || o.channels > 500 {
		err = errors.New("use -rate up to 1000, -for between 1s and 10m, -channels between 1 and 500")
	}
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
	}
	return o, err
}

// measureGate opens a case for each channel, lets people talk in all of them and open more, once each way, and looks in
// Temporal for everything that the gateway has acknowledged. The gateway is a process of its own.
func measureGate(ctx context.Context, o gateOptions, stderr io.Writer) (_ *gateReport, err error) {
	say := func(format string, args ...any) { fmt.Fprintf(stderr, "bench: "+format+"\n", args...) }
	say("starting the product")
	p, err := startProduct(ctx, options{limits: false, apart: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.vendors.limit(ctx, false); err != nil {
		return nil, err
	}
	gate, err := p.startGate(ctx, "both", p.gateways(o)[0])
	if err != nil {
		return nil, err
	}
	say("opening %d cases", o.channels)
	crowd, err := p.openChannels(ctx, o)
	if err = errors.Join(err, gate.stop()); err != nil {
		return nil, err
	}
	r := &gateReport{json: o.json, Rate: o.rate, Seconds: o.length.Seconds(), Channels: o.channels, Worker: o.worker}
	if !o.worker {
		if err := p.rest(); err != nil {
			return nil, err
		}
	}
	for _, way := range o.transports {
		for _, program := range p.gateways(o) {
			say("%g requests a second for %s over %s to %s", o.rate, o.length, way, program)
			run, err := p.measureWay(ctx, o, way, program, crowd, say)
			if err != nil {
				return nil, fmt.Errorf("measure the gateway over %s: %w", way, err)
			}
			say("over %s: p99 %.1f ms of %d, %d events and %d commands lost", way, run.Acknowledged.P99, run.Acknowledged.N, run.LostEvents, run.LostCommands)
			r.Runs = append(r.Runs, run)
		}
	}
	return r, nil
}

// gateways are the programs that are measured.
func (p *product) gateways(o gateOptions) []string {
	all := []string{filepath.Join(p.bin, "starter")}
	if o.than != "" {
		all = append(all, o.than)
	}
	return all
}

// openChannels opens the cases, as many a minute as the machine takes, and waits until nothing moves in them.
func (p *product) openChannels(ctx context.Context, o gateOptions) ([]*opened, error) {
	list, err := p.openCases(ctx, options{rate: 240, concurrency: 4}, o.channels)
	if err == nil {
		err = p.follow(ctx, list, cases.Linked)
	}
	return list, err
}

// gate is a gateway that runs.
type gate struct {
	pid  int
	stop func() error
}

// startGate starts a gateway in a process of its own, and waits until requests come to it.
func (p *product) startGate(ctx context.Context, mode, program string) (g gate, err error) {
	text, err := os.ReadFile(p.Config)
	if err != nil {
		return g, fmt.Errorf("read the configuration of local: %w", err)
	}
	file := filepath.Join(filepath.Dir(p.Config), mode+".yaml") // beside it: it names other files relative to itself
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "mode: both", "mode: "+mode, 1)), 0o600); err != nil {
		return g, fmt.Errorf("write a configuration for the gateway: %w", err)
	}
	log, err := os.Create(filepath.Join(filepath.Dir(p.Config), "gateway.log")) // it has much to say of a worker that rests
	if err != nil {
		return g, fmt.Errorf("make the gateway's log: %w", err)
	}
	p.aside = log
	_, err = p.spawn(program, []string{"HIKESHI_CONFIG=" + file}, "serve")
	p.aside = nil
	if err = errors.Join(err, log.Close()); err != nil {
		return g, err
	}
	g = gate{p.spawned, p.once()}
	if err := p.awaitGate(ctx); err != nil {
		said, _ := os.ReadFile(log.Name()) // then only that it is not ready is known
		return g, fmt.Errorf("%w\n%s", err, said)
	}
	return g, nil
}

// once takes the stop of the last program, to be called before the end of all.
func (p *product) once() func() error {
	last := len(p.stops) - 1
	p.stops[last] = sync.OnceValue(p.stops[last])
	return p.stops[last]
}

func (p *product) awaitGate(ctx context.Context) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Gateway+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			said, _ := io.ReadAll(io.LimitReader(resp.Body, 100)) // the status says enough without it
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK && string(said) == "ready\n" {
				return nil
			}
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("wait for the gateway: %w", err)
		}
	}
}
