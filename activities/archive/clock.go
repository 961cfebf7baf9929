package archive

import (
	"strconv"
	"strings"
	"time"
)

// timeOf reads the time that a TS stands for: seconds since 1970, a dot, microseconds. A float could not hold it.
func timeOf(ts string) (time.Time, bool) {
	whole, part, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, false
	}
	micros, err := strconv.ParseInt((part + "000000")[:6], 10, 64)
	if err != nil {
		micros = 0
	}
	return time.Unix(seconds, micros*int64(time.Microsecond)).UTC(), true
}

func formatted(ts, layout string) string {
	at, ok := timeOf(ts)
	if !ok {
		return ""
	}
	return at.Format(layout)
}

func rfc3339(ts string) string { return formatted(ts, "2006-01-02T15:04:05.000000Z") }
func dayOf(ts string) string   { return formatted(ts, time.DateOnly) }

// seconds are the time of a TS for people. It gives the day as well where that is not the one that they read above it.
func secondsOf(ts, day string) string {
	if dayOf(ts) == day {
		return formatted(ts, time.TimeOnly)
	}
	return formatted(ts, time.DateTime)
}
