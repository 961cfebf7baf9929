package drive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/deposit"
)

const (
	chunk   = 1 << 20
	sends   = "PUT /upload/drive/v3/files"
	begins  = "POST /upload/drive/v3/files"
	rewrite = "PATCH /upload/drive/v3/files"
)

// noise is n bytes that differ from place to place.
func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(n)*2654435761 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return b
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// newFile describes a file with an id that was just reserved.
func newFile(t *testing.T, acts *drive.Activities) deposit.File {
	t.Helper()
	var ids drive.FileIDs
	noError(t, run(acts)(acts.ReserveFileIDs, drive.ReserveFileIDs{Count: 1}, &ids))
	return deposit.File{ID: ids.IDs[0], Name: "disk.img", Mime: "application/x-evidence", Folder: drivetest.EvidenceFolder, Key: "case/CSIRT-1/evidence/F1"}
}

// holds checks that the folder for evidence holds the file with these bytes, and nothing else.
func holds(t *testing.T, d *drivetest.Server, f deposit.File, data []byte) {
	t.Helper()
	files := d.Tree(f.Folder).Children
	if len(files) != 1 || files[0].ID != f.ID {
		t.Fatalf("the folder holds %+v, want only %s", files, f.ID)
	}
	if got, _ := d.Content(f.ID); !bytes.Equal(got, data) {
		t.Errorf("%d bytes are stored, not the %d that were sent", len(got), len(data))
	}
	if files[0].AppProperties["hikeshiKey"] != f.Key {
		t.Errorf("properties are %+v, want the key", files[0].AppProperties)
	}
}

func wantStored(t *testing.T, got deposit.Stored, f deposit.File, data []byte) {
	t.Helper()
	want := deposit.Stored{ID: f.ID, Name: f.Name, URL: got.URL, Mime: f.Mime, Size: int64(len(data)), SHA256: digest(data), Key: f.Key}
	if got != want || got.URL == "" {
		t.Errorf("stored %+v, want %+v with an address", got, want)
	}
}

// store uploads the file in writes of odd sizes.
func store(ctx context.Context, c *drive.Client, f deposit.File, data []byte) (deposit.Stored, error) {
	w, err := c.OpenUpload(ctx, f, nil)
	if err != nil {
		return deposit.Stored{}, err
	}
	if _, err := io.CopyBuffer(w, struct{ io.Reader }{bytes.NewReader(data)}, make([]byte, 77_777)); err != nil {
		return deposit.Stored{}, err
	}
	return w.Close(ctx)
}

func TestUploadOfAnySize(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	for name, size := range map[string]int{"empty": 0, "one byte": 1, "a chunk": chunk, "two chunks": 2 * chunk, "more": 3*chunk + 5} {
		t.Run(name, func(t *testing.T) {
			noError(t, d.Reset())
			f, data := newFile(t, acts), noise(size)
			got, err := store(t.Context(), acts.Client, f, data)
			noError(t, err)
			wantStored(t, got, f, data)
			holds(t, d, f, data)
			again, err := acts.Client.Stat(t.Context(), f.ID)
			noError(t, err)
			wantStored(t, again, f, data)
			if n := len(d.Calls()); n > 6+size/chunk {
				t.Errorf("%d calls for %d bytes", n, size)
			}
		})
	}
}

func TestStatOfNothing(t *testing.T) {
	_, url := drivetest.Start(t, drivetest.Options{})
	got, err := newActivities(t, url).Client.Stat(t.Context(), "1nosuchfile")
	if err != nil || got != (deposit.Stored{}) {
		t.Errorf("got %+v, %v, want nothing", got, err)
	}
}

func TestWrongNumberOfIDs(t *testing.T) {
	_, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	for _, n := range []int{-1, 0, 101} {
		wantFault(t, run(acts)(acts.ReserveFileIDs, drive.ReserveFileIDs{Count: n}, nil), activities.Invalid, 0)
	}
	var ids drive.FileIDs
	noError(t, run(acts)(acts.ReserveFileIDs, drive.ReserveFileIDs{Count: 100}, &ids))
	distinct := map[string]bool{}
	for _, id := range ids.IDs {
		distinct[id] = true
	}
	if len(ids.IDs) != 100 || len(distinct) != 100 {
		t.Errorf("%d ids, %d of them distinct, want 100", len(ids.IDs), len(distinct))
	}
}

// A file that an earlier try has made gets its content anew, under the same id.
func TestUploadAgain(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	f := newFile(t, acts)
	for _, size := range []int{chunk + 3, 10, 0} {
		data := noise(size)
		got, err := store(t.Context(), acts.Client, f, data)
		noError(t, err)
		wantStored(t, got, f, data)
		holds(t, d, f, data)
	}
	if n := d.Count(rewrite); n != 2 {
		t.Errorf("%d times the content was replaced, want 2", n)
	}
}

func TestUploadOverSomethingElse(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	f := newFile(t, acts)
	data := noise(9)
	_, err := store(t.Context(), acts.Client, f, data)
	noError(t, err)
	other := f
	other.Key = "case/CSIRT-2/evidence/F1"
	_, err = store(t.Context(), acts.Client, other, noise(11))
	wantFault(t, err, activities.Invalid, 0)
	if !strings.Contains(err.Error(), "another file has the id") {
		t.Errorf("%q does not say that another file has the id", err)
	}
	holds(t, d, f, data)
	d.Trash(f.ID)
	_, err = store(t.Context(), acts.Client, f, noise(11))
	wantFault(t, err, activities.Invalid, 0)
	if !strings.Contains(err.Error(), "trash") {
		t.Errorf("%q does not tell that it is in the trash", err)
	}
	folder := f
	folder.ID = drivetest.CasesFolder
	_, err = store(t.Context(), acts.Client, folder, data)
	wantFault(t, err, activities.Invalid, 0)
}

func TestUploadIntoAClosedFolder(t *testing.T) {
	_, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	f := newFile(t, acts)
	f.Folder = drivetest.ForeignFolder
	_, err := store(t.Context(), acts.Client, f, noise(9))
	wantFault(t, err, activities.NotFound, 0)
	if !strings.Contains(err.Error(), fake.GoogleAccount) {
		t.Errorf("%q does not say whom to let in", err)
	}
}

// What others say a file is must not make Drive convert it, nor spoil the request.
func TestStrangeTypes(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	for _, kind := range []string{"", "application/vnd.google-apps.spreadsheet", "text/plain\r\nX-Evil: 1", "?"} {
		noError(t, d.Reset())
		f := newFile(t, acts)
		f.Mime = kind
		got, err := store(t.Context(), acts.Client, f, noise(5))
		noError(t, err)
		if got.Mime != "application/octet-stream" {
			t.Errorf("%q is stored as %q", kind, got.Mime)
		}
	}
}

// proxied puts something between the adapter and the fake. spoil may change a request's body, and its answer's.
func proxied(t *testing.T, to string, spoil func(r *http.Request, body []byte) []byte) string {
	t.Helper()
	target, err := url.Parse(to)
	noError(t, err)
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the fake names it as the address of the upload
		body, err := io.ReadAll(r.In.Body)
		if err != nil {
			t.Error(err)
		}
		body = spoil(r.Out, body)
		r.Out.Body, r.Out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

func TestOneByteThatChangesOnTheWayIsNoticed(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	var spoilt atomic.Bool
	acts := newActivities(t, proxied(t, url, func(r *http.Request, body []byte) []byte {
		if r.Method == http.MethodPut && len(body) == chunk && spoilt.CompareAndSwap(false, true) {
			body[123] ^= 1
		}
		return body
	}))
	f, data := newFile(t, acts), noise(2*chunk+7)
	_, err := store(t.Context(), acts.Client, f, data)
	wantFault(t, err, activities.Ambiguous, 0)
	if !strings.Contains(err.Error(), "other bytes than were sent") || !spoilt.Load() {
		t.Errorf("%q does not say that the bytes differ", err)
	}
	got, err := store(t.Context(), acts.Client, f, data)
	noError(t, err)
	wantStored(t, got, f, data)
	holds(t, d, f, data)
}

// A file is sent to nobody but the Drive that we talk to.
func TestUploadStaysOnItsHost(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the file went elsewhere") }))
	defer elsewhere.Close()
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Location", elsewhere.URL+"/upload/drive/v3/files?upload_id=1")
	}))
	defer evil.Close()
	c := newActivities(t, evil.URL).Client
	f := deposit.File{ID: "1", Folder: "2", Key: "k"}
	_, err := c.OpenUpload(t.Context(), f, nil)
	wantFault(t, err, activities.Unavailable, 0)
	_, err = c.OpenUpload(t.Context(), f, &deposit.Checkpoint{Session: elsewhere.URL + "/upload/drive/v3/files?upload_id=1", Hash: emptyHash(t)})
	wantFault(t, err, activities.Ambiguous, 0)
}

func served(t *testing.T, h http.Handler) string {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return web.URL
}

func emptyHash(t *testing.T) []byte {
	t.Helper()
	state, err := sha256.New().(interface{ MarshalBinary() ([]byte, error) }).MarshalBinary()
	noError(t, err)
	return state
}

// kept is a checkpoint as the next attempt gets it: through JSON.
func kept(t *testing.T, w deposit.Writer) *deposit.Checkpoint {
	t.Helper()
	c, err := w.Checkpoint()
	noError(t, err)
	raw, err := json.Marshal(c)
	noError(t, err)
	var copied deposit.Checkpoint
	noError(t, json.Unmarshal(raw, &copied))
	return &copied
}
