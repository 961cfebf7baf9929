package drive_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/deposit"
)

const looksUp = "GET /drive/v3/files/"

// stages are the requests of an upload of two chunks and a bit.
var stages = []struct {
	name, match string
	skip        int // how many such requests go well before the fault
	asks        bool
}{
	{"look", looksUp, 0, false},
	{"begin", begins, 0, false},
	{"first chunk", sends, 0, true},
	{"middle chunk", sends, 1, true},
	{"last chunk", sends, 2, true},
}

// strike lets a fault happen after some requests of that name went well.
func strike(t *testing.T, d *drivetest.Server, match string, skip int, f fake.Fault, times int) {
	t.Helper()
	if skip > 0 {
		noError(t, d.Inject(fake.Fault{Match: match, Mode: "latency", Times: skip}))
	}
	f.Match, f.Times = match, times
	noError(t, d.Inject(f))
}

// Whatever goes wrong, and whenever: the caller either notices nothing or gets an error that is retried, and the retry
// ends with one file that holds what was sent.
func TestUploadOnceAfterAnyFault(t *testing.T) {
	for _, stage := range stages {
		for _, f := range faults {
			t.Run(stage.name+": "+f.name, func(t *testing.T) {
				t.Parallel()
				d, url := drivetest.Start(t, drivetest.Options{})
				acts, struck := newActivities(t, url), newActivities(t, url, meeting(f.fault))
				file, data := newFile(t, struck), noise(2*chunk+5)
				strike(t, d, stage.match, stage.skip, f.fault, 1)
				got, err := store(t.Context(), struck.Client, file, data)
				switch {
				case stage.match == looksUp && (f.fault.Mode == "after" || f.fault.Mode == "drop") && err == nil:
					// net/http repeats a read by itself when an old connection breaks; on a slow machine the connection may be a new one
				case stage.asks && (f.unsafe == activities.Ambiguous || f.unsafe == activities.Invalid):
					noError(t, err) // it asks what has arrived, and goes on
				default:
					wantFault(t, err, f.safe, f.after)
					got, err = store(t.Context(), acts.Client, file, data)
					noError(t, err)
				}
				wantStored(t, got, file, data)
				holds(t, d, file, data)
			})
		}
	}
}

// A fault during the recovery from a fault: the question what has arrived is lost, too.
func TestUploadAfterSeveralLostAnswers(t *testing.T) {
	for _, mode := range []string{"before", "after", "drop", "garbage"} {
		for skip := range 3 {
			t.Run(fmt.Sprintf("%s, from chunk %d", mode, skip+1), func(t *testing.T) {
				d, url := drivetest.Start(t, drivetest.Options{})
				acts := newActivities(t, url)
				file, data := newFile(t, acts), noise(2*chunk+5)
				strike(t, d, sends, skip, fake.Fault{Mode: mode}, 3)
				got, err := store(t.Context(), acts.Client, file, data)
				noError(t, err)
				wantStored(t, got, file, data)
				holds(t, d, file, data)
			})
		}
	}
}

// An outage in the middle ends the attempt; the next one goes on from the checkpoint and sends no chunk twice.
func TestUploadThroughAnOutage(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	file, data := newFile(t, acts), noise(4*chunk+9)
	w, err := acts.Client.OpenUpload(t.Context(), file, nil)
	noError(t, err)
	_, err = w.Write(data[:2*chunk])
	noError(t, err)
	strike(t, d, sends, 0, fake.Fault{Mode: "before"}, 0)
	n, err := w.Write(data[2*chunk:])
	wantFault(t, err, activities.Ambiguous, 0)
	tried := d.Count(sends)
	if tried != 2+4 {
		t.Errorf("%d requests before the attempt gave up, want 2 that went well and 4", tried)
	}
	from := kept(t, w)
	if from.Sent != 2*chunk || len(from.Tail) != n || n > chunk {
		t.Errorf("the checkpoint is at %d with %d bytes, after %d were taken", from.Sent, len(from.Tail), n)
	}
	_, err = acts.Client.OpenUpload(t.Context(), file, from)
	wantFault(t, err, activities.Ambiguous, 0)
	d.ClearFaults()
	w, err = acts.Client.OpenUpload(t.Context(), file, from)
	noError(t, err)
	_, err = w.Write(data[2*chunk+n:])
	noError(t, err)
	got, err := w.Close(t.Context())
	noError(t, err)
	wantStored(t, got, file, data)
	holds(t, d, file, data)
}

// A process is killed after any number of bytes: the writer is lost, and so are answers.
func TestKilledUploadGoesOn(t *testing.T) {
	data := noise(3*chunk + 5)
	for _, noted := range []int{0, 1, chunk - 1, chunk, chunk + 1, 2*chunk + 100, len(data)} {
		for _, lost := range []int{0, 10, chunk + 10} { // bytes that were written after the checkpoint
			t.Run(fmt.Sprintf("checkpoint at %d, killed %d later", noted, lost), func(t *testing.T) {
				d, url := drivetest.Start(t, drivetest.Options{})
				acts := newActivities(t, url)
				file := newFile(t, acts)
				w, err := acts.Client.OpenUpload(t.Context(), file, nil)
				noError(t, err)
				_, err = w.Write(data[:noted])
				noError(t, err)
				from := kept(t, w)
				_, err = w.Write(data[noted:min(noted+lost, len(data))])
				noError(t, err)

				w, err = acts.Client.OpenUpload(t.Context(), file, from)
				noError(t, err)
				sent := len(d.Calls())
				_, err = w.Write(data[noted:])
				noError(t, err)
				got, err := w.Close(t.Context())
				noError(t, err)
				wantStored(t, got, file, data)
				holds(t, d, file, data)
				if n, left := len(d.Calls())-sent, (len(data)-noted)/chunk+2; n > left {
					t.Errorf("%d requests for what was left, want at most %d", n, left)
				}
			})
		}
	}
}

// The answer to Close is lost with the process. The next attempt finds the file whole, and sends nothing.
func TestKilledAfterClose(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	file, data := newFile(t, acts), noise(chunk+5)
	w, err := acts.Client.OpenUpload(t.Context(), file, nil)
	noError(t, err)
	_, err = w.Write(data)
	noError(t, err)
	from := kept(t, w)
	_, err = w.Close(t.Context())
	noError(t, err)
	version := d.Tree(file.Folder).Children[0].Version

	for _, more := range [][]byte{nil, []byte("x")} {
		w, err = acts.Client.OpenUpload(t.Context(), file, from)
		noError(t, err)
		_, err = w.Write(more)
		noError(t, err)
		got, err := w.Close(t.Context())
		if more != nil { // another content than the one that is there
			wantFault(t, err, activities.Ambiguous, 0)
			continue
		}
		noError(t, err)
		wantStored(t, got, file, data)
	}
	holds(t, d, file, data)
	if now := d.Tree(file.Folder).Children[0].Version; now != version {
		t.Errorf("version %d was %d: it was written again", now, version)
	}
	noError(t, d.FlipByte(file.ID, 3)) // since then somebody has changed the file
	w, err = acts.Client.OpenUpload(t.Context(), file, from)
	noError(t, err)
	_, err = w.Close(t.Context())
	wantFault(t, err, activities.Ambiguous, 0)
}

// What an upload that ended leaves to its caller: to begin anew.
func TestUploadThatDriveHasForgotten(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	file, data := newFile(t, acts), noise(chunk+5)
	w, err := acts.Client.OpenUpload(t.Context(), file, nil)
	noError(t, err)
	_, err = w.Write(data[:chunk])
	noError(t, err)
	from := kept(t, w)
	for name, change := range map[string]func(c *deposit.Checkpoint){
		"unknown":       func(c *deposit.Checkpoint) { c.Session = strings.Replace(c.Session, "upload_id=", "upload_id=x", 1) },
		"no address":    func(c *deposit.Checkpoint) { c.Session = "" },
		"broken sum":    func(c *deposit.Checkpoint) { c.Hash = c.Hash[1:] },
		"less than was": func(c *deposit.Checkpoint) { c.Sent += chunk },
	} {
		broken := *from
		broken.Hash = slices.Clone(from.Hash)
		change(&broken)
		_, err := acts.Client.OpenUpload(t.Context(), file, &broken)
		wantFault(t, err, activities.Ambiguous, 0)
		if !strings.Contains(err.Error(), "session has ended") {
			t.Errorf("%s: %q does not say that the session has ended", name, err)
		}
	}
	for _, status := range []int{404, 410} {
		strike(t, d, sends, 0, fake.Fault{Mode: "status", Status: status}, 1)
		_, err = w.Write(make([]byte, chunk))
		wantFault(t, err, activities.Ambiguous, 0)
	}
	got, err := store(t.Context(), acts.Client, file, data)
	noError(t, err)
	wantStored(t, got, file, data)
}

// Two attempts may run at a time: the older one does not know yet that it was given up.
func TestTwoUploadsOfOneFile(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	file, data := newFile(t, acts), noise(2*chunk+5)
	older, err := acts.Client.OpenUpload(t.Context(), file, nil)
	noError(t, err)
	_, err = older.Write(data[:chunk])
	noError(t, err)
	younger, err := acts.Client.OpenUpload(t.Context(), file, kept(t, older))
	noError(t, err)
	_, err = younger.Write(data[chunk:])
	noError(t, err)
	_, err = older.Write(data[chunk:])
	noError(t, err)
	for _, w := range []deposit.Writer{younger, older} {
		got, err := w.Close(t.Context())
		noError(t, err)
		wantStored(t, got, file, data)
	}
	holds(t, d, file, data)
}

// The file appears between our look and our create: made by an attempt that nobody waits for any more.
func TestUploadThatMeetsItsTwin(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	direct := newActivities(t, url)
	file, data := newFile(t, direct), noise(9)
	var once atomic.Bool
	acts := newActivities(t, proxied(t, url, func(r *http.Request, body []byte) []byte {
		if r.Method == http.MethodPost && once.CompareAndSwap(false, true) {
			if _, err := store(context.Background(), direct.Client, file, noise(20)); err != nil {
				t.Error(err)
			}
		}
		return body
	}))
	got, err := store(t.Context(), acts.Client, file, data)
	noError(t, err)
	wantStored(t, got, file, data)
	holds(t, d, file, data)
}

func TestCancelledUploadStops(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	file := newFile(t, acts)
	ctx, cancel := context.WithCancel(t.Context())
	w, err := acts.Client.OpenUpload(ctx, file, nil)
	noError(t, err)
	cancel()
	_, err = w.Write(make([]byte, chunk))
	wantFault(t, err, activities.Ambiguous, 0)
	if n := d.Count(sends); n != 0 {
		t.Errorf("%d pieces were sent after the end", n)
	}
}

func TestUploadKeepsToItsRate(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	file, data := newFile(t, newActivities(t, url)), noise(2*chunk)
	acts := newActivities(t, url, func(c *drive.Config) { c.NoRates, c.RateShare = false, 0.002 }) // enough to begin
	w, err := acts.Client.OpenUpload(t.Context(), file, nil)
	noError(t, err)
	_, err = w.Write(data)
	if f := activities.FaultOf(err); f.Class != activities.RateLimited || f.After <= 0 {
		t.Errorf("got %v after %v, want RateLimited with a wait", err, f.After)
	}
	before := d.Count(sends)
	if _, err := w.Write(data); !activities.Is(err, activities.RateLimited) || d.Count(sends) != before {
		t.Errorf("another write: %v, and %d pieces sent", err, d.Count(sends)-before)
	}
}

func TestErrorsTellNoSecret(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url, meeting(fake.Fault{Mode: "hang"}))
	file := newFile(t, acts)
	w, err := acts.Client.OpenUpload(t.Context(), file, nil)
	noError(t, err)
	id := kept(t, w).Session[strings.Index(kept(t, w).Session, "upload_id="):]
	for _, mode := range []string{"drop", "hang", "garbage", "before"} {
		d.ClearFaults()
		strike(t, d, sends, 0, fake.Fault{Mode: mode}, 0)
		_, err := w.Close(t.Context())
		if err == nil || strings.Contains(err.Error(), id) || strings.Contains(err.Error(), file.Name) {
			t.Errorf("%s: %v tells how to write the file, or its name", mode, err)
		}
	}
	d.ClearFaults()
	_, err = w.Close(t.Context())
	noError(t, err)
	got, err := w.Close(t.Context())
	noError(t, err)
	wantStored(t, got, file, nil)
}

func TestExportFaults(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	d.Export = func(string, string) ([]byte, bool) { return bytes.Repeat([]byte("x"), 1<<20), true }
	acts := newActivities(t, url)
	var sheet drive.Sheet
	noError(t, run(acts)(acts.OpenSheet, drive.OpenSheet{Effect: effect("sheet"), Name: "x", Folder: drivetest.CasesFolder}, &sheet))
	for _, f := range faults {
		if slices.Contains([]string{"garbage", "after", "drop"}, f.fault.Mode) {
			continue // an export has no form by which to tell, and net/http repeats a read by itself
		}
		strike(t, d, "GET /drive/v3/files/"+sheet.ID+"/export", 0, f.fault, 1)
		_, err := newActivities(t, url, meeting(f.fault)).Client.Export(t.Context(), sheet.ID, "text/csv")
		wantFault(t, err, f.safe, f.after)
	}
	strike(t, d, "GET /drive/v3/files/"+sheet.ID+"/export", 0, fake.Fault{Mode: "status", Status: 404}, 1)
	_, err := acts.Client.Export(t.Context(), sheet.ID, "text/csv")
	wantFault(t, err, activities.NotFound, 0)
	if !strings.Contains(err.Error(), fake.GoogleAccount) {
		t.Errorf("%q does not say whom to let in", err)
	}
}

// An export that breaks off must not be taken for a whole one.
func TestExportThatBreaksOff(t *testing.T) {
	web := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("half"))
	})
	acts := newActivities(t, served(t, web), func(c *drive.Config) { c.Timeout = time.Minute })
	r, err := acts.Client.Export(t.Context(), "1", "text/csv")
	noError(t, err)
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	wantFault(t, err, activities.Unavailable, 0)
	noError(t, r.Close())
}
