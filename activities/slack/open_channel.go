package slack

import (
	"context"
	"strings"
	"sync"
	"time"

	"hikeshi/activities"
)

// OpenChannel asks for a channel.
type OpenChannel struct {
	activities.Effect
	Names   []string `json:"names"`             // candidates, the best first: the last should be one that Slack cannot dislike
	Mark    string   `json:"mark"`              // whose channel it is; DescribeChannel writes it into the purpose
	Private bool     `json:"private,omitempty"` // only members see it
}

// Channel is a channel that is ours.
type Channel struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Taken []string `json:"taken,omitempty"` // names that somebody else holds
	// Theirs says that people made it by hand: only they may rename it. Members are those who were in it already, and Purpose
	// is what they had written there.
	Theirs  bool     `json:"theirs,omitempty"`
	Members []string `json:"members,omitempty"`
	Purpose string   `json:"purpose,omitempty"`
	activities.Receipt
}

// OpenChannel creates a channel under the first of the names that Slack accepts and nobody else holds; for a taken
// name it tries name-2 to name-9. Running it twice is harmless: it first looks among the channels our bot has created
// for one with our mark, or with the name and no mark yet, and takes that. Final are Invalid (Slack accepts none of
// the names, or all are taken) and Denied (the workspace does not let the app create channels).
// https://docs.slack.dev/reference/methods/conversations.create
func (a *Activities) OpenChannel(ctx context.Context, in OpenChannel) (Channel, error) {
	in.Settle = 0 // a request that arrives late finds the name taken
	ch, receipt, err := activities.Once(ctx, in.Effect, a.findChannel(in), func(ctx context.Context) (Channel, error) {
		return a.Client.openChannel(ctx, in)
	})
	receipt.Adopted = receipt.Adopted || ch.Adopted
	ch.Receipt = receipt
	return ch, err
}

func (c *Client) openChannel(ctx context.Context, in OpenChannel) (Channel, error) {
	invalid := activities.Fault{Class: activities.Invalid, System: system, Op: "open channel", Cause: "no name was given"}.Error()
	for _, name := range in.Names {
		ch, err := c.openNamed(ctx, name, in)
		if err == nil || !strings.HasPrefix(word(err), "invalid_name") {
			return ch, err
		}
		invalid = err
	}
	return Channel{}, invalid
}

// openNamed creates the channel under this name or one of its variants.
func (c *Client) openNamed(ctx context.Context, name string, in OpenChannel) (Channel, error) {
	var taken []string
	list := sync.OnceValues(func() ([]room, error) { return c.ownChannels(ctx) })
	for _, try := range variants(name) {
		made, err := c.createChannel(ctx, try, in.Private)
		if err == nil {
			return Channel{ID: made.id, Name: made.name, Taken: taken}, nil
		}
		if word(err) != "name_taken" {
			return Channel{}, err
		}
		own, err := list()
		if err != nil {
			return Channel{}, err
		}
		if mine, ok := ours(own, in.Mark, []string{try}); ok {
			return Channel{ID: mine.id, Name: mine.name, Taken: taken, Receipt: activities.Receipt{Adopted: true}}, nil
		}
		taken = append(taken, try)
	}
	return Channel{}, allTaken("open the channel")
}

func allTaken(op string) error {
	return activities.Fault{Class: activities.Invalid, System: system, Op: op, Cause: "name_taken",
		Hint: "the name and its variants up to -9 are taken: rename one of those channels"}.Error()
}

// findChannel is the look-up: numbered names are left to openNamed, which meets them on its way if they are ours.
func (a *Activities) findChannel(in OpenChannel) func(context.Context, time.Time) (bool, Channel, error) {
	return func(ctx context.Context, _ time.Time) (bool, Channel, error) {
		own, err := a.Client.ownChannels(ctx)
		if err != nil {
			return false, Channel{}, err
		}
		var names []string
		for _, name := range in.Names {
			names = append(names, cut(name, maxName))
		}
		found, ok := ours(own, in.Mark, names)
		return ok, Channel{ID: found.id, Name: found.name}, nil
	}
}
