package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// binaries are the programs as people run them, built once: what is killed must be another process.
var binaries struct {
	sync.Once
	dir string
	err error
}

func binary(t *testing.T, name string) string {
	t.Helper()
	binaries.Do(func() {
		if binaries.dir, binaries.err = os.MkdirTemp("", "hikeshi-bin-"); binaries.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", binaries.dir+"/", "hikeshi/worker", "hikeshi/starter", "hikeshi/deploy/sandbox", "hikeshi/deploy/local")
		if out, err := build.CombinedOutput(); err != nil {
			binaries.err = fmt.Errorf("build the programs: %w\n%s", err, out)
		}
	})
	require.NoError(t, binaries.err)
	return filepath.Join(binaries.dir, name)
}

// ready is what local and sandbox print when they are.
type ready struct {
	Temporal, Namespace, UI, Sandbox, Slack, Jira, Google, Gateway, Config string
}

// process is a program of ours that runs.
type process struct {
	ready
	t    *testing.T
	cmd  *exec.Cmd
	said bytes.Buffer  // on standard error
	gone chan struct{} // see ended
}

// launch starts a program. It is killed when the test ends, and what it said is shown if the test failed.
func launch(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(binary(t, name), args...)}
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), env...), &p.said
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.said.String())
		}
	})
	return p
}

// launchReady starts one that says when it is ready, and waits for that.
func launchReady(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := launch(t, nil, name, args...)
	p.startReady(name)
	return p
}

// startReady starts the program and waits until it says that it is ready.
func (p *process) startReady(name string) {
	p.t.Helper()
	require.NoError(p.t, p.becomeReady(name))
}

// becomeReady is startReady for those who go on if it fails.
func (p *process) becomeReady(name string) error {
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return err
	}
	lines := make(chan string, 1)
	go func() {
		s := bufio.NewScanner(out)
		for s.Scan() {
			if line, ok := strings.CutPrefix(s.Text(), "ready "); ok {
				lines <- line
			}
		}
		close(lines)
	}()
	select {
	case line, ok := <-lines:
		if !ok {
			return fmt.Errorf("%s ended before it was ready:\n%s", name, &p.said)
		}
		return json.Unmarshal([]byte(line), &p.ready)
	case <-time.After(patient):
		return fmt.Errorf("%s is not ready after %s", name, patient)
	}
}

// ended is closed when the program has ended. Whoever asks is the one who waits for it: ask from one place only.
func (p *process) ended() <-chan struct{} {
	if p.gone == nil {
		p.gone = make(chan struct{})
		go func() {
			_ = p.cmd.Wait() // the status says it
			close(p.gone)
		}()
	}
	return p.gone
}

// kill ends it as kill -9 does.
func (p *process) kill() {
	if p.gone != nil {
		_ = p.cmd.Process.Kill() // it may have ended by itself
		<-p.gone
		return
	}
	if p.cmd.Process != nil && p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill() // it may have ended by itself
		_ = p.cmd.Wait()         // killed: that is the error
	}
}

// end ends it as Ctrl-C does, and returns its exit status.
func (p *process) end() int {
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	_ = p.cmd.Wait() // the status says it
	return p.cmd.ProcessState.ExitCode()
}

var anyPorts = []string{"--temporal-port", "0", "--ui-port", "0", "--gateway-port", "0"}

// startLocal runs the local stack as people do, on any free ports and a directory of its own.
func startLocal(t *testing.T, args ...string) *process {
	t.Helper()
	args = append(append([]string{"--data", t.TempDir()}, anyPorts...), args...)
	return launchReady(t, "local", append([]string{"--sandbox-port", "0"}, args...)...)
}

// click gives /case as somebody of the cast; the same trigger again is the same click.
func (p *process) click(user, channel, text, trigger string) {
	p.t.Helper()
	clicks(p.t, p.Slack, map[string]string{"user": user, "channel": channel, "command": "/case", "text": text, "trigger_id": trigger})
}
