package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// InviteToChannel asks for people to be members of a channel.
type InviteToChannel struct {
	activities.Effect
	Channel string   `json:"channel"`
	People  []string `json:"people"` // user ids
}

// Invited says who is in and who is not.
type Invited struct {
	Invited []string  `json:"invited,omitempty"` // members now, whoever let them in
	Refused []Refusal `json:"refused,omitempty"`
	activities.Receipt
}

// Refusal is a person whom Slack did not let in, and Slack's word for why: user_not_found, user_is_restricted …
type Refusal struct {
	Person string `json:"person"`
	Reason string `json:"reason"`
}

// InviteToChannel makes people members of a channel; whoever cannot be is listed, and holds up nobody else. Running
// it twice is harmless: it first reads who is a member and invites the others only. Final are Denied (the channel is
// archived, or the bot was removed from it) and NotFound (no such channel).
// https://docs.slack.dev/reference/methods/conversations.invite
func (a *Activities) InviteToChannel(ctx context.Context, in InviteToChannel) (Invited, error) {
	people := slices.Compact(slices.Sorted(slices.Values(in.People)))
	var members []string
	in.Settle = 0 // a member stays a member
	lookUp := func(ctx context.Context, _ time.Time) (bool, Invited, error) {
		all, err := a.Client.members(ctx, in.Channel)
		members, people = split(people, all)
		return len(people) == 0, Invited{Invited: members}, err
	}
	got, receipt, err := activities.Once(ctx, in.Effect, lookUp, func(ctx context.Context) (Invited, error) {
		out := Invited{Invited: members}
		for chunk := range slices.Chunk(people, maxInvites) {
			if err := a.Client.inviteChunk(ctx, in.Channel, chunk, &out); err != nil {
				return Invited{}, err
			}
		}
		slices.Sort(out.Invited)
		return out, nil
	})
	got.Receipt = receipt
	return got, err
}

// maxInvites is how many people one call may invite.
const maxInvites = 100

// split parts people into members and others.
func split(people, all []string) (members, others []string) {
	for _, p := range people {
		if slices.Contains(all, p) {
			members = append(members, p)
		} else {
			others = append(others, p)
		}
	}
	return members, others
}

func (c *Client) members(ctx context.Context, channel string) ([]string, error) {
	var all []string
	err := pages(func(cursor string) (next string, err error) {
		err = c.call(ctx, "list the members of channel "+channel, read, func(ctx context.Context, api *slack.Client) error {
			page, cur, err := api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: channel, Limit: 1000, Cursor: cursor})
			all, next = append(all, page...), cur
			return err
		})
		return next, err
	})
	return all, err
}

// personal are the refusals that concern one person, not the channel. Those in alreadyIn are no refusals.
const (
	personal  = " user_not_found users_not_found no_user cant_invite user_is_restricted org_user_not_in_team ura_max_channels invitee_cant_see_channel no_external_invite_permission user_disabled "
	alreadyIn = " already_in_channel cant_invite_self "
)

func has(words, word string) bool { return strings.Contains(words, " "+word+" ") }

// inviteChunk invites up to 100 people. Slack lets the good ones of a list in (force) and lists the others under
// "errors"; where it refuses a list as a whole, what it did is read, and the rest is invited one by one.
func (c *Client) inviteChunk(ctx context.Context, channel string, people []string, out *Invited) error {
	err := c.invite(ctx, channel, people, out)
	if err == nil || !has(personal+alreadyIn, word(err)) {
		return err
	}
	if len(people) == 1 {
		out.add(people[0], word(err))
		return nil
	}
	all, err := c.members(ctx, channel)
	if err != nil {
		return err
	}
	in, rest := split(people, all)
	for _, p := range in {
		out.add(p, "")
	}
	for _, p := range rest {
		if out.knows(p) {
			continue
		}
		if err := c.inviteChunk(ctx, channel, []string{p}, out); err != nil {
			return err
		}
	}
	return nil
}

// invite makes one call and books what Slack said about each person.
func (c *Client) invite(ctx context.Context, channel string, people []string, out *Invited) error {
	op := fmt.Sprintf("invite %d people to channel %s", len(people), channel)
	x, err := c.exchange(ctx, op, safe, "", func(ctx context.Context, api *slack.Client) error {
		_, err := api.ForceInviteUsersToConversationContext(ctx, channel, people...)
		return err
	})
	if x == nil {
		return err
	}
	refused := x.personErrors()
	for _, p := range people {
		if reason := refused[p]; reason != "" || err == nil {
			out.add(p, reason)
		}
	}
	return err
}

// add books a person; the first word about somebody counts.
func (in *Invited) add(person, reason string) {
	switch {
	case in.knows(person):
	case reason == "" || has(alreadyIn, reason):
		in.Invited = append(in.Invited, person)
	default:
		in.Refused = append(in.Refused, Refusal{person, reason})
	}
}

func (in *Invited) knows(person string) bool {
	return slices.Contains(in.Invited, person) || slices.ContainsFunc(in.Refused, func(r Refusal) bool { return r.Person == person })
}
