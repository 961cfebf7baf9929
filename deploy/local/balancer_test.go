package main

import (
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
)

// balancer hands what Slack sends over HTTP to one gateway after the other.
type balancer struct {
	mu   sync.Mutex
	to   []*url.URL
	turn int
	deaf bool // what they answer is lost
}

// balanced puts a balancer where the gateway would be.
func (p *process) balanced() way {
	b := &balancer{}
	l, err := net.Listen("tcp", strings.TrimPrefix(p.Gateway, "http://"))
	require.NoError(p.t, err)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(b.next()) },
		ModifyResponse: func(*http.Response) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.deaf {
				return errors.New("lost")
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // the connection ends without an answer
	}}
	go func() { _ = server.Serve(l) }() // it ends with the test
	p.t.Cleanup(func() { _ = server.Close() })
	return way{start: func(n int) []*process { return b.start(p, n) }, deafen: func() { b.set(nil, true) }}
}

func (b *balancer) next() *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	return b.to[b.turn%len(b.to)]
}

// set changes whom requests go to, nil being those of before, and whether answers are lost.
func (b *balancer) set(to []*url.URL, deaf bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deaf = deaf; to != nil {
		b.to = to
	}
}

func (b *balancer) start(p *process, n int) (list []*process) {
	p.t.Helper()
	var to []*url.URL
	for range n {
		at := freeAddress(p)
		g := launch(p.t, []string{"HIKESHI_CONFIG=" + p.gatewayConfig("http", at)}, "starter", "serve")
		require.NoError(p.t, g.cmd.Start())
		list, to = append(list, g), append(to, &url.URL{Scheme: "http", Host: at})
		require.Eventually(p.t, func() bool {
			return call(p.t.Context(), http.MethodGet, "http://"+at+"/readyz", nil, nil) == nil
		}, patient, 20*time.Millisecond, "a gateway is ready")
	}
	b.set(to, false)
	return list
}

func freeAddress(p *process) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(p.t, err)
	defer l.Close() //nolint:errcheck // it was only to find a port
	return l.Addr().String()
}
