package drivetest_test

import (
	"net/http"
	"slices"
	"testing"

	"google.golang.org/api/drive/v3"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
)

// Each company's reader sees its own folder and nothing of the other's, by any call.
func TestCompaniesAreApart(t *testing.T) {
	d, url := start(t, drivetest.Options{})
	ours, lena, kenji, aoi := as(t, url, ""), as(t, url, "lena"), as(t, url, "kenji"), as(t, url, "aoi")
	secret := folder(t, ours, "secret", drivetest.AcmeFolder)
	deep := create(t, ours, &drive.File{Name: "deep", MimeType: drivetest.SheetType, Parents: []string{secret}}).Id

	if got := find(t, lena, "'"+drivetest.AcmeFolder+"' in parents or name contains 'deep' or mimeType='"+drivetest.SheetType+"'"); got != "" {
		t.Errorf("lena of bravo finds %q", got)
	}
	for _, id := range []string{drivetest.AcmeFolder, secret, deep} {
		_, err := lena.Files.Get(id).SupportsAllDrives(true).Do()
		wantReason(t, err, 404, "notFound")
		_, err = lena.Permissions.List(id).SupportsAllDrives(true).Do()
		wantReason(t, err, 404, "notFound")
	}
	for _, f := range d.FilesAs("lena@bravo.example") {
		if f.ID == secret || f.ID == deep || f.ID == drivetest.AcmeFolder || f.ID == drivetest.RestrictedFolder {
			t.Errorf("lena's page shows %s", f.Name)
		}
	}
	for name, s := range map[string]*drive.Service{"kenji": kenji, "aoi": aoi} {
		if got := find(t, s, "'"+secret+"' in parents"); got != "deep" {
			t.Errorf("%s finds %q, want deep", name, got)
		}
	}
	_, err := kenji.Files.Update(deep, &drive.File{Name: "changed"}).SupportsAllDrives(true).Do()
	wantReason(t, err, 403, "insufficientFilePermissions") // a reader does not write
	_, err = kenji.Files.Get(drivetest.RestrictedFolder).SupportsAllDrives(true).Do()
	wantReason(t, err, 404, "notFound")
	if got := get(t, aoi, drivetest.RestrictedFolder).Name; got != "Restricted cases" {
		t.Errorf("aoi reads %q", got)
	}
	_, err = ours.Files.Get(drivetest.ForeignFolder).SupportsAllDrives(true).Do()
	wantReason(t, err, 404, "notFound")
}

func TestSharedDrivesMustBeAskedFor(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	_, err := ours.Files.Get(drivetest.CasesFolder).Do()
	wantReason(t, err, 404, "notFound")
	_, err = ours.Files.Create(&drive.File{Name: "x", MimeType: drivetest.FolderType, Parents: []string{drivetest.CasesFolder}}).Do()
	wantReason(t, err, 404, "notFound")
	_, err = ours.Files.List().IncludeItemsFromAllDrives(true).Do()
	wantReason(t, err, 400, "invalidParameter")
	_, err = ours.Files.List().DriveId(drivetest.CSIRTDrive).SupportsAllDrives(true).IncludeItemsFromAllDrives(true).Do()
	wantReason(t, err, 400, "invalidParameter")
	l, err := ours.Files.List().Do()
	noError(t, err)
	if len(l.Files) != 0 {
		t.Errorf("without the flag %d files of the shared drive are listed", len(l.Files))
	}
	l, err = ours.Files.List().Corpora("drive").DriveId(drivetest.CSIRTDrive).SupportsAllDrives(true).IncludeItemsFromAllDrives(true).Do()
	noError(t, err)
	if len(l.Files) != 6 {
		t.Errorf("%d files in the shared drive, want the six folders", len(l.Files))
	}
}

func TestServiceAccountOwnsNothing(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	_, err := as(t, url, "").Files.Create(&drive.File{Name: "x"}).Do()
	wantReason(t, err, 403, "storageQuotaExceeded")
	if f := create(t, as(t, url, "ben"), &drive.File{Name: "mine"}); f.Owners[0].EmailAddress != "ben@csirt.example" || f.Size != 0 {
		t.Errorf("a person's file: %+v", f)
	}
}

func TestChosenIDs(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours := as(t, url, "")
	ids, err := ours.Files.GenerateIds().Count(2).Do()
	noError(t, err)
	ask := func(id, kind string) error {
		_, err := ours.Files.Create(&drive.File{Id: id, Name: "x", MimeType: kind, Parents: []string{drivetest.CasesFolder}}).SupportsAllDrives(true).Do()
		return err
	}
	noError(t, ask(ids.Ids[0], drivetest.FolderType))
	wantReason(t, ask(ids.Ids[0], drivetest.FolderType), 409, "fileIdInUse")
	wantReason(t, ask(ids.Ids[1], drivetest.SheetType), 400, "invalid")
	noError(t, ask(ids.Ids[1], "text/plain"))
	wantReason(t, ask("1nobodyReservedThis", drivetest.FolderType), 400, "invalid")
	foreign, err := as(t, url, "aoi").Files.GenerateIds().Count(1).Do()
	noError(t, err)
	wantReason(t, ask(foreign.Ids[0], drivetest.FolderType), 400, "invalid")
}

func TestPermissions(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	ours, aoi := as(t, url, ""), as(t, url, "aoi")
	id := folder(t, ours, "shared", drivetest.BravoFolder)
	give := func(s *drive.Service, p *drive.Permission) (*drive.Permission, error) {
		return s.Permissions.Create(id, p).SupportsAllDrives(true).SendNotificationEmail(false).Fields("*").Do()
	}
	kenji := &drive.Permission{Type: "user", Role: "reader", EmailAddress: "Kenji@acme.example"}
	first, err := give(ours, kenji)
	noError(t, err)
	again, err := give(ours, kenji)
	noError(t, err)
	l, err := ours.Permissions.List(id).SupportsAllDrives(true).Fields("permissions(id,emailAddress,role,permissionDetails)").Do()
	noError(t, err)
	mine := slices.DeleteFunc(slices.Clone(l.Permissions), func(p *drive.Permission) bool { return p.EmailAddress != "kenji@acme.example" })
	if first.Id != again.Id || len(mine) != 1 || mine[0].PermissionDetails[0].Inherited {
		t.Errorf("after sharing twice: %+v and %+v, listed %d times", first, again, len(mine))
	}
	inherited := slices.IndexFunc(l.Permissions, func(p *drive.Permission) bool { return p.EmailAddress == "lena@bravo.example" })
	if inherited < 0 || !l.Permissions[inherited].PermissionDetails[0].Inherited || l.Permissions[inherited].PermissionDetails[0].InheritedFrom != drivetest.BravoFolder {
		t.Fatalf("lena's right is not listed as coming from above: %+v", l.Permissions)
	}
	err = ours.Permissions.Delete(id, l.Permissions[inherited].Id).SupportsAllDrives(true).Do()
	wantReason(t, err, 403, "cannotModifyInheritedPermission")

	_, err = ours.Permissions.Update(id, first.Id, &drive.Permission{Role: "writer"}).SupportsAllDrives(true).Do()
	noError(t, err)
	if got := get(t, as(t, url, "kenji"), id); !got.Capabilities.CanEdit {
		t.Error("kenji may not edit although he is a writer")
	}
	noError(t, ours.Permissions.Delete(id, first.Id).SupportsAllDrives(true).Do())
	_, err = ours.Permissions.Get(id, first.Id).SupportsAllDrives(true).Do()
	wantReason(t, err, 404, "notFound")

	_, err = give(aoi, kenji) // a contributor does not share folders
	wantReason(t, err, 403, "insufficientFilePermissions")
	_, err = give(ours, &drive.Permission{Type: "user", Role: "reader", EmailAddress: "x@nowhere.example"})
	wantReason(t, err, 400, "invalidSharingRequest")
	_, err = give(ours, &drive.Permission{Type: "user", Role: "king", EmailAddress: "kenji@acme.example"})
	wantReason(t, err, 403, "invalid")
	_, err = give(ours, &drive.Permission{Type: "group", Role: "reader", EmailAddress: "smg-acme@holdings.example"})
	noError(t, err)
	if got := get(t, as(t, url, "kenji"), id).Name; got != "shared" {
		t.Errorf("kenji reads %q by his group", got)
	}
}

func TestUnknownToken(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	r, err := (&http.Client{Transport: bearer("stolen")}).Get(url + "/drive/v3/about?fields=user")
	noError(t, err)
	defer func() { noError(t, r.Body.Close()) }()
	if r.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", r.StatusCode)
	}
}

func TestWhoAmI(t *testing.T) {
	_, url := start(t, drivetest.Options{})
	_, err := as(t, url, "").About.Get().Do()
	wantReason(t, err, 400, "required") // about has no default fields
	for name, want := range map[string]string{"": fake.GoogleAccount, "lena": "lena@bravo.example"} {
		about, err := as(t, url, name).About.Get().Fields("user").Do()
		noError(t, err)
		if about.User.EmailAddress != want || !about.User.Me {
			t.Errorf("%q is %+v, want %s", name, about.User, want)
		}
		drives, err := as(t, url, name).Drives.List().Do()
		noError(t, err)
		if want := map[string]int{"": 1, "lena": 0}[name]; len(drives.Drives) != want {
			t.Errorf("%q is a member of %d drives, want %d", name, len(drives.Drives), want)
		}
	}
	_, err = as(t, url, "lena").Drives.Get(drivetest.CSIRTDrive).Do()
	wantReason(t, err, 404, "notFound")
}
