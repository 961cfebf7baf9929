package drivetest_test

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities/drive/drivetest"
)

// changes lists the names and marks of what changed since a token, and the token to go on with.
func changes(t *testing.T, s *drive.Service, token string, size int64) (string, string) {
	t.Helper()
	var list []string
	for {
		l, err := s.Changes.List(token).SupportsAllDrives(true).IncludeItemsFromAllDrives(true).PageSize(size).Fields("*").Do()
		noError(t, err)
		for _, c := range l.Changes {
			if c.Removed {
				list = append(list, "-")
			} else {
				list = append(list, c.File.Name)
			}
		}
		if l.NextPageToken == "" {
			return strings.Join(list, " "), l.NewStartPageToken
		}
		token = l.NextPageToken
	}
}

func TestChanges(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours, lena := as(t, url, ""), as(t, url, "lena")
	start, err := ours.Changes.GetStartPageToken().SupportsAllDrives(true).DriveId(drivetest.CSIRTDrive).Do()
	noError(t, err)
	token := start.StartPageToken
	if got, _ := changes(t, ours, token, 10); got != "" {
		t.Errorf("at the start there is %q", got)
	}
	id := folder(t, ours, "one", drivetest.AcmeFolder)
	folder(t, ours, "two", drivetest.BravoFolder)
	_, err = ours.Files.Update(id, &drive.File{Name: "one again"}).SupportsAllDrives(true).Do()
	noError(t, err)
	for _, size := range []int64{10, 1} {
		want := map[int64]string{10: "two one again", 1: "one again two one again"}[size] // once on each page
		if got, _ := changes(t, ours, token, size); got != want {
			t.Errorf("in pages of %d: %q, want %q", size, got, want)
		}
	}
	got, next := changes(t, lena, token, 10)
	if got != "two" {
		t.Errorf("lena of bravo learns of %q, want two", got)
	}
	noError(t, ours.Files.Delete(id).SupportsAllDrives(true).Do())
	if got, _ := changes(t, lena, next, 10); got != "" {
		t.Errorf("lena learns of %q: a file of acme was deleted", got)
	}
	if got, _ := changes(t, ours, next, 10); got != "-" {
		t.Errorf("we learn of %q, want one removal", got)
	}
	_, err = ours.Changes.List("9999").Do()
	wantReason(t, err, 400, "invalid")
}

func TestUpdate(t *testing.T) {
	d, url := start(t, drivetest.Options{})
	ours, aoi := as(t, url, ""), as(t, url, "aoi")
	f := create(t, ours, &drive.File{
		Name: "board", MimeType: drivetest.SheetType, Parents: []string{drivetest.AcmeFolder}, AppProperties: map[string]string{"a": "1", "b": "2"},
	})
	change := &drive.File{AppProperties: map[string]string{"b": "3", "c": "4"}, NullFields: []string{"AppProperties.a"}}
	_, err := ours.Files.Update(f.Id, change).SupportsAllDrives(true).Do()
	noError(t, err)
	now := get(t, ours, f.Id)
	if p := now.AppProperties; len(p) != 2 || p["b"] != "3" || p["c"] != "4" || now.Version <= f.Version {
		t.Errorf("properties are %v and the version went from %d to %d", p, f.Version, now.Version)
	}
	if p := get(t, aoi, f.Id).AppProperties; p != nil {
		t.Errorf("another client sees our private properties: %v", p)
	}
	long := &drive.File{AppProperties: map[string]string{"long": strings.Repeat("é", 61)}}
	_, err = ours.Files.Update(f.Id, long).SupportsAllDrives(true).Do()
	wantReason(t, err, 400, "invalid")

	_, err = ours.Files.Update(f.Id, &drive.File{}).AddParents(drivetest.BravoFolder).SupportsAllDrives(true).Do()
	wantReason(t, err, 403, "cannotAddParent")
	_, err = ours.Files.Update(f.Id, &drive.File{}).AddParents(drivetest.BravoFolder).RemoveParents(drivetest.AcmeFolder).SupportsAllDrives(true).Do()
	noError(t, err)
	if got := get(t, as(t, url, "lena"), f.Id).Parents[0]; got != drivetest.BravoFolder {
		t.Errorf("after the move it lies in %s", got)
	}
	_, err = as(t, url, "kenji").Files.Get(f.Id).SupportsAllDrives(true).Do()
	wantReason(t, err, 404, "notFound") // acme no longer sees it
	a := folder(t, ours, "a", drivetest.DrillsFolder)
	b := folder(t, ours, "b", a)
	_, err = ours.Files.Update(a, &drive.File{}).AddParents(b).RemoveParents(drivetest.DrillsFolder).SupportsAllDrives(true).Do()
	wantReason(t, err, 403, "cyclicMembershipsNotAllowed")

	_, err = aoi.Files.Update(f.Id, &drive.File{Trashed: true}).SupportsAllDrives(true).Do()
	wantReason(t, err, 403, "insufficientFilePermissions") // a contributor does not trash
	err = aoi.Files.Delete(f.Id).SupportsAllDrives(true).Do()
	wantReason(t, err, 403, "insufficientFilePermissions")
	d.Trash(f.Id)
	if !get(t, ours, f.Id).Trashed || len(d.Tree(drivetest.BravoFolder).Children) != 0 {
		t.Error("the trashed file is still shown")
	}
}

func TestQuotaUnits(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	ours := as(t, url, "")
	var err error
	for range 4000 { // 325,000 units a minute, 100 for a list
		if _, err = ours.Files.List().Fields("kind").Q("name='none'").Do(); err != nil {
			break
		}
	}
	wantReason(t, err, 429, "userRateLimitExceeded")
	var e *googleapi.Error
	if errors.As(err, &e) && e.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	get(t, as(t, url, "aoi"), drivetest.CasesFolder) // another user has units of her own
	d.LimitRates(false)
	_, err = ours.Files.List().Do()
	noError(t, err)
}

func TestResetSeedsAgain(t *testing.T) {
	d, url := start(t, drivetest.Options{})
	before := len(d.Files())
	folder(t, as(t, url, ""), "x", drivetest.CasesFolder)
	noError(t, d.Reset())
	if n := len(d.Files()); n != before {
		t.Errorf("%d files after the reset, want %d", n, before)
	}
	if tree := d.Tree(drivetest.CSIRTDrive); len(tree.Children) != 6 || tree.Children[0].Name != "Acme cases" || len(tree.Children[0].Readers) != 5 {
		t.Errorf("the seed is %+v", tree)
	}
}
