package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Tally counts what became of the requests made under one context. Safe for concurrent use.
type Tally struct {
	mu      sync.Mutex
	idle    int  // reads, and writes that did nothing: held back, never sent, or turned away whole
	written int  // writes that did something, or may have
	silent  bool // one of those got no answer: it may even be carried out later
}

type tallyKey struct{}

// WithTally returns a context whose requests are counted.
func WithTally(ctx context.Context) (context.Context, *Tally) {
	t := &Tally{}
	return context.WithValue(ctx, tallyKey{}, t), t
}

// Unwritten reports whether there were requests and none of them can have changed anything. It is false if no request
// was seen: a call that does not hand its context on proves nothing.
func (t *Tally) Unwritten() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.idle > 0 && t.written == 0
}

// Silent reports whether a write got no answer, so that the vendor may still carry it out.
func (t *Tally) Silent() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.silent
}

// TurnedAway tells the tally of a context that the answer just received was a refusal of the whole call. Adapters say so
// whose vendor refuses with status 200.
func TurnedAway(ctx context.Context) {
	if t, ok := ctx.Value(tallyKey{}).(*Tally); ok {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.written > 0 {
			t.written, t.idle = t.written-1, t.idle+1
		}
	}
}

// count books the end of a request. resp is nil where there was no answer.
func (o Options) count(req *http.Request, resp *http.Response, err error) {
	idle := o.reads(req) || neverSent(err) || resp != nil && refusal(resp.StatusCode)
	book(req.Context(), idle, !idle && unanswered(req.Context(), resp, err))
}

// book books a request: one that did nothing, or one that may have done something, perhaps without an answer.
func book(ctx context.Context, idle, silent bool) {
	t, ok := ctx.Value(tallyKey{}).(*Tally)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if idle {
		t.idle++
		return
	}
	t.written++
	t.silent = t.silent || silent
}

// reads reports whether a request only reads.
func (o Options) reads(req *http.Request) bool {
	if o.Reads != nil {
		return o.Reads(req)
	}
	return req.Method == http.MethodGet || req.Method == http.MethodHead
}

// neverSent reports whether a request came to its end before it could leave us.
func neverSent(err error) bool {
	var dial *net.OpError
	var cert *tls.CertificateVerificationError
	return errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &cert)
}

// refusal reports whether a status says that nothing was done. A time-out (408) and a conflict (409) do not say that: the
// thing may be there.
func refusal(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusConflict
}

// unanswered tells a request of which nothing came back in time from one whose connection broke: that one was being
// answered, or had not arrived.
//
// Of a client's own time-out net/http has several errors, and one of them says only that the request was cancelled.
func unanswered(ctx context.Context, resp *http.Response, err error) bool {
	if resp != nil {
		return resp.StatusCode == http.StatusRequestTimeout || resp.StatusCode == http.StatusGatewayTimeout
	}
	var timeout net.Error
	deadline, bounded := ctx.Deadline()
	return ctx.Err() != nil || bounded && !time.Now().Before(deadline) || errors.As(err, &timeout) && timeout.Timeout()
}
