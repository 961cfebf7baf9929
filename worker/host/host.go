package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"hikeshi/activities/ops"
	"hikeshi/worker/watch"
	"hikeshi/workflows"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// Options tune a worker. The zero value is right for production.
type Options struct {
	// StickyCache is how many cases are kept in memory between their tasks; 0: 2,000; negative: none, so that every
	// task replays the whole history, as tests want it. It is one for the whole process.
	StickyCache int
	// StopTimeout is how long running activities get to end; 0: 20 s, more than a step may take.
	StopTimeout time.Duration
	Log         *slog.Logger // nil: slog.Default
	// Deciding stand around the workflows; tests play older code with them.
	Deciding []interceptor.WorkerInterceptor
}

const (
	defaultCache       = 2000
	defaultStopTimeout = 20 * time.Second
	// stickyTimeout is how long a case's next task waits for a worker that was killed before another one takes it.
	stickyTimeout = time.Second
	// noteInterval is how often a long activity's notes of where it is reach Temporal at most: a kill costs what came
	// after the last one.
	noteInterval = time.Second
	// deadlockTimeout: the default of one second takes a busy machine for a deadlock.
	deadlockTimeout = 10 * time.Second
)

// Run works until ctx ends, then lets activities that run end, and returns nil. A missing secret, or a Temporal that
// cannot be reached, is an error at once.
func Run(ctx context.Context, cfg *settings.Config, o Options) error {
	h, err := Start(ctx, cfg, o)
	if err != nil {
		return err
	}
	defer h.Stop()
	select {
	case <-ctx.Done():
		return nil
	case err := <-h.Broken():
		return err
	}
}

// Host is a running worker.
type Host struct {
	client  client.Client
	workers []worker.Worker
	cancel  context.CancelFunc
	checks  sync.WaitGroup
	watch   *watch.Watch
	once    sync.Once
	fatal   chan error
}

// Start returns when all task queues are polled. End it with Stop.
func Start(ctx context.Context, cfg *settings.Config, o Options) (*Host, error) {
	o.Log = cmp.Or(o.Log, slog.Default())
	deps, err := connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	c, options, err := dial(ctx, cfg, o.Log)
	if err != nil {
		return nil, err
	}
	queues := ops.Queues{Service: c.WorkflowService(), Namespace: options.Namespace, Identity: options.Identity}
	deps.Ops = &ops.Activities{Queues: queues, Workflows: c, Checks: accessChecks(deps)}
	if err := checkRetention(ctx, c, options.Namespace, cfg, o.Log); err != nil {
		c.Close()
		return nil, err
	}
	deps.Seal.Recorder = newRecorder(c, options.DataConverter, cfg)
	worker.SetStickyWorkflowCacheSize(max(0, cmp.Or(o.StickyCache, defaultCache)))
	h := &Host{client: c, watch: watch.New(c, deps.Ops, cfg.Desk(), o.Log), fatal: make(chan error, 1+len(workflows.Queues()))}
	h.build(o, deps)
	for _, w := range h.workers {
		if err := w.Start(); err != nil {
			h.Stop()
			return nil, fmt.Errorf("poll Temporal for work: %w (check the namespace and its permissions)", err)
		}
	}
	checking, cancel := context.WithCancel(context.WithoutCancel(ctx))
	h.cancel = cancel
	h.checks.Go(func() { checkAccess(checking, deps, o.Log) })
	sayRunbooks(cfg.Library(), o.Log)
	h.watch.Patrol()
	return h, nil
}

func dial(ctx context.Context, cfg *settings.Config, log *slog.Logger) (client.Client, client.Options, error) {
	if cfg.KeyRing == "" {
		return nil, client.Options{}, errors.New("read key ring: none is configured: set key_ring in the configuration file")
	}
	ring, err := wire.LoadKeyRing(cfg.KeyRing)
	if err != nil {
		return nil, client.Options{}, err
	}
	o, err := wire.ClientOptions(wire.Connection{Role: "worker", Ring: ring, Environ: cfg.Environ(), Log: log})
	if err != nil {
		return nil, client.Options{}, err
	}
	tellAgain(&o)
	c, err := wire.Dial(ctx, o)
	return c, o, err
}

// build makes a worker for workflows and one for each vendor: a vendor that is slow must not hold up the others, and
// activities of a step never share pollers with the decisions about it.
func (h *Host) build(o Options, deps workflows.Deps) {
	options := worker.Options{
		WorkerStopTimeout:            cmp.Or(o.StopTimeout, defaultStopTimeout),
		StickyScheduleToStartTimeout: stickyTimeout,
		DeadlockDetectionTimeout:     deadlockTimeout,
		DisableRegistrationAliasing:  true,
		OnFatalError:                 func(err error) { h.fatal <- fmt.Errorf("work for Temporal: %w", err) },
	}
	decide := options
	decide.LocalActivityWorkerOnly = true
	decide.Interceptors = o.Deciding
	w := worker.New(h.client, workflows.TaskQueue, decide)
	workflows.RegisterWorkflows(w, deps)
	h.workers = append(h.workers, w)
	for _, queue := range workflows.Queues() {
		act := options
		act.DisableWorkflowWorker = true
		if queue != workflows.Ops.Queue() { // the breaker's own questions are no news to it
			act.Interceptors = []interceptor.WorkerInterceptor{h.watch}
		}
		if queue == workflows.Bulk.Queue() {
			act.MaxHeartbeatThrottleInterval = noteInterval
		}
		w := worker.New(h.client, queue, act)
		workflows.RegisterActivities(w, queue, deps)
		h.workers = append(h.workers, w)
	}
}

// Broken gives an error if Temporal turns the worker away for good: the namespace is gone, or the permission.
func (h *Host) Broken() <-chan error { return h.fatal }

// Stop takes no more work, waits for running activities at most the stop timeout, and closes the connection. Further
// calls wait for the first.
func (h *Host) Stop() {
	h.once.Do(func() {
		if h.cancel != nil {
			h.cancel()
		}
		var all sync.WaitGroup
		for _, w := range h.workers {
			all.Go(w.Stop)
		}
		all.Wait()
		h.checks.Wait()
		h.watch.Stop()
		h.client.Close()
	})
}
