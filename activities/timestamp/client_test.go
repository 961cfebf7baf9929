package timestamp_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/timestamp"
	"hikeshi/activities/timestamp/timestamptest"
)

var head = strings.Repeat("0f1e2d3c", 8)

// authority serves a fake, and returns a client of it that accepts everything.
func authority(t *testing.T, o timestamptest.Options) (*timestamptest.Server, *timestamp.Client) {
	t.Helper()
	s, err := timestamptest.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s, client(t, s, accept)
}

func accept([]byte, string) (time.Time, error) { return time.Now(), nil }

func client(t *testing.T, h http.Handler, check func([]byte, string) (time.Time, error)) *timestamp.Client {
	t.Helper()
	return within(t, h, check, time.Minute)
}

// within gives a call up after that time.
func within(t *testing.T, h http.Handler, check func([]byte, string) (time.Time, error), timeout time.Duration) *timestamp.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	c, err := timestamp.NewClient(timestamp.Config{URL: server.URL + "/", Check: check, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStamp(t *testing.T) {
	s, _ := authority(t, timestamptest.Options{})
	var checked []byte
	c := client(t, s, func(token []byte, over string) (time.Time, error) {
		checked = token
		if over != head {
			t.Errorf("checked over %s", over)
		}
		return time.Now(), nil
	})
	token, _, err := c.Stamp(t.Context(), head)
	if err != nil || len(token) == 0 || string(token) != string(checked) {
		t.Fatalf("got %d bytes: %v", len(token), err)
	}
}

// A token that the check does not accept is none: it is not the pinned authority's.
func TestATokenThatIsNotAccepted(t *testing.T) {
	s, _ := authority(t, timestamptest.Options{})
	c := client(t, s, func([]byte, string) (time.Time, error) { return time.Time{}, errors.New("nobody vouches for it") })
	_, _, err := c.Stamp(t.Context(), head)
	if !activities.Is(err, activities.Invalid) || !strings.Contains(activities.FaultOf(err).Hint, "timestamp_ca") {
		t.Errorf("got %v", err)
	}
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		fault fake.Fault
		class activities.Class
	}{
		{fake.Fault{Mode: "before"}, activities.Unavailable},
		{fake.Fault{Mode: "after"}, activities.Unavailable}, // nothing is made there: asking again is harmless
		{fake.Fault{Mode: "drop"}, activities.Unavailable},
		{fake.Fault{Mode: "hang"}, activities.Unavailable},
		{fake.Fault{Mode: "garbage"}, activities.Unavailable},
		{fake.Fault{Mode: "status", Status: 503}, activities.Unavailable},
		{fake.Fault{Mode: "status", Status: 403}, activities.Denied},
		{fake.Fault{Mode: "status", Status: 404}, activities.NotFound},
		{fake.Fault{Mode: "status", Status: 429, RetryAfter: 7}, activities.RateLimited},
	} {
		t.Run(test.fault.Mode+string(test.class), func(t *testing.T) {
			s, c := authority(t, timestamptest.Options{})
			test.fault.Match, test.fault.Times = "POST /", 1
			if err := s.Inject(test.fault); err != nil {
				t.Fatal(err)
			}
			struck := c
			if test.fault.Mode == "hang" {
				struck = within(t, s, accept, 2*time.Second)
			}
			_, _, err := struck.Stamp(t.Context(), head)
			f := activities.FaultOf(err)
			if f.Class != test.class || f.System != "timestamp" {
				t.Errorf("got %v", err)
			}
			if f.Class == activities.RateLimited && f.After != 7*time.Second {
				t.Errorf("wait %s", f.After)
			}
			if _, _, err := c.Stamp(t.Context(), head); err != nil {
				t.Errorf("and then: %v", err)
			}
		})
	}
}

func TestWhatIsNoHead(t *testing.T) {
	_, c := authority(t, timestamptest.Options{})
	if _, _, err := c.Stamp(context.Background(), "abc"); !activities.Is(err, activities.Invalid) {
		t.Errorf("got %v", err)
	}
}

// An authority that is started again is the same: what it signed before is still vouched for.
func TestAnAuthorityKeepsItsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tsa.pem")
	one, _ := authority(t, timestamptest.Options{Path: path})
	two, _ := authority(t, timestamptest.Options{Path: path})
	other, _ := authority(t, timestamptest.Options{})
	if string(one.CA) != string(two.CA) || string(one.CA) == string(other.CA) {
		t.Error("the certificate is another one after a restart, or the same everywhere")
	}
}
