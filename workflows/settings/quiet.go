package settings

import (
	"errors"
	"strings"
	"time"

	"hikeshi/workflows"
)

// quietHours reads 22:00-07:00; nil: there are none.
func quietHours(text string) (*workflows.QuietHours, error) {
	if text == "" {
		return nil, nil
	}
	first, last, _ := strings.Cut(text, "-")
	from, err := time.Parse("15:04", first)
	if err != nil {
		return nil, err
	}
	to, err := time.Parse("15:04", last)
	if err == nil && to.Equal(from) {
		err = errors.New("they never begin or never end")
	}
	if err != nil {
		return nil, err
	}
	minutes := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	return &workflows.QuietHours{From: minutes(from), To: minutes(to)}, nil
}
