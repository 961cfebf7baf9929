package google

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"google.golang.org/api/option"

	"hikeshi/activities/internal/transport"
)

// Options say how to reach one of Google's services.
type Options struct {
	Endpoint        string        // "": Google itself; else the address of a sandbox, which needs no credentials
	CredentialsFile string        // a service account's key; "": Application Default Credentials
	RateShare       float64       // this process's part of the per-user quota, 0.5 for two workers; 0: all of it
	NoRates         bool          // do not hold back calls; a 429 is still an error
	Timeout         time.Duration // of one call; 0: the transport's default
}

// Service is one of Google's services as the adapters use it.
type Service struct {
	name, host, path string
	buckets          func(*http.Request) []transport.Bucket
}

// Drive and Sheets are the services. The path of Drive must end in a slash, or the SDK cuts its last part off.
var (
	Drive  = Service{name: "drive", host: "https://www.googleapis.com", path: "/drive/v3/", buckets: driveBuckets}
	Sheets = Service{name: "sheets", host: "https://sheets.googleapis.com", path: "/", buckets: sheetsBuckets}
)

// Connection is an authenticated, rate-limited way to a service.
type Connection struct {
	HTTP     *http.Client
	Endpoint string // with scheme, host and path, as the SDK's option.WithEndpoint wants it
}

// Connect prepares the connection. It makes no call: a wrong key shows at the first call, as Credentials.
func Connect(ctx context.Context, s Service, o Options) (*Connection, error) {
	base, err := s.base(o.Endpoint)
	if err != nil {
		return nil, err
	}
	t := transport.Options{Timeout: o.Timeout, Reads: func(r *http.Request) bool { return SheetsRead(r) || r.Method == http.MethodHead }}
	if !o.NoRates {
		share := o.RateShare
		if share == 0 {
			share = 1
		}
		t.Rates, t.Buckets = transport.NewRates(share), s.buckets
	}
	client := transport.Client(t)
	if o.Endpoint == "" {
		if client.Transport, err = authorized(ctx, client.Transport, base, o.CredentialsFile); err != nil {
			return nil, fmt.Errorf("read Google credentials: %w (set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file)", err)
		}
	}
	return &Connection{HTTP: client, Endpoint: base.String()}, nil
}

// ClientOptions are the SDK's options for the connection. WithHTTPClient switches off the SDK's own authentication.
func (c *Connection) ClientOptions() []option.ClientOption {
	return []option.ClientOption{option.WithHTTPClient(c.HTTP), option.WithEndpoint(c.Endpoint)}
}

// Uploads is the address to which contents of files go. Like the SDK it keeps only the endpoint's host.
// https://developers.google.com/workspace/drive/api/guides/manage-uploads
func (c *Connection) Uploads() (*url.URL, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return nil, err
	}
	return u.Parse("/upload" + Drive.path + "files")
}

// base completes an endpoint: a bare address gets the service's path.
func (s Service) base(endpoint string) (*url.URL, error) {
	if endpoint == "" {
		endpoint = s.host
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return nil, fmt.Errorf("endpoint of Google %s %q: not an address such as http://localhost:8093", s.name, endpoint)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = s.path
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

// drive is the Drive that belongs to the connection: in a sandbox both services share one address.
func (c *Connection) drive() string {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "sheets.googleapis.com" {
		return Drive.host + Drive.path
	}
	u.Path = Drive.path
	return u.String()
}

// authorized adds a token to requests for the base host, and to those only.
func authorized(ctx context.Context, plain http.RoundTripper, base *url.URL, file string) (http.RoundTripper, error) {
	signed, err := newSigner(ctx, plain, file)
	if err != nil {
		return nil, err
	}
	return &hostOnly{base: base, signed: signed, plain: plain}, nil
}

type hostOnly struct {
	base          *url.URL
	signed, plain http.RoundTripper
}

func (h *hostOnly) RoundTrip(req *http.Request) (*http.Response, error) {
	own := req.URL.Host == h.base.Host || req.URL.Host == "www.googleapis.com" // Drive's, from the adapter of Sheets
	if own && req.URL.Scheme == h.base.Scheme {
		return h.signed.RoundTrip(req)
	}
	return h.plain.RoundTrip(req)
}
