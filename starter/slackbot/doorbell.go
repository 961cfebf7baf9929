package slackbot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// quietTime is how long a channel's bell stays silent after it was rung; longestQuiet, when nobody hears it.
const (
	quietTime    = 2 * time.Second
	longestQuiet = time.Minute
)

// doorbell rings the desk for channels, each on its own, and not more often than is of use: a mirror that is rung reads
// everything that is new.
type doorbell struct {
	ctx  context.Context // ends with the gateway
	ring func(context.Context, Bell) error
	log  *slog.Logger

	mu       sync.Mutex
	pressed  map[string]bool   // channels whose bell was rung a moment ago; true: it was pressed again since
	waiting  map[string]*batch // hints that go with the next bell
	carrying map[string]bool   // channels for which a bell with hints is on its way

	going sync.WaitGroup
}

// batch is hints that are handed over together.
type batch struct {
	hints []Hint
	done  chan struct{} // closed when err is known
	err   error
}

func newDoorbell(ctx context.Context, o Options) *doorbell {
	d := &doorbell{ctx: ctx, log: o.Log, pressed: map[string]bool{}, waiting: map[string]*batch{}, carrying: map[string]bool{}}
	if o.Desk != nil {
		d.ring = o.Desk.Ring
	}
	return d
}

// press rings the channel's bell at once, unless that was just done: then it rings when the quiet time is over.
func (d *doorbell) press(channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ringing := d.pressed[channel]; ringing {
		d.pressed[channel] = true
		return
	}
	d.pressed[channel] = false
	d.going.Go(func() { d.keepRinging(channel) })
}

// keepRinging goes on until the bell is heard and nobody presses it any more. When the gateway ends it rings a last time
// for what is still to be told.
func (d *doorbell) keepRinging(channel string) {
	for quiet := quietTime; ; {
		last := d.ctx.Err() != nil
		err := d.once(Bell{Channel: channel})
		if err == nil {
			quiet = quietTime
		} else {
			d.log.Warn("nobody hears the bell of a channel", "channel", channel, "again_in", quiet, "error", err)
		}
		select {
		case <-time.After(quiet):
		case <-d.ctx.Done():
		}
		if !d.again(channel, err != nil && !last) {
			return
		}
		if err != nil {
			quiet = min(2*quiet, longestQuiet)
		}
	}
}

// again reports whether the channel's bell has to be rung once more; if not, it is at rest.
func (d *doorbell) again(channel string, unheard bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pressed[channel] || unheard {
		d.pressed[channel] = false
		return true
	}
	delete(d.pressed, channel)
	return false
}

// hint hands a hint over and returns when it has arrived. While one bell of the channel is on its way, further hints
// wait for it and then go together.
func (d *doorbell) hint(ctx context.Context, channel string, h Hint) error {
	d.mu.Lock()
	b := d.waiting[channel]
	if b == nil {
		b = &batch{done: make(chan struct{})}
		d.waiting[channel] = b
	}
	b.hints = append(b.hints, h)
	if !d.carrying[channel] {
		d.carrying[channel] = true
		d.going.Go(func() { d.carry(channel) })
	}
	d.mu.Unlock()
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err() // it may arrive yet; twice is harmless
	}
}

func (d *doorbell) carry(channel string) {
	for b := d.next(channel); b != nil; b = d.next(channel) {
		b.err = d.once(Bell{Channel: channel, Hints: b.hints})
		close(b.done)
	}
}

func (d *doorbell) next(channel string) *batch {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.waiting[channel]
	delete(d.waiting, channel)
	if b == nil {
		delete(d.carrying, channel)
	}
	return b
}

// once rings; it may still do so while the gateway ends.
func (d *doorbell) once(b Bell) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.ctx), answerTime)
	defer cancel()
	err := errors.New("the desk is out of order")
	guard(d.log, "ring a bell", func() { err = d.ring(ctx, b) })
	return err
}
