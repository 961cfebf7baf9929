package watch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hikeshi/activities"
)

// A script is what a worker meets, a word each: seconds to pass, or a class by its first letter (. is a success, F any
// final class, C Credentials, U Unavailable, A Ambiguous, R RateLimited). After it a ! wants that the breaker is told.
func TestWhenTheBreakerIsTold(t *testing.T) {
	for name, script := range map[string]string{
		"a refused token at once":                          "C!",
		"even after a success":                             ". . C!",
		"the same again, ever more seldom":                 "C! C 9 C 1 C! 19 C 1 C! 39 C 1 C! 80 C! 160 C! 299 C 1 C! 299 C 1 C!",
		"after a long peace at once":                       "C! 10 C! 20 C! 400 C! 10 C!",
		"an outage: five in a row that last":               "U 5 U 5 A 5 U 5 A!",
		"five at once may be one hiccup":                   "U U U U U",
		"four are too few, however long":                   "U 60 U 60 U 60 U",
		"a success ends it":                                "U 5 U 5 U 5 U 5 . U 5 U 5 U 5 U 5 U!",
		"an answer that says no ends it":                   "U 5 U 5 U 5 U 5 F U",
		"a rate that is used up says nothing":              "U 5 U 5 R R R 5 U 5 U R 5 U!",
		"many cases meet the same outage":                  "U U U U U 20 U! U U U 10 U! U U",
		"a refused token in an outage is told of all same": "U U U U U 20 U! C! U",
		"rates alone are no trouble":                       "R 10 R 10 R 10 R 10 R 10 R",
	} {
		t.Run(name, func(t *testing.T) { play(t, script) })
	}
}

func play(t *testing.T, script string) {
	t.Helper()
	classes := map[string]activities.Class{".": "", "F": activities.NotFound, "C": activities.Credentials, "U": activities.Unavailable,
		"A": activities.Ambiguous, "R": activities.RateLimited}
	c, now := count{}, time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for i, word := range strings.Fields(script) {
		var seconds int
		if _, err := fmt.Sscan(word, &seconds); err == nil {
			now = now.Add(time.Duration(seconds) * time.Second)
			continue
		}
		letter, want := strings.CutSuffix(word, "!")
		if got := c.saw(classes[letter], now); got != want {
			t.Fatalf("word %d (%s) of %q: told is %t, want %t", i+1, word, script, got, want)
		}
	}
}

func TestWhenACallWasMade(t *testing.T) {
	began := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for took, want := range map[time.Duration]time.Duration{0: 0, 15 * time.Second: 0, 30 * time.Second: 0, time.Hour: time.Hour - 30*time.Second} {
		if got := callTime(began, took); !got.Equal(began.Add(want)) {
			t.Errorf("after %s: %s", took, got)
		}
	}
}
