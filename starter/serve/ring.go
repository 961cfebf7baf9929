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
)

// ringer rings every running mirror and returns how many have heard it.
type ringer interface {
	RingAll(ctx context.Context) (int, error)
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
