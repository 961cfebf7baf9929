package drivetest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities/drive/drivetest"
)

// content is n bytes that differ from place to place.
func content(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i >> 8 * 7)
		if i%251 == 0 {
			data[i] = byte(i / 251)
		}
	}
	return data
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func TestUploadByTheOfficialClient(t *testing.T) {
	d, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	for name, size := range map[string]int{"empty": 0, "small": 11, "one piece": 256 << 10, "pieces": 600<<10 + 3} {
		t.Run(name, func(t *testing.T) {
			data := content(size)
			f, err := ours.Files.Create(&drive.File{Name: name, Parents: []string{drivetest.CasesFolder}}).SupportsAllDrives(true).
				Fields("id,size,sha256Checksum,mimeType,parents").
				Media(bytes.NewReader(data), googleapi.ChunkSize(256<<10), googleapi.ContentType("application/x-evidence")).Do()
			noError(t, err)
			if f.Size != int64(size) || f.Sha256Checksum != sum(data) || f.MimeType != "application/x-evidence" || f.Parents[0] != drivetest.CasesFolder {
				t.Errorf("uploaded %d bytes: %+v", size, f)
			}
			if stored, ok := d.Content(f.Id); !ok || !bytes.Equal(stored, data) {
				t.Errorf("%d bytes are stored, want the %d that were sent", len(stored), size)
			}
			r, err := ours.Files.Get(f.Id).SupportsAllDrives(true).Download()
			noError(t, err)
			got, err := io.ReadAll(r.Body)
			noError(t, err)
			noError(t, r.Body.Close())
			if !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back, want %d", len(got), size)
			}
		})
	}
}

func TestContentIsReplaced(t *testing.T) {
	d, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	f, err := ours.Files.Create(&drive.File{Name: "x", Parents: []string{drivetest.CasesFolder}}).SupportsAllDrives(true).Media(strings.NewReader("old")).Do()
	noError(t, err)
	_, err = ours.Files.Update(f.Id, &drive.File{}).SupportsAllDrives(true).Media(strings.NewReader("newer")).Do()
	noError(t, err)
	if got, _ := d.Content(f.Id); string(got) != "newer" {
		t.Errorf("content is %q", got)
	}
	seal := &drive.File{ContentRestrictions: []*drive.ContentRestriction{{ReadOnly: true, Reason: "archived"}}}
	_, err = ours.Files.Update(f.Id, seal).SupportsAllDrives(true).Do()
	noError(t, err)
	_, err = ours.Files.Update(f.Id, &drive.File{}).SupportsAllDrives(true).Media(strings.NewReader("forged")).Do()
	wantReason(t, err, 403, "cannotModifyRestrictedContent")
	if got, _ := d.Content(f.Id); string(got) != "newer" {
		t.Errorf("a sealed file holds %q", got)
	}
}

func TestDownloadOfAPart(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	f, err := ours.Files.Create(&drive.File{Name: "x", Parents: []string{drivetest.CasesFolder}}).SupportsAllDrives(true).Media(strings.NewReader("0123456789")).Do()
	noError(t, err)
	call := ours.Files.Get(f.Id).SupportsAllDrives(true)
	call.Header().Set("Range", "bytes=3-5")
	r, err := call.Download()
	noError(t, err)
	got, err := io.ReadAll(r.Body)
	noError(t, err)
	noError(t, r.Body.Close())
	if string(got) != "345" || r.StatusCode != http.StatusPartialContent {
		t.Errorf("%d %q, want 206 and 345", r.StatusCode, got)
	}
	_, err = ours.Files.Get(drivetest.CasesFolder).SupportsAllDrives(true).Download()
	wantReason(t, err, 403, "fileNotDownloadable")
	_, err = ours.Files.Export(f.Id, "text/csv").Download()
	wantReason(t, err, 403, "fileNotExportable")
}

// session is a resumable upload by hand, as a program does that must survive its own death.
type session struct {
	t   *testing.T
	url string
}

func open(t *testing.T, url string) session {
	t.Helper()
	r, err := http.Post(url+"/upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true&fields=id,size", "application/json",
		strings.NewReader(`{"name":"big","parents":["`+drivetest.CasesFolder+`"]}`))
	noError(t, err)
	noError(t, r.Body.Close())
	if r.Header.Get("Location") == "" {
		t.Fatalf("%s: no session", r.Status)
	}
	return session{t, r.Header.Get("Location")}
}

// send puts a piece and returns the status, the range that has arrived and the answer.
func (s session) send(span string, data []byte) (int, string, string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPut, s.url, bytes.NewReader(data))
	noError(s.t, err)
	r.Header.Set("Content-Range", "bytes "+span)
	answer, err := http.DefaultTransport.RoundTrip(r) // a client would take 308 for a redirect
	noError(s.t, err)
	body, err := io.ReadAll(answer.Body)
	noError(s.t, err)
	noError(s.t, answer.Body.Close())
	return answer.StatusCode, answer.Header.Get("Range"), string(body)
}

func TestResumableUpload(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	const piece = 256 << 10
	data := content(2*piece + 100)
	s := open(t, url)
	want := func(span string, part []byte, status int, arrived string) string {
		t.Helper()
		code, got, body := s.send(span, part)
		if code != status || got != arrived {
			t.Fatalf("%s: %d %q %s, want %d %q", span, code, got, body, status, arrived)
		}
		return body
	}
	total := len(data)
	first := fmt.Sprintf("0-%d/%d", piece-1, total)
	want(fmt.Sprintf("*/%d", total), nil, 308, "")
	want(first, data[:piece], 308, fmt.Sprintf("bytes=0-%d", piece-1))
	want(first, data[:piece], 308, fmt.Sprintf("bytes=0-%d", piece-1))                                              // sent again after a lost answer
	want(fmt.Sprintf("%d-%d/%d", 2*piece, total-1, total), data[2*piece:], 308, fmt.Sprintf("bytes=0-%d", piece-1)) // a piece is missing
	want(fmt.Sprintf("*/%d", total), nil, 308, fmt.Sprintf("bytes=0-%d", piece-1))
	want(fmt.Sprintf("%d-%d/%d", piece, piece+99, total), data[piece:piece+100], 400, "") // no multiple of 256 KiB
	want(fmt.Sprintf("0-9/%d", total+1), data[:10], 400, "")                              // another total
	last := want(fmt.Sprintf("%d-%d/%d", piece, total-1, total), data[piece:], 200, "")
	if again := want(fmt.Sprintf("*/%d", total), nil, 200, ""); again != last {
		t.Errorf("asked again, the finished upload answers %s, want %s", again, last)
	}
	files := d.Tree(drivetest.CasesFolder).Children
	if len(files) != 1 || files[0].SHA256 != sum(data) {
		t.Errorf("stored %+v, want one file with the hash of what was sent", files)
	}
	code, _, _ := session{t, url + "/upload/drive/v3/files?uploadType=resumable&upload_id=unknown"}.send("*/1", nil)
	if code != 404 {
		t.Errorf("an unknown session answers %d, want 404", code)
	}
}

// An upload is resumed although the fake was killed in between, and what was finished is still there.
func TestStateSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "drive.db")
	const piece = 256 << 10
	data := content(piece + 5)
	var s session
	var id string
	life := func(name string, do func(t *testing.T, d *drivetest.Server, url string)) {
		if !t.Run(name, func(t *testing.T) {
			d, url := drivetest.Start(t, drivetest.Options{Path: path})
			do(t, d, url)
		}) {
			t.FailNow()
		}
	}
	life("first", func(t *testing.T, d *drivetest.Server, url string) {
		id = folder(t, as(t, url, ""), "kept", drivetest.CasesFolder)
		s = open(t, url)
		s.t = t
		s.send(fmt.Sprintf("0-%d/%d", piece-1, len(data)), data[:piece])
	})
	life("second", func(t *testing.T, d *drivetest.Server, url string) {
		s.t, s.url = t, url+s.url[strings.Index(s.url, "/upload/"):]
		if code, _, body := s.send(fmt.Sprintf("%d-%d/%d", piece, len(data)-1, len(data)), data[piece:]); code != 200 {
			t.Fatalf("resumed upload: %d %s", code, body)
		}
		if got := get(t, as(t, url, ""), id).Name; got != "kept" {
			t.Errorf("the folder is called %q", got)
		}
	})
	life("third", func(t *testing.T, d *drivetest.Server, url string) {
		for _, f := range d.Files() {
			if f.Name == "big" {
				if got, ok := d.Content(f.ID); !ok || !bytes.Equal(got, data) || f.SHA256 != sum(data) {
					t.Errorf("%d bytes survived, want %d", len(got), len(data))
				}
				return
			}
		}
		t.Error("the upload is gone")
	})
}
