package pager

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

const (
	system = "pager"
	op     = "page the people on call"
)

// Config says where pages go.
type Config struct {
	URL string // of the receiver
	// Secret is asked before every call, so that a rotated secret file is picked up.
	Secret func() (string, error)
	// Timeout bounds one call; 0: the transport's default.
	Timeout time.Duration
}

// Client sends pages to one receiver. Safe for concurrent use.
type Client struct {
	url    string
	secret func() (string, error)
	web    *http.Client
	now    func() time.Time
}

// NewClient builds a client. It makes no call. A secret that can be read but not used is an error.
func NewClient(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("read pager.url %q: not an http or https address", cfg.URL)
	}
	if cfg.Secret == nil {
		return nil, errors.New("configure the pager: no secret: set PAGER_SECRET or PAGER_SECRET_FILE")
	}
	c := &Client{url: cfg.URL, secret: cfg.Secret, web: transport.Client(transport.Options{Timeout: cfg.Timeout}), now: time.Now}
	// A redirect of a POST becomes a GET, whose success would be taken for a page that was sent.
	c.web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, err = c.key()
	return c, err
}

// key is the secret as the signature needs it.
func (c *Client) key() ([]byte, error) {
	text, err := c.secret()
	if err != nil {
		return nil, err
	}
	coded, standard := strings.CutPrefix(text, "whsec_")
	if !standard {
		return []byte(text), nil
	}
	key, err := base64.StdEncoding.DecodeString(coded)
	if err != nil || len(key) == 0 {
		return nil, errors.New("PAGER_SECRET begins with whsec_, but what follows is no base64: make one with `echo whsec_$(openssl rand -base64 32)`")
	}
	return key, nil
}

// Sign is the value of Webhook-Signature for one delivery.
func Sign(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// send delivers the page once. people is how many the receiver says it calls.
func (c *Client) send(ctx context.Context, p page) (people int, f *activities.Fault) {
	secret, err := c.key()
	if err != nil {
		return 0, fail(activities.Credentials, "read the secret: "+err.Error(), "set PAGER_SECRET or PAGER_SECRET_FILE")
	}
	body, err := json.Marshal(p)
	if err != nil {
		return 0, fail(activities.Invalid, "write the page: "+err.Error(), "")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return 0, fail(activities.Invalid, "build the request: "+err.Error(), "")
	}
	at := strconv.FormatInt(c.now().Unix(), 10)
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "hikeshi", "Idempotency-Key": p.Key,
		"Webhook-Id": p.Key, "Webhook-Timestamp": at, "Webhook-Signature": Sign(secret, p.Key, at, body),
	} {
		req.Header.Set(name, value)
	}
	resp, err := c.web.Do(req)
	if err != nil {
		return 0, unanswered(err)
	}
	defer resp.Body.Close()
	reply, _ := io.ReadAll(io.LimitReader(resp.Body, maxReply)) // what counts is the status
	if f := refused(resp); f != nil {
		return 0, f
	}
	return called(reply), nil
}

// maxReply bounds what is read of an answer, in bytes.
const maxReply = 64 << 10

// called reads how many people are being called; 0: the receiver does not say.
func called(reply []byte) int {
	var said struct {
		People int `json:"people"`
	}
	if json.Unmarshal(reply, &said) != nil {
		return 0
	}
	return max(0, said.People)
}

func fail(class activities.Class, cause, hint string) *activities.Fault {
	return &activities.Fault{Class: class, System: system, Op: op, Cause: cause, Hint: hint}
}

// unanswered classifies an error of the way to the receiver and back. It never shows the address: some services have
// a secret in it.
func unanswered(err error) *activities.Fault {
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	var timeout net.Error
	switch {
	case transport.NeverSent(err):
		return fail(activities.Unavailable, err.Error(), "check pager.url and the network")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fail(activities.Ambiguous, "no answer in time", "")
	}
	return fail(activities.Ambiguous, "no reply: "+err.Error(), "")
}

// refused classifies an answer that does not accept the page; nil: it is accepted.
func refused(resp *http.Response) *activities.Fault {
	cause := fmt.Sprintf("HTTP %d", resp.StatusCode)
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300, status == http.StatusConflict: // it has the key already
		return nil
	case status >= 300 && status < 400:
		return fail(activities.Invalid, cause+": it redirects the page", "set pager.url to the address that it redirects to")
	case status == http.StatusTooManyRequests:
		f := fail(activities.RateLimited, cause, "")
		f.After = transport.RetryAfter(resp.Header)
		return f
	case status == http.StatusUnauthorized:
		return fail(activities.Credentials, cause, "the receiver does not accept the signature: check PAGER_SECRET on both sides")
	case status == http.StatusForbidden:
		return fail(activities.Denied, cause, "the receiver must let Hikeshi in")
	case status == http.StatusNotFound, status == http.StatusGone:
		return fail(activities.NotFound, cause, "check pager.url: nobody takes pages there")
	case status == http.StatusRequestTimeout, status >= 500:
		return fail(activities.Ambiguous, cause, "")
	}
	return fail(activities.Invalid, cause, "the receiver does not understand the page: see the documentation of activities/pager")
}
