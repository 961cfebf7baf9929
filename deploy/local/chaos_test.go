package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/deploy/local/stack"
)

var chaos struct {
	seed   uint64
	rounds int
}

func init() {
	flag.Uint64Var(&chaos.seed, "chaos.seed", 0, "of the random run; 0: a new one")
	flag.IntVar(&chaos.rounds, "chaos.rounds", 1, "cases that are played in the random run")
}

// TestRandomRun plays cases while everything but the sandbox is killed at random, and events and replies are lost, late,
// repeated and out of order. In the end there is exactly one of everything, nothing is lost, the archive holds, every
// command is done, and the case is closed.
func TestRandomRun(t *testing.T) {
	if testing.Short() {
		t.Skip("the random run plays whole lives of cases: it takes a minute at least")
	}
	t.Parallel()
	seed := chaos.seed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("seed %d: go test ./deploy/local -run TestRandomRun -chaos.seed %d -chaos.rounds %d", seed, seed, chaos.rounds)
	r := newRig(t)
	k := kind{name: "random", reopen: true}
	calm := r.playLife(t.Context(), k, fmt.Sprintf("calm%d", seed), nil, nil)
	require.True(t, calm.verdict.good(), "a life that nothing befalls: %s", calm.verdict.short())
	for n := range chaos.rounds {
		h := &havoc{rig: r, dice: rand.New(rand.NewPCG(seed, uint64(n)))}
		name := fmt.Sprintf("chaos%d-%d", seed, n)
		p := h.around(t, func() played { return r.playLife(t.Context(), k, name, nil, calm.counted) })
		t.Logf("round %d: %s; %d calls in %s; %s", n, p.verdict.short(), len(p.spots), p.took.Round(time.Second), h.done())
		if !p.verdict.good() {
			t.Errorf("round %d of seed %d: %s", n, seed, p.verdict.short())
		}
	}
}

// rig is a lane whose gateway and whose Temporal are processes of their own too.
type rig struct {
	*lane
	t       *testing.T
	sandbox *process
	data    string
	port    int // of Temporal: the same after each start
	mu      sync.Mutex
	server  *process
	gateway *process
}

// newRig starts everything.
func newRig(t *testing.T) *rig {
	t.Helper()
	programs := t.TempDir()
	require.NoError(t, buildChanged(programs, hurried...))
	port, err := reserve(0, "")
	require.NoError(t, err)
	require.NoError(t, port.release())
	r := &rig{t: t, sandbox: startSandbox(t, programs), data: t.TempDir(), port: port.number}
	require.NoError(t, r.startServer())
	r.lane = openLane(t, r.sandbox, &stack.Stack{Address: r.server.Temporal, Namespace: r.server.Namespace}, programs)
	t.Cleanup(r.client.Close)
	require.NoError(t, errors.Join(r.lane.gateway.release(), r.codec.release())) // for the process
	require.NoError(t, r.startWorker())
	t.Cleanup(r.stopWorker)
	require.NoError(t, r.startGateway())
	return r
}

// startServer starts Temporal at its port, on its data.
func (r *rig) startServer() error {
	args := []string{"--sandbox", r.sandbox.Sandbox, "--without", "worker,gateway", "--data", r.data,
		"--temporal-port", strconv.Itoa(r.port), "--ui-port", "0", "--gateway-port", "0"}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.server = &process{t: r.t, cmd: exec.Command(binary(r.t, "local"), args...)}
	r.server.cmd.Stderr = &r.server.said
	r.t.Cleanup(r.server.kill)
	return r.server.becomeReady("local")
}

// startGateway starts a gateway, and leads Slack's events there.
func (r *rig) startGateway() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	log, err := os.OpenFile(filepath.Join(r.lane.dir, "gateway.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the process has its own
	r.gateway = &process{t: r.t, cmd: exec.Command(binary(r.t, "starter"), "serve")}
	r.gateway.cmd.Env = append(os.Environ(), "HIKESHI_CONFIG="+r.config)
	r.gateway.cmd.Stdout, r.gateway.cmd.Stderr = log, log
	r.t.Cleanup(r.gateway.kill)
	if err := r.gateway.cmd.Start(); err != nil {
		return err
	}
	return sendEvents(context.WithoutCancel(r.t.Context()), r.at.Pages, r.gatewayURL())
}

// havoc is what befalls a round.
type havoc struct {
	*rig
	dice   *rand.Rand
	counts map[string]int
	err    error
}

// around does something while things go wrong.
func (h *havoc) around(t *testing.T, do func() played) played {
	t.Helper()
	h.counts = map[string]int{}
	weather := slacktest.Weather{Seed: h.dice.Uint64(), Drop: 10, Repeat: 20, Delay: 30, DelayMS: 1500}
	require.NoError(t, call(t.Context(), http.MethodPost, control(h.at.Slack)+"weather", weather, nil))
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { h.wreck(ctx) })
	p := do()
	stop()
	all.Wait()
	require.NoError(t, h.err)
	require.NoError(t, call(t.Context(), http.MethodPost, control(h.at.Slack)+"weather", slacktest.Weather{}, nil))
	return p
}

// calls are what faults strike: any call at all, or one of those that make something.
var calls = map[string][]string{
	"slack":  {"*", "conversations.create", "chat.postMessage", "chat.update", "conversations.invite", "conversations.archive"},
	"jira":   {"*", "POST /rest/api/2/issue$", "PUT /rest/api/2/issue/*", "POST /rest/api/2/issue/*/comment", "POST /rest/api/2/issue/*/transitions"},
	"google": {"*", "POST /drive/v3/files$", "PUT /upload/drive/v3/files$", "POST /v4/spreadsheets/*:batchUpdate"},
}

// wreck does harm until it is stopped: two kills in nine acts, the rest are faults of the vendors. After mostHarm acts it
// leaves the case in peace: an end must be possible.
func (h *havoc) wreck(ctx context.Context) {
	for n := 0; n < mostHarm && h.err == nil; n++ {
		if !pause(ctx, time.Duration(100+h.dice.IntN(600))*time.Millisecond) {
			return
		}
		switch h.dice.IntN(9) {
		case 0:
			h.kill("worker", h.stopWorker, h.startWorker)
		case 1:
			if h.dice.IntN(2) == 0 {
				h.kill("gateway", h.gateway.kill, h.startGateway)
			} else {
				h.kill("Temporal", h.server.kill, func() error {
					return errors.Join(h.startServer(), sendEvents(context.WithoutCancel(ctx), h.at.Pages, h.gatewayURL()))
				})
			}
		default:
			h.strike(ctx)
		}
	}
}

const mostHarm = 40

// kill kills a process and starts it again after a while.
func (h *havoc) kill(what string, kill func(), start func() error) {
	h.counts["kills of the "+what]++
	kill()
	time.Sleep(time.Duration(h.dice.IntN(1000)) * time.Millisecond) // people take a while, too
	if err := start(); err != nil {
		h.err = fmt.Errorf("start the %s again: %w", what, err)
	}
}

// strike gives a vendor a fault that strikes once.
func (h *havoc) strike(ctx context.Context) {
	vendor := []string{"slack", "jira", "google"}[h.dice.IntN(3)]
	m := modes[h.dice.IntN(len(modes))]
	f := m.fault
	if m.kill {
		f = fake.Fault{Mode: "latency", LatencyMS: 300 + h.dice.IntN(2000)}
	}
	f.Match, f.Times, f.Nth = calls[vendor][h.dice.IntN(len(calls[vendor]))], 1, 1+h.dice.IntN(3)
	if err := h.inject(ctx, vendor, f); err != nil && ctx.Err() == nil {
		h.err = err
		return
	}
	h.counts["faults"]++
}

// done says what befell the round.
func (h *havoc) done() string {
	var list []string
	for _, what := range []string{"faults", "kills of the worker", "kills of the gateway", "kills of the Temporal"} {
		list = append(list, fmt.Sprintf("%d %s", h.counts[what], what))
	}
	return strings.Join(list, ", ")
}
