package main

import (
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	kills     = flag.Int("kills", 3, "how often something is killed during demonstrations")
	killsSeed = flag.Uint64("kills.seed", 0, "seed of what is killed and when; 0: any")
)

// killsEach is how many kills one demonstration takes: it should come to its later acts as well.
const killsEach = 5

// TestKillsOfTheDemonstration kills the worker, the gateway or all of it at random moments of a demonstration; the
// sandbox survives. Started again the demonstration always comes to its end, and finds exactly one of everything: it
// checks that itself.
func TestKillsOfTheDemonstration(t *testing.T) {
	if testing.Short() {
		t.Skip("a demonstration that is killed takes half a minute")
	}
	t.Parallel()
	programs := t.TempDir()
	require.NoError(t, buildChanged(programs, hurried...))
	seed := *killsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())%1_000_000 + 1
	}
	t.Logf("seed %d: go test ./deploy/local -run TestKillsOfTheDemonstration -kills %d -kills.seed %d", seed, *kills, seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	count := map[string]int{}
	for left := *kills; left > 0; left -= killsEach {
		d := &demonstration{t: t, dice: dice, programs: programs, data: t.TempDir(), sandbox: startSandbox(t, programs), count: count}
		d.play(min(left, killsEach))
	}
	t.Logf("%d kills: %v", *kills, count)
}

// demonstration is one that is killed.
type demonstration struct {
	t                      *testing.T
	dice                   *rand.Rand
	programs, data         string
	sandbox                *process
	local, worker, gateway *process
	count                  map[string]int
}

func (d *demonstration) play(kills int) {
	d.t.Helper()
	defer d.stop()
	d.start()
	for n := 0; n < kills; {
		moment := time.Duration(d.dice.IntN(9000)) * time.Millisecond
		select {
		case <-time.After(moment): // no condition to wait for: any moment will do
		case <-d.local.ended():
			require.Equal(d.t, 0, d.local.cmd.ProcessState.ExitCode(), d.local.said.String())
			d.stop()
			d.start() // finished, it begins anew
			continue
		}
		what := []string{"worker", "gateway", "all"}[d.dice.IntN(3)]
		d.t.Logf("kill %d after %s: %s", n+1, moment, what)
		d.count[what]++
		d.kill(what)
		n++
	}
	select {
	case <-d.local.ended():
	case <-time.After(4 * patient):
		d.t.Fatalf("the demonstration does not come to its end:\n%s", d.local.said.String())
	}
	require.Equal(d.t, 0, d.local.cmd.ProcessState.ExitCode(), d.local.said.String())
	require.Contains(d.t, d.local.said.String(), "exactly one ticket")
}

// start starts all but the sandbox; the demonstration begins or goes on.
func (d *demonstration) start() {
	args := append([]string{"--demo", "--exit", "--without", "worker,gateway", "--data", d.data, "--sandbox", d.sandbox.Sandbox}, anyPorts...)
	d.local = &process{t: d.t, cmd: exec.Command(binary(d.t, "local"), args...)}
	d.local.cmd.Stderr = &d.local.said
	d.t.Cleanup(d.local.kill)
	require.NoError(d.t, d.local.becomeReady("local"))
	d.startWorker()
	d.startGateway()
}

func (d *demonstration) startWorker()  { d.worker = d.program(d.programs + "/worker") }
func (d *demonstration) startGateway() { d.gateway = d.program(binary(d.t, "starter"), "serve") }

func (d *demonstration) program(name string, args ...string) *process {
	p := &process{t: d.t, cmd: exec.Command(name, args...)}
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), "HIKESHI_CONFIG="+d.local.Config), &p.said
	d.t.Cleanup(p.kill)
	require.NoError(d.t, p.cmd.Start())
	return p
}

func (d *demonstration) stop() {
	d.worker.kill()
	d.gateway.kill()
	d.local.kill()
}

func (d *demonstration) kill(what string) {
	switch what {
	case "worker":
		d.worker.kill()
		d.startWorker()
	case "gateway":
		d.gateway.kill()
		d.startGateway()
	default:
		d.stop()
		d.start()
	}
}
