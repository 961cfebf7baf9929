package slack

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// What follows looks at how the app is set up, for whoever installs or repairs it. It only reads.

// Grant is what Slack says of a token with every answer.
type Grant struct {
	SlackAccess
	Scopes []string  // sorted
	Date   time.Time // by Slack's clock; zero: it does not say
}

// Granted returns who the token makes us, which scopes it has, and what time it is with Slack.
func (c *Client) Granted(ctx context.Context) (Grant, error) {
	var a SlackAccess
	x, err := c.exchange(ctx, "identify the bot", read, "", func(ctx context.Context, api *slack.Client) error {
		r, err := api.AuthTestContext(ctx)
		if err == nil {
			a = accessOf(r)
		}
		return err
	})
	if err != nil {
		return Grant{}, err
	}
	date, _ := http.ParseTime(x.header.Get("Date")) // zero if there is none
	scopes := strings.FieldsFunc(x.header.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(scopes)
	return Grant{a, scopes, date}, nil
}

// Joined is a channel as the bot sees it. It can see no private channel that it is not in.
type Joined struct {
	Name     string
	Member   bool
	Archived bool
	Public   bool // whoever is in the workspace may join it
}

// Joined looks whether the bot is in a channel.
func (c *Client) Joined(ctx context.Context, channel string) (Joined, error) {
	var j Joined
	err := c.call(ctx, "look at channel "+channel, read, func(ctx context.Context, api *slack.Client) error {
		ch, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		if err == nil {
			j = Joined{ch.Name, ch.IsMember, ch.IsArchived, !ch.IsPrivate}
		}
		return err
	})
	return j, err
}

// UserGroups returns the user groups of the workspace: handles by id.
func (c *Client) UserGroups(ctx context.Context) (map[string]string, error) {
	byHandle, err := c.readGroups(ctx)
	groups := map[string]string{}
	for handle, id := range byHandle {
		groups[id] = handle
	}
	return groups, err
}

// CheckAppToken asks Slack, with the app-level token, for the address of a socket, and does not connect to it.
// https://docs.slack.dev/reference/methods/apps.connections.open
func CheckAppToken(ctx context.Context, apiURL, token string) error {
	c, err := NewClient(Config{APIURL: apiURL, NoRates: true, Token: func() (string, error) { return token, nil }})
	if err != nil {
		return err
	}
	x := &exchange{}
	api := slack.New("", slack.OptionAppLevelToken(token), slack.OptionAPIURL(c.apiURL), slack.OptionHTTPClient(recorder{&http.Client{Timeout: 12 * time.Second}}))
	_, address, err := api.StartSocketModeContext(context.WithValue(ctx, exchangeKey{}, x))
	const op = "ask for a socket"
	if err := x.fault(op, read, err); err != nil {
		f := activities.FaultOf(err)
		if f.Class == activities.Credentials {
			f.Hint = "put the app-level token (xapp-…) with the scope connections:write into SLACK_APP_TOKEN or its file, and enable Socket Mode"
		}
		return f.Error()
	}
	if address == "" {
		return activities.Fault{Class: activities.Unavailable, System: system, Op: op, Cause: "the answer names no address"}.Error()
	}
	return nil
}
