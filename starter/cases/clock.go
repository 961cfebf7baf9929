package cases

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// Clock is how this machine's clock stands against Temporal's.
type Clock struct {
	Off   time.Duration // it is at least that far ahead; negative: behind. Zero: as far as can be told, they agree
	Known bool          // there was something to compare with
}

// String says it in words that fit before whose clock it is: at least 12m0s ahead of.
func (c Clock) String() string {
	if c.Off < 0 {
		return fmt.Sprintf("at least %s behind", -c.Off.Truncate(time.Second))
	}
	return fmt.Sprintf("at least %s ahead of", c.Off.Truncate(time.Second))
}

// pollMemory is for how long Temporal remembers who has asked a task queue for work.
const pollMemory = 5 * time.Minute

// Clock compares the clocks. Temporal tells its time nowhere: a proxy before it may do so in a header; else there is the
// time at which a worker last asked for work, which is less than pollMemory ago. So what is told is the least by which
// the clocks can differ.
func (c *Cases) Clock(ctx context.Context) (Clock, error) {
	var header metadata.MD
	before := time.Now()
	_, err := c.client.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{}, grpc.Header(&header))
	if err != nil {
		return Clock{}, c.explain(err, "ask Temporal for its time")
	}
	for _, text := range header.Get("date") {
		if told, err := http.ParseTime(text); err == nil {
			return between(before, time.Now(), told, told.Add(time.Second)), nil
		}
	}
	last, err := c.lastPoll(ctx)
	if err != nil || last.IsZero() {
		return Clock{}, err
	}
	return between(before, time.Now(), last, last.Add(pollMemory)), nil
}

// between compares a moment of ours with one of theirs, of both of which only the bounds are known.
func between(before, after, from, to time.Time) Clock {
	c := Clock{Known: true}
	if ahead := before.Sub(to); ahead > 0 {
		c.Off = ahead
	} else if behind := from.Sub(after); behind > 0 {
		c.Off = -behind
	}
	return c
}

// lastPoll is when a worker last asked for work, by Temporal's clock; zero: none did within its memory.
func (c *Cases) lastPoll(ctx context.Context) (last time.Time, err error) {
	err = c.eachQueue(ctx, func(_ string, told *workflowservice.DescribeTaskQueueResponse) {
		for _, p := range told.GetPollers() {
			if at := p.GetLastAccessTime(); at != nil && at.AsTime().After(last) {
				last = at.AsTime()
			}
		}
	})
	return last, err
}
