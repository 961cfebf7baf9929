package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"hikeshi/activities/fake"
)

// played is what came of a life.
type played struct {
	verdict verdict
	spots   []spot          // the calls that it made
	struck  map[string]bool // tags of the faults that struck
	counted census
	parked  map[string]string
	took    time.Duration
}

// playLife plays a life of the kind in the lane, with the combinations in store for it. clean is the census to compare
// it with; nil: it is to be taken.
func (l *lane) playLife(ctx context.Context, k kind, name string, faults []*combination, clean census) played {
	began := time.Now()
	this := &life{lane: l, kind: k, request: name, parked: map[string]string{}, byHand: map[string]string{}}
	p, err := this.playWith(ctx, faults, clean)
	if err != nil {
		p.verdict.Endless = err.Error()
	}
	tidy, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if !p.verdict.good() {
		if err := this.tell(tidy); err != nil {
			fmt.Fprintf(os.Stderr, "keep what the life %s left: %v\n", name, err)
		}
	}
	_ = l.clear(tidy) // it shows in the next life if that failed
	this.end(tidy)
	p.parked, p.took = this.parked, time.Since(began)
	return p
}

func (l *life) playWith(ctx context.Context, faults []*combination, clean census) (p played, err error) {
	if l.kind.hand != nil {
		if err := l.kind.hand(ctx, l); err != nil {
			return p, err
		}
	}
	before, err := l.readState(ctx)
	if err != nil {
		return p, err
	}
	from, err := l.position(ctx)
	if err != nil {
		return p, err
	}
	for _, c := range faults {
		if err := l.inject(ctx, c.Spot.Vendor, c.rule()); err != nil {
			return p, err
		}
	}
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { l.watchForKills(watching) })
	err = l.play(ctx)
	stop()
	watch.Wait()
	var counting error
	if p.spots, p.struck, counting = l.since(ctx, from); counting != nil {
		return p, errors.Join(err, counting)
	}
	p.verdict, p.counted = l.judge(ctx, before, clean)
	return p, err
}

// watchForKills kills the worker whenever one of its calls is held for that, and starts another.
func (l *life) watchForKills(ctx context.Context) {
	for pause(ctx, 20*time.Millisecond) {
		for vendor := range l.vendors() {
			var held []fake.Call
			err := call(ctx, http.MethodGet, control(l.vendors()[vendor])+"held", nil, &held)
			for _, c := range held {
				if err == nil && strings.HasPrefix(c.Tag, killTag) {
					l.killAt(ctx, vendor, c.Tag)
				}
			}
		}
	}
}

// killAt kills the worker, and waits until the vendor has noticed that its caller is gone.
func (l *life) killAt(ctx context.Context, vendor, tag string) {
	l.stopWorker()
	for {
		var held []fake.Call
		err := call(ctx, http.MethodGet, control(l.vendors()[vendor])+"held", nil, &held)
		gone := err == nil
		for _, c := range held {
			gone = gone && c.Tag != tag
		}
		if gone || !pause(ctx, 5*time.Millisecond) {
			break
		}
	}
	if err := l.killWorker(); err != nil {
		panic(fmt.Sprintf("start a worker: %v", err)) // the program is there: it ran a moment ago
	}
}
