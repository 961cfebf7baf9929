package slack

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// PostNotice asks for a message in a channel, or in a thread of it.
type PostNotice struct {
	activities.Effect
	Channel string  `json:"channel"`
	Thread  string  `json:"thread,omitempty"` // ts of the thread's first message; empty: the channel itself
	Message Message `json:"message"`
}

// Notice is a message of ours; TS names it within its channel.
type Notice struct {
	TS string `json:"ts"`
	activities.Receipt
}

// noticeEvent is the type of our messages' metadata; its payload holds the key. Everybody in the workspace can read
// it through the API: it holds no word about a case.
const noticeEvent = "hikeshi_notice"

// PostNotice posts a message. Running it twice is harmless: the key is in the message's metadata, and an earlier
// try's message is found by it in what was posted since. Final are Denied (archived, or the bot was removed), NotFound
// (no such channel or thread) and Invalid (Slack refuses the message).
// https://docs.slack.dev/reference/methods/chat.postMessage
func (a *Activities) PostNotice(ctx context.Context, in PostNotice) (Notice, error) {
	lookUp := func(ctx context.Context, _ time.Time) (bool, Notice, error) {
		ts, err := a.Client.findNotice(ctx, in)
		return ts != "", Notice{TS: ts}, err
	}
	n, receipt, err := activities.Once(ctx, in.Effect, lookUp, func(ctx context.Context) (Notice, error) {
		ts, err := a.Client.post(ctx, in)
		return Notice{TS: ts}, err
	})
	n.Receipt = receipt
	return n, err
}

func (c *Client) post(ctx context.Context, in PostNotice) (ts string, err error) {
	op := "post a notice to channel " + in.Channel
	// Previews of our own links would fill the channel. Only a new message can say so; an update knows no such thing.
	options := append(in.Message.options(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionMetadata(slack.SlackMetadata{
		EventType: noticeEvent, EventPayload: map[string]any{"key": in.Key}}))
	if in.Thread != "" {
		options = append(options, slack.MsgOptionTS(in.Thread))
	}
	_, err = c.exchange(ctx, op, write, in.Channel, func(ctx context.Context, api *slack.Client) error {
		_, ts, err = api.PostMessageContext(ctx, in.Channel, options...)
		return err
	})
	if err == nil && ts == "" {
		err = empty(op)
	}
	return ts, err
}

// skew is how far our clock may be ahead of Slack's.
const skew = time.Minute

// findNotice looks for the message with our key among those posted since the notice was first asked for.
func (c *Client) findNotice(ctx context.Context, in PostNotice) (ts string, err error) {
	oldest := ""
	if !in.Since.IsZero() {
		oldest = fmt.Sprintf("%d.000000", in.Since.Add(-skew).Unix())
	}
	err = pages(func(cursor string) (string, error) {
		page, next, err := c.messages(ctx, in, oldest, cursor)
		for _, m := range page {
			if m.Metadata.EventType == noticeEvent && m.Metadata.EventPayload["key"] == in.Key {
				ts = m.Timestamp
				return "", nil
			}
		}
		return next, err
	})
	return ts, err
}

// messages reads one page of the channel, or of the thread.
func (c *Client) messages(ctx context.Context, in PostNotice, oldest, cursor string) (page []slack.Message, next string, err error) {
	const limit = 200
	err = c.call(ctx, "look for a notice in channel "+in.Channel, read, func(ctx context.Context, api *slack.Client) error {
		var err error
		if in.Thread != "" {
			page, _, next, err = api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: in.Channel, Timestamp: in.Thread, Oldest: oldest, Cursor: cursor, Limit: limit, IncludeAllMetadata: true})
			return err
		}
		h, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: in.Channel, Oldest: oldest, Cursor: cursor, Limit: limit, IncludeAllMetadata: true})
		if h != nil {
			page, next = h.Messages, h.ResponseMetaData.NextCursor
		}
		return err
	})
	return page, next, err
}

// UpdateNotice asks for other words in a message of ours.
type UpdateNotice struct {
	Channel string  `json:"channel"`
	TS      string  `json:"ts"`
	Message Message `json:"message"`
}

// UpdateNotice replaces a message's text and blocks. Running it twice is harmless: the message says the same again,
// without a notification. Final are NotFound (somebody deleted it), Denied (archived, not ours, or too old to edit)
// and Invalid. https://docs.slack.dev/reference/methods/chat.update
func (a *Activities) UpdateNotice(ctx context.Context, in UpdateNotice) error {
	return a.Client.call(ctx, "update notice "+in.TS+" in channel "+in.Channel, safe, func(ctx context.Context, api *slack.Client) error {
		_, _, _, err := api.UpdateMessageContext(ctx, in.Channel, in.TS, in.Message.options()...)
		return err
	})
}

// PinNotice asks for a message to be pinned to its channel.
type PinNotice struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

// PinNotice pins a message. Running it twice is harmless: a pinned message stays pinned. Final are NotFound, Denied
// and Invalid (the channel has too many pins). https://docs.slack.dev/reference/methods/pins.add
func (a *Activities) PinNotice(ctx context.Context, in PinNotice) error {
	err := a.Client.call(ctx, "pin notice "+in.TS+" in channel "+in.Channel, safe, func(ctx context.Context, api *slack.Client) error {
		return api.AddPinContext(ctx, in.Channel, slack.NewRefToMessage(in.Channel, in.TS))
	})
	if word(err) == "already_pinned" {
		return nil
	}
	return err
}
