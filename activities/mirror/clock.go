package mirror

import (
	"strconv"
	"strings"
	"time"
)

// timeOf reads the time that a TS stands for: seconds since 1970, a dot, microseconds. A float could not hold it.
func timeOf(ts string) (time.Time, bool) {
	whole, _, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<37 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0).UTC(), true
}

// moment is the time of a TS for people.
func moment(ts string) string {
	if at, ok := timeOf(ts); ok {
		return at.Format("2006-01-02 15:04:05Z")
	}
	return "?"
}

// clock is the time of day of a TS, with the day where it is not that of the other TS.
func clock(ts, other string) string {
	at, ok := timeOf(ts)
	if now, also := timeOf(other); ok && also && now.Format(time.DateOnly) == at.Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return moment(ts)
}
