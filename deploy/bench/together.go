package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"hikeshi/activities/fake"
)

// together is when Slack had answered both the invitations and the first post of a channel: people are in it, and it
// says what this is about. The times are the sandbox's own, of the moment a reply leaves.
func together(calls []fake.Call, channel string) (time.Time, error) {
	var last time.Time
	for _, name := range []string{"conversations.invite", "chat.postMessage"} {
		done := firstDone(calls, name, channel)
		if done.IsZero() {
			return last, fmt.Errorf("channel %s: Slack has answered no %s", channel, name)
		}
		if done.After(last) {
			last = done
		}
	}
	return last, nil
}

func firstDone(calls []fake.Call, name, channel string) time.Time {
	for _, c := range calls {
		if c.Name == name && c.Object == channel && c.Status == http.StatusOK && !c.Done.IsZero() {
			return c.Done
		}
	}
	return time.Time{}
}

// untilTogether is how long the people of each case waited for each other.
func (p *product) untilTogether(ctx context.Context, list []*opened) ([]time.Duration, error) {
	calls, err := p.vendors.slack.calls(ctx)
	if err != nil {
		return nil, err
	}
	var waits []time.Duration
	for _, c := range list {
		end, err := together(calls, c.channel)
		if err != nil {
			return nil, err
		}
		waits = append(waits, end.Sub(c.sent))
	}
	return waits, nil
}
