package slackbot

import (
	"errors"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
)

// api is Slack's Web API with the token as it is now: it can be rotated.
func (g *Gateway) api() (*slack.Client, error) {
	if g.o.Token == nil {
		return nil, errors.New("the gateway has no bot token: set SLACK_BOT_TOKEN for starter serve")
	}
	token, err := g.o.Token()
	if err != nil {
		return nil, err
	}
	return slack.New(token, slack.OptionHTTPClient(g.answers), slack.OptionAPIURL(apiURL(g.o.APIURL))), nil
}

// apiURL is the address of the Web API as the library takes it; of the sandbox people may give the host alone.
func apiURL(address string) string {
	if address == "" {
		return slack.APIURL
	}
	if u, err := url.Parse(address); err == nil && strings.Trim(u.Path, "/") == "" {
		return strings.TrimSuffix(address, "/") + "/api/"
	}
	return strings.TrimSuffix(address, "/") + "/"
}
