package drivetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/internal/deposit"
)

func checkUpload(t T, x Target) {
	f := newDeposit(t, x)
	for _, size := range []int{1<<20 + 1<<19, 10, 0} {
		data := randomBytes(size)
		w, err := x.Activities.Client.OpenUpload(context.Background(), f, nil)
		must(t, err)
		_, err = io.Copy(w, bytes.NewReader(data))
		must(t, err)
		got, err := w.Close(context.Background())
		must(t, err)
		wantDeposit(t, got, f, data)
		got, err = x.Activities.Client.Stat(context.Background(), f.ID)
		must(t, err)
		wantDeposit(t, got, f, data)
	}
}

// checkCheckpoint lets an upload die twice: with its checkpoint as new as it can be, and with one that is older than what
// was sent.
func checkCheckpoint(t T, x Target) {
	f, data := newDeposit(t, x), randomBytes(3<<20+77)
	w, err := x.Activities.Client.OpenUpload(context.Background(), f, nil)
	must(t, err)
	old := writeOn(t, w, data[:100])
	newer := writeOn(t, w, data[100:1<<20+100])
	for at, from := range []deposit.Checkpoint{newer, old} {
		rest := data[100:]
		if at == 0 {
			rest = data[1<<20+100 : 2<<20+500]
		}
		w, err = x.Activities.Client.OpenUpload(context.Background(), f, &from)
		must(t, err)
		writeOn(t, w, rest)
	}
	got, err := w.Close(context.Background())
	must(t, err)
	wantDeposit(t, got, f, data)
}

func checkEndedUpload(t T, x Target) {
	f := newDeposit(t, x)
	w, err := x.Activities.Client.OpenUpload(context.Background(), f, nil)
	must(t, err)
	from := writeOn(t, w, []byte("abc"))
	from.Session = strings.Replace(from.Session, "upload_id=", "upload_id=no", 1)
	_, err = x.Activities.Client.OpenUpload(context.Background(), f, &from)
	wantClass(t, err, activities.Ambiguous)
}

func checkUploadForeign(t T, x Target) {
	f := newDeposit(t, x)
	w, err := x.Activities.Client.OpenUpload(context.Background(), f, nil)
	must(t, err)
	_, err = w.Close(context.Background())
	must(t, err)
	f.Key = key()
	_, err = x.Activities.Client.OpenUpload(context.Background(), f, nil)
	wantClass(t, err, activities.Invalid)
	none, err := x.Activities.Client.Stat(context.Background(), "1NoSuchFile"+rand.Text())
	if err != nil || none.ID != "" {
		t.Errorf("Stat of a file that is not there: %+v, %v", none, err)
	}
}

func checkExport(t T, x Target) {
	sheet := openSheet(t, x, newSheet(x))
	for _, mime := range []string{"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"} {
		r, err := x.Activities.Client.Export(context.Background(), sheet.ID, mime)
		if err != nil { // the fake of Drive alone knows no sheets
			wantClass(t, err, activities.Invalid)
			continue
		}
		_, err = io.ReadAll(r)
		must(t, err)
		must(t, r.Close())
	}
	_, err := x.Activities.Client.Export(context.Background(), sheet.ID, "image/gif")
	wantClass(t, err, activities.Invalid)
	_, err = x.Activities.Client.Export(context.Background(), "1NoSuchFile"+rand.Text(), "text/csv")
	wantClass(t, err, activities.NotFound)
}

func newDeposit(t T, x Target) deposit.File {
	t.Helper()
	var ids drive.FileIDs
	must(t, x.Run(x.Activities.ReserveFileIDs, drive.ReserveFileIDs{Count: 2}, &ids))
	if len(ids.IDs) != 2 || ids.IDs[0] == ids.IDs[1] {
		t.Fatalf("ReserveFileIDs: %q, want two", ids.IDs)
	}
	return deposit.File{ID: ids.IDs[0], Name: "evidence '1'.bin", Mime: "application/octet-stream", Folder: x.Folder, Key: key()}
}

// writeOn writes and returns the checkpoint after it, as the next attempt gets it: through JSON.
func writeOn(t T, w deposit.Writer, data []byte) (c deposit.Checkpoint) {
	t.Helper()
	_, err := w.Write(data)
	must(t, err)
	now, err := w.Checkpoint()
	must(t, err)
	raw, err := json.Marshal(now)
	must(t, err)
	must(t, json.Unmarshal(raw, &c))
	return c
}

func wantDeposit(t T, got deposit.Stored, f deposit.File, data []byte) {
	t.Helper()
	sum := sha256.Sum256(data)
	want := deposit.Stored{ID: f.ID, Name: f.Name, URL: got.URL, Mime: f.Mime, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:]), Key: f.Key}
	if got != want || got.URL == "" {
		t.Errorf("stored %+v, want %+v with an address", got, want)
	}
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.Read(data) // never fails
	return data
}
