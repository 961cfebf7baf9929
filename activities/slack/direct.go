package slack

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// PostDirect asks for a message to one person.
type PostDirect struct {
	activities.Effect
	Person  string  `json:"person"` // Slack user id
	Message Message `json:"message"`
}

// Direct is a message of ours to one person; TS names it within the conversation with them.
type Direct struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	activities.Receipt
}

// PostDirect posts a message into the conversation with one person. Running it twice is harmless: a conversation is opened
// once, and an earlier try's message is found in it by the key in its metadata. Final are Denied (Slack does not let us,
// also where the app lacks the scope: nothing else needs it), NotFound (no such person) and Invalid (Slack refuses them
// or the message). https://docs.slack.dev/reference/methods/conversations.open
func (a *Activities) PostDirect(ctx context.Context, in PostDirect) (Direct, error) {
	channel, err := a.Client.openDirect(ctx, in.Person)
	if err != nil {
		return Direct{}, needless(err)
	}
	notice := PostNotice{Effect: in.Effect, Channel: channel, Message: in.Message}
	lookUp := func(ctx context.Context, _ time.Time) (bool, Direct, error) {
		ts, err := a.Client.findNotice(ctx, notice)
		return ts != "", Direct{Channel: channel, TS: ts}, needless(err)
	}
	d, receipt, err := activities.Once(ctx, in.Effect, lookUp, func(ctx context.Context) (Direct, error) {
		ts, err := a.Client.post(ctx, notice)
		return Direct{Channel: channel, TS: ts}, err
	})
	d.Receipt = receipt
	return d, err
}

// openDirect returns the conversation with a person, which is opened by it if it is not yet.
func (c *Client) openDirect(ctx context.Context, person string) (channel string, err error) {
	op := "open a conversation with " + person
	err = c.call(ctx, op, safe, func(ctx context.Context, api *slack.Client) error {
		ch, _, _, err := api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{person}})
		if err == nil && ch != nil {
			channel = ch.ID
		}
		return err
	})
	if err == nil && channel == "" {
		err = empty(op)
	}
	return channel, err
}

// needless makes the lack of a scope final: an app that was installed before must not wait, and hold up others, for what
// it can do without.
func needless(err error) error {
	if word(err) != "missing_scope" {
		return err
	}
	f := activities.FaultOf(err)
	f.Class, f.Hint = activities.Denied, "install the app anew from deploy/slack-manifest.yaml: it lacks a scope for direct messages"
	return f.Error()
}
