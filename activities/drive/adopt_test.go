package drive_test

import (
	"maps"
	"strings"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
)

// of is what marks a case's files.
func of(number, role string) map[string]string {
	return map[string]string{"hikeshiCase": "case/" + number, "hikeshiRole": role}
}

// made makes a folder and a sheet in it, with the marks given and without our key.
func made(t *testing.T, d *drivetest.Server, acts *drive.Activities, marks map[string]string) (folder, sheet string) {
	t.Helper()
	in := newFolder(t, acts)
	var f drive.Folder
	noError(t, run(acts)(acts.OpenFolder, in, &f))
	var s drive.Sheet
	noError(t, run(acts)(acts.OpenSheet, drive.OpenSheet{Effect: effect("sheet"), Name: "Tasks", Folder: f.ID}, &s))
	for _, id := range []string{f.ID, s.ID} {
		d.Change(id, func(f *drivetest.File) { f.AppProperties = maps.Clone(marks) })
	}
	return f.ID, s.ID
}

func key(step string) activities.Effect { return activities.Effect{Key: "req." + step + ".2"} }

// However a person names a folder or a sheet, it becomes ours once.
func TestAdoptFolderAndSheet(t *testing.T) {
	for name, said := range map[string][2]string{
		"id":      {"ID", "ID"},
		"address": {"https://drive.google.com/drive/u/0/folders/ID?resourcekey=x", "https://docs.google.com/spreadsheets/d/ID/edit#gid=0"},
		"open":    {"https://drive.google.com/open?id=ID", "<https://drive.google.com/open?id=ID|tasks>"},
	} {
		t.Run(name, func(t *testing.T) {
			d, url := drivetest.Start(t, drivetest.Options{})
			acts := newActivities(t, url)
			folder, sheet := made(t, d, acts, nil)
			for range 2 {
				var f drive.Folder
				noError(t, run(acts)(acts.AdoptFolder, drive.AdoptFolder{
					Effect: key("open.folder"), ID: strings.ReplaceAll(said[0], "ID", folder), Parent: drivetest.CasesFolder, Properties: of("SEC-7", "folder"),
				}, &f))
				var s drive.Sheet
				noError(t, run(acts)(acts.AdoptSheet, drive.AdoptSheet{
					Effect: key("open.sheet"), ID: strings.ReplaceAll(said[1], "ID", sheet), Folder: folder, Properties: of("SEC-7", "tasks"),
				}, &s))
				if f.ID != folder || f.URL == "" || !f.Adopted || s.ID != sheet || s.URL == "" || !s.Adopted {
					t.Fatalf("got %+v and %+v", f, s)
				}
			}
			for id, want := range map[string]string{folder: "req.open.folder.2", sheet: "req.open.sheet.2"} {
				if f, _ := d.File(id); f.AppProperties["hikeshiKey"] != want || f.AppProperties["hikeshiCase"] != "case/SEC-7" {
					t.Errorf("marks = %v", f.AppProperties)
				}
			}
			if n := d.Count("PATCH /drive/v3/files/"); n != 2 {
				t.Errorf("%d writes, want one for each", n)
			}
			// A later try finds what was taken over.
			var again drive.Sheet
			later := key("open.sheet")
			noError(t, run(acts)(acts.OpenSheet, drive.OpenSheet{Effect: later, Name: "Tasks", Folder: folder}, &again))
			if again.ID != sheet || !again.Adopted {
				t.Errorf("OpenSheet = %+v, want the one that was taken over", again)
			}
		})
	}
}

func TestAdoptRefusesFiles(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{})
	acts := newActivities(t, url)
	folder, sheet := made(t, d, acts, nil)
	others, othersSheet := made(t, d, acts, of("SEC-1", "folder"))
	archive, _ := made(t, d, acts, of("SEC-7", "archive"))
	earlier, _ := made(t, d, acts, map[string]string{"hikeshiKey": "req.open.folder.1"})
	stray, _ := made(t, d, acts, map[string]string{"hikeshiKey": "elsewhere.open.folder.1"})
	binned, _ := made(t, d, acts, nil)
	d.Trash(binned)
	ask := func(id string) drive.AdoptFolder {
		return drive.AdoptFolder{Effect: key("open.folder"), ID: id, Parent: drivetest.CasesFolder, Properties: of("SEC-7", "folder")}
	}
	elsewhere := ask(folder)
	elsewhere.Parent = drivetest.AcmeFolder
	for name, test := range map[string]struct {
		in    drive.AdoptFolder
		class activities.Class
		says  string
	}{
		"not there":            {ask("nobody-has-this-id"), activities.NotFound, "share the folder"},
		"closed to us":         {ask(drivetest.ForeignFolder), activities.NotFound, "share the folder"},
		"another case's":       {ask(others), activities.Denied, "its mark is case/SEC-1"},
		"another role":         {ask(archive), activities.Denied, "its mark is archive"},
		"another effect's":     {ask(stray), activities.Denied, "its mark is elsewhere.open.folder.1"},
		"a sheet":              {ask(sheet), activities.Invalid, "it is no folder"},
		"in the trash":         {ask(binned), activities.Invalid, "out of the trash"},
		"elsewhere":            {elsewhere, activities.Invalid, "move it into the folder"},
		"no words":             {ask(""), activities.Invalid, "name no folder"},
		"an address without":   {ask("https://drive.google.com/drive/my-drive"), activities.Invalid, "name no folder"},
		"a quote in the words": {ask("x' or '1'='1"), activities.Invalid, "name no folder"},
	} {
		t.Run(name, func(t *testing.T) {
			before := d.Count("PATCH /")
			err := run(acts)(acts.AdoptFolder, test.in, nil)
			if !activities.Is(err, test.class) || !strings.Contains(err.Error(), test.says) || d.Count("PATCH /") != before {
				t.Errorf("error = %v; want %s, %q, and nothing written", err, test.class, test.says)
			}
		})
	}
	noError(t, run(acts)(acts.AdoptFolder, ask(earlier), nil)) // an earlier generation's is this effect's
	err := run(acts)(acts.AdoptSheet, drive.AdoptSheet{Effect: key("open.sheet"), ID: othersSheet, Folder: others, Properties: of("SEC-7", "tasks")}, nil)
	wantFault(t, err, activities.Denied, 0)
}

func TestAdoptFolderAfterFaults(t *testing.T) {
	for _, mode := range []fake.Fault{{Mode: "after"}, {Mode: "before"}, {Mode: "status", Status: 404}, {Mode: "status", Status: 403}, {Mode: "garbage"}} {
		for nth := 1; nth <= 3; nth++ {
			d, url := drivetest.Start(t, drivetest.Options{})
			acts := newActivities(t, url)
			folder, _ := made(t, d, acts, nil)
			mode.Match, mode.Nth, mode.Times = "* /drive/v3/files/"+folder, nth, 1
			noError(t, d.Inject(mode))
			in := drive.AdoptFolder{Effect: key("open.folder"), ID: folder, Properties: of("SEC-7", "folder")}
			_ = run(acts)(acts.AdoptFolder, in, nil) // meets the fault, or the library repeats the read
			noError(t, run(acts)(acts.AdoptFolder, in, nil))
			if f, _ := d.File(folder); f.AppProperties["hikeshiKey"] != "req.open.folder.2" {
				t.Errorf("%s at call %d: marks = %v", mode.Mode, nth, f.AppProperties)
			}
		}
	}
}
