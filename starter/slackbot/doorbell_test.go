package slackbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ear hears bells.
type ear struct {
	Desk
	mu    sync.Mutex
	began time.Time
	heard []string // when, channel and hints
	deaf  int      // so many more are not heard
	slow  chan struct{}
}

func (e *ear) Ring(ctx context.Context, b Bell) error {
	if e.slow != nil {
		select {
		case <-e.slow:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.deaf > 0 {
		e.deaf--
		return errors.New("connection refused")
	}
	e.heard = append(e.heard, fmt.Sprintf("%v %s %d", time.Since(e.began), b.Channel, len(b.Hints)))
	return nil
}

// ringing runs a test with a doorbell under a clock of its own. At the end nothing rings any more.
func ringing(t *testing.T, do func(t *testing.T, d *doorbell, e *ear, end func())) {
	synctest.Test(t, func(t *testing.T) {
		e := &ear{began: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		d := newDoorbell(ctx, Options{Desk: e, Log: slog.New(slog.DiscardHandler)})
		end := func() { cancel(); d.going.Wait() }
		do(t, d, e, end)
		end()
		if n := len(d.pressed) + len(d.waiting) + len(d.carrying); n != 0 {
			t.Errorf("%d channels are still remembered", n)
		}
	})
}

func (e *ear) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.heard, want) {
		t.Errorf("heard %q, want %q", e.heard, want)
	}
}

func TestABellRingsAtOnceAndThenSeldom(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		d.press("C1")
		e.want(t, "0s C1 0")
		for range 10 { // a second of talk
			d.press("C1")
			time.Sleep(100 * time.Millisecond)
		}
		d.press("C2")
		e.want(t, "0s C1 0", "1s C2 0")
		time.Sleep(time.Minute)
		e.want(t, "0s C1 0", "1s C2 0", "2s C1 0")
		d.press("C1")
		e.want(t, "0s C1 0", "1s C2 0", "2s C1 0", "1m1s C1 0")
	})
}

func TestTheLastBellIsRungAtTheEnd(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, end func()) {
		d.press("C1")
		synctest.Wait()
		d.press("C1")
		end()
		e.want(t, "0s C1 0", "0s C1 0")
		d.press("C1") // by a request that was still on its way
		d.going.Wait()
		e.want(t, "0s C1 0", "0s C1 0", "0s C1 0")
	})
}

func TestABellThatNobodyHearsIsRungAgain(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.deaf = 3
		d.press("C1")
		time.Sleep(time.Hour)
		e.want(t, "14s C1 0") // after 2, 4 and 8 seconds
	})
}

func TestNobodyIsThereAtTheEnd(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, end func()) {
		e.deaf = 100
		d.press("C1")
		synctest.Wait()
		end()
		if e.want(t); e.deaf != 98 {
			t.Errorf("rung %d times, want 2: at once and at the end", 100-e.deaf)
		}
	})
}

func TestHintsGoTogetherWhileOneIsOnItsWay(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.slow = make(chan struct{}, 10)
		var all sync.WaitGroup
		hint := func(channel string) {
			all.Go(func() {
				if err := d.hint(t.Context(), channel, Hint{TS: "1.1"}); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		hint("C1")
		hint("C1")
		hint("C1")
		e.slow <- struct{}{}
		e.want(t, "0s C1 1")
		e.slow <- struct{}{}
		all.Wait()
		e.want(t, "0s C1 1", "0s C1 2")
		e.slow <- struct{}{}
		hint("C2")
		e.want(t, "0s C1 1", "0s C1 2", "0s C2 1")
	})
}

func TestAHintThatDoesNotArriveIsAnError(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.deaf = 1
		if err := d.hint(t.Context(), "C1", Hint{TS: "1.1"}); err == nil {
			t.Error("no error, although nobody heard it")
		}
		e.slow = make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.hint(ctx, "C1", Hint{TS: "1.1"}); !errors.Is(err, context.DeadlineExceeded) || time.Since(e.began) != time.Second {
			t.Errorf("%v after %s, want the end of the sender's patience", err, time.Since(e.began))
		}
		e.want(t)
	})
}
