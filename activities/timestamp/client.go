package timestamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/digitorus/timestamp"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

// Config says who timestamps.
type Config struct {
	URL string // of the authority
	// Check accepts a token over a head, in hexadecimal, and returns its time.
	Check   func(token []byte, head string) (time.Time, error)
	Timeout time.Duration // of one call; 0: 10 s
}

// Client asks one authority. Safe for concurrent use.
type Client struct {
	url   string
	check func([]byte, string) (time.Time, error)
	web   *http.Client
}

// callTimeout leaves room for putting the token away within one attempt of a step.
const callTimeout = 10 * time.Second

// maxToken bounds an answer, in bytes. Tokens have a few thousand.
const maxToken = 256 << 10

// NewClient builds a client. It makes no call.
func NewClient(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("use the timestamp authority at %q: it is no address: set audit.timestamp_url", c.URL)
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = callTimeout
	}
	return &Client{url: c.URL, check: c.Check, web: transport.Client(transport.Options{Base: u, Timeout: timeout, MaxReply: maxToken})}, nil
}

// Stamp asks for a token over the head, and returns it with the authority's time if the check accepts it. Asked again,
// the authority gives another token over the same head, which is as good. Final is Invalid.
// https://www.rfc-editor.org/rfc/rfc3161#section-3.4
func (c *Client) Stamp(ctx context.Context, head string) (token []byte, at time.Time, err error) {
	imprint, err := hex.DecodeString(head)
	if err != nil || len(imprint) != crypto.SHA256.Size() {
		return nil, at, fault(activities.Invalid, fmt.Sprintf("%.70q is no SHA-256", head), "")
	}
	nonce, err := rand.Int(rand.Reader, big.NewInt(0).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, at, fault(activities.Unavailable, err.Error(), "")
	}
	request := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: imprint, Certificates: true, Nonce: nonce}
	body, err := request.Marshal()
	if err != nil {
		return nil, at, fault(activities.Invalid, err.Error(), "")
	}
	answer, err := c.send(ctx, body)
	if err != nil {
		return nil, at, err
	}
	stamp, err := timestamp.ParseResponse(answer)
	if err != nil {
		return nil, at, c.refused(answer, err)
	}
	if stamp.Nonce == nil || stamp.Nonce.Cmp(nonce) != 0 {
		return nil, at, fault(activities.Unavailable, "the answer is to another request", "")
	}
	if at, err = c.check(stamp.RawToken, head); err != nil {
		return nil, at, fault(activities.Invalid, err.Error(), "check audit.timestamp_ca: it must hold the root certificate of the authority at audit.timestamp_url")
	}
	return stamp.RawToken, at, nil
}

// Check accepts a token over the head that was given before, as Stamp would, and returns its time. It makes no call.
func (c *Client) Check(token []byte, head string) (time.Time, error) { return c.check(token, head) }

func (c *Client) send(ctx context.Context, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, fault(activities.Invalid, err.Error(), "")
	}
	request.Header.Set("Content-Type", "application/timestamp-query")
	answer, err := c.web.Do(request)
	if err != nil {
		return nil, fault(activities.Unavailable, cause(err), "")
	}
	defer answer.Body.Close() //nolint:errcheck // it was read, or its error is told
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fault(activities.Unavailable, cause(err), "")
	}
	if err := status(answer); err != nil {
		return nil, err
	}
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil || kind != "application/timestamp-reply" {
		return nil, fault(activities.Unavailable, fmt.Sprintf("the answer is %.60q, no timestamp", answer.Header.Get("Content-Type")),
			"a sign-in page or a proxy may stand between us and the authority: check audit.timestamp_url")
	}
	return text, nil
}

// status turns an HTTP status into a fault. Nothing is made at the authority, so no outcome is in doubt.
func status(answer *http.Response) error {
	said := "HTTP " + strconv.Itoa(answer.StatusCode)
	switch {
	case answer.StatusCode == http.StatusOK:
		return nil
	case answer.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // anything else is no number of seconds
		f := activities.Fault{Class: activities.RateLimited, System: system, Op: op, Cause: said, After: time.Duration(max(0, seconds)) * time.Second}
		return f.Error()
	case answer.StatusCode == http.StatusUnauthorized, answer.StatusCode == http.StatusForbidden:
		return fault(activities.Denied, said, "the authority must accept requests from the workers' network")
	case answer.StatusCode == http.StatusNotFound:
		return fault(activities.NotFound, said, "check audit.timestamp_url")
	}
	return fault(activities.Unavailable, said, "")
}

// refused tells an answer in which the authority says no from one that is none.
func (c *Client) refused(answer []byte, err error) error {
	var reply struct {
		Status asn1.RawValue
		Token  asn1.RawValue `asn1:"optional"`
	}
	if _, broken := asn1.Unmarshal(answer, &reply); broken != nil || len(reply.Token.FullBytes) > 0 {
		return fault(activities.Unavailable, "the answer is no timestamp: "+err.Error(), "")
	}
	return fault(activities.Invalid, "the authority refuses: "+err.Error(), "ask who runs the authority")
}

const (
	system = "timestamp"
	op     = "timestamp a seal"
)

func fault(class activities.Class, cause, hint string) error {
	return activities.Fault{Class: class, System: system, Op: op, Cause: cause, Hint: hint}.Error()
}

// cause is what went wrong on the way, without the address, which the hint names.
func cause(err error) string {
	if e, ok := err.(*url.Error); ok {
		return e.Err.Error()
	}
	return err.Error()
}
