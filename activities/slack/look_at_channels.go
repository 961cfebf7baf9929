package slack

import (
	"context"

	"hikeshi/activities"
)

// LookAtChannels asks how channels are now.
type LookAtChannels struct {
	Channels []string `json:"channels"` // ids
}

// ChannelsSeen are the channels, in the order asked.
type ChannelsSeen struct {
	Channels []ChannelSeen `json:"channels"`
}

// ChannelSeen is how a channel is now. A channel that was deleted, or from which the bot was removed, is Missing.
type ChannelSeen struct {
	ID       string   `json:"id"`
	Name     string   `json:"name,omitempty"`
	Archived bool     `json:"archived,omitempty"`
	Missing  bool     `json:"missing,omitempty"`
	Members  []string `json:"members,omitempty"` // user ids, without ours
}

// LookAtChannels reads the state of channels, so that what people did to them is noticed: renamed, archived, the bot
// removed. Running it twice is harmless: it reads. No error about a channel is final: it is Missing.
// https://docs.slack.dev/reference/methods/conversations.info
func (a *Activities) LookAtChannels(ctx context.Context, in LookAtChannels) (ChannelsSeen, error) {
	var out ChannelsSeen
	for _, id := range in.Channels {
		ch, err := a.Client.Channel(ctx, id, true)
		switch {
		case activities.Is(err, activities.NotFound):
			out.Channels = append(out.Channels, ChannelSeen{ID: id, Missing: true})
		case err != nil:
			return ChannelsSeen{}, err
		default:
			out.Channels = append(out.Channels, ChannelSeen{ID: id, Name: ch.Name, Archived: ch.Archived, Members: ch.Members})
		}
	}
	return out, nil
}
