package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// DescribeChannel asks for a channel's topic and purpose, as plain text of at most 250 characters (the rest is cut).
// Empty ones are left as they are, but the purpose always gets the mark.
type DescribeChannel struct {
	activities.Effect
	Channel string `json:"channel"`
	Topic   string `json:"topic,omitempty"`
	Purpose string `json:"purpose,omitempty"`
	Mark    string `json:"mark,omitempty"` // as in OpenChannel: " [key:<Mark>]" at the end of the purpose
}

// Described says what was changed: "topic", "purpose".
type Described struct {
	Changed []string `json:"changed,omitempty"`
	activities.Receipt
}

// DescribeChannel sets a channel's topic and its purpose with our mark, each only if it differs, because Slack tells
// everybody in the channel. Running it twice is harmless: the same words are already there. Final are Denied (the
// channel is archived, or the bot was removed from it) and NotFound.
// https://docs.slack.dev/reference/methods/conversations.setPurpose
func (a *Activities) DescribeChannel(ctx context.Context, in DescribeChannel) (Described, error) {
	in.Settle = 0 // the same words again
	topic, purpose := cut(in.Topic, maxPurpose), marked(in.Purpose, in.Mark)
	lookUp := func(ctx context.Context, _ time.Time) (bool, Described, error) {
		is, err := a.Client.describeChannel(ctx, in.Channel)
		if is.topic == topic {
			topic = ""
		}
		if is.purpose == purpose {
			purpose = ""
		}
		return topic == "" && purpose == "", Described{}, err
	}
	d, receipt, err := activities.Once(ctx, in.Effect, lookUp, func(ctx context.Context) (Described, error) {
		return a.Client.setTexts(ctx, in.Channel, topic, purpose)
	})
	d.Receipt = receipt
	return d, err
}

// setTexts sets the purpose first: it holds the mark, by which a channel is found again.
func (c *Client) setTexts(ctx context.Context, id, topic, purpose string) (d Described, err error) {
	if purpose != "" {
		err = c.call(ctx, "set the purpose of channel "+id, safe, func(ctx context.Context, api *slack.Client) error {
			_, err := api.SetPurposeOfConversationContext(ctx, id, purpose)
			return err
		})
		if err != nil {
			return d, err
		}
		d.Changed = append(d.Changed, "purpose")
	}
	if topic != "" {
		err = c.call(ctx, "set the topic of channel "+id, safe, func(ctx context.Context, api *slack.Client) error {
			_, err := api.SetTopicOfConversationContext(ctx, id, topic)
			return err
		})
		if err != nil {
			return d, err
		}
		d.Changed = append(d.Changed, "topic")
	}
	return d, nil
}

// RenameChannel asks for another name.
type RenameChannel struct {
	Channel string   `json:"channel"`
	Name    string   `json:"name"`            // the one that is wanted; whoever mends a stuck step changes it
	Names   []string `json:"names,omitempty"` // what to try where Slack dislikes it, in this order
}

// candidates are the names to try, the wanted one first.
func (in RenameChannel) candidates() []string {
	return append([]string{in.Name}, slices.DeleteFunc(slices.Clone(in.Names), func(name string) bool { return name == in.Name })...)
}

// RenameChannel gives a channel another name, the first that Slack accepts; for a taken one it tries name-2 to name-9.
// Running it twice is harmless: a channel that has the name to try next already keeps it. Final are Invalid (Slack
// dislikes every name, or all are taken), Denied (archived, or not the bot's to rename) and NotFound.
// https://docs.slack.dev/reference/methods/conversations.rename
func (a *Activities) RenameChannel(ctx context.Context, in RenameChannel) (Channel, error) {
	is, err := a.Client.describeChannel(ctx, in.Channel)
	if err != nil {
		return Channel{}, err
	}
	var ch Channel
	for _, name := range in.candidates() {
		if ch, err = a.Client.renameTo(ctx, is, name); err == nil || !strings.HasPrefix(word(err), "invalid_name") {
			break
		}
	}
	return ch, err
}

// renameTo gives the channel this name or one of its variants.
func (c *Client) renameTo(ctx context.Context, is room, name string) (Channel, error) {
	var taken []string
	for _, name := range variants(name) {
		if strings.EqualFold(is.name, name) {
			return Channel{ID: is.id, Name: is.name, Taken: taken, Receipt: activities.Receipt{Adopted: true}}, nil
		}
		renamed, err := c.renameChannel(ctx, is.id, name)
		if err == nil {
			return Channel{ID: renamed.id, Name: renamed.name, Taken: taken}, nil
		}
		if word(err) != "name_taken" {
			return Channel{}, err
		}
		taken = append(taken, name)
	}
	return Channel{}, allTaken("rename channel " + is.id)
}
