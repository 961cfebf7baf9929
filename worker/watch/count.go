package watch

import (
	"time"

	"hikeshi/activities"
)

// When trouble is told of. It costs one question to the vendor if it turns out to be one object's trouble only.
const (
	failures = 5                // in a row, of calls that got no answer
	span     = 20 * time.Second // that they must last at least
	again    = 10 * time.Second // until the same is told of again; doubles each time
	longest  = 5 * time.Minute
)

// count is what one worker has seen of a vendor lately.
type count struct {
	failed  int       // in a row
	since   time.Time // of the first of them
	refused throttle  // of our credentials
	outage  throttle
}

// saw takes in what became of a call, and reports whether the breaker should hear of it. An answer of any kind shows that
// the vendor is there; a rate that is used up shows nothing.
func (c *count) saw(class activities.Class, now time.Time) bool {
	switch {
	case class == activities.RateLimited:
		return false
	case class == activities.Credentials:
		return c.refused.pass(now)
	case class == "" || class.Final():
		c.failed = 0
		return false
	}
	if c.failed == 0 {
		c.since = now
	}
	c.failed++
	return c.failed >= failures && now.Sub(c.since) >= span && c.outage.pass(now)
}

// untold takes it back that the breaker was told: it could not be reached.
func (c *count) untold() { c.refused, c.outage = throttle{}, throttle{} }

// throttle lets the same pass ever more seldom: many cases meet the same trouble at the same time.
type throttle struct {
	next time.Time // nothing passes before
	wait time.Duration
}

func (t *throttle) pass(now time.Time) bool {
	switch {
	case now.Before(t.next):
		return false
	case t.wait == 0 || now.Sub(t.next) > longest:
		t.wait = again
	default:
		t.wait = min(2*t.wait, longest)
	}
	t.next = now.Add(t.wait)
	return true
}
