// Package transport makes the http.Client that every vendor SDK gets: time-outs, size-limited replies, credentials for
// the vendor's own host only, and the vendor's rates as token buckets. It never retries and never follows a redirect
// to another host: Temporal retries, after a look-up.
package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Options configure one vendor's client. The zero value has no credentials, no rates and the default time-outs.
type Options struct {
	Base      *url.URL            // requests to other hosts get no credentials; nil: none get any
	Authorize func(*http.Request) // adds the credentials; nil if the SDK does it itself
	Rates     *Rates              // nil: unlimited
	Buckets   func(*http.Request) []Bucket
	Timeout   time.Duration // of a whole call; 0: DefaultTimeout
	MaxReply  int64         // bytes; 0: DefaultMaxReply
	// Reads says which requests only read; nil: GET and HEAD.
	Reads func(*http.Request) bool
}

// DefaultTimeout bounds one call. It is shorter than the 15 s StartToClose of a step, so that the adapter sees the
// time-out first and can say which call it was.
const DefaultTimeout = 12 * time.Second

// DefaultMaxReply bounds a reply that is decoded in memory: no vendor answer we read is larger than 16 MiB.
const DefaultMaxReply = 16 << 20

// ErrRedirect is returned for a redirect to another host.
var ErrRedirect = errors.New("redirected to another host: a sign-in page or a proxy is in the way")

// Client builds the client.
func Client(o Options) *http.Client {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.DialContext = (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	base.MaxIdleConnsPerHost = 32 // each step is a call: keep connections for a burst of cases
	timeout := o.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	return &http.Client{Timeout: timeout, CheckRedirect: sameHost, Transport: &tripper{next: base, o: o}}
}

func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) >= 5 {
		return fmt.Errorf("stopped after %d redirects", len(via))
	}
	if first := via[0].URL; req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		return fmt.Errorf("%w (%s)", ErrRedirect, req.URL.Host)
	}
	return nil
}

type tripper struct {
	next http.RoundTripper
	o    Options
}

func (t *tripper) RoundTrip(req *http.Request) (*http.Response, error) {
	var buckets []Bucket
	if t.o.Rates != nil && t.o.Buckets != nil {
		buckets = t.o.Buckets(req)
		if err := t.o.Rates.wait(req.Context(), buckets); err != nil {
			book(req.Context(), true, false) // held back
			return nil, err
		}
	}
	if t.o.Authorize != nil && t.o.Base != nil && req.URL.Host == t.o.Base.Host && req.URL.Scheme == t.o.Base.Scheme {
		req = req.Clone(req.Context()) // a RoundTripper must not change the request it was given
		t.o.Authorize(req)
	}
	resp, err := t.next.RoundTrip(req)
	t.o.count(req, resp, err)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooManyRequests && t.o.Rates != nil {
		t.o.Rates.empty(buckets)
	}
	limit := t.o.MaxReply
	if limit == 0 {
		limit = DefaultMaxReply
	}
	resp.Body = &limitedBody{ReadCloser: resp.Body, left: limit}
	return resp, nil
}

// limitedBody fails, rather than cuts, a reply that is too large: half a reply must not be taken for a whole one.
type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errors.New("reply is larger than expected")
	}
	return n, err
}
