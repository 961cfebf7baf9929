package serve

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// mirrors is a Temporal that is down for the first tries.
type mirrors struct{ tries, down int }

func (m *mirrors) RingAll(context.Context) (int, error) {
	if m.tries++; m.tries <= m.down {
		return 0, errors.New("connection refused")
	}
	return 3, nil
}

// counted counts how often all mirrors are rung.
type counted struct{ atomic.Int32 }

func (c *counted) RingAll(context.Context) (int, error) { c.Add(1); return 3, nil }

// Whatever is lost while mirrors are rung, or shortly after, rings them once more.
func TestMirrorsAreRungWhenEventsAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var m counted
		lost, ended := make(missed, 1), make(chan struct{})
		go func() { keepRinging(ctx, &m, lost); close(ended) }()
		expect := func(when string, want int32) {
			t.Helper()
			if synctest.Wait(); m.Load() != want {
				t.Errorf("%s: rung %d times, want %d", when, m.Load(), want)
			}
		}
		expect("at the start", 1)
		for range 3 {
			lost.tell()
		}
		expect("too soon", 1)
		time.Sleep(betweenRings)
		expect("a minute later", 2)
		time.Sleep(time.Hour)
		expect("while nothing is lost", 2)
		lost.tell()
		expect("at once", 3)
		cancel()
		<-ended
	})
}

func TestRingAllWaitsForTemporal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mirrors{down: 3}
		ringAll(t.Context(), m)
		if m.tries != 4 {
			t.Errorf("%d tries, want one more than failed", m.tries)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		m = &mirrors{down: 1 << 30}
		ringAll(ctx, m)
		if m.tries < 60 || m.tries > 70 {
			t.Errorf("%d tries within an hour, want about one a minute", m.tries)
		}
	})
}
