package cases

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"hikeshi/workflows"
)

// How long it is remembered which case a channel belongs to. A miss is forgotten soon at first, because a channel may be a
// minute old, or a case about to take it over; one that stays a miss is a channel that has nothing to do with cases.
const (
	hitTime     = 10 * time.Minute
	firstMiss   = time.Second
	longestMiss = time.Minute      // for messages: the mirror of a case that is new there finds them by itself
	shortMiss   = 5 * time.Second  // for what happens to a channel: nobody finds that later
	rowTime     = 10 * time.Minute // after which a channel that belonged to no case may belong to one
	maxChannels = 10_000           // remembered; beyond it any may be forgotten
	lookUpTime  = 2 * time.Second
)

// channels remembers which case a Slack channel belongs to. The zero value remembers nothing yet.
type channels struct {
	mu     sync.Mutex
	known  map[string]channelCase
	asking singleflight.Group // a burst in one channel asks once
}

// channelCase is the case of a channel, by its workflow id; empty: it belongs to none.
type channelCase struct {
	id    string
	asked time.Time
	until time.Time
	miss  time.Duration // how long the last miss is remembered
	since time.Time     // of a miss: when the first one in a row was
}

// of returns the workflow id of the case that the channel belongs to, empty if there is none; ask looks it up.
// That there was none that long ago, or longer, does not count.
func (c *channels) of(ctx context.Context, channel string, miss time.Duration, ask func(context.Context) (string, error)) (string, error) {
	if found, ok := c.remembered(channel, miss); ok {
		return found, nil
	}
	asked := c.asking.DoChan(channel, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUpTime) // it is for all who wait
		defer cancel()
		id, err := ask(ctx)
		if err == nil {
			c.remember(channel, id)
		}
		return id, err
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case answer := <-asked:
		id, _ := answer.Val.(string)
		return id, answer.Err
	}
}

func (c *channels) remembered(channel string, miss time.Duration) (id string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.known[channel]
	return found.id, ok && time.Now().Before(found.until) && (found.id != "" || time.Since(found.asked) < miss)
}

func (c *channels) remember(channel, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[string]channelCase{}
	}
	now := time.Now()
	found := channelCase{id: id, asked: now, until: now.Add(hitTime)}
	if id == "" {
		found.since, found.miss = now, firstMiss
		if before := c.known[channel]; before.miss > 0 && now.Before(before.until.Add(rowTime)) {
			found.since, found.miss = before.since, before.miss
			if !now.Before(before.until) { // else somebody would not wait for the end of it
				found.miss = min(2*before.miss, longestMiss)
			}
		}
		found.until = now.Add(found.miss)
	}
	c.makeRoom()
	c.known[channel] = found
}

// sure reports whether the channel has belonged to no case for so long that there is none which is only not known yet.
func (c *channels) sure(channel string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, known := c.known[channel]
	return known && found.id == "" && time.Since(found.since) >= longestMiss
}

// makeRoom forgets what is out of date and then, if that is not enough, whatever comes first.
func (c *channels) makeRoom() {
	if len(c.known) < maxChannels {
		return
	}
	now := time.Now()
	maps.DeleteFunc(c.known, func(_ string, k channelCase) bool { return !now.Before(k.until) })
	for channel := range c.known {
		if len(c.known) < maxChannels {
			return
		}
		delete(c.known, channel)
	}
}

// forget is for a case that was not there any more, and for a channel that a case is about to take over.
func (c *channels) forget(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, channel)
}

// caseOfChannel returns the workflow id of the case that the channel belongs to; empty: it belongs to none. It is for
// people who say something there: a case that has just taken the channel over is not to be denied them.
func (c *Cases) caseOfChannel(ctx context.Context, channel string) (string, error) {
	return c.heardIn(ctx, channel, 0)
}

// heardIn is the same for what happens in all channels, all the time: it may be that late to learn of a new case.
func (c *Cases) heardIn(ctx context.Context, channel string, late time.Duration) (string, error) {
	if !plainChannel.MatchString(channel) {
		return "", nil
	}
	return c.channels.of(ctx, channel, late, func(ctx context.Context) (string, error) {
		return c.newest(ctx, fmt.Sprintf("%s = '%s'", workflows.CaseChannel, channel))
	})
}
