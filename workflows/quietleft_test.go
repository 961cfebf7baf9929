package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHowLongItStaysQuiet(t *testing.T) {
	t.Parallel()
	night, noon := &QuietHours{From: 22 * 60, To: 7 * 60}, &QuietHours{From: 12 * 60, To: 13*60 + 30}
	const tokyo, newYork = 9 * 3600, -5 * 3600
	for _, test := range []struct {
		hours  *QuietHours
		utc    string
		offset int
		want   time.Duration
	}{
		{nil, "23:00", 0, 0},
		{night, "21:59", 0, 0},
		{night, "22:00", 0, 9 * time.Hour},
		{night, "00:00", 0, 7 * time.Hour},
		{night, "06:59", 0, time.Minute},
		{night, "07:00", 0, 0},
		{night, "13:00", tokyo, 9 * time.Hour},   // 22:00 there
		{night, "22:30", tokyo, 0},               // 07:30 there
		{night, "05:00", newYork, 7 * time.Hour}, // midnight there
		{noon, "12:45", 0, 45 * time.Minute},
		{noon, "13:30", 0, 0},
	} {
		now, err := time.Parse(time.DateTime, "2026-11-30 "+test.utc+":00")
		require.NoError(t, err)
		require.Zero(t, test.hours.left(now, nil), "on a clock that nobody knows")
		require.Equal(t, test.want, test.hours.left(now, &test.offset), "%v at %s UTC, clock %d s ahead", test.hours, test.utc, test.offset)
	}
}
