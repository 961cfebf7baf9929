package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"
	"go.temporal.io/sdk/activity"
)

// ArchiveChannels asks for channels to be archived.
type ArchiveChannels struct {
	Channels []string `json:"channels"` // ids, in the order in which they are archived
}

// ChannelsArchived says what became of them.
type ChannelsArchived struct {
	Archived []string `json:"archived,omitempty"` // they are archived now, whoever did it
	Gone     []string `json:"gone,omitempty"`     // deleted, or the bot was removed: not ours to archive any more
}

// ArchiveChannels archives channels, one after the other; one that is gone holds up nobody. Running it twice is
// harmless: an archived channel stays archived, and a later try goes on where the earlier one stopped. Final are Denied
// (an administrator does not let the app archive it) and Invalid (the id is no channel's).
// https://docs.slack.dev/reference/methods/conversations.archive
func (a *Activities) ArchiveChannels(ctx context.Context, in ArchiveChannels) (ChannelsArchived, error) {
	done, err := a.Client.forEach(ctx, in.Channels, "archive channel", "already_archived", (*slack.Client).ArchiveConversationContext)
	return ChannelsArchived{Archived: done.Done, Gone: done.Gone}, err
}

// UnarchiveChannels asks for archived channels to be used again.
type UnarchiveChannels struct {
	Channels []string `json:"channels"` // ids
}

// ChannelsUnarchived says what became of them.
type ChannelsUnarchived struct {
	Unarchived []string `json:"unarchived,omitempty"` // they can be used now, whoever did it
	Gone       []string `json:"gone,omitempty"`       // deleted, or the bot was removed
}

// UnarchiveChannels takes channels back into use; one that is gone holds up nobody. Running it twice is harmless: a
// channel in use stays in use, and a later try goes on where the earlier one stopped. Final are Denied (an
// administrator does not let the app do it) and Invalid (the id is no channel's).
// https://docs.slack.dev/reference/methods/conversations.unarchive
func (a *Activities) UnarchiveChannels(ctx context.Context, in UnarchiveChannels) (ChannelsUnarchived, error) {
	done, err := a.Client.forEach(ctx, in.Channels, "unarchive channel", "not_archived", (*slack.Client).UnArchiveConversationContext)
	return ChannelsUnarchived{Unarchived: done.Done, Gone: done.Gone}, err
}

// progress is kept in heartbeats: both calls are of a slow rate, and a try that began at the first channel again would
// spend its calls on what is done.
type progress struct {
	Done []string `json:"done,omitempty"`
	Gone []string `json:"gone,omitempty"`
}

// forEach does one thing to each channel; already is Slack's word for one to which it was done before.
func (c *Client) forEach(ctx context.Context, channels []string, verb, already string, do func(*slack.Client, context.Context, string) error) (progress, error) {
	var p progress
	if activity.HasHeartbeatDetails(ctx) {
		_ = activity.GetHeartbeatDetails(ctx, &p) // unreadable: begin at the first
	}
	for _, id := range channels {
		if slices.Contains(p.Done, id) || slices.Contains(p.Gone, id) {
			continue
		}
		err := c.call(ctx, verb+" "+id, safe, func(ctx context.Context, api *slack.Client) error { return do(api, ctx, id) })
		switch word(err) {
		case "", already:
			p.Done = append(p.Done, id)
		case "channel_not_found", "not_in_channel":
			p.Gone = append(p.Gone, id)
		default:
			return progress{}, err
		}
		activity.RecordHeartbeat(ctx, p)
	}
	return p, nil
}
