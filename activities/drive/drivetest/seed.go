package drivetest

import (
	"time"

	"hikeshi/activities/fake"
)

// The folders of the seed.
const (
	CSIRTDrive       = "0ACSIRTDRIVE"   // shared drive of the CSIRT
	CasesFolder      = "fld-cases"      // read by the whole cast
	AcmeFolder       = "fld-acme"       // read by Acme
	BravoFolder      = "fld-bravo"      // read by Bravo
	RestrictedFolder = "fld-restricted" // the CSIRT alone
	EvidenceFolder   = "fld-evidence"   // files from the channels; the CSIRT alone
	DrillsFolder     = "fld-drills"     // read by the whole cast
	ForeignFolder    = "fld-foreign"    // an executive's own, closed to the product
)

// seed fills an empty Drive. Members of a shared drive see all that is in it, so only the CSIRT is a member; the others
// get rights on folders.
func (s *Server) seed() {
	now := time.Now().UTC().Truncate(time.Millisecond)
	members := []Permission{userPermission(fake.GoogleAccount, "organizer")}
	for _, p := range fake.Cast() {
		if p.Company == "csirt" {
			members = append(members, userPermission(p.Email, "writer"))
		}
	}
	s.drives.Put(CSIRTDrive, SharedDrive{ID: CSIRTDrive, Name: "CSIRT", Created: now, Members: members})
	put := func(f File) {
		f.MimeType, f.Created, f.Modified, f.Version = FolderType, now, now, 1
		if f.Modifier = f.Owner; f.Modifier == "" {
			f.Modifier = fake.GoogleAccount
		}
		s.files.Put(f.ID, f) // with no time of naming and placing: searches have seen the seed long ago
	}
	put(File{ID: CSIRTDrive, Name: "CSIRT", DriveID: CSIRTDrive})
	put(File{ID: CasesFolder, Name: "Cases", Parent: CSIRTDrive, DriveID: CSIRTDrive, Permissions: readers("")})
	put(File{ID: AcmeFolder, Name: "Acme cases", Parent: CSIRTDrive, DriveID: CSIRTDrive, Permissions: readers("acme")})
	put(File{ID: BravoFolder, Name: "Bravo cases", Parent: CSIRTDrive, DriveID: CSIRTDrive, Permissions: readers("bravo")})
	put(File{ID: RestrictedFolder, Name: "Restricted cases", Parent: CSIRTDrive, DriveID: CSIRTDrive})
	put(File{ID: EvidenceFolder, Name: "Evidence", Parent: CSIRTDrive, DriveID: CSIRTDrive})
	put(File{ID: DrillsFolder, Name: "Drills", Parent: CSIRTDrive, DriveID: CSIRTDrive, Permissions: readers("")})
	daigo := "daigo@holdings.example"
	put(File{ID: ForeignFolder, Name: "Board papers", Parent: s.root(daigo), Owner: daigo, Permissions: []Permission{userPermission(daigo, "owner")}})
}

// readers are the people outside the CSIRT of one company, or of all, who may read a folder.
func readers(company string) []Permission {
	var list []Permission
	for _, p := range fake.Cast() {
		if p.Company != "csirt" && (company == "" || p.Company == company) {
			list = append(list, userPermission(p.Email, "reader"))
		}
	}
	return list
}

// root is the id of the account's My Drive, which is made when it is first needed.
func (s *Server) root(who string) string {
	id := "0AMYDRIVE" + permissionID(who)
	if _, ok := s.files.Get(id); !ok {
		now := time.Now().UTC().Truncate(time.Millisecond)
		s.files.Put(id, File{
			ID: id, Name: "My Drive", MimeType: FolderType, Owner: who, Permissions: []Permission{userPermission(who, "owner")},
			Created: now, Modified: now, Version: 1, Modifier: who,
		})
	}
	return id
}
