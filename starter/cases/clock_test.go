package cases

import (
	"testing"
	"time"
)

// What is told is the least by which two clocks can differ.
func TestClocks(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	at := func(minutes float64) time.Time { return now.Add(time.Duration(minutes * float64(time.Minute))) }
	for name, tt := range map[string]struct {
		from, to time.Time
		want     string
	}{
		"within what is known": {at(-3), at(2), "at least 0s ahead of"},
		"ahead":                {at(-16), at(-11), "at least 11m0s ahead of"},
		"behind":               {at(12), at(17), "at least 11m59s behind"},
	} {
		c := between(now, now.Add(time.Second), tt.from, tt.to)
		if got := c.String(); !c.Known || got != tt.want {
			t.Errorf("%s: %q, not %q", name, got, tt.want)
		}
	}
}
