package serve

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/cases"
)

func TestTheClockIsWatched(t *testing.T) {
	var now cases.Clock
	var fails error
	w := &clock{compare: func(context.Context) (cases.Clock, error) { return now, fails }}
	for _, step := range []struct {
		clock   cases.Clock
		err     error
		trouble string
		again   time.Duration
	}{
		{cases.Clock{}, nil, "", clockAgain},
		{cases.Clock{Known: true, Off: 3 * time.Minute}, nil, "", clockEvery},
		{cases.Clock{Known: true, Off: 12 * time.Minute}, nil, "at least 12m0s ahead of Temporal's", clockEvery},
		{cases.Clock{}, errors.New("down"), "at least 12m0s ahead of Temporal's", clockAgain},
		{cases.Clock{Known: true, Off: -11 * time.Minute}, nil, "at least 11m0s behind Temporal's", clockEvery},
		{cases.Clock{Known: true}, nil, "", clockEvery},
	} {
		now, fails = step.clock, step.err
		if again := w.look(t.Context()); again != step.again {
			t.Errorf("%+v: it looks again after %s, not %s", step.clock, again, step.again)
		}
		if got := w.trouble(); (step.trouble == "") != (got == "") || !strings.Contains(got, step.trouble) {
			t.Errorf("%+v: it says %q, not %q", step.clock, got, step.trouble)
		}
	}
}
