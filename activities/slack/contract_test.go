package slack_test

import (
	"os"
	"testing"

	sdk "github.com/slack-go/slack"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// newClient talks to the server at url as the sandbox's bot.
func newClient(t *testing.T, url string) *slack.Client {
	t.Helper()
	client, err := slack.NewClient(slack.Config{Token: func() (string, error) { return fake.SlackBotToken, nil }, APIURL: url, NoRates: true})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestContractOnFake(t *testing.T) {
	s, url := slacktest.Start(t, slacktest.Options{})
	s.LimitRates(false)
	slacktest.Contract(t, newClient(t, url), slacktest.ContractOptions{Person: fake.Cast()[4].ID})
}

// TestContractOnSlack needs a workspace for tests: SLACK_CONTRACT_TOKEN is its bot token, SLACK_CONTRACT_PERSON the id
// of a user who does not mind invitations.
func TestContractOnSlack(t *testing.T) {
	token, person := os.Getenv("SLACK_CONTRACT_TOKEN"), os.Getenv("SLACK_CONTRACT_PERSON")
	if token == "" || person == "" {
		t.Skip("SLACK_CONTRACT_TOKEN and SLACK_CONTRACT_PERSON are not set: the real Slack is not checked")
	}
	client, err := slack.NewClient(slack.Config{Token: func() (string, error) { return token, nil }})
	if err != nil {
		t.Fatal(err)
	}
	api := sdk.New(token)
	slacktest.Contract(t, client, slacktest.ContractOptions{Person: person, Archive: func(channel string) {
		if err := api.ArchiveConversation(channel); err != nil {
			t.Logf("archive channel %s: %v", channel, err)
		}
	}})
}
