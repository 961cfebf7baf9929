package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"

	"hikeshi/activities/fake"
	"hikeshi/deploy/local/stack"
	"hikeshi/workflows"
	"hikeshi/workflows/settings"
)

// matrixLag is how long the sandbox's search lags behind in these runs. The worst that is documented is three minutes;
// as the configuration tells the worker how long it is, what matters is that it is longer than all retries together.
const matrixLag = 6 * time.Second

// lane is one place where lives are played, one after the other: a sandbox and a worker in processes of their own, a
// gateway, and a namespace of a Temporal that the lanes share.
type lane struct {
	*install
	program string // of the worker
	dir     string
	mu      sync.Mutex
	worker  *exec.Cmd
	killed  int // workers so far
}

// newStack starts the Temporal that the lanes share.
func newStack(t *testing.T) *stack.Stack {
	t.Helper()
	silent, before := slog.New(slog.DiscardHandler), slog.Default()
	slog.SetDefault(silent) // of the gateways: the faults are many
	t.Cleanup(func() { slog.SetDefault(before) })
	s, err := stack.Start(t.Context(), stack.Options{DataDir: t.TempDir(), NoUI: true, SearchAttributes: workflows.SearchAttributes(), Log: silent})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop()) })
	return s
}

// newLane makes a lane with its programs from the directory, in a namespace of its own.
func newLane(t *testing.T, s *stack.Stack, programs, name string) *lane {
	t.Helper()
	ln := openLane(t, startSandbox(t, programs), &stack.Stack{Address: s.Address, Namespace: name}, programs)
	require.NoError(t, ln.prepareNamespace(t.Context()))
	require.NoError(t, ln.startGateway(t.Context()))
	t.Cleanup(func() { require.NoError(t, ln.close()) })
	require.NoError(t, sendEvents(t.Context(), ln.at.Pages, ln.gatewayURL()))
	require.NoError(t, ln.startWorker())
	t.Cleanup(ln.stopWorker)
	return ln
}

// startSandbox starts a sandbox in a process of its own, which outlives everything else.
func startSandbox(t *testing.T, programs string) *process {
	t.Helper()
	sandbox := &process{t: t, cmd: exec.Command(filepath.Join(programs, "sandbox"), "--port", "0", "--search-lag", matrixLag.String())}
	t.Cleanup(sandbox.kill)
	sandbox.startReady("sandbox")
	return sandbox
}

// openLane writes a configuration for the sandbox and the Temporal there.
func openLane(t *testing.T, sandbox *process, at *stack.Stack, programs string) *lane {
	t.Helper()
	dir := t.TempDir()
	l := &local{
		o: options{data: dir, noUI: true, noLimits: true, probe: time.Second, rewrite: inHurry}, say: newNarrator(io.Discard), broken: make(chan error, 2),
		stack: at,
	}
	var err error
	l.at, err = askAddresses(t.Context(), sandbox.Sandbox)
	require.NoError(t, err)
	require.NoError(t, write(filepath.Join(dir, "books", "mail.yaml"), []byte(matrixBook)))
	for _, part := range []func(context.Context) error{l.preparePorts, l.prepareDir, l.writeConfig} {
		require.NoError(t, part(t.Context()))
	}
	in := &install{local: l}
	in.cfg, err = settings.Load(l.config, func(string) string { return "" })
	require.NoError(t, err)
	require.NoError(t, in.connect())
	for _, vendor := range in.vendors() {
		require.NoError(t, call(t.Context(), http.MethodPost, control(vendor)+"limits", map[string]bool{"enabled": false}, nil))
	}
	return &lane{install: in, program: filepath.Join(programs, "worker"), dir: dir}
}

// inHurry makes the tries of a step follow each other quickly, and has a runbook.
func inHurry(config string) string {
	return "runbooks: books\n" + strings.Replace(config, "timing:\n", "timing:\n  escalation: 2s\n  settle: 3s\n  first_retry: 100ms\n  longest_retry: 1s\n  intake_patience: 1s\n", 1)
}

// vendors are the addresses of the sandbox, by name.
func (l *local) vendors() map[string]string {
	return map[string]string{"slack": l.at.Slack, "jira": l.at.Jira, "google": l.at.Google, "pager": l.at.Pager}
}

// prepareNamespace makes the lane's namespace.
func (in *install) prepareNamespace(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	_, err := in.client.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: in.stack.Namespace, WorkflowExecutionRetentionPeriod: durationpb.New(7 * 24 * time.Hour),
	})
	for err == nil {
		prepared, err := in.desk.Setup(ctx, false)
		if err == nil && len(prepared.Problems) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("prepare namespace %s: %w: %v", in.stack.Namespace, errors.Join(err, ctx.Err()), prepared.Problems)
		case <-time.After(100 * time.Millisecond): // the server learns of a new namespace with a delay
		}
	}
	return err
}

// startWorker starts a worker, whose log goes on after that of the one before.
func (l *lane) startWorker() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	log, err := os.OpenFile(l.workerLog(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the process has its own
	l.worker = exec.Command(l.program)
	l.worker.Env = append(os.Environ(), "HIKESHI_CONFIG="+l.config)
	l.worker.Stdout, l.worker.Stderr = log, log
	return l.worker.Start()
}

func (l *lane) workerLog() string { return filepath.Join(l.dir, "worker.log") }

// stopWorker ends the worker as kill -9 does.
func (l *lane) stopWorker() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.worker != nil && l.worker.ProcessState == nil {
		_ = l.worker.Process.Kill() // it may have ended by itself
		_ = l.worker.Wait()         // killed: that is the error
	}
}

// killWorker kills the worker and starts another one.
func (l *lane) killWorker() error {
	l.stopWorker()
	l.killed++
	return l.startWorker()
}

// inject gives a vendor a fault rule.
func (l *lane) inject(ctx context.Context, vendor string, f fake.Fault) error {
	return call(ctx, http.MethodPost, control(l.vendors()[vendor])+"faults", f, nil)
}

// clear takes all rules away, and lets go on what is held back.
func (l *lane) clear(ctx context.Context) error {
	var errs []error
	for _, vendor := range l.vendors() {
		errs = append(errs, call(ctx, http.MethodDelete, control(vendor)+"faults", nil, nil), call(ctx, http.MethodDelete, control(vendor)+"held", nil, nil))
	}
	return errors.Join(errs...)
}
