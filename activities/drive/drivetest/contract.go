package drivetest

import (
	"crypto/rand"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/drive"
)

// T is what a check needs of a test.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Target is the Drive that the contract is checked on: the fake, or Google itself.
type Target struct {
	Activities *drive.Activities
	// Run runs an activity as a worker does and decodes its result into out, unless that is nil.
	Run    func(activity, in, out any) error
	Folder string // where the checks may leave folders and sheets
	Person string // somebody to share with
}

// Check is one promise of the adapter that holds on the fake and on Google alike.
type Check struct {
	Name string
	Run  func(T, Target)
}

// Contract lists what must hold of the adapter on any Drive. It is a list, not a test, so that the sandbox, which links
// this package, does not link the testing package.
func Contract() []Check {
	return []Check{
		{"access names our account", checkAccess},
		{"folder opens once", checkFolderOnce},
		{"folder of somebody else is refused", checkFolderForeign},
		{"folder in a folder opens once", checkFolderInFolder},
		{"folder in a missing folder", checkFolderMissing},
		{"sheet opens once", checkSheetOnce},
		{"sheets with different keys are different", checkSheetsDiffer},
		{"file gets another name", checkRename},
		{"file is put away, and its content replaced", checkUpload},
		{"upload goes on from a checkpoint", checkCheckpoint},
		{"upload that nobody knows has ended", checkEndedUpload},
		{"file of somebody else is not overwritten", checkUploadForeign},
		{"sheet is exported", checkExport},
		{"folder is shared once", checkShare},
	}
}

func checkAccess(t T, x Target) {
	var got drive.DriveAccess
	must(t, x.Run(x.Activities.CheckDriveAccess, nil, &got))
	if got.Account == "" {
		t.Errorf("CheckDriveAccess: no account")
	}
}

func checkFolderOnce(t T, x Target) {
	ask := newFolder(t, x)
	first, second := openFolder(t, x, ask), openFolder(t, x, ask)
	if first.ID != ask.ID || first.URL == "" || first.Adopted {
		t.Errorf("first try: %+v, want a new folder %s with an address", first, ask.ID)
	}
	if second.ID != first.ID || second.URL != first.URL || !second.Adopted {
		t.Errorf("second try: %+v, want %s adopted", second, first.ID)
	}
	must(t, x.Run(x.Activities.RenameFile, drive.RenameFile{ID: ask.ID, Name: "renamed by a person"}, nil))
	if third := openFolder(t, x, ask); third.ID != first.ID || !third.Adopted {
		t.Errorf("try after a rename: %+v, want %s adopted", third, first.ID)
	}
}

func checkFolderForeign(t T, x Target) {
	ask := newFolder(t, x)
	openFolder(t, x, ask)
	ask.Key = key()
	wantClass(t, x.Run(x.Activities.OpenFolder, ask, nil), activities.Invalid)
}

func checkFolderInFolder(t T, x Target) {
	above := newFolder(t, x)
	openFolder(t, x, above)
	ask := newFolder(t, x)
	ask.Parent = above.ID
	first := openFolder(t, x, ask)
	again := newFolder(t, x) // as after a reset: another id, and nothing known of the first
	again.Effect, again.Parent, again.First = ask.Effect, above.ID, false
	if second := openFolder(t, x, again); second.ID != first.ID || !second.Adopted {
		t.Errorf("the folder was opened as %s and as %+v, want it found in its folder", first.ID, second)
	}
	x.Folder = ask.ID
	checkUpload(t, x)
}

func checkFolderMissing(t T, x Target) {
	ask := newFolder(t, x)
	ask.Parent = "0AnoSuchFolder" + rand.Text()
	wantClass(t, x.Run(x.Activities.OpenFolder, ask, nil), activities.NotFound)
	sheet := newSheet(x)
	sheet.Folder = ask.Parent
	wantClass(t, x.Run(x.Activities.OpenSheet, sheet, nil), activities.NotFound)
}

func checkSheetOnce(t T, x Target) {
	ask := newSheet(x)
	first := openSheet(t, x, ask)
	ask.First = false
	second := openSheet(t, x, ask)
	if first.ID == "" || first.URL == "" || first.Adopted {
		t.Errorf("first try: %+v, want a new sheet with an address", first)
	}
	if second.ID != first.ID || second.URL != first.URL || !second.Adopted {
		t.Errorf("second try: %+v, want %s adopted", second, first.ID)
	}
}

func checkSheetsDiffer(t T, x Target) {
	a, b := newSheet(x), newSheet(x)
	b.Name = a.Name
	if one, other := openSheet(t, x, a), openSheet(t, x, b); one.ID == other.ID {
		t.Errorf("two keys share the sheet %s", one.ID)
	}
}

func checkRename(t T, x Target) {
	ask := newFolder(t, x)
	openFolder(t, x, ask)
	change := drive.RenameFile{ID: ask.ID, Name: "CSIRT-42", Properties: map[string]string{"hikeshiCase": "CSIRT-42"}}
	for range 2 {
		must(t, x.Run(x.Activities.RenameFile, change, nil))
	}
	if again := openFolder(t, x, ask); !again.Adopted {
		t.Errorf("the folder's key is gone after a rename: %+v", again)
	}
	wantClass(t, x.Run(x.Activities.RenameFile, drive.RenameFile{ID: "noSuchFile" + rand.Text(), Name: "x"}, nil), activities.NotFound)
}

func checkShare(t T, x Target) {
	ask := newFolder(t, x)
	openFolder(t, x, ask)
	for _, share := range []drive.ShareFolder{
		{Folder: ask.ID, Readers: []string{x.Person}},
		{Folder: ask.ID, Readers: []string{x.Person}},
		{Folder: ask.ID, Readers: []string{x.Person}, Writers: []string{x.Person}},
	} {
		var got drive.Shared
		must(t, x.Run(x.Activities.ShareFolder, share, &got))
		if len(got.Shared) != 1 || got.Shared[0] != x.Person || len(got.Refused) != 0 {
			t.Errorf("ShareFolder(%+v) = %+v, want only %s", share, got, x.Person)
		}
	}
	var got drive.Shared
	must(t, x.Run(x.Activities.ShareFolder, drive.ShareFolder{Folder: ask.ID, Readers: []string{"no-address", x.Person}}, &got))
	if len(got.Refused) != 1 || got.Refused[0].Person != "no-address" || got.Refused[0].Reason == "" || len(got.Shared) != 1 {
		t.Errorf("ShareFolder with a wrong address = %+v, want it refused and %s shared", got, x.Person)
	}
}

func key() string { return "contract/" + rand.Text() + "/open.folder" }

func newFolder(t T, x Target) drive.OpenFolder {
	t.Helper()
	var id drive.FolderID
	must(t, x.Run(x.Activities.ReserveFolderID, nil, &id))
	if id.ID == "" {
		t.Fatalf("ReserveFolderID: no id")
	}
	return drive.OpenFolder{
		Effect: activities.Effect{Key: key(), First: true, Since: time.Now().Add(-time.Hour)},
		ID:     id.ID, Name: "O'Neil \\ 事件", Parent: x.Folder, Properties: map[string]string{"hikeshiCase": "CSIRT-7"},
	}
}

func newSheet(x Target) drive.OpenSheet {
	return drive.OpenSheet{
		Effect: activities.Effect{Key: key(), First: true, Since: time.Now().Add(-time.Hour)},
		Name:   "Tasks 'of' a case", Folder: x.Folder, Properties: map[string]string{"hikeshiRole": "tasks"},
	}
}

func openFolder(t T, x Target, in drive.OpenFolder) (out drive.Folder) {
	t.Helper()
	must(t, x.Run(x.Activities.OpenFolder, in, &out))
	return out
}

func openSheet(t T, x Target, in drive.OpenSheet) (out drive.Sheet) {
	t.Helper()
	must(t, x.Run(x.Activities.OpenSheet, in, &out))
	return out
}

func must(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func wantClass(t T, err error, want activities.Class) {
	t.Helper()
	if !activities.Is(err, want) {
		t.Errorf("got error %v, want %s", err, want)
	}
}
