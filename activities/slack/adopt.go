package slack

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// AdoptChannel asks for a channel that a person made, or found, to be taken for the one that OpenChannel would have
// made. The answer is a Channel.
type AdoptChannel struct {
	activities.Effect
	ID      string `json:"id"`                // as people paste it: an id, #name, a mention, or the address of the channel or of a message in it
	Mark    string `json:"mark"`              // as in OpenChannel
	Private bool   `json:"private,omitempty"` // it must be one that only members see
	Asker   string `json:"asker,omitempty"`   // Slack id of whoever wants it, who must be in it; empty: nobody of Slack does
}

// AdoptChannel checks a channel that a person names, joins it if it is public, writes our mark into its purpose and
// returns it, with the people in it (maxKnown at most). Its name and the rest of its purpose stay.
//
// Running it twice is harmless: it reads the channel first, a member stays a member, and a mark that is there is not
// written again.
//
// Final are NotFound (there is no such channel, or it is private and our bot is no member), Denied (another case's mark
// or notices are in it, it is archived, or whoever asks is no member) and Invalid (the words name no channel; it is public
// where it must be private, a direct message, the workspace's main channel, or shared with another organisation).
// https://docs.slack.dev/reference/methods/conversations.info
func (a *Activities) AdoptChannel(ctx context.Context, in AdoptChannel) (Channel, error) {
	is, people, err := a.Client.adoptable(ctx, in)
	if err != nil {
		return Channel{}, err
	}
	ch := Channel{ID: is.ID, Name: is.Name, Receipt: activities.Receipt{Adopted: true}}
	if self, err := a.Client.whoAmI(ctx); err != nil {
		return Channel{}, err
	} else if is.Creator != self.UserID {
		ch.Theirs = true
	}
	ch.Members, ch.Purpose = people[:min(maxKnown, len(people))], strings.TrimSpace(markPattern.ReplaceAllString(unescape(is.Purpose.Value), ""))
	return ch, nil
}

// maxKnown bounds how many members of a channel a case learns of: its state must stay small.
const maxKnown = 300

func (in AdoptChannel) fault(class activities.Class, cause, hint string) error {
	return activities.Fault{Class: class, System: system, Op: fmt.Sprintf("take over channel %q", in.ID), Cause: cause, Hint: hint}.Error()
}

var (
	channelID   = regexp.MustCompile(`^(?:<#)?([CG][A-Z0-9]{4,})(?:\|[^>]*)?>?$`)
	channelPage = regexp.MustCompile(`/(?:archives|client/[A-Z0-9]+)/([CGD][A-Z0-9]{4,})(?:/p(\d{10})(\d{6}))?`)
)

// adoptable finds the channel, checks it and who is in it, and makes it ours.
func (c *Client) adoptable(ctx context.Context, in AdoptChannel) (is *slack.Channel, people []string, err error) {
	id, err := c.channelNamed(ctx, in)
	if err == nil {
		is, err = c.conversation(ctx, in, id)
	}
	if err == nil {
		err = in.fits(is)
	}
	if err == nil {
		people, err = c.peopleIn(ctx, in, id)
	}
	if err == nil && !is.IsMember {
		err = c.join(ctx, in, id)
	}
	if err == nil {
		err = c.unclaimed(ctx, in, is)
	}
	if err == nil {
		err = c.claimChannel(ctx, in, is)
	}
	return is, people, err
}

// peopleIn lists who is in the channel besides our bot. What its members have said is theirs: nobody from outside hands
// it over to a case.
func (c *Client) peopleIn(ctx context.Context, in AdoptChannel, id string) ([]string, error) {
	all, err := c.members(ctx, id)
	if err != nil {
		return nil, err
	}
	if in.Asker != "" && !slices.Contains(all, in.Asker) {
		return nil, in.fault(activities.Denied, "whoever asks is not in the channel", "join the channel, or have one of its members ask, then try it again")
	}
	self, err := c.whoAmI(ctx)
	return slices.DeleteFunc(all, func(member string) bool { return member == self.UserID }), err
}

// channelNamed reads what people paste. A name is looked for among the channels that we can see.
func (c *Client) channelNamed(ctx context.Context, in AdoptChannel) (string, error) {
	text := strings.TrimSpace(in.ID)
	if m := channelID.FindStringSubmatch(text); m != nil {
		return m[1], nil
	}
	if strings.Contains(text, "://") {
		if m := channelPage.FindStringSubmatch(text); m != nil {
			return m[1], nil
		}
		return "", in.fault(activities.Invalid, "the address is not that of a channel", "copy it with Slack's “Copy link”, or give the channel's id")
	}
	name := strings.ToLower(strings.TrimPrefix(text, "#"))
	if name == "" || strings.ContainsAny(name, " <>") {
		return "", in.fault(activities.Invalid, "these words name no channel", "give #name, the channel's id, or its address")
	}
	return c.channelCalled(ctx, in, name)
}

// channelCalled looks for a name, first among the channels that our bot is in, which are few.
func (c *Client) channelCalled(ctx context.Context, in AdoptChannel, name string) (string, error) {
	lists := []func(context.Context, *slack.Client, string) ([]slack.Channel, string, error){
		func(ctx context.Context, api *slack.Client, cursor string) ([]slack.Channel, string, error) {
			return api.GetConversationsForUserContext(ctx, &slack.GetConversationsForUserParameters{
				Types: []string{"private_channel", "public_channel"}, Limit: 200, Cursor: cursor})
		},
		func(ctx context.Context, api *slack.Client, cursor string) ([]slack.Channel, string, error) {
			return api.GetConversationsContext(ctx, &slack.GetConversationsParameters{Types: []string{"public_channel"}, Limit: 999, Cursor: cursor})
		},
	}
	for _, list := range lists {
		id := ""
		err := pages(func(cursor string) (next string, err error) {
			err = c.call(ctx, "look for channel #"+name, read, func(ctx context.Context, api *slack.Client) error {
				page, cur, err := list(ctx, api, cursor)
				if i := slices.IndexFunc(page, func(ch slack.Channel) bool { return ch.Name == name }); i >= 0 {
					id, cur = page[i].ID, ""
				}
				next = cur
				return err
			})
			return next, err
		})
		if id != "" || err != nil {
			return id, err
		}
	}
	return "", in.fault(activities.NotFound, "channel_not_found", "invite the bot to the channel if it is private, then supply it again")
}

func (c *Client) conversation(ctx context.Context, in AdoptChannel, id string) (is *slack.Channel, err error) {
	err = c.call(ctx, fmt.Sprintf("take over channel %q", in.ID), read, func(ctx context.Context, api *slack.Client) (err error) {
		is, err = api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		return err
	})
	if word(err) == "channel_not_found" {
		return nil, in.fault(activities.NotFound, "channel_not_found", "invite the bot to the channel if it is private, then supply it again")
	}
	if err == nil && (is == nil || is.ID == "") {
		err = in.fault(activities.Unavailable, "the answer holds no channel", "")
	}
	return is, err
}

// fits says what is wrong with a channel for this effect; nil: nothing.
func (in AdoptChannel) fits(is *slack.Channel) error {
	switch {
	case is.IsIM, is.IsMpIM:
		return in.fault(activities.Invalid, "it is a direct message, no channel", "name a channel")
	case is.IsGeneral:
		return in.fault(activities.Invalid, "it is the workspace's main channel, which everybody reads", "name another channel")
	case is.IsExtShared, is.IsPendingExtShared:
		return in.fault(activities.Invalid, "it is shared with another organisation", "name a channel of this workspace alone")
	case in.Private && !is.IsPrivate:
		return in.fault(activities.Invalid, "it is public, and this case's channel must be private", "make it private in Slack, invite the bot, then supply it again")
	case is.IsArchived:
		return in.fault(activities.Denied, "is_archived", "unarchive the channel in Slack, then supply it again")
	}
	if mark := foreignMark(is, in.Mark); mark != "" {
		return in.taken(mark)
	}
	return nil
}

func (in AdoptChannel) taken(mark string) error {
	return in.fault(activities.Denied, fmt.Sprintf("it belongs to something else: its mark is %q", mark), "name a channel that no case uses yet")
}

// foreignMark is a mark in the channel's texts that is not ours.
func foreignMark(is *slack.Channel, ours string) string {
	marks := marksOf(unescape(is.Topic.Value), unescape(is.Purpose.Value))
	i := slices.IndexFunc(marks, func(m string) bool { return m != ours })
	if i < 0 || slices.Contains(marks, ours) {
		return ""
	}
	return marks[i]
}

func (c *Client) join(ctx context.Context, in AdoptChannel, id string) error {
	return c.call(ctx, fmt.Sprintf("join channel %q", in.ID), safe, func(ctx context.Context, api *slack.Client) error {
		_, _, _, err := api.JoinConversationContext(ctx, id)
		return err
	})
}

// unclaimed refuses a channel without a mark in which our bot has written for another case: that case's mark may be on
// its way.
func (c *Client) unclaimed(ctx context.Context, in AdoptChannel, is *slack.Channel) error {
	if slices.Contains(marksOf(unescape(is.Topic.Value), unescape(is.Purpose.Value)), in.Mark) {
		return nil
	}
	page, _, err := c.messages(ctx, PostNotice{Channel: is.ID}, "", "")
	for _, m := range page {
		if key, _ := m.Metadata.EventPayload["key"].(string); m.Metadata.EventType == noticeEvent && !strings.HasPrefix(key, in.Mark+".") {
			return in.taken(key)
		}
	}
	return err
}

// claimChannel writes the mark, and reads it back: another case may have claimed the channel at the same moment.
func (c *Client) claimChannel(ctx context.Context, in AdoptChannel, is *slack.Channel) error {
	purpose := unescape(is.Purpose.Value)
	if slices.Contains(marksOf(unescape(is.Topic.Value), purpose), in.Mark) {
		return nil
	}
	if _, err := c.setTexts(ctx, is.ID, "", marked(purpose, in.Mark)); err != nil {
		return err
	}
	now, err := c.conversation(ctx, in, is.ID)
	if err == nil {
		if mark := foreignMark(now, in.Mark); mark != "" {
			err = in.taken(mark)
		}
	}
	return err
}

// AdoptNotice asks for a message to be taken for the one that PostNotice would have posted. The answer is a Notice.
type AdoptNotice struct {
	activities.Effect
	ID      string `json:"id"`      // as people paste it: a ts, or the address of the message
	Channel string `json:"channel"` // id of the channel that it must be in
	Thread  string `json:"thread,omitempty"`
}

// AdoptNotice checks a message that a person names and returns it: it must be our bot's, because nobody else may edit
// it, and no other step's. It writes no mark: a message belongs to the case of its channel.
//
// Running it twice is harmless: it reads.
//
// Final are NotFound (there is no such message), Denied (it is another step's) and Invalid (the words name no message of
// this channel, or somebody else wrote it). https://docs.slack.dev/reference/methods/conversations.history
func (a *Activities) AdoptNotice(ctx context.Context, in AdoptNotice) (Notice, error) {
	ts, err := in.ts()
	if err != nil {
		return Notice{}, err
	}
	said, key, err := a.Client.noticeAt(ctx, in, ts)
	if err != nil {
		return Notice{}, err
	}
	self, err := a.Client.whoAmI(ctx)
	switch {
	case err != nil:
		return Notice{}, err
	case said.BotID != self.BotID && said.User != self.UserID:
		return Notice{}, in.fault(activities.Invalid, "it is not our bot's: only its author can edit a message", "name a message of our bot")
	case key != "" && !in.Same(key):
		return Notice{}, in.fault(activities.Denied, fmt.Sprintf("it is another step's: its mark is %q", key), "name another message of our bot")
	}
	return Notice{TS: ts, Receipt: activities.Receipt{Adopted: true}}, nil
}

func (in AdoptNotice) fault(class activities.Class, cause, hint string) error {
	return activities.Fault{Class: class, System: system, Op: fmt.Sprintf("take over message %q", in.ID), Cause: cause, Hint: hint}.Error()
}

var timestamp = regexp.MustCompile(`^\d{9,11}\.\d{6}$`)

// ts reads what people paste.
func (in AdoptNotice) ts() (string, error) {
	text := strings.Trim(strings.TrimSpace(in.ID), "<>")
	if timestamp.MatchString(text) {
		return text, nil
	}
	m := channelPage.FindStringSubmatch(text)
	switch {
	case m == nil || m[2] == "":
		return "", in.fault(activities.Invalid, "these words name no message", "copy the address with Slack's “Copy link”")
	case m[1] != in.Channel:
		return "", in.fault(activities.Invalid, "the message is in another channel", "name a message of channel "+in.Channel)
	}
	return m[2] + "." + m[3], nil
}

// noticeAt reads the message and our key in it.
func (c *Client) noticeAt(ctx context.Context, in AdoptNotice, ts string) (said slack.Message, key string, err error) {
	err = c.call(ctx, fmt.Sprintf("take over message %q", in.ID), read, func(ctx context.Context, api *slack.Client) error {
		if in.Thread != "" && in.Thread != ts {
			list, _, _, err := api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: in.Channel, Timestamp: in.Thread, Oldest: ts, Latest: ts, Inclusive: true, Limit: 10, IncludeAllMetadata: true})
			said = withTS(list, ts)
			return err
		}
		h, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: in.Channel, Latest: ts, Inclusive: true, Limit: 1, IncludeAllMetadata: true})
		if h != nil {
			said = withTS(h.Messages, ts)
		}
		return err
	})
	if err == nil && said.Timestamp == "" {
		err = in.fault(activities.NotFound, "message_not_found", "it may have been deleted: name another one, or let a new one be posted")
	}
	if said.Metadata.EventType == noticeEvent {
		key, _ = said.Metadata.EventPayload["key"].(string)
	}
	return said, key, err
}

// withTS returns the message with that ts; Slack answers with a neighbour if there is none.
func withTS(list []slack.Message, ts string) slack.Message {
	i := slices.IndexFunc(list, func(m slack.Message) bool { return m.Timestamp == ts })
	if i < 0 {
		return slack.Message{}
	}
	return list[i]
}
