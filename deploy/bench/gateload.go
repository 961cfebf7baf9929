package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"hikeshi/activities/slack/slacktest"
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
func (p *product) measureWay(ctx context.Context, o gateOptions, way string, crowd []*opened, say func(string, ...any)) (r gateRun, err error) {
	g, err := p.startGate(ctx, way)
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
	r.Transport, r.Load[0] = way, load()
	began := time.Now()
	var all deeds
	if err := p.talk(ctx, o, crowd, roots, &all); err != nil {
		return r, err
	}
	r.Took = time.Since(began).Seconds()
	if err := p.deliveredAll(ctx); err != nil {
		return r, err
	}
	r.Load[1], r.MemoryMiB = load(), peakOf(g.pid)
	var list []slacktest.Delivery
	if err := p.vendors.slack.control(ctx, http.MethodGet, "deliveries", nil, &list); err != nil {
		return r, err
	}
	r.count(list, way)
	say("looking in Temporal for %d events and %d commands", len(all.said), len(all.commands))
	return r, p.missing(ctx, &all, &r)
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
