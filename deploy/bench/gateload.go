package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
)

// said is something that a person did in a case's channel.
type said struct {
	in   *opened
	ts   string
	at   time.Time // just before it was said
	hint bool      // an edit or a reply: the mirror is told of it by name; else its bell rings
}

// deeds are what people did during one run.
type deeds struct {
	mu       sync.Mutex
	said     []said
	commands []*opened
	refused  []error // commands that the gateway did not acknowledge
}

// measureWay lets people talk for a while, and looks what became of it.
func (p *product) measureWay(ctx context.Context, o gateOptions, way, program string, crowd []*opened, say func(string, ...any)) (r gateRun, err error) {
	g, err := p.startGate(ctx, way, program)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, g.stop()) }()
	roots, err := p.firstWords(ctx, crowd)
	if err == nil {
		err = p.deliveredAll(ctx)
	}
	if err == nil {
		err = p.vendors.slack.control(ctx, http.MethodDelete, "deliveries", nil, nil)
	}
	if err != nil {
		return r, err
	}
	r.Transport, r.Program, r.Load[0] = way, program, load()
	var all deeds
	if err := p.talkBeside(ctx, o, crowd, roots, &r, &all); err != nil {
		return r, err
	}
	r.Load[1], r.MemoryMiB = load(), peakOf(g.pid)
	var list []slacktest.Delivery
	if err := p.vendors.slack.control(ctx, http.MethodGet, "deliveries", nil, &list); err != nil {
		return r, err
	}
	r.count(list, way)
	r.Unanswered = len(all.refused)
	say("looking in Temporal for %d events and %d commands", len(all.said), len(all.commands))
	return r, p.settleLosses(ctx, &r, &all, list)
}

// talkBeside lets people talk while Temporal alone is asked what it takes, and returns when all is delivered.
func (p *product) talkBeside(ctx context.Context, o gateOptions, crowd []*opened, roots []string, r *gateRun, all *deeds) error {
	probing, stop := context.WithCancel(ctx)
	defer stop()
	probe := p.probe(probing, crowd)
	began := time.Now()
	if err := p.talk(ctx, o, crowd, roots, all); err != nil {
		return err
	}
	r.Took = time.Since(began).Seconds()
	stop()
	r.Temporal = spanOf(<-probe)
	return p.deliveredAll(ctx)
}

// probeEvery is how often Temporal alone is asked: seldom enough to be no load of its own.
const probeEvery = 100 * time.Millisecond

// probe signals mirrors past the gateway, one signal at a time, and sends how long each took when ctx has ended: what an
// acknowledgement takes at least. The signals are bells of a channel that is none of theirs.
func (p *product) probe(ctx context.Context, crowd []*opened) <-chan []time.Duration {
	all := make(chan []time.Duration, 1)
	go func() {
		var list []time.Duration
		for i := 0; pause(ctx, probeEvery) == nil; i++ {
			began := time.Now()
			err := p.client.SignalWorkflow(ctx, workflows.MirrorWorkflowID(crowd[i%len(crowd)].workflow), "", workflows.BellSignal, workflows.Bell{Channels: []string{"C0PROBE"}})
			if err == nil { // else it is not Temporal that is measured
				list = append(list, time.Since(began))
			}
		}
		all <- list
	}()
	return all
}

// firstWords begins a conversation in each channel, to which people reply and which they edit.
func (p *product) firstWords(ctx context.Context, crowd []*opened) ([]string, error) {
	var roots []string
	for _, c := range crowd {
		ts, err := p.write(ctx, "message", map[string]any{"user": "aoi", "channel": c.channel, "text": "the first word"})
		if err != nil {
			return nil, err
		}
		roots = append(roots, ts)
	}
	return roots, nil
}

func (p *product) write(ctx context.Context, deed string, in map[string]any) (string, error) {
	var posted struct{ TS string }
	err := p.vendors.slack.control(ctx, http.MethodPost, deed, in, &posted)
	return posted.TS, err
}

// talk does everything at an even pace: each tenth deed is a command, the others are messages, replies and edits.
func (p *product) talk(ctx context.Context, o gateOptions, crowd []*opened, roots []string, all *deeds) error {
	var going sync.WaitGroup
	var once sync.Once
	var failed error
	began := time.Now()
	for i := range int(o.rate * o.length.Seconds()) {
		if err := pause(ctx, time.Until(began.Add(time.Duration(float64(i)/o.rate*float64(time.Second))))); err != nil {
			return err
		}
		going.Go(func() {
			if err := p.deed(ctx, i, crowd, roots, all); err != nil {
				once.Do(func() { failed = err })
			}
		})
	}
	going.Wait()
	return failed
}

func (p *product) deed(ctx context.Context, i int, crowd []*opened, roots []string, all *deeds) error {
	n := (i/10*9 + i%10) % len(crowd) // not i: the tenth deed would leave every tenth channel in silence
	s := said{in: crowd[n], at: time.Now()}
	var err error
	switch i % 10 {
	case 0:
		c, err := p.command(ctx, i)
		all.mu.Lock()
		defer all.mu.Unlock()
		if err != nil {
			all.refused = append(all.refused, err)
			return nil
		}
		all.commands = append(all.commands, c)
		return nil
	case 1, 4, 7:
		s.hint = true
		s.ts, err = p.write(ctx, "message", map[string]any{"user": "ben", "channel": s.in.channel, "text": "a reply", "thread_ts": roots[n]})
	case 9:
		s.ts, s.hint = roots[n], true
		_, err = p.write(ctx, "edit", map[string]any{"user": "aoi", "channel": s.in.channel, "ts": roots[n], "text": fmt.Sprintf("the first word, said %d times", i)})
	default:
		s.ts, err = p.write(ctx, "message", map[string]any{"user": "chie", "channel": s.in.channel, "text": "while people talk"})
	}
	if err != nil {
		return err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	all.said = append(all.said, s)
	return nil
}

// still is how long nothing may be delivered before everything counts as delivered: longer than the longest wait for
// another try.
const still = 3 * time.Second

func (p *product) deliveredAll(ctx context.Context) error {
	for before := -1; ; {
		var list []slacktest.Delivery
		if err := p.vendors.slack.control(ctx, http.MethodGet, "deliveries", nil, &list); err != nil {
			return err
		}
		if len(list) == before {
			return nil
		}
		before = len(list)
		if err := pause(ctx, still); err != nil {
			return err
		}
	}
}
