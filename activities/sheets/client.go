package sheets

import (
	"context"
	"fmt"
	"sync"
	"time"

	sheetssdk "google.golang.org/api/sheets/v4"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// Config says how to reach Sheets. The zero value is Google itself with the Application Default Credentials.
type Config struct {
	Endpoint        string        // a sandbox, such as http://localhost:8093, which serves Drive too; "": Google itself
	CredentialsFile string        // a service account's key file; "": Application Default Credentials
	RateShare       float64       // this worker's part of the per-user quota, 0.5 for two workers; 0: all of it
	NoRates         bool          // do not hold back calls to stay within the quota
	Timeout         time.Duration // of one call; 0: 12 s
}

// Client talks to Sheets for the activities. Safe for concurrent use.
type Client struct {
	sheets *sheetssdk.SpreadsheetsService
	conn   *google.Connection

	mu      sync.Mutex
	account string // our e-mail address, once asked for
}

// NewClient prepares the client. It makes no call: a wrong key shows at the first one, as Credentials.
func NewClient(ctx context.Context, c Config) (*Client, error) {
	conn, err := google.Connect(ctx, google.Sheets, google.Options{
		Endpoint: c.Endpoint, CredentialsFile: c.CredentialsFile, RateShare: c.RateShare, NoRates: c.NoRates, Timeout: c.Timeout,
	})
	if err != nil {
		return nil, err
	}
	service, err := sheetssdk.NewService(ctx, conn.ClientOptions()...)
	if err != nil {
		return nil, fmt.Errorf("prepare the client of Google Sheets: %w", err)
	}
	return &Client{sheets: service.Spreadsheets, conn: conn}, nil
}

// Activities are the activities of Sheets, to be registered with a worker.
type Activities struct {
	Client *Client
}

// fault classifies an error and says what a person can do about a sheet that is closed to us.
func fault(kind google.Kind, err error, op, sheet string) activities.Fault {
	f := google.Call{System: "sheets", Op: op + " " + sheet, Kind: kind}.Fault(err)
	if (f.Class == activities.NotFound || f.Class == activities.Denied) && f.Hint == "" {
		f.Hint = "share the sheet with our service account as an editor, or take it out of the trash"
	}
	return f
}

// whoWeAre returns our own e-mail address, asked for once: protected cells must name us as their editor.
func (c *Client) whoWeAre(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.account != "" {
		return c.account, nil
	}
	account, err := c.conn.Account(ctx)
	if err == nil && account == "" {
		err = fmt.Errorf("the answer names no account")
	}
	c.account = account
	return account, err
}

// tabs returns the tabs of a spreadsheet by id.
func (c *Client) tabs(ctx context.Context, sheet string) (map[int64]string, error) {
	s, err := c.sheets.Get(sheet).Fields("sheets.properties(sheetId,title)").Context(ctx).Do()
	if err != nil {
		return nil, err
	}
	tabs := map[int64]string{}
	for _, tab := range s.Sheets {
		tabs[tab.Properties.SheetId] = tab.Properties.Title
	}
	return tabs, nil
}

func (c *Client) batch(ctx context.Context, sheet string, requests []*sheetssdk.Request) error {
	_, err := c.sheets.BatchUpdate(sheet, &sheetssdk.BatchUpdateSpreadsheetRequest{Requests: requests}).
		Fields("spreadsheetId").Context(ctx).Do()
	return err
}
