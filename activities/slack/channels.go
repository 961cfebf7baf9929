package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// room is what we need to know of a channel.
type room struct {
	id, name, creator, topic, purpose string
	archived, private, member         bool
}

func roomOf(c *slack.Channel) room {
	if c == nil {
		return room{}
	}
	return room{c.ID, c.Name, c.Creator, unescape(c.Topic.Value), unescape(c.Purpose.Value), c.IsArchived, c.IsPrivate, c.IsMember}
}

func (c *Client) createChannel(ctx context.Context, name string, private bool) (room, error) {
	op := "open the channel"
	var r room
	err := c.call(ctx, op, write, func(ctx context.Context, api *slack.Client) error {
		made, err := api.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name, IsPrivate: private})
		r = roomOf(made)
		return err
	})
	if err == nil && r.id == "" {
		err = empty(op)
	}
	return r, err
}

func (c *Client) renameChannel(ctx context.Context, id, name string) (room, error) {
	op := "rename channel " + id
	var r room
	err := c.call(ctx, op, safe, func(ctx context.Context, api *slack.Client) error {
		renamed, err := api.RenameConversationContext(ctx, id, name)
		r = roomOf(renamed)
		return err
	})
	if err == nil && r.id == "" {
		err = empty(op)
	}
	return r, err
}

func (c *Client) describeChannel(ctx context.Context, id string) (room, error) {
	op := "read channel " + id
	var r room
	err := c.call(ctx, op, read, func(ctx context.Context, api *slack.Client) error {
		found, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		r = roomOf(found)
		return err
	})
	if err == nil && r.id == "" {
		err = activities.Fault{Class: activities.Unavailable, System: system, Op: op, Cause: "the answer holds no channel"}.Error()
	}
	return r, err
}

// ownChannels lists the channels that our bot is a member of and has created. Slack shows a bot no other private ones.
func (c *Client) ownChannels(ctx context.Context) ([]room, error) {
	self, err := c.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	var own []room
	err = pages(func(cursor string) (next string, err error) {
		err = c.call(ctx, "list the bot's channels", read, func(ctx context.Context, api *slack.Client) error {
			page, cur, err := api.GetConversationsForUserContext(ctx, &slack.GetConversationsForUserParameters{
				Types: []string{"private_channel", "public_channel"}, Limit: 200, Cursor: cursor})
			next = cur
			for i := range page {
				if r := roomOf(&page[i]); r.creator == self.UserID {
					own = append(own, r)
				}
			}
			return err
		})
		return next, err
	})
	return own, err
}

// maxPages bounds a chain of pages, against a server that never ends one.
const maxPages = 1000

// pages reads page after page. Only an empty cursor ends the chain: pages may be short, even empty, before.
func pages(page func(cursor string) (next string, err error)) error {
	cursor := ""
	for range maxPages {
		next, err := page(cursor)
		if err != nil || next == "" {
			return err
		}
		cursor = next
	}
	return activities.Fault{Class: activities.Invalid, System: system, Op: "read page after page", Cause: fmt.Sprintf("no end after %d pages", maxPages)}.Error()
}

// ours finds the channel that an earlier try of ours made: the one with our mark, else one that has the name and no
// mark at all yet. Archived ones are left alone: a person has ended them.
func ours(own []room, mark string, names []string) (room, bool) {
	i := slices.IndexFunc(own, func(r room) bool {
		return !r.archived && mark != "" && slices.Contains(marksOf(r.topic, r.purpose), mark)
	})
	for n := 0; i < 0 && n < len(names); n++ {
		i = slices.IndexFunc(own, func(r room) bool {
			return !r.archived && strings.EqualFold(r.name, names[n]) && len(marksOf(r.topic, r.purpose)) == 0
		})
	}
	if i < 0 {
		return room{}, false
	}
	return own[i], true
}

// unescape undoes what Slack does to the texts it returns.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
