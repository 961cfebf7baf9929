package serve

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// When the clocks are compared, and from when on it is said that they differ. What is known is the least by which they do.
const (
	clockEvery = 5 * time.Minute
	clockAgain = 30 * time.Second // after an error, or as long as nobody works
	clockOff   = time.Minute
	clockWrong = workflows.ProofTime / 2
)

// clock watches how far this gateway's clock is from Temporal's: past workflows.ProofTime nothing that it signs is
// believed, and everybody in Slack acts on their own word without being told why.
type clock struct {
	compare func(context.Context) (cases.Clock, error)
	told    atomic.Pointer[string]
}

// trouble is what is wrong with the clock, for whoever looks after the gateway; empty: nothing that is known.
func (w *clock) trouble() string {
	if text := w.told.Load(); text != nil {
		return *text
	}
	return ""
}

// watch compares until ctx ends.
func (w *clock) watch(ctx context.Context) {
	for {
		pause := w.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// look compares once, and returns when to do so again.
func (w *clock) look(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, clockAgain)
	defer cancel()
	c, err := w.compare(ctx)
	if err != nil || !c.Known {
		return clockAgain // what is known stays: it has not changed
	}
	text := ""
	if c.Off.Abs() >= clockWrong {
		text = fmt.Sprintf("this machine's clock is %s Temporal's: past %s nobody in Slack is believed to be who they are: set the clocks by NTP", c, workflows.ProofTime)
		slog.Error("the clocks differ", "reason", text)
	} else if c.Off.Abs() >= clockOff {
		slog.Warn("the clocks differ: set them by NTP before people in Slack are not believed any more", "off", c.Off.Truncate(time.Second), "believed_within", workflows.ProofTime)
	} else if w.trouble() != "" {
		slog.Info("the clocks agree again")
	}
	w.told.Store(&text)
	return clockEvery
}
