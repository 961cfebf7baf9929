package drivetest_test

import (
	"testing"
	"time"

	"google.golang.org/api/drive/v3"

	"hikeshi/activities/drive/drivetest"
)

func TestSearch(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	parent := folder(t, ours, "parent", drivetest.CasesFolder)
	create(t, ours, &drive.File{Name: "a", MimeType: "text/plain", Parents: []string{parent}, AppProperties: map[string]string{"k": "v 'x'"}})
	create(t, ours, &drive.File{Name: "b", MimeType: drivetest.SheetType, Parents: []string{parent}, Properties: map[string]string{"k": "v"}})
	bin := folder(t, ours, "it's", parent)
	create(t, ours, &drive.File{Name: "inside", MimeType: "text/plain", Parents: []string{bin}})
	in := "'" + parent + "' in parents and "
	for q, want := range map[string]string{
		in + "mimeType='text/plain'":                                   "a",
		in + "mimeType != 'text/plain'":                                "b it's",
		in + "name='b'":                                                "b",
		in + `name = 'it\'s'`:                                          "it's",
		in + "name contains 'T'":                                       "it's",
		in + "(name='a' or name='b')":                                  "a b",
		in + "not name='a'":                                            "b it's",
		in + `appProperties has { key='k' and value='v \'x\'' }`:       "a",
		in + "appProperties has { key='k' and value='other' }":         "",
		in + "properties has {key='k' and value='v'}":                  "b",
		in + "createdTime > '2020-01-01T00:00:00' and trashed = false": "a b it's",
		in + "modifiedTime < '2020-01-01T00:00:00Z'":                   "",
		"'kenji@acme.example' in writers":                              "",
		"'" + bin + "' in parents and 'kenji@acme.example' in readers": "inside",
		"name='a' and name='b' or name='inside'":                       "inside",
		"trashed=true":                                                 "",
	} {
		if got := find(t, ours, q); got != want {
			t.Errorf("%s finds %q, want %q", q, got, want)
		}
	}
	for _, q := range []string{"name", "name=", "name='a' and", "(name='a'", "colour='red'", "'x' in pockets", "trashed=perhaps", "name='a' name='b'", "createdTime > 'soon'"} {
		_, err := ours.Files.List().Q(q).Do()
		wantReason(t, err, 400, "invalid")
	}
	// Private properties are those of our OAuth client: a person's client neither sees nor finds them.
	if got := find(t, as(t, url, "aoi"), in+`appProperties has { key='k' and value='v \'x\'' }`); got != "" {
		t.Errorf("aoi finds %q by our private properties", got)
	}
	_, err := ours.Files.Update(bin, &drive.File{Trashed: true}).SupportsAllDrives(true).Do()
	noError(t, err)
	if got := find(t, ours, "trashed=true"); got != "inside it's" {
		t.Errorf("in the trash are %q, want the folder and what is in it", got)
	}
}

func TestPagesAndOrder(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	for _, name := range []string{"c", "a", "b"} {
		folder(t, ours, name, drivetest.DrillsFolder)
	}
	list := ours.Files.List().Q("'" + drivetest.DrillsFolder + "' in parents").SupportsAllDrives(true).IncludeItemsFromAllDrives(true).PageSize(2).OrderBy("name desc")
	names, pages := "", 0
	noError(t, list.Pages(t.Context(), func(l *drive.FileList) error {
		pages++
		for _, f := range l.Files {
			names += f.Name
		}
		return nil
	}))
	if names != "cba" || pages != 2 {
		t.Errorf("%q on %d pages, want cba on 2", names, pages)
	}
	_, err := ours.Files.List().OrderBy("colour").Do()
	wantReason(t, err, 400, "invalidParameter")
	_, err = ours.Files.List().PageToken("nonsense").Do()
	wantReason(t, err, 400, "invalid")
}

// A new name shows late in searches by name, and nowhere else.
func TestNameLag(t *testing.T) {
	_, url := start(t, drivetest.Options{NameLag: time.Hour})
	ours := as(t, url, "")
	folder(t, ours, "fresh", drivetest.DrillsFolder)
	if got := find(t, ours, "name='fresh'"); got != "" {
		t.Errorf("a search by name finds %q at once", got)
	}
	if got := find(t, ours, "'"+drivetest.DrillsFolder+"' in parents"); got != "fresh" {
		t.Errorf("a search by folder finds %q, want fresh", got)
	}
	if got := find(t, ours, "name='Drills'"); got != "Drills" {
		t.Errorf("an old name finds %q", got)
	}
}

func TestListLag(t *testing.T) {
	_, url := start(t, drivetest.Options{ListLag: time.Hour})
	ours := as(t, url, "")
	id := folder(t, ours, "fresh", drivetest.DrillsFolder)
	if got := find(t, ours, "'"+drivetest.DrillsFolder+"' in parents"); got != "" {
		t.Errorf("the list shows %q at once", got)
	}
	if got := get(t, ours, id).Name; got != "fresh" {
		t.Errorf("by id it is %q: reads do not lag", got)
	}
}

func TestAnswersHoldFewFieldsUnlessAsked(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	f, err := ours.Files.Get(drivetest.CasesFolder).SupportsAllDrives(true).Do()
	noError(t, err)
	if f.Name != "Cases" || f.WebViewLink != "" || f.Parents != nil || f.DriveId != drivetest.CSIRTDrive {
		t.Errorf("by default: %+v", f)
	}
	f, err = ours.Files.Get(drivetest.CasesFolder).SupportsAllDrives(true).Fields("webViewLink,parents").Do()
	noError(t, err)
	if f.Name != "" || f.WebViewLink == "" || f.Parents[0] != drivetest.CSIRTDrive {
		t.Errorf("asked for two fields: %+v", f)
	}
}
