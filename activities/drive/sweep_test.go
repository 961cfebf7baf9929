package drive_test

import (
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
)

// doubled makes three sheets of one effect, of which a person has written into the last, and one of another effect.
func doubled(t *testing.T) (d *drivetest.Server, acts *drive.Activities, sheets []string) {
	t.Helper()
	d, url := drivetest.Start(t, drivetest.Options{})
	acts = newActivities(t, url)
	for _, key := range []string{"sheet", "sheet", "sheet", "another"} {
		var s drive.Sheet
		noError(t, run(acts)(acts.OpenSheet, drive.OpenSheet{Effect: effect(key), Name: "Tasks", Folder: drivetest.CasesFolder}, &s))
		sheets = append(sheets, s.ID)
	}
	d.Touch(sheets[2], "aoi@csirt.example")
	return d, acts, sheets
}

func sweeping(sheet string) drive.SweepSheets {
	return drive.SweepSheets{Key: effect("sheet").Key, Folder: drivetest.CasesFolder, Sheet: sheet, Name: "DUPLICATE "}
}

func wantAside(t *testing.T, d *drivetest.Server, sheets []string) {
	t.Helper()
	for i, want := range []struct {
		name    string
		trashed bool
	}{{"Tasks", false}, {"Tasks", true}, {"DUPLICATE Tasks", false}, {"Tasks", false}} {
		if f, _ := d.File(sheets[i]); f.Name != want.name || f.Trashed != want.trashed {
			t.Errorf("sheet %d: name %q, trashed %t; want %q, %t", i, f.Name, f.Trashed, want.name, want.trashed)
		}
	}
}

func TestSweepSheets(t *testing.T) {
	d, acts, sheets := doubled(t)
	var got drive.SheetsSwept
	noError(t, run(acts)(acts.SweepSheets, sweeping(sheets[0]), &got))
	if len(got.Trashed) != 1 || len(got.Kept) != 1 {
		t.Errorf("SweepSheets = %+v; want the untouched one trashed, the other one kept", got)
	}
	writes := d.Count("PATCH /")
	noError(t, run(acts)(acts.SweepSheets, sweeping(sheets[0]), nil))
	wantAside(t, d, sheets)
	if n := d.Count("PATCH /"); n != writes {
		t.Errorf("%d writes the second time", n-writes)
	}
	wantFault(t, run(acts)(acts.SweepSheets, drive.SweepSheets{Key: "k"}, nil), activities.Invalid, 0)
}

func TestSweepSheetsAfterFaults(t *testing.T) {
	clean, acts, sheets := doubled(t)
	before := len(clean.Calls())
	noError(t, run(acts)(acts.SweepSheets, sweeping(sheets[0]), nil))
	for _, mode := range []fake.Fault{{Mode: "before"}, {Mode: "after"}, {Mode: "garbage"}, {Mode: "status", Status: 401}} {
		for nth := 1; nth <= len(clean.Calls())-before; nth++ {
			d, acts, sheets := doubled(t)
			mode.Match, mode.Nth, mode.Times = "*", nth, 1
			noError(t, d.Inject(mode))
			for range 3 {
				if run(acts)(acts.SweepSheets, sweeping(sheets[0]), nil) == nil {
					break
				}
			}
			wantAside(t, d, sheets)
		}
	}
}
