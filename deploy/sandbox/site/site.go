package site

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/pager/pagertest"
	"hikeshi/activities/sheets/sheetstest"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/activities/timestamp/timestamptest"
)

// Options configure a sandbox. The zero value is one in memory, on any free ports, with the worst documented lag of
// JIRA's search.
type Options struct {
	// Port is that of the pages; Slack's API is at the next port, then JIRA's, Google's and the pager's. 0: any free ports.
	Port int
	// DataDir keeps the state; it is made if missing. Empty: in memory.
	DataDir string
	// EventsURL is the gateway's base address; empty: events and commands go nowhere until SetEventsURL.
	EventsURL string
	// SigningSecret signs what Slack sends there; empty: the sandbox's own.
	SigningSecret string
	// SearchLag is how long JIRA's search misses what was written; 0: the worst that is documented, negative: none.
	SearchLag time.Duration
	// NoLimits switches the vendors' rate limits off.
	NoLimits bool
	// SlackPatience is how long Slack waits for the gateway; 0: 3 s, as the real one.
	SlackPatience time.Duration
}

// Addresses are where a sandbox is reached, and what a client of it should know.
type Addresses struct {
	Pages     string        `json:"pages"`      // http://127.0.0.1:8090
	Slack     string        `json:"slack"`      // its Web API is below /api/, its control below /_control/
	Jira      string        `json:"jira"`       // http://127.0.0.1:8092
	Google    string        `json:"google"`     // Drive and Sheets: http://127.0.0.1:8093
	Pager     string        `json:"pager"`      // takes pages below /pages: http://127.0.0.1:8094
	Timestamp string        `json:"timestamp"`  // an authority (RFC 3161), its root certificate below /ca.pem: http://127.0.0.1:8090/tsa/
	SearchLag time.Duration `json:"search_lag"` // of JIRA, in nanoseconds
}

// Site is a running sandbox. Slack, Jira, Drive, Sheets and Pager are its fakes, for tests.
type Site struct {
	Addresses Addresses
	Slack     *slacktest.Server
	Jira      *jiratest.Server
	Drive     *drivetest.Server
	Sheets    *sheetstest.Server
	Timestamp *timestamptest.Server
	Pager     *pagertest.Server

	App App // what people can choose of the app

	sheets  sheets
	uiAt    atomic.Pointer[url.URL]
	closing chan struct{} // closed when the sandbox ends
	servers []*http.Server
	closers []func() error
	once    sync.Once
	err     error
}

// Start returns when all ports are open and the fakes have read their state. A port in use or a broken data directory
// is an error that says so, with nothing left running. End it with Close.
func Start(o Options) (_ *Site, err error) {
	if o.SearchLag == 0 {
		o.SearchLag = jiratest.WorstLag
	}
	o.SearchLag = max(o.SearchLag, 0)
	if o.SigningSecret == "" {
		o.SigningSecret = fake.SlackSigningSecret
	}
	p, err := listen(o.Port)
	if err != nil {
		return nil, err
	}
	s := &Site{Addresses: p.addresses(o.SearchLag), closing: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close(), s.Close())
		}
	}()
	if s.App, err = product(); err != nil {
		return nil, err
	}
	if err := s.openFakes(o); err != nil {
		return nil, fmt.Errorf("open the sandbox's state: %w", err)
	}
	s.serve(p)
	return s, nil
}

// SetEventsURL changes where Slack's events and commands go: the gateway's base address. Empty: nowhere.
func (s *Site) SetEventsURL(url string) { s.Slack.SendEventsTo(url) }

// Close ends the sandbox: open connections are cut, the state is written. Further calls return the same.
func (s *Site) Close() error {
	s.once.Do(func() {
		var errs []error
		close(s.closing)
		for _, server := range s.servers {
			errs = append(errs, server.Close()) // at once: a call that a fault lets hang would never end by itself
		}
		for i := len(s.closers) - 1; i >= 0; i-- {
			errs = append(errs, s.closers[i]())
		}
		s.err = errors.Join(errs...)
	})
	return s.err
}
