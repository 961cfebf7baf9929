package drivetest_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/api/drive/v3"

	"hikeshi/activities/drive/drivetest"
)

func TestFlippedByte(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	ours := as(t, url, "")
	data := content(2<<20 + 9)
	f, err := ours.Files.Create(&drive.File{Name: "x", Parents: []string{drivetest.CasesFolder}}).SupportsAllDrives(true).Media(bytes.NewReader(data)).Do()
	noError(t, err)
	before := get(t, ours, f.Id)
	for _, at := range []int64{0, 1<<20 - 1, 1 << 20, 2<<20 + 8} {
		noError(t, d.FlipByte(f.Id, at))
		data[at] ^= 1
		after := get(t, ours, f.Id)
		if got, _ := d.Content(f.Id); !bytes.Equal(got, data) || after.Sha256Checksum != sum(data) || after.Size != before.Size {
			t.Errorf("after a change of byte %d: %+v", at, after)
		}
		if after.Version <= before.Version || after.Md5Checksum == before.Md5Checksum {
			t.Errorf("version %d and MD5 %s are as before", after.Version, after.Md5Checksum)
		}
	}
	for _, id := range []string{f.Id, drivetest.CasesFolder, "nowhere"} {
		if d.FlipByte(id, int64(len(data))) == nil {
			t.Errorf("%s has no byte %d, but it was changed", id, len(data))
		}
	}
	for body, status := range map[string]int{`{"file":"` + f.Id + `","at":3}`: 204, `{"file":"nowhere","at":3}`: 400, `x`: 400} {
		r, err := http.Post(url+"/_control/flip", "application/json", strings.NewReader(body))
		noError(t, err)
		noError(t, r.Body.Close())
		if r.StatusCode != status {
			t.Errorf("%s: %s, want %d", body, r.Status, status)
		}
	}
	data[3] ^= 1
	if got, _ := d.Content(f.Id); !bytes.Equal(got, data) {
		t.Error("the endpoint did not change the byte")
	}
}
