package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
)

// pageSize is how many messages one call asks for. Slack takes up to 999, but advises no more than 200.
const pageSize = 200

// History reads a page of a channel's messages, the newest first: without replies, except those sent to the channel too.
// https://docs.slack.dev/reference/methods/conversations.history
func (c *Client) History(ctx context.Context, channel string, in talk.Span, cursor string) (talk.Page, error) {
	return c.page(ctx, "read the messages of channel "+channel, channel, "", func(ctx context.Context, api *slack.Client) error {
		_, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: in.After, Latest: in.Before, Cursor: cursor, Limit: pageSize})
		return err
	})
}

// Replies reads a page of a thread, the oldest first, without its first message. A thread that is gone has no replies.
// https://docs.slack.dev/reference/methods/conversations.replies
func (c *Client) Replies(ctx context.Context, channel, thread string, in talk.Span, cursor string) (talk.Page, error) {
	return c.replies(ctx, channel, slack.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: thread, Oldest: in.After, Latest: in.Before, Cursor: cursor, Limit: pageSize})
}

func (c *Client) replies(ctx context.Context, channel string, ask slack.GetConversationRepliesParameters) (talk.Page, error) {
	page, err := c.page(ctx, "read thread "+ask.Timestamp+" of channel "+channel, channel, ask.Timestamp, func(ctx context.Context, api *slack.Client) error {
		_, _, _, err := api.GetConversationRepliesContext(ctx, &ask)
		return err
	})
	if word(err) == "thread_not_found" {
		return talk.Page{}, nil
	}
	return page, err
}

// Message reads one message; thread is the first message of its thread, empty if it is none's reply. It returns nil if
// there is no such message any more; a tombstone is returned as one.
func (c *Client) Message(ctx context.Context, channel, ts, thread string) (*talk.Message, error) {
	page, err := c.around(ctx, channel, ts, thread)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(page.Messages, func(m talk.Message) bool { return m.TS == ts })
	if i < 0 {
		return nil, nil // Slack answered with its neighbour
	}
	return &page.Messages[i], nil
}

// around asks for the one message, in the way that finds a message of a channel or a reply. Slack shows a thread's first
// message whatever is asked for, so that a limit of 1 would leave no room for the reply.
func (c *Client) around(ctx context.Context, channel, ts, thread string) (talk.Page, error) {
	if thread != "" && thread != ts {
		return c.replies(ctx, channel, slack.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Oldest: ts, Latest: ts, Inclusive: true, Limit: 10})
	}
	return c.page(ctx, "read message "+ts+" of channel "+channel, channel, "", func(ctx context.Context, api *slack.Client) error {
		_, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: channel, Latest: ts, Inclusive: true, Limit: 1})
		return err
	})
}

// page reads messages; it leaves out the one named by without.
func (c *Client) page(ctx context.Context, op, channel, without string, ask func(context.Context, *slack.Client) error) (talk.Page, error) {
	self, err := c.whoAmI(ctx)
	if err != nil {
		return talk.Page{}, err
	}
	var reply struct {
		Messages []said `json:"messages"`
		Metadata struct {
			Next string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	if err := c.read(ctx, op, &reply, ask); err != nil {
		return talk.Page{}, err
	}
	page := talk.Page{Next: reply.Metadata.Next}
	for _, s := range reply.Messages {
		if s.TS == without || s.TS == "" {
			continue
		}
		m, err := c.messageOf(ctx, self, channel, s)
		if err != nil {
			return talk.Page{}, err
		}
		page.Messages = append(page.Messages, m)
	}
	return page, nil
}

// Channel reads a channel's state; members too, if wanted, without ours. It is NotFound if there is none, or none for
// us: a private channel from which we were removed does not exist for us, a public one is of no use.
// https://docs.slack.dev/reference/methods/conversations.info
func (c *Client) Channel(ctx context.Context, id string, members bool) (talk.Channel, error) {
	r, err := c.describeChannel(ctx, id)
	if err != nil {
		return talk.Channel{}, err
	}
	if !r.member && !r.archived { // nobody counts as a member of what is archived
		return talk.Channel{}, activities.Fault{Class: activities.NotFound, System: system, Op: "read channel " + id,
			Cause: "not_in_channel", Hint: hints["not_in_channel"]}.Error()
	}
	ch := talk.Channel{ID: r.id, Name: r.name, Topic: r.topic, Purpose: r.purpose, Private: r.private, Archived: r.archived}
	if members {
		ch.Members, err = c.others(ctx, id)
	}
	return ch, err
}

// others lists the members of a channel but us.
func (c *Client) others(ctx context.Context, channel string) ([]string, error) {
	self, err := c.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.members(ctx, channel)
	return slices.DeleteFunc(all, func(id string) bool { return id == self.UserID }), err
}
