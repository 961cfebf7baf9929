package site

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ports are the listeners of the pages and of the vendors.
type ports struct{ pages, slack, jira, google, pager net.Listener }

// listen opens all ports or none.
func listen(port int) (p ports, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	for i, l := range []*net.Listener{&p.pages, &p.slack, &p.jira, &p.google, &p.pager} {
		wanted := 0
		if port != 0 {
			wanted = port + i
		}
		if *l, err = listenOn(wanted); err != nil {
			return p, err
		}
	}
	return p, nil
}

func listenOn(port int) (net.Listener, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %d is in use by another process: stop it, or choose another with --port "+
			"(--sandbox-port of the local stack); the sandbox needs five ports in a row", port)
	case err != nil:
		return nil, fmt.Errorf("open port %d: %w: choose another with --port (--sandbox-port of the local stack)", port, err)
	}
	return l, nil
}

func (p ports) close() error {
	var errs []error
	for _, l := range []net.Listener{p.pages, p.slack, p.jira, p.google, p.pager} {
		if l == nil {
			continue
		}
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (p ports) addresses(lag time.Duration) Addresses {
	base := func(l net.Listener) string { return "http://" + l.Addr().String() }
	return Addresses{Pages: base(p.pages), Slack: base(p.slack), Jira: base(p.jira), Google: base(p.google), Pager: base(p.pager), Timestamp: base(p.pages) + authorityPath, SearchLag: lag}
}

func (s *Site) serve(p ports) {
	for _, v := range []struct {
		l net.Listener
		h http.Handler
	}{{p.pages, s.pages()}, {p.slack, s.Slack}, {p.jira, s.browsable(s.Jira)}, {p.google, s.Drive}, {p.pager, s.Pager}} {
		server := &http.Server{Handler: v.h, ReadHeaderTimeout: 10 * time.Second}
		s.servers = append(s.servers, server)
		go func() { _ = server.Serve(v.l) }() // it ends with Close; the listener was open before
	}
}

// browsable sends browsers that follow a link to an issue on to its page.
func (s *Site) browsable(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key, ok := strings.CutPrefix(r.URL.Path, "/browse/"); ok {
			http.Redirect(w, r, s.Addresses.Pages+"/jira/"+key, http.StatusFound)
			return
		}
		api.ServeHTTP(w, r)
	})
}
