package drive_test

import (
	"strings"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
)

// A folder closed to us must be told to people in a way that lets them mend it.
func TestClosedFolderNamesTheRemedy(t *testing.T) {
	_, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	var id drive.FolderID
	noError(t, run(acts)(acts.ReserveFolderID, nil, &id))
	err := run(acts)(acts.OpenFolder, drive.OpenFolder{Effect: effect("folder"), ID: id.ID, Name: "x", Parent: drivetest.ForeignFolder}, nil)
	wantFault(t, err, activities.NotFound, 0)
	for _, part := range []string{drivetest.ForeignFolder, fake.GoogleAccount, "google.folders"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
}

func TestOwnStorageIsDenied(t *testing.T) {
	_, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	err := run(acts)(acts.OpenSheet, drive.OpenSheet{Effect: effect("sheet"), Name: "x", Folder: "root"}, nil)
	wantFault(t, err, activities.Denied, 0)
	if !strings.Contains(err.Error(), "shared drive") {
		t.Errorf("%q does not tell to use a shared drive", err)
	}
}

func TestFolderInTheTrashIsNotAdopted(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	var id drive.FolderID
	noError(t, run(acts)(acts.ReserveFolderID, nil, &id))
	in := drive.OpenFolder{Effect: effect("folder"), ID: id.ID, Name: "x", Parent: drivetest.CasesFolder}
	noError(t, run(acts)(acts.OpenFolder, in, nil))
	d.Trash(id.ID)
	err := run(acts, later)(acts.OpenFolder, in, nil)
	wantFault(t, err, activities.Invalid, 0)
	if !strings.Contains(err.Error(), "trash") {
		t.Errorf("%q does not tell that it is in the trash", err)
	}
}

func TestShareRaisesOnlyWhatIsMissing(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	var id drive.FolderID
	noError(t, run(acts)(acts.ReserveFolderID, nil, &id))
	noError(t, run(acts)(acts.OpenFolder, drive.OpenFolder{Effect: effect("folder"), ID: id.ID, Name: "x", Parent: drivetest.AcmeFolder}, nil))
	var got drive.Shared
	noError(t, run(acts)(acts.ShareFolder, drive.ShareFolder{
		Folder:  id.ID,
		Readers: []string{"Kenji@acme.example", "lena@bravo.example", "nobody@elsewhere.example", "aoi@csirt.example"},
		Writers: []string{"kenji@acme.example"},
	}, &got))
	if len(got.Shared) != 3 || len(got.Refused) != 1 || got.Refused[0].Person != "nobody@elsewhere.example" {
		t.Errorf("got %+v, want three shared and nobody refused", got)
	}
	// kenji reads by the folder above and gets a right of his own; lena is new; aoi is a member of the drive.
	if n := d.Count("POST /drive/v3/files/" + id.ID + "/permissions"); n != 3 {
		t.Errorf("%d permissions asked for, want 3: kenji, lena and the one that was refused", n)
	}
	// What is shared with a person of another company does not open the folder beside it.
	for _, f := range d.FilesAs("lena@bravo.example") {
		if f.ID == drivetest.AcmeFolder {
			t.Error("lena sees the folder above")
		}
	}
}

func TestShareStopsWhereTheFolderIsClosed(t *testing.T) {
	_, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	err := run(acts)(acts.ShareFolder, drive.ShareFolder{Folder: drivetest.ForeignFolder, Readers: []string{"lena@bravo.example"}}, nil)
	wantFault(t, err, activities.NotFound, 0)
}

func TestEndpointMustBeAnAddress(t *testing.T) {
	for _, endpoint := range []string{"localhost:8093", "/drive", "::"} {
		if _, err := drive.NewClient(t.Context(), drive.Config{Endpoint: endpoint}); err == nil || !strings.Contains(err.Error(), "endpoint") {
			t.Errorf("NewClient with endpoint %q: %v, want an error about it", endpoint, err)
		}
	}
	if _, err := drive.NewClient(t.Context(), drive.Config{CredentialsFile: "/does/not/exist.json"}); err == nil || !strings.Contains(err.Error(), "GOOGLE_APPLICATION_CREDENTIALS") {
		t.Errorf("NewClient without its key file: %v, want an error that names the setting", err)
	}
}

func TestLongKeysStayDistinct(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	long := strings.Repeat("case/長い/", 40)
	for _, key := range []string{long + "1", long + "2", long + "1"} {
		in := drive.OpenSheet{Effect: effect(key), Name: "x", Folder: drivetest.CasesFolder}
		noError(t, run(acts, later)(acts.OpenSheet, in, nil))
	}
	if n := len(d.Tree(drivetest.CasesFolder).Children); n != 2 {
		t.Errorf("%d sheets for two keys", n)
	}
}
