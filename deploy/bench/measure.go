package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"hikeshi/starter/cases"
)

// measure runs the product and everything that is measured of it.
func measure(ctx context.Context, o options, stderr io.Writer) (_ *report, err error) {
	say := func(format string, args ...any) { fmt.Fprintf(stderr, "bench: "+format+"\n", args...) }
	say("starting the product")
	p, err := startProduct(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	r := newReport(o)
	for _, part := range []struct {
		what string
		do   func(context.Context, options, *report) error
	}{
		{"one case to warm up", p.measureFirst},
		{fmt.Sprintf("%d cases at %g a minute", o.n, o.rate), p.measureOpen},
		{fmt.Sprintf("the same steps one after the other, %d times", o.baseline), p.measureBaseline},
		{"the mails of one watched case", p.measureMails},
		{fmt.Sprintf("%d cases while JIRA takes %s", o.slow, o.slowJira), p.measureSlow},
	} {
		say("%s", part.what)
		if err := part.do(ctx, o, r); err != nil {
			return nil, fmt.Errorf("measure %s: %w", part.what, err)
		}
	}
	return r, nil
}

// measureFirst opens the first case after a start: connections are new and nobody is known yet.
func (p *product) measureFirst(ctx context.Context, o options, r *report) error {
	if err := p.vendors.limit(ctx, o.limits); err != nil {
		return err
	}
	if err := p.awaitAccess(ctx); err != nil {
		return err
	}
	if err := p.vendors.delay(ctx, o.latencies); err != nil {
		return err
	}
	waits, _, calls, err := p.openAndSettle(ctx, o, 1)
	if err == nil {
		r.First, r.FirstCalls = milliseconds(waits[0]), calls
	}
	return err
}

// openAndSettle opens cases and waits until they are calm.
func (p *product) openAndSettle(ctx context.Context, o options, n int) (waits []time.Duration, list []*opened, calls []count, err error) {
	then, err := p.tally(ctx)
	if err == nil {
		list, err = p.openCases(ctx, o, n)
	}
	if err == nil {
		err = p.settle(ctx, list)
	}
	if err == nil {
		waits, err = p.untilTogether(ctx, list)
	}
	if err == nil {
		calls, err = p.callsSince(ctx, then)
	}
	return waits, list, calls, err
}

func (p *product) measureOpen(ctx context.Context, o options, r *report) error {
	r.Load[0] = load()
	waits, list, calls, err := p.openAndSettle(ctx, o, o.n)
	if err != nil {
		return err
	}
	r.Together, r.Calls, r.list = spanOf(waits), calls, list
	r.Ratio = ratio(r.Together.Median, r.CriticalPath)
	var acknowledged []time.Duration
	for _, c := range list {
		acknowledged = append(acknowledged, c.acknowledged)
	}
	r.Acknowledged = spanOf(acknowledged)
	legs, runs, err := p.measureLegs(ctx, list, o.latencies)
	if err != nil {
		return err
	}
	r.Legs, r.Engine = legs, measureEngine(runs)
	var linked []time.Duration
	for i, c := range list {
		linked = append(linked, runs[2*i+1].last().Sub(c.sent))
	}
	r.Linked, r.LinkedFirst = spanOf(linked), spanOf(linked[:o.baseline])
	r.Load[1] = load()
	return nil
}

// refill is how long the emptiest of Slack's buckets takes to fill again, so that product and baseline both begin with
// full ones: ten of a method's calls at twenty a minute.
const refill = 30 * time.Second

func (p *product) measureBaseline(ctx context.Context, o options, r *report) error {
	if o.baseline == 0 {
		return nil
	}
	if o.limits {
		if err := pause(ctx, refill); err != nil {
			return err
		}
	}
	list, err := p.baseline(ctx, r.list[0], o.baseline)
	if err != nil {
		return err
	}
	var until, linked []time.Duration
	for _, one := range list {
		until, linked = append(until, one.together), append(linked, one.linked)
	}
	r.Sequential = &sequentially{Together: spanOf(until), Linked: spanOf(linked)}
	r.Sequential.TogetherRatio = ratio(r.Together.Median, r.Sequential.Together.Median)
	r.Sequential.LinkedRatio = ratio(r.LinkedFirst.Median, r.Sequential.Linked.Median)
	return nil
}

// measureSlow opens cases while JIRA is slow, and gives it its speed back once people are together: a status block
// takes several calls, and is of no interest here.
func (p *product) measureSlow(ctx context.Context, o options, r *report) error {
	if o.slow == 0 {
		return nil
	}
	slow := o.latencies
	slow.jira = o.slowJira
	if err := p.vendors.delay(ctx, slow); err != nil {
		return err
	}
	list, err := p.openCases(ctx, o, o.slow)
	if err == nil {
		err = p.follow(ctx, list, cases.Ready)
	}
	if err != nil {
		return err
	}
	waits, err := p.untilTogether(ctx, list)
	if err != nil {
		return err
	}
	r.Slow = &slowly{Jira: milliseconds(o.slowJira), Together: spanOf(waits)}
	if err := p.vendors.delay(ctx, o.latencies); err != nil {
		return err
	}
	return p.settle(ctx, list)
}
