package serve

import (
	"context"
	"log/slog"
	"time"
)

// Pauses between tries to ring every mirror: Temporal may be down when the gateway starts.
const (
	firstPause   = time.Second
	longestPause = time.Minute
	betweenRings = time.Minute
)

// ringer rings every running mirror and returns how many have heard it.
type ringer interface {
	RingAll(ctx context.Context) (int, error)
}

// missed is told when events are lost. It remembers one word of it: whoever rings rings for all.
type missed chan struct{}

func (m missed) tell() {
	select {
	case m <- struct{}{}:
	default:
	}
}

// keepRinging rings every mirror at the start, because nobody listened before, and whenever events are lost; not more
// often than there is time for mirrors to read.
func keepRinging(ctx context.Context, cases ringer, again missed) {
	for {
		ringAll(ctx, cases)
		select {
		case <-ctx.Done():
			return
		case <-time.After(betweenRings):
		}
		select {
		case <-ctx.Done():
			return
		case <-again:
		}
	}
}

// ringAll has every mirror look for what was said while no gateway listened. It tries until Temporal has answered, or
// ctx ends; a mirror that was rung twice has read a little for nothing.
func ringAll(ctx context.Context, cases ringer) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		rung, err := cases.RingAll(ctx)
		switch {
		case err == nil:
			slog.Info("every mirror looks for what it may have missed", "mirrors", rung)
			return
		case ctx.Err() != nil:
			return
		}
		slog.Warn("the mirrors cannot all be told to look for what they may have missed", "mirrors", rung, "again_in", pause, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
