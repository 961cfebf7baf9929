package transport

import (
	"context"
	"fmt"
	rand "math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Bucket is one limit that a call draws from.
type Bucket struct {
	Key       string  // calls with the same key share the bucket: "conversations.create", "post C012345"
	PerMinute float64 // the vendor's rate; each worker gets its share of it
	Burst     int     // at least 1
	Cost      int     // tokens one call draws, at most Burst; 0: 1
}

// Rates holds the token buckets of one vendor in one worker. Safe for concurrent use.
type Rates struct {
	share   float64
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// NewRates makes empty buckets. share is this worker's part of the vendor's rate: 0.5 for two workers.
func NewRates(share float64) *Rates {
	return &Rates{share: share, buckets: map[string]*rate.Limiter{}}
}

// WaitError says that a call was not made because its bucket stays empty longer than the caller can wait.
// The adapters turn it into RateLimited.
type WaitError struct {
	Key  string        // of the bucket
	Wait time.Duration // until another try is worth while: until the bucket has a token, and up to a quarter more
}

// Error names the bucket and the wait in whole seconds. It is shown to people as the cause of a RateLimited.
func (e *WaitError) Error() string {
	return fmt.Sprintf("our share of the rate of %s is used up for %s", e.Key, e.Wait.Round(time.Second))
}

// maxWait is how long a call may wait inside an activity; longer waits give the slot back and let Temporal wait.
const maxWait = 3 * time.Second

func (r *Rates) wait(ctx context.Context, buckets []Bucket) error {
	now := time.Now() // the same for taking and giving back: what was due before the call is not given back
	var longest time.Duration
	var taken []*rate.Reservation
	for _, b := range buckets {
		l := r.limiter(b)
		res := l.ReserveN(now, min(max(b.Cost, 1), l.Burst())) // a small share may hold less than one call costs
		taken = append(taken, res)
		if d := res.DelayFrom(now); d > longest {
			longest = d
		}
		if longest > maxWait {
			giveBack(taken, now)
			return &WaitError{Key: b.Key, Wait: spread(longest)}
		}
	}
	if longest == 0 {
		return nil
	}
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		giveBack(taken, now)
		return ctx.Err()
	}
}

// spread adds up to a quarter to a wait, so that a crowd that was turned away together does not come back together.
func spread(d time.Duration) time.Duration { return d + rand.N(d/4+1) }

// giveBack returns the tokens of a call that is not made.
func giveBack(taken []*rate.Reservation, now time.Time) {
	for _, t := range taken {
		t.CancelAt(now)
	}
}

// empty drains the buckets after a 429: whatever we believed, the vendor has no tokens left.
func (r *Rates) empty(buckets []Bucket) {
	now := time.Now()
	for _, b := range buckets {
		l := r.limiter(b)
		if n := int(l.TokensAt(now)); n > 0 {
			l.AllowN(now, n)
		}
	}
}

func (r *Rates) limiter(b Bucket) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.buckets[b.Key]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(b.PerMinute*r.share/60), max(1, int(float64(b.Burst)*r.share)))
		r.buckets[b.Key] = l
	}
	return l
}
