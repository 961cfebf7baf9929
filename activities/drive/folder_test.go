package drive_test

import (
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/retrytest"
)

// newFolder asks for a folder as a workflow does that has never asked before.
func newFolder(t *testing.T, acts *drive.Activities) drive.OpenFolder {
	t.Helper()
	var id drive.FolderID
	noError(t, run(acts)(acts.ReserveFolderID, nil, &id))
	return drive.OpenFolder{Effect: effect("folder"), ID: id.ID, Name: "CSIRT-1", Parent: drivetest.CasesFolder}
}

// afterReset is the same effect asked for by a workflow that was reset: it reserves another id, and knows nothing of
// what it did before.
func afterReset(t *testing.T, acts *drive.Activities) drive.OpenFolder {
	t.Helper()
	in := newFolder(t, acts)
	in.First, in.Since = false, time.Now()
	return in
}

func oneFolder(t *testing.T, d *drivetest.Server, id string) {
	t.Helper()
	if list := d.Tree(drivetest.CasesFolder).Children; len(list) != 1 || list[0].ID != id {
		t.Errorf("got %+v, want one folder: %s", list, id)
	}
}

func listed(d *drivetest.Server) bool {
	return slices.ContainsFunc(d.Calls(), func(c fake.Call) bool { return c.Name == lists })
}

func TestFolderOnceAfterAReset(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{NameLag: time.Hour})
	acts := newActivities(t, url, func(c *drive.Config) { c.SearchLag = time.Hour }) // what the list shows needs no wait
	first, again := newFolder(t, acts), afterReset(t, acts)
	noError(t, run(acts)(acts.OpenFolder, first, nil))
	var got drive.Folder
	noError(t, run(acts)(acts.OpenFolder, again, &got))
	if got.ID != first.ID || got.URL == "" || !got.Adopted || !listed(d) {
		t.Errorf("got %+v, want %s found in the list and adopted", got, first.ID)
	}
	oneFolder(t, d, first.ID)
}

// Right after a reset the lists may not show the folder yet: finding none must not lead to a second one.
func TestFolderOnceAfterAResetWhenListsLag(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{ListLag: 300 * time.Millisecond})
	acts := newActivities(t, url, func(c *drive.Config) { c.SearchLag = 600 * time.Millisecond })
	first := newFolder(t, acts)
	noError(t, run(acts)(acts.OpenFolder, first, nil))
	again := afterReset(t, acts)
	var got drive.Folder
	err := run(acts)(acts.OpenFolder, again, &got)
	if f := activities.FaultOf(err); f.Class != activities.Ambiguous || f.After <= 0 || f.After > 600*time.Millisecond {
		t.Fatalf("look-up right after the reset: %v after %v, want Ambiguous and a wait within the lag", err, f.After)
	}
	deadline := time.After(time.Minute)
	for activities.Is(err, activities.Ambiguous) {
		select {
		case <-time.After(activities.FaultOf(err).After):
			err = run(acts)(acts.OpenFolder, again, &got)
		case <-deadline:
			t.Fatal("the look-up never ended")
		}
	}
	noError(t, err)
	if !got.Adopted {
		t.Errorf("got %+v, want it adopted", got)
	}
	oneFolder(t, d, first.ID)
}

// After a reset that came before anything was made, the folder is made with the new id, and its own lost reply is
// answered by that id at once.
func TestFolderIsMadeAfterAReset(t *testing.T) {
	d, url := drivetest.Start(t, drivetest.Options{ListLag: time.Hour})
	acts := newActivities(t, url, func(c *drive.Config) { c.SearchLag = time.Hour })
	in := afterReset(t, acts)
	in.Since = time.Now().Add(-2 * time.Hour)
	inject(t, d, creates, fake.Fault{Mode: "before"})
	wantFault(t, run(acts)(acts.OpenFolder, in, nil), activities.Unavailable, 0)
	inject(t, d, creates, fake.Fault{Mode: "after"})
	wantFault(t, run(acts, justNow)(acts.OpenFolder, in, nil), activities.Unavailable, 0)
	var got drive.Folder
	noError(t, run(acts, justNow)(acts.OpenFolder, in, &got))
	if got.ID != in.ID || !got.Adopted {
		t.Errorf("got %+v, want %s adopted", got, in.ID)
	}
	oneFolder(t, d, in.ID)
}

// A retry within one execution has the same id: it is answered without a list and without waiting for one.
func TestFolderRetryNeedsNoList(t *testing.T) {
	for _, lost := range []struct {
		mode    string
		adopted bool
		creates int
	}{{"after", true, 1}, {"before", false, 2}} {
		t.Run(lost.mode, func(t *testing.T) {
			d, url := drivetest.Start(t, drivetest.Options{ListLag: time.Hour})
			acts := newActivities(t, url, func(c *drive.Config) { c.SearchLag = time.Hour })
			in := newFolder(t, acts)
			inject(t, d, creates, fake.Fault{Mode: lost.mode})
			wantFault(t, run(acts)(acts.OpenFolder, in, nil), activities.Unavailable, 0)
			var got drive.Folder
			noError(t, run(acts, justNow)(acts.OpenFolder, in, &got))
			if got.ID != in.ID || got.Adopted != lost.adopted {
				t.Errorf("got %+v, want %s, adopted: %t", got, in.ID, lost.adopted)
			}
			oneFolder(t, d, in.ID)
			if n := d.Count(creates); n != lost.creates {
				t.Errorf("%d creates, want %d", n, lost.creates)
			}
			if listed(d) {
				t.Error("the folder was looked for in a list")
			}
		})
	}
}

// justNow makes a try one that follows an attempt of this moment.
func justNow(env *testsuite.TestActivityEnvironment) {
	retrytest.Numbered(env, 2)
	env.SetHeartbeatDetails([]activities.Attempt{{Number: 1, At: time.Now()}})
}
