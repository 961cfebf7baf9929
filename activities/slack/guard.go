package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"hikeshi/activities/internal/transport"
)

var (
	errElsewhere = errors.New("redirected to a host that is none of Slack's")
	errInside    = errors.New("its host has an address inside our own network")
)

// downloads fetch files, from Slack's hosts only: the address of a file comes out of a message, and our token goes with
// the request. The API's own host may be anything, for it was configured. It is no client of internal/transport, whose
// time-out is for calls and whose dialer goes anywhere.
type downloads struct {
	api    *url.URL
	client *http.Client
	pause  time.Duration // how long a download may stand still; a whole one may take its time

	mu      sync.Mutex
	proxies []string // addresses of the proxies that the environment names; they may well lie inside
}

// longest bounds a download, whatever the caller's context says.
const longest = 6 * time.Hour

// newDownloads makes them; timeout bounds the wait for a reply to begin.
func newDownloads(api *url.URL, timeout time.Duration) *downloads {
	d := &downloads{api: api, pause: time.Minute}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ResponseHeaderTimeout = cmp.Or(timeout, transport.DefaultTimeout)
	base.DisableCompression = true // sizes are those of the file
	base.DialContext = d.dial
	base.Proxy = d.proxy
	d.client = &http.Client{Transport: base, Timeout: longest, CheckRedirect: d.follow}
	return d
}

func (d *downloads) get(ctx context.Context, u *url.URL, token string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return d.client.Do(req)
}

// families are the domains in which Slack keeps files.
var families = []string{"slack.com", "slack-edge.com", "slack-files.com", "slack-gov.com"}

// serves reports whether an address is one of Slack's, or the configured API's.
func (d *downloads) serves(u *url.URL) bool {
	if u.Scheme == d.api.Scheme && u.Host == d.api.Host {
		return true
	}
	return u.Scheme == "https" && u.User == nil && (u.Port() == "" || u.Port() == "443") && slices.ContainsFunc(families, func(domain string) bool {
		host := strings.ToLower(u.Hostname())
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

func (d *downloads) follow(req *http.Request, via []*http.Request) error {
	if len(via) >= 5 {
		return fmt.Errorf("stopped after %d redirects", len(via))
	}
	if !d.serves(req.URL) {
		return errElsewhere
	}
	return nil
}

// proxy is the environment's choice, remembered for dial.
func (d *downloads) proxy(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if u != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if address := withPort(u); !slices.Contains(d.proxies, address) {
			d.proxies = append(d.proxies, address)
		}
	}
	return u, err
}

// dial refuses addresses inside our own network, after the name was resolved: a name can point anywhere.
func (d *downloads) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	d.mu.Lock()
	trusted := address == withPort(d.api) || slices.Contains(d.proxies, address)
	d.mu.Unlock()
	if !trusted {
		dialer.Control = func(_, resolved string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(resolved); err != nil || !public(at.Addr()) {
				return errInside
			}
			return nil
		}
	}
	return dialer.DialContext(ctx, network, address)
}

var shared = netip.MustParsePrefix("100.64.0.0/10") // carriers' own networks

func public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// withPort is the address that a transport dials for a URL.
func withPort(u *url.URL) string {
	ports := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), ports[u.Scheme]))
}
