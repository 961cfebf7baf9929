package sheets_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/sheets"
	"hikeshi/activities/sheets/sheetstest"
)

// faults are the ways in which a write can go wrong, and what each means for one that is safe to repeat (a projection)
// and for one that is not (the layout).
var faults = []struct {
	name         string
	fault        fake.Fault
	safe, unsafe activities.Class
	after        time.Duration
}{
	{"503 before", fake.Fault{Mode: "before"}, activities.Unavailable, activities.Ambiguous, 0},
	{"500 before", fake.Fault{Mode: "status", Status: 500}, activities.Unavailable, activities.Ambiguous, 0},
	{"429 with header", fake.Fault{Mode: "status", Status: 429, RetryAfter: 7}, activities.RateLimited, activities.RateLimited, 7 * time.Second},
	{"429 without header", fake.Fault{Mode: "status", Status: 429}, activities.RateLimited, activities.RateLimited, 0},
	{"401", fake.Fault{Mode: "status", Status: 401}, activities.Credentials, activities.Credentials, 0},
	{"403", fake.Fault{Mode: "status", Status: 403}, activities.Denied, activities.Denied, 0},
	{"400", fake.Fault{Mode: "status", Status: 400}, activities.Invalid, activities.Invalid, 0},
	{"lost reply", fake.Fault{Mode: "after"}, activities.Unavailable, activities.Ambiguous, 0},
	{"dropped", fake.Fault{Mode: "drop"}, activities.Unavailable, activities.Ambiguous, 0},
	{"garbage", fake.Fault{Mode: "garbage"}, activities.Unavailable, activities.Ambiguous, 0},
	{"hang", fake.Fault{Mode: "hang"}, activities.Unavailable, activities.Ambiguous, 0},
}

// later makes a try one that follows an earlier one, as Temporal hands over its heartbeat.
func later(env *testsuite.TestActivityEnvironment) {
	env.SetHeartbeatDetails([]activities.Attempt{{Number: 1, At: time.Now().Add(-time.Minute)}})
}

// started is a fake with a fresh sheet on it, and the activities that talk to it.
func started(t *testing.T) (*drivetest.Server, *sheetstest.Server, *sheets.Activities, string) {
	t.Helper()
	d, s, acts, _, sheet := startedToMeet(t, fake.Fault{})
	return d, s, acts, sheet
}

// startedToMeet has other activities too, which are struck by that fault.
func startedToMeet(t *testing.T, f fake.Fault) (d *drivetest.Server, s *sheetstest.Server, acts, struck *sheets.Activities, sheet string) {
	t.Helper()
	d, s, url := sheetstest.Start(t, drivetest.Options{})
	sheet, err := rawOnFake(t, url, "").newSheet()
	noError(t, err)
	return d, s, newActivities(t, url), newActivities(t, url, meeting(f)), sheet
}

// meeting gives up soon a call that gets no answer, and none that only needs a slow machine's time.
func meeting(f fake.Fault) func(*sheets.Config) {
	return func(c *sheets.Config) {
		if c.Timeout = time.Minute; f.Mode == "hang" {
			c.Timeout = 2 * time.Second
		}
	}
}

func TestBoardOnceAfterAnyFault(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			d, s, acts, struck, sheet := startedToMeet(t, f.fault)
			in := sheetstest.Board(sheet)
			inject(t, d, "POST /v4/spreadsheets/", f.fault)
			wantFault(t, run(struck)(struck.LayOutBoard, in, nil), f.unsafe, f.after)
			inject(t, d, "GET /v4/spreadsheets/", fake.Fault{Mode: "before"}) // the look-up fails, too
			wantFault(t, run(acts, later)(acts.LayOutBoard, in, nil), activities.Unavailable, 0)
			noError(t, run(acts, later)(acts.LayOutBoard, in, nil))
			var titles []string
			for _, tab := range s.Tabs(sheet) {
				titles = append(titles, tab.Title)
			}
			if want := []string{"Tasks", "Mirror's timeline"}; !slices.Equal(titles, want) {
				t.Errorf("tabs are %q, want %q", titles, want)
			}
			if got := s.Grid(sheet, 101); len(got) != 3 || got[0][1] != "Task" {
				t.Errorf("tasks are %q", got)
			}
		})
	}
}

// A layout that was sent earlier may reach the sheet only after a later try has looked. The later batch is then refused
// as a whole, and the board is there all the same.
func TestLateBatchCountsAsDone(t *testing.T) {
	d, s, _, sheet := started(t)
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(r.URL.Path, ":batchUpdate") {
			earlier := r.Clone(r.Context())
			earlier.Body = io.NopCloser(bytes.NewReader(body))
			d.ServeHTTP(httptest.NewRecorder(), earlier)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		d.ServeHTTP(w, r)
	}))
	defer late.Close()
	acts := newActivities(t, late.URL)
	var got sheets.BoardLaidOut
	noError(t, run(acts, later)(acts.LayOutBoard, sheetstest.Board(sheet), &got))
	if n := len(s.Tabs(sheet)); n != 2 || !got.Adopted {
		t.Errorf("%d tabs and %+v, want 2 and adopted", n, got)
	}
}

// Tabs that only have the titles of ours are somebody else's.
func TestForeignTabsAreNotAdopted(t *testing.T) {
	_, s, acts, sheet := started(t)
	in := sheetstest.Board(sheet)
	noError(t, run(acts)(acts.LayOutBoard, in, nil))
	in.Tabs[0].ID, in.Tabs[1].ID = 201, 202
	wantFault(t, run(acts, later)(acts.LayOutBoard, in, nil), activities.Invalid, 0)
	if n := len(s.Tabs(sheet)); n != 2 {
		t.Errorf("%d tabs, want the 2 of the first layout", n)
	}
}

func TestProjectionAfterAnyFault(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			d, s, acts, struck, sheet := startedToMeet(t, f.fault)
			noError(t, run(acts)(acts.LayOutBoard, sheetstest.Board(sheet), nil))
			in := sheets.WriteProjection{Sheet: sheet, Tab: 102, Rows: [][]string{{"09:00", "opened"}, {"09:01", "=1+1"}}}
			inject(t, d, "POST /v4/spreadsheets/", f.fault)
			wantFault(t, run(struck)(struck.WriteProjection, in, nil), f.safe, f.after)
			noError(t, run(acts)(acts.WriteProjection, in, nil))
			if got := s.Grid(sheet, 102); len(got) != 3 || got[2][1] != "=1+1" {
				t.Errorf("the tab holds %q", got)
			}
		})
	}
}

func TestBoardWithoutAccount(t *testing.T) {
	d, s, acts, sheet := started(t)
	inject(t, d, "GET /drive/v3/about", fake.Fault{Mode: "before"})
	wantFault(t, run(acts)(acts.LayOutBoard, sheetstest.Board(sheet), nil), activities.Unavailable, 0)
	if n := len(s.Tabs(sheet)); n != 1 {
		t.Errorf("%d tabs: something was written before it was known who protects the cells", n)
	}
}

func TestNobodyListens(t *testing.T) {
	web := httptest.NewServer(nil)
	web.Close()
	acts := newActivities(t, web.URL)
	wantFault(t, run(acts)(acts.WriteProjection, sheets.WriteProjection{Sheet: "x", Tab: 1}, nil), activities.Unavailable, 0)
}

func TestOwnRateIsUsedUp(t *testing.T) {
	d, _, url := sheetstest.Start(t, drivetest.Options{})
	acts := newActivities(t, url, func(c *sheets.Config) { c.NoRates, c.RateShare = false, 0.001 })
	ask := func() error {
		return run(acts)(acts.WriteProjection, sheets.WriteProjection{Sheet: "missing", Tab: 1}, nil)
	}
	wantFault(t, ask(), activities.NotFound, 0)
	err := ask()
	if f := activities.FaultOf(err); f.Class != activities.RateLimited || f.After <= 0 {
		t.Errorf("second call = %v after %v, want RateLimited with a wait", err, f.After)
	}
	if n := len(d.Calls()); n != 1 {
		t.Errorf("%d calls reached Sheets, want 1", n)
	}
}

// The quota of the vendor, seen from outside: the 61st write of a minute is refused, reads go on.
func TestVendorsRate(t *testing.T) {
	_, _, acts, sheet := started(t)
	in := sheets.WriteProjection{Sheet: sheet, Tab: 999}
	began, writes := time.Now(), 0
	var err error
	for {
		if err = run(acts)(acts.WriteProjection, in, nil); !activities.Is(err, activities.Invalid) {
			break
		}
		if writes++; writes > 61+int(time.Since(began).Seconds()) { // each second of a slow machine makes up for another
			t.Fatalf("%d writes within %s", writes, time.Since(began))
		}
	}
	if f := activities.FaultOf(err); f.Class != activities.RateLimited || f.After <= 0 || writes < 60 {
		t.Errorf("after %d writes: %v, want RateLimited with a wait after 60", writes, err)
	}
	var board sheets.BoardLaidOut
	in2 := sheetstest.Board(sheet)
	in2.Tabs = nil // nothing to add: only the look-up runs
	noError(t, run(acts, later)(acts.LayOutBoard, in2, &board))
}

func inject(t *testing.T, d *drivetest.Server, match string, f fake.Fault) {
	t.Helper()
	f.Match, f.Times = match, 1
	noError(t, d.Inject(f))
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFault(t *testing.T, err error, class activities.Class, after time.Duration) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", class)
	}
	f := activities.FaultOf(err)
	if f.Class != class || f.After != after || f.System != "sheets" || f.Op == "" || f.Cause == "" {
		t.Fatalf("got %v (%+v), want %s after %v from sheets", err, f, class, after)
	}
}
