package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/andygrunwald/go-jira"

	"hikeshi/activities/internal/transport"
)

// DefaultSearchLag is how long JIRA Cloud's search may hide a new issue: the worst that Atlassian describes is a few
// minutes.
const DefaultSearchLag = 3 * time.Minute

// Config says where JIRA is and who we are there.
type Config struct {
	// URL is the base of the API: https://example.atlassian.net, https://api.atlassian.com/ex/jira/<cloud id> for
	// scoped tokens, or https://jira.example/context for Data Center.
	URL string
	// SiteURL is what people open in a browser; empty: URL.
	SiteURL string
	// User is the account's e-mail (Cloud) or name, for Basic authentication; empty: the token is sent as Bearer,
	// which is how Data Center takes personal access tokens.
	User string
	// Token is asked before every call, so that a rotated secret file is picked up.
	Token func() (string, error)
	// SearchLag is how long a search that finds nothing proves nothing; 0: DefaultSearchLag.
	SearchLag time.Duration
	// RateShare is this worker's part of the vendor's rates, 0.5 for two workers; 0: all of it.
	RateShare float64
	// NoRates switches our own rate limits off.
	NoRates bool
	// Timeout bounds one call; 0: the transport's default.
	Timeout time.Duration
}

// Client talks to one JIRA site. Safe for concurrent use.
type Client struct {
	api   *jira.Client
	user  string
	token func() (string, error)
	site  string // without a slash at the end
	lag   time.Duration

	mu     sync.Mutex
	levels map[string]levels // by project
	dc     *bool             // whether the site is Data Center; nil: not asked yet
}

// NewClient builds a client. It makes no call; CheckJiraAccess does.
func NewClient(cfg Config) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(cfg.URL, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("read JIRA_URL %q: not an http or https address", cfg.URL)
	}
	if cfg.Token == nil {
		return nil, errors.New("configure JIRA: no token: set JIRA_TOKEN or JIRA_TOKEN_FILE")
	}
	c := &Client{
		user:   cfg.User,
		token:  cfg.Token,
		site:   strings.TrimRight(cmp.Or(cfg.SiteURL, cfg.URL), "/"),
		lag:    cmp.Or(cfg.SearchLag, DefaultSearchLag),
		levels: map[string]levels{},
	}
	o := transport.Options{Base: base, Authorize: c.authorize, Timeout: cfg.Timeout}
	if !cfg.NoRates {
		o.Rates, o.Buckets = transport.NewRates(cmp.Or(cfg.RateShare, 1)), buckets
	}
	c.api, err = jira.NewClient(transport.Client(o), base.String())
	if err != nil {
		return nil, fmt.Errorf("read JIRA_URL %q: %w", cfg.URL, err)
	}
	return c, nil
}

// BrowseURL is the page of an issue for people.
func (c *Client) BrowseURL(key string) string { return c.site + "/browse/" + url.PathEscape(key) }

type tokenKey struct{}

// withToken reads the token now, where an error can still be told, and hands it to authorize.
func (c *Client) withToken(ctx context.Context) (context.Context, error) {
	token, err := c.token()
	if err == nil && token == "" {
		err = errors.New("it is empty")
	}
	return context.WithValue(ctx, tokenKey{}, token), err
}

// authorize is called by the transport for requests to the base host only.
func (c *Client) authorize(r *http.Request) {
	token, _ := r.Context().Value(tokenKey{}).(string)
	if c.user == "" {
		r.Header.Set("Authorization", "Bearer "+token)
		return
	}
	r.SetBasicAuth(c.user, token)
}

// Rates we keep to. Atlassian publishes no number for the site's burst limit; the one for writes to a single issue is
// about 20 in 2 seconds and 100 in 30, of which we take half.
// https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
const (
	callsPerMinute       = 1200
	callsBurst           = 100
	issueWritesPerMinute = 100
	issueWritesBurst     = 10
)

func buckets(r *http.Request) []transport.Bucket {
	list := []transport.Bucket{{Key: "jira", PerMinute: callsPerMinute, Burst: callsBurst}}
	_, rest, ok := strings.Cut(r.URL.Path, apiPath+"issue/")
	if !ok || r.Method == http.MethodGet {
		return list
	}
	issue, _, _ := strings.Cut(rest, "/")
	return append(list, transport.Bucket{Key: "write " + issue, PerMinute: issueWritesPerMinute, Burst: issueWritesBurst})
}
