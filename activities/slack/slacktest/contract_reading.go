package slacktest

import (
	"slices"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/slack"
)

// conversation reads back what we said: as history, as a thread, and message by message.
func (c contract) conversation(t *testing.T) {
	ch, client := c.open(t, "talk", true), c.a.Client
	say := func(name, thread, text string) string {
		return must(t, c.a.PostNotice, slack.PostNotice{Effect: c.effect(name), Channel: ch.ID, Thread: thread, Message: slack.Message{Text: text}}).TS
	}
	first := say("first", "", "for <@"+c.o.Person+"> &amp; <https://example.com|all>")
	second := say("second", "", "second")
	reply := say("answer", first, "a reply")
	person := must(t, c.a.FindPeople, slack.FindPeople{Who: []string{c.o.Person}}).People[0].Name

	page, err := client.History(t.Context(), ch.ID, talk.Span{After: first}, "")
	said := slices.DeleteFunc(page.Messages, func(m talk.Message) bool { return m.Subtype != "" })
	if err != nil || len(said) != 1 || said[0].TS != second || !said[0].Ours || !said[0].Bot || said[0].Author == "" || said[0].Channel != ch.ID {
		t.Errorf("after the first: %+v, %v; want the second, ours, and no reply", said, err)
	}
	page, err = client.Replies(t.Context(), ch.ID, first, talk.Span{}, "")
	if err != nil || len(page.Messages) != 1 || page.Messages[0].TS != reply || page.Messages[0].Thread != first || page.Next != "" {
		t.Errorf("thread: %+v, %v; want the reply alone", page, err)
	}
	m, err := client.Message(t.Context(), ch.ID, first, "")
	if err != nil || m == nil || m.Text != "for @"+person+" & all (https://example.com)" || m.Replies != 1 || m.Latest != reply || m.Thread != "" {
		t.Errorf("first message: %+v, %v", m, err)
	}
	if m, err := client.Message(t.Context(), ch.ID, reply, first); err != nil || m == nil || m.Text != "a reply" || m.Thread != first {
		t.Errorf("the reply: %+v, %v", m, err)
	}
	for _, thread := range []string{"", first, "1000000000.000001"} {
		if m, err := client.Message(t.Context(), ch.ID, "1000000000.000002", thread); err != nil || m != nil {
			t.Errorf("no message, in thread %q: %+v, %v", thread, m, err)
		}
	}
	_, err = client.History(t.Context(), "C0NOSUCH99", talk.Span{}, "")
	if !activities.Is(err, activities.NotFound) {
		t.Errorf("history of no channel: %v, want NotFound", err)
	}
}

func (c contract) channelState(t *testing.T) {
	ch := c.open(t, "state", true)
	must(t, c.a.DescribeChannel, slack.DescribeChannel{Effect: c.effect("state-d"), Channel: ch.ID, Topic: "a < b"})
	must(t, c.a.InviteToChannel, slack.InviteToChannel{Effect: c.effect("state-i"), Channel: ch.ID, People: []string{c.o.Person}})
	got, err := c.a.Client.Channel(t.Context(), ch.ID, true)
	if err != nil || got.ID != ch.ID || got.Name != ch.Name || got.Topic != "a < b" || !got.Private || got.Archived || !slices.Equal(got.Members, []string{c.o.Person}) {
		t.Errorf("channel = %+v, %v", got, err)
	}
	if _, err := c.a.Client.Channel(t.Context(), "C0NOSUCH99", true); !activities.Is(err, activities.NotFound) {
		t.Errorf("no channel: %v, want NotFound", err)
	}
}

func (c contract) archive(t *testing.T) {
	ch := c.open(t, "ended", true)
	ids := []string{ch.ID, "C0NOSUCH99"}
	look := func() slack.ChannelSeen {
		seen := must(t, c.a.LookAtChannels, slack.LookAtChannels{Channels: ids}).Channels
		if len(seen) != 2 || seen[0].ID != ch.ID || seen[0].Missing || !seen[1].Missing {
			t.Fatalf("seen = %+v; want the channel, and one that is missing", seen)
		}
		return seen[0]
	}
	for range 2 {
		if got := must(t, c.a.ArchiveChannels, slack.ArchiveChannels{Channels: ids}); !slices.Equal(got.Archived, ids[:1]) || !slices.Equal(got.Gone, ids[1:]) {
			t.Errorf("archived: %+v", got)
		}
	}
	if !look().Archived {
		t.Error("the channel is not archived")
	}
	if _, err := c.a.Client.History(t.Context(), ch.ID, talk.Span{}, ""); err != nil {
		t.Errorf("history of an archived channel: %v", err)
	}
	for range 2 {
		if got := must(t, c.a.UnarchiveChannels, slack.UnarchiveChannels{Channels: ids}); !slices.Equal(got.Unarchived, ids[:1]) || !slices.Equal(got.Gone, ids[1:]) {
			t.Errorf("unarchived: %+v", got)
		}
	}
	if look().Archived {
		t.Error("the channel is archived still")
	}
}
