package doctor

import (
	"context"
	"os"

	"hikeshi/activities/drive"
	"hikeshi/worker/vendors"
)

func (a *area) google(ctx context.Context) {
	key := a.cfg.Getenv("GOOGLE_APPLICATION_CREDENTIALS")
	if key == "" {
		key = a.cfg.Getenv("GOOGLE_APPLICATION_CREDENTIALS_FILE")
	}
	if key == "" && a.cfg.Getenv("GOOGLE_DRIVE_ENDPOINT") == "" {
		a.unchecked("key", "there is no GOOGLE_APPLICATION_CREDENTIALS here: run doctor where the worker runs")
		return
	}
	if key != "" {
		if _, err := os.ReadFile(key); err != nil {
			a.mend("key", "set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file that this user can read", "%v", err)
			return
		}
	}
	d, s, err := vendors.Google(ctx, a.cfg)
	if a.failed("key", err) {
		return
	}
	who, err := (&drive.Activities{Client: d}).CheckDriveAccess(ctx)
	if a.failed("access", err) {
		return
	}
	a.ok("access", "we are %s", who.Account)
	if !a.failed("sheets", s.Reach(ctx)) {
		a.ok("sheets", "the Sheets API answers")
	}
	for _, f := range a.folders() {
		a.folder(ctx, d, f, who.Account)
	}
}

// place is a folder of the configuration.
type place struct{ key, id string }

func (a *area) folders() (list []place) {
	all := []place{
		{"audiences.group.folder", a.cfg.Audiences.Group.Folder}, {"audiences.restricted.folder", a.cfg.Audiences.Restricted.Folder},
		{"google.evidence_folder", a.cfg.Google.EvidenceFolder}, {"google.drill_folder", a.cfg.Google.DrillFolder},
	}
	for _, o := range a.cfg.Organisations {
		all = append(all, place{"organisations (" + o.ID + ").folder", o.Folder})
	}
	seen := map[string]bool{"": true}
	for _, f := range all {
		if !seen[f.id] {
			seen[f.id] = true
			list = append(list, f)
		}
	}
	return list
}

func (a *area) folder(ctx context.Context, d *drive.Client, f place, us string) {
	at, err := d.Inspect(ctx, f.id)
	if a.failed(f.key, err) {
		return
	}
	fine := false
	switch {
	case !at.IsFolder:
		a.mend(f.key, "set it to the id of a folder", "%q is no folder", at.Name)
	case at.Trashed:
		a.mend(f.key, "restore it, or name another", "%q is in the trash", at.Name)
	case !at.CanAdd:
		a.mend(f.key, "make "+us+" a content manager of the shared drive, or an editor of the folder", "we may not put files into %q", at.Name)
	case at.Public == "anyone":
		a.mend(f.key, "take the link sharing away", "everybody who has the link can read %q, and with it all cases in it", at.Name)
	case at.Public != "":
		a.warn(f.key, "take the sharing away, unless all of them may read every case in it", "everybody of %s can read %q", at.Public, at.Name)
	default:
		fine = true
	}
	if !at.Shared && at.IsFolder {
		a.mend(f.key, "use a folder in a shared drive", "%q is in somebody's own Drive: a service account has no storage there, and what is in it goes when that person goes", at.Name)
	} else if fine {
		a.ok(f.key, "%q takes our files, and only people who are named can read it", at.Name)
	}
}
