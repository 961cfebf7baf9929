package drive

import (
	"context"
	"fmt"
	"sync"
	"time"

	drivesdk "google.golang.org/api/drive/v3"

	"hikeshi/activities/internal/google"
)

// Config says how to reach Drive. The zero value is Google itself with the Application Default Credentials.
type Config struct {
	Endpoint        string        // a sandbox, such as http://localhost:8093; "": Google itself
	CredentialsFile string        // a service account's key file; "": Application Default Credentials
	RateShare       float64       // this worker's part of the per-user quota, 0.5 for two workers; 0: all of it
	NoRates         bool          // do not hold back calls to stay within the quota
	SearchLag       time.Duration // how long a list may miss a fresh file; 0: one minute
	Timeout         time.Duration // of one call; 0: 12 s
}

// defaultSearchLag is longer than any lag of searches by parent folder that was reported.
const defaultSearchLag = time.Minute

// Client talks to Drive for the activities. Safe for concurrent use.
type Client struct {
	files     *drivesdk.FilesService
	rights    *drivesdk.PermissionsService
	conn      *google.Connection
	searchLag time.Duration

	mu      sync.Mutex
	account string // our e-mail address, once asked for
}

// NewClient prepares the client. It makes no call: a wrong key shows at the first one, as Credentials.
func NewClient(ctx context.Context, c Config) (*Client, error) {
	conn, err := google.Connect(ctx, google.Drive, google.Options{
		Endpoint: c.Endpoint, CredentialsFile: c.CredentialsFile, RateShare: c.RateShare, NoRates: c.NoRates, Timeout: c.Timeout,
	})
	if err != nil {
		return nil, err
	}
	service, err := drivesdk.NewService(ctx, conn.ClientOptions()...)
	if err != nil {
		return nil, fmt.Errorf("prepare the client of Google Drive: %w", err)
	}
	if c.SearchLag == 0 {
		c.SearchLag = defaultSearchLag
	}
	return &Client{files: service.Files, rights: service.Permissions, conn: conn, searchLag: c.SearchLag}, nil
}

// Activities are the activities of Drive, to be registered with a worker.
type Activities struct {
	Client *Client
}
