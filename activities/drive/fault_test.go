package drive_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/retrytest"
)

const (
	creates = "POST /drive/v3/files"
	lists   = "GET /drive/v3/files"
)

// faults are the ways in which a create can go wrong, and what each means for a write that is safe to repeat (a folder
// with a reserved id) and for one that is not (a sheet).
var faults = []struct {
	name         string
	fault        fake.Fault
	safe, unsafe activities.Class
	after        time.Duration
}{
	{"503 before", fake.Fault{Mode: "before"}, activities.Unavailable, activities.Ambiguous, 0},
	{"500 before", fake.Fault{Mode: "status", Status: 500}, activities.Unavailable, activities.Ambiguous, 0},
	{"429 with header", fake.Fault{Mode: "status", Status: 429, RetryAfter: 2}, activities.RateLimited, activities.RateLimited, 2 * time.Second},
	{"429 without header", fake.Fault{Mode: "status", Status: 429}, activities.RateLimited, activities.RateLimited, 0},
	{"403 rate", fake.Fault{Mode: "status", Status: 403}, activities.RateLimited, activities.RateLimited, 0},
	{"401", fake.Fault{Mode: "status", Status: 401}, activities.Credentials, activities.Credentials, 0},
	{"400", fake.Fault{Mode: "status", Status: 400}, activities.Invalid, activities.Invalid, 0},
	{"lost reply", fake.Fault{Mode: "after"}, activities.Unavailable, activities.Ambiguous, 0},
	{"dropped", fake.Fault{Mode: "drop"}, activities.Unavailable, activities.Ambiguous, 0},
	{"garbage", fake.Fault{Mode: "garbage"}, activities.Unavailable, activities.Ambiguous, 0},
	{"hang", fake.Fault{Mode: "hang"}, activities.Unavailable, activities.Ambiguous, 0},
}

// later makes a try one that follows an earlier one, as Temporal hands over its heartbeat.
func later(env *testsuite.TestActivityEnvironment) {
	retrytest.Numbered(env, 2)
	env.SetHeartbeatDetails([]activities.Attempt{{Number: 1, At: time.Now().Add(-time.Minute)}})
}

// meeting gives up soon a call that gets no answer, and none that only needs a slow machine's time.
func meeting(f fake.Fault) func(*drive.Config) {
	return func(c *drive.Config) {
		if c.Timeout = time.Minute; f.Mode == "hang" {
			c.Timeout = 2 * time.Second
		}
	}
}

func TestFolderOnceAfterAnyFault(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			d, url := drivetest.Start(t, drivetest.Options{})
			acts := newActivities(t, url)
			var id drive.FolderID
			noError(t, run(acts)(acts.ReserveFolderID, nil, &id))
			in := drive.OpenFolder{Effect: effect("folder"), ID: id.ID, Name: "CSIRT-1", Parent: drivetest.CasesFolder}

			inject(t, d, creates, f.fault)
			struck := newActivities(t, url, meeting(f.fault))
			wantFault(t, run(struck)(struck.OpenFolder, in, nil), f.safe, f.after)
			var got drive.Folder
			noError(t, run(acts, later)(acts.OpenFolder, in, &got))
			if n := len(d.Tree(drivetest.CasesFolder).Children); n != 1 || got.ID != id.ID {
				t.Errorf("%d folders, got %+v, want one: %s", n, got, id.ID)
			}
			if len(got.Attempts) != 1 {
				t.Errorf("attempts = %+v, want the earlier one", got.Attempts)
			}
		})
	}
}

func TestSheetOnceAfterAnyFault(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			d, url := drivetest.Start(t, drivetest.Options{NameLag: time.Hour})
			acts := newActivities(t, url)
			in := drive.OpenSheet{Effect: effect("sheet"), Name: "Tasks", Folder: drivetest.CasesFolder}

			inject(t, d, creates, f.fault)
			struck := newActivities(t, url, meeting(f.fault))
			wantFault(t, run(struck)(struck.OpenSheet, in, nil), f.unsafe, f.after)
			inject(t, d, lists, fake.Fault{Mode: "before"}) // the look-up fails, too
			wantFault(t, run(acts, later)(acts.OpenSheet, in, nil), activities.Unavailable, 0)
			var got drive.Sheet
			noError(t, run(acts, later)(acts.OpenSheet, in, &got))
			if n := len(d.Tree(drivetest.CasesFolder).Children); n != 1 || got.ID == "" {
				t.Errorf("%d sheets, got %+v, want one", n, got)
			}
		})
	}
}

// A list that lags must not lead to a second sheet: until the lag has passed, finding none proves nothing.
func TestSheetOnceWhenListsLag(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{ListLag: 300 * time.Millisecond})
	acts := newActivities(t, url, func(c *drive.Config) { c.SearchLag = 600 * time.Millisecond })
	in := drive.OpenSheet{Effect: effect("sheet"), Name: "Tasks", Folder: drivetest.CasesFolder}
	inject(t, d, creates, fake.Fault{Mode: "after"})
	wantFault(t, run(acts)(acts.OpenSheet, in, nil), activities.Ambiguous, 0)

	tried := time.Now()
	justNow := func(env *testsuite.TestActivityEnvironment) {
		retrytest.Numbered(env, 2)
		env.SetHeartbeatDetails([]activities.Attempt{{Number: 1, At: tried}})
	}
	var got drive.Sheet
	err := run(acts, justNow)(acts.OpenSheet, in, &got)
	if f := activities.FaultOf(err); f.Class != activities.Ambiguous || f.After <= 0 || f.After > 600*time.Millisecond {
		t.Fatalf("look-up right after the lost reply: %v after %v, want Ambiguous and a wait within the lag", err, f.After)
	}
	deadline := time.After(time.Minute)
	for activities.Is(err, activities.Ambiguous) {
		select {
		case <-time.After(activities.FaultOf(err).After):
			err = run(acts, justNow)(acts.OpenSheet, in, &got)
		case <-deadline:
			t.Fatal("the look-up never ended")
		}
	}
	noError(t, err)
	if n := len(d.Tree(drivetest.CasesFolder).Children); n != 1 || !got.Adopted {
		t.Errorf("%d sheets, got %+v, want one, adopted", n, got)
	}
	if n := d.Count(creates); n != 1 {
		t.Errorf("%d creates, want 1", n)
	}
}

func TestLookUpWaitIsBounded(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url, func(c *drive.Config) { c.SearchLag = time.Hour })
	in := drive.OpenSheet{Effect: effect("sheet"), Name: "Tasks", Folder: drivetest.CasesFolder}
	wantFault(t, run(acts, later)(acts.OpenSheet, in, nil), activities.Ambiguous, 20*time.Second)
	if n := d.Count(creates); n != 0 {
		t.Errorf("%d creates although an earlier one may still show up", n)
	}
}

func TestNobodyListens(t *testing.T) {
	web := httptest.NewServer(nil)
	web.Close()
	acts := newActivities(t, web.URL)
	in := drive.OpenSheet{Effect: effect("sheet"), Name: "Tasks", Folder: drivetest.CasesFolder}
	// No connection, so nothing was sent: not even a write is in doubt.
	wantFault(t, run(acts)(acts.OpenSheet, in, nil), activities.Unavailable, 0)
}

func TestOwnRateIsUsedUp(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url, func(c *drive.Config) { c.NoRates, c.RateShare = false, 0.00001 })
	ask := func() error { return run(acts)(acts.CheckDriveAccess, nil, nil) }
	noError(t, ask())
	err := ask()
	if f := activities.FaultOf(err); f.Class != activities.RateLimited || f.After <= 0 {
		t.Errorf("second call = %v after %v, want RateLimited with a wait", err, f.After)
	}
	if n := len(d.Calls()); n != 1 {
		t.Errorf("%d calls reached Drive, want 1", n)
	}
}

func effect(key string) activities.Effect {
	return activities.Effect{Key: "case/CSIRT-1/" + key, First: true, Since: time.Now().Add(-time.Minute)}
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
	f := activities.FaultOf(orNil(t, err))
	if f.Class != class || f.After != after || f.System != "drive" || f.Op == "" || f.Cause == "" {
		t.Fatalf("got %v (%+v), want %s after %v from drive", err, f, class, after)
	}
}

func orNil(t *testing.T, err error) error {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	return err
}
