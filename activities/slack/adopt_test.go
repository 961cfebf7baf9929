package slack_test

import (
	"testing"

	sdk "github.com/slack-go/slack"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// as is Slack's own library with a person's token.
func as(url string, p fake.Person) *sdk.Client {
	return sdk.New(fake.SlackUserToken(p), sdk.OptionAPIURL(url))
}

// TestAdoptOnlyOurs puts a channel of the wanted name in the way, in each manner that is not ours.
func TestAdoptOnlyOurs(t *testing.T) {
	aoi := fake.Cast()[0]
	inTheWay := map[string]func(t *testing.T, url string, bot *sdk.Client){
		"somebody's, public":  func(t *testing.T, url string, _ *sdk.Client) { create(t, as(url, aoi), false) },
		"somebody's, private": func(t *testing.T, url string, _ *sdk.Client) { create(t, as(url, aoi), true) },
		"somebody's, the bot a member": func(t *testing.T, url string, _ *sdk.Client) {
			ch := create(t, as(url, aoi), true)
			if _, err := as(url, aoi).InviteUsersToConversation(ch, slacktest.BotUser); err != nil {
				t.Fatal(err)
			}
		},
		"ours, archived": func(t *testing.T, _ string, bot *sdk.Client) {
			if err := bot.ArchiveConversation(create(t, bot, true)); err != nil {
				t.Fatal(err)
			}
		},
		"ours, another case's": func(t *testing.T, _ string, bot *sdk.Client) {
			if _, err := bot.SetTopicOfConversation(create(t, bot, true), "about [key:other]"); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, prepare := range inTheWay {
		for _, first := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				_, url := slacktest.Start(t, slacktest.Options{})
				prepare(t, url, sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(url)))
				a := &slack.Activities{Client: newClient(t, url)}
				ch, err := slacktest.Do(a.OpenChannel, slack.OpenChannel{Effect: effect("k", first), Names: []string{"sec-42"}, Mark: "mine"})
				if err != nil || ch.Name != "sec-42-2" || ch.Adopted || len(ch.Taken) != 1 {
					t.Errorf("got %+v, %v; want a new channel sec-42-2", ch, err)
				}
			})
		}
	}
}

func create(t *testing.T, api *sdk.Client, private bool) string {
	t.Helper()
	ch, err := api.CreateConversation(sdk.CreateConversationParams{ChannelName: "sec-42", IsPrivate: private})
	if err != nil {
		t.Fatal(err)
	}
	return ch.ID
}
