package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// ListenCodec opens the port of the codec endpoint on the loopback interface; 0 means any free port. It is apart from
// [ServeCodec] because the Web UI must know the endpoint's address, and the endpoint the Web UI's: requests wait in
// between.
func ListenCodec(port int) (net.Listener, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listen for the codec endpoint on port %d: %w: stop what uses it, or choose another port", port, err)
	}
	return l, nil
}

// ServeCodec answers requests until ctx ends, and closes l. It returns nil after a clean end, when no request is left.
func ServeCodec(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the codec endpoint: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("end the codec endpoint: %w", err), server.Close())
	}
	<-ended
	return nil
}
