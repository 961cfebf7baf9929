package serve

import (
	"context"
	"errors"
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
