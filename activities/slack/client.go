package slack

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

// Config says which Slack to talk to, and as whom.
type Config struct {
	// Token returns the bot token (xoxb-…). It is called for every request, so that a rotated secret is used at once.
	Token func() (string, error)
	// APIURL is the address of the Web API, such as http://127.0.0.1:8091/api/; empty: Slack's own.
	APIURL string
	// RateShare is this worker's part of Slack's rate limits: 0.5 for two workers; 0 means all of it.
	RateShare float64
	// NoRates switches our own rate limiting off; Slack's stays.
	NoRates bool
	// Timeout bounds one call; 0: 12 s, less than the time a step gives its activity.
	Timeout time.Duration
}

// Client calls the Web API. Safe for concurrent use.
type Client struct {
	token  func() (string, error)
	apiURL string
	http   *http.Client
	files  *downloads
	people cache

	mu   sync.Mutex
	self map[string]SlackAccess // who we are, by token
}

// NewClient makes a client; it calls nobody. It refuses an address that is no http or https URL.
func NewClient(c Config) (*Client, error) {
	if c.Token == nil {
		return nil, fmt.Errorf("configure slack: no source for the bot token")
	}
	if c.APIURL == "" {
		c.APIURL = slack.APIURL
	}
	base, err := url.Parse(c.APIURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("configure slack: %q is no address: write it like https://slack.com/api/ (SLACK_API_URL)", c.APIURL)
	}
	if !strings.HasSuffix(c.APIURL, "/") {
		c.APIURL += "/" // the library appends the method's name to it
	}
	if base.Path == "" || base.Path == "/" {
		c.APIURL += "api/" // only the host was given
	}
	o := transport.Options{Base: base, Buckets: buckets, Timeout: c.Timeout, Reads: reads}
	if !c.NoRates {
		if c.RateShare <= 0 {
			c.RateShare = 1
		}
		o.Rates = transport.NewRates(c.RateShare)
	}
	return &Client{token: c.Token, apiURL: c.APIURL, http: transport.Client(o), files: newDownloads(base, c.Timeout), self: map[string]SlackAccess{}}, nil
}

// effect says what it means when no usable answer comes back.
type effect int

const (
	read  effect = iota // nothing can have happened
	safe                // repeating gives the same state
	write               // repeating may do it twice: the next attempt must look first
)

// call makes one request. op says what for, to people: verb and object. Its error is a Fault.
func (c *Client) call(ctx context.Context, op string, e effect, do func(context.Context, *slack.Client) error) error {
	_, err := c.exchange(ctx, op, e, "", do)
	return err
}

// exchange is call, for those who want to see the raw reply, or whose rate is that of one channel.
func (c *Client) exchange(ctx context.Context, op string, e effect, channel string, do func(context.Context, *slack.Client) error) (*exchange, error) {
	token, err := c.bearer()
	if err != nil {
		return nil, noToken(op, err)
	}
	x := &exchange{channel: channel}
	err = do(context.WithValue(ctx, exchangeKey{}, x), slack.New(token, slack.OptionAPIURL(c.apiURL), slack.OptionHTTPClient(recorder{c.http})))
	return x, x.fault(op, e, err)
}

func (c *Client) bearer() (string, error) {
	token, err := c.token()
	if err == nil && strings.TrimSpace(token) == "" {
		err = fmt.Errorf("no bot token is configured")
	}
	return strings.TrimSpace(token), err
}

// whoAmI returns the bot's own identity, asked once for each token.
func (c *Client) whoAmI(ctx context.Context) (SlackAccess, error) {
	token, err := c.bearer()
	if err != nil {
		return SlackAccess{}, noToken("identify the bot", err)
	}
	c.mu.Lock()
	known, ok := c.self[token]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	access, err := c.access(ctx)
	if err != nil {
		return SlackAccess{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.self = map[string]SlackAccess{token: access} // a rotated token ends the old one
	return access, nil
}

func (c *Client) access(ctx context.Context) (SlackAccess, error) {
	const op = "identify the bot"
	var a SlackAccess
	err := c.call(ctx, op, read, func(ctx context.Context, api *slack.Client) error {
		r, err := api.AuthTestContext(ctx)
		if err == nil {
			a = accessOf(r)
		}
		return err
	})
	if err == nil && a.UserID == "" {
		err = activities.Fault{Class: activities.Unavailable, System: system, Op: op, Cause: "the answer names no user"}.Error()
	}
	return a, err
}

func accessOf(r *slack.AuthTestResponse) SlackAccess {
	return SlackAccess{Team: r.Team, TeamID: r.TeamID, User: r.User, UserID: r.UserID, BotID: r.BotID}
}
