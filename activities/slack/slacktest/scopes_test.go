package slacktest_test

import (
	"slices"
	"testing"

	sdk "github.com/slack-go/slack"

	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// Slack has a scope for public channels and one for private ones: the token needs that of the channel in question.
func TestScopeOfAKindOfChannel(t *testing.T) {
	const public, private = slacktest.Ops, slacktest.Executives
	make := func(private bool) func(*sdk.Client) error {
		return func(api *sdk.Client) error {
			_, err := api.CreateConversation(sdk.CreateConversationParams{ChannelName: "a-case", IsPrivate: private})
			return err
		}
	}
	topic := func(channel string) func(*sdk.Client) error {
		return func(api *sdk.Client) error {
			_, err := api.SetTopicOfConversation(channel, "x")
			return err
		}
	}
	history := func(channel string) func(*sdk.Client) error {
		return func(api *sdk.Client) error {
			_, err := api.GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: channel})
			return err
		}
	}
	list := func(api *sdk.Client) error {
		_, _, err := api.GetConversationsForUser(&sdk.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}})
		return err
	}
	for name, test := range map[string]struct {
		lacks string
		do    func(*sdk.Client) error
		want  string
	}{
		"make a private channel":                  {"groups:write", make(true), "missing_scope"},
		"make a public channel with that":         {"groups:write", make(false), ""},
		"make a public channel":                   {"channels:manage", make(false), "missing_scope"},
		"the topic of a private channel":          {"groups:write", topic(private), "missing_scope"},
		"the topic of a public channel with that": {"groups:write", topic(public), ""},
		"read a private channel":                  {"groups:history", history(private), "missing_scope"},
		"read a public channel":                   {"channels:history", history(public), "missing_scope"},
		"read a public channel, lacking no such":  {"groups:history", history(public), ""},
		"list both kinds":                         {"groups:read", list, "missing_scope"},
		"list both kinds, lacking the other":      {"channels:read", list, "missing_scope"},
		"list both kinds, lacking none":           {"", list, ""},
	} {
		t.Run(name, func(t *testing.T) {
			scopes := slices.DeleteFunc(slack.Scopes(), func(s string) bool { return s == test.lacks })
			_, url := slacktest.Start(t, slacktest.Options{Scopes: scopes})
			err := test.do(bot(url[:len(url)-len("/api/")]))
			if got := word(err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func word(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
