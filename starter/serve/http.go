package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"hikeshi/workflows/wire"
)

// grace is how long requests that have begun may take at the end.
const grace = 5 * time.Second

// serve serves until ctx ends or one of the doors breaks, which ends the other too.
func (d *doors) serve(ctx context.Context, cancel context.CancelFunc) error {
	var all sync.WaitGroup
	errs := make([]error, 2)
	all.Go(func() {
		defer cancel()
		errs[0] = serveGateway(ctx, d.gateway, d.slack)
	})
	if d.codec != nil {
		all.Go(func() {
			defer cancel()
			errs[1] = wire.ServeCodec(ctx, d.codec, d.decode)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func serveGateway(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	var unused unusedConns
	server.ConnState = unused.note
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the gateway: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	unused.close()
	if err := server.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("end the gateway: %w", err), server.Close())
	}
	<-ended
	return nil
}

// unusedConns are connections on which no request has come yet. Clients keep some in reserve, and the server would wait
// five seconds for each of them at its end.
type unusedConns struct {
	sync.Mutex
	all   map[net.Conn]bool
	ended bool
}

func (u *unusedConns) note(c net.Conn, state http.ConnState) {
	u.Lock()
	defer u.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.all, c)
	case u.ended:
		_ = c.Close() // nothing was said on it
	default:
		if u.all == nil {
			u.all = map[net.Conn]bool{}
		}
		u.all[c] = true
	}
}

func (u *unusedConns) close() {
	u.Lock()
	defer u.Unlock()
	u.ended = true
	for c := range u.all {
		_ = c.Close() // nothing was said on it
	}
}
