package slacktest_test

import (
	"slices"
	"strconv"
	"testing"

	sdk "github.com/slack-go/slack"

	"hikeshi/activities/slack/slacktest"
)

// TestLongThreads reads a thread of several pages, with a limit that the first message counts for.
func TestLongThreads(t *testing.T) {
	s, base := record(t, slacktest.Options{})
	first := s.Say("aoi", "csirt-ops", "first", "")
	all := []string{first}
	for n := range 9 {
		all = append(all, s.Say("ben", "csirt-ops", strconv.Itoa(n), first))
	}
	for _, limit := range []int{1, 3, 10, 100} {
		var got []string
		for cursor := ""; ; {
			page, _, next, err := bot(base).GetConversationReplies(&sdk.GetConversationRepliesParameters{ChannelID: slacktest.Ops, Timestamp: first, Limit: limit, Cursor: cursor})
			if err != nil || len(page) > limit {
				t.Fatalf("limit %d: %d messages, %v", limit, len(page), err)
			}
			for _, m := range page {
				got = append(got, m.Timestamp)
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Errorf("limit %d: %v, want %v", limit, got, all)
		}
	}
}

func TestWhoReplied(t *testing.T) {
	s, base := record(t, slacktest.Options{})
	first := s.Say("aoi", "csirt-ops", "first", "")
	bens := s.Say("ben", "csirt-ops", "x", first)
	s.Say("chie", "csirt-ops", "x", first)
	s.Say("chie", "csirt-ops", "x", first)
	s.Delete("ben", "csirt-ops", bens)
	h, err := bot(base).GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: slacktest.Ops, Limit: 1})
	if err != nil || h.Messages[0].ReplyCount != 2 || !slices.Equal(h.Messages[0].ReplyUsers, []string{"U0CHIE003"}) {
		t.Errorf("%+v, %v; want two replies of chie's", h.Messages, err)
	}
}

// BenchmarkHistory reads a page out of the midst of many messages. It must not depend on how many there are.
func BenchmarkHistory(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			s, url := slacktest.Start(b, slacktest.Options{})
			s.LimitRates(false)
			s.Fill(slacktest.General, n/2)
			middle := s.Say("aoi", "general", "x", "")
			s.Fill(slacktest.General, n/2)
			api := sdk.New("xoxp-sandbox-aoi", sdk.OptionAPIURL(url))
			for b.Loop() {
				if _, err := api.GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: slacktest.General, Latest: middle, Limit: 200}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkThread reads the end of a long thread.
func BenchmarkThread(b *testing.B) {
	for _, n := range []int{1_000, 50_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			s, url := slacktest.Start(b, slacktest.Options{})
			s.LimitRates(false)
			first, last := s.Say("aoi", "general", "first", ""), ""
			for range n {
				last = s.Say("ben", "general", "x", first)
			}
			api := sdk.New("xoxp-sandbox-aoi", sdk.OptionAPIURL(url))
			for b.Loop() {
				if _, _, _, err := api.GetConversationReplies(&sdk.GetConversationRepliesParameters{ChannelID: slacktest.General, Timestamp: first, Oldest: last, Limit: 200}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
