package serve

import (
	"context"
	"net"
	"net/http"
	"testing"
)

// A connection that a client keeps in reserve does not hold up the end of the gateway.
func TestUnusedConnectionsDoNotHoldUpTheEnd(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serveGateway(ctx, l, http.NotFoundHandler()) }()
	reserve, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer reserve.Close()
	resp, err := http.Get("http://" + l.Addr().String()) // accepted after the other
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the gateway did not end in order: %v", err)
	}
}
