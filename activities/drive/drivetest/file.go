package drivetest

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"strconv"
	"time"

	"hikeshi/activities/fake"
)

// Google's own types of file.
const (
	FolderType = "application/vnd.google-apps.folder"
	SheetType  = "application/vnd.google-apps.spreadsheet"
)

// File is one file or folder. The root of a shared drive is a folder with the drive's id.
type File struct {
	ID, Name, MimeType string
	Description        string            `json:",omitempty"`
	Parent             string            `json:",omitempty"` // a file lies in one folder; empty for roots
	DriveID            string            `json:",omitempty"` // shared drive; empty in somebody's My Drive
	Owner              string            `json:",omitempty"` // e-mail address; empty in a shared drive
	Permissions        []Permission      `json:",omitempty"` // given on this very file
	Properties         map[string]string `json:",omitempty"` // seen by everybody
	AppProperties      map[string]string `json:",omitempty"` // seen by the product's OAuth client only
	Trashed            bool              `json:",omitempty"` // put there itself, not with a folder above it
	ReadOnly           bool              `json:",omitempty"` // a content restriction
	ReadOnlyReason     string            `json:",omitempty"`
	Created, Modified  time.Time
	Named, Placed      time.Time // when it got its name and its place, for searches that lag
	Version            int64
	Modifier           string // e-mail address of who changed it last

	Blob              string `json:",omitempty"` // where its content lies; empty for Google's own types
	Size              int64  `json:",omitempty"`
	MD5, SHA1, SHA256 string `json:",omitempty"` // of the content, in hexadecimal
}

// SharedDrive is a drive that belongs to an organisation rather than to a person.
type SharedDrive struct {
	ID, Name string
	Created  time.Time
	Members  []Permission
}

const briefFile = "kind,id,name,mimeType,driveId,teamDriveId"

// view is the file as the account may see it.
func (s *Server) view(f File, who string) map[string]any {
	role := s.role(f, who)
	v := map[string]any{
		"kind": "drive#file", "id": f.ID, "name": f.Name, "mimeType": f.MimeType, "webViewLink": s.WebLink(f),
		"trashed": s.trashed(f), "explicitlyTrashed": f.Trashed, "starred": false, "spaces": []string{"drive"},
		"createdTime": stamp(f.Created), "modifiedTime": stamp(f.Modified), "version": strconv.FormatInt(f.Version, 10),
		"lastModifyingUser": person(f.Modifier, who), "ownedByMe": f.Owner == who, "shared": len(s.rights(f)) > 1,
		"capabilities": map[string]any{
			"canEdit": role >= writer && !f.ReadOnly, "canRename": role >= writer, "canShare": s.canShare(f, who), "canTrash": s.canTrash(f, who),
			"canAddChildren": role >= writer && f.MimeType == FolderType, "canDownload": true,
		},
	}
	optional(v, "description", f.Description)
	optional(v, "driveId", f.DriveID)
	optional(v, "teamDriveId", f.DriveID)
	if f.Parent != "" && s.canSee(f.Parent, who) {
		v["parents"] = []string{f.Parent}
	}
	if len(f.Properties) > 0 {
		v["properties"] = f.Properties
	}
	if len(f.AppProperties) > 0 && who == fake.GoogleAccount {
		v["appProperties"] = f.AppProperties
	}
	if f.ReadOnly {
		v["contentRestrictions"] = []any{map[string]any{"readOnly": true, "reason": f.ReadOnlyReason, "type": "globalContentRestriction"}}
	}
	if f.Owner != "" {
		v["owners"] = []any{person(f.Owner, who)}
	}
	if f.DriveID == "" && role >= writer {
		v["permissions"] = s.viewPermissions(f)
	}
	if f.Blob != "" {
		maps.Copy(v, map[string]any{
			"size": strconv.FormatInt(f.Size, 10), "md5Checksum": f.MD5, "sha1Checksum": f.SHA1, "sha256Checksum": f.SHA256,
			"originalFilename": f.Name, "webContentLink": "https://drive.google.com/uc?id=" + f.ID + "&export=download",
		})
	}
	return v
}

// WebLink is the address at which a browser opens the file: Google's own, or that of the sandbox's pages.
func (s *Server) WebLink(f File) string {
	drive, docs := "https://drive.google.com", "https://docs.google.com"
	if s.options.WebURL != "" {
		drive, docs = s.options.WebURL, s.options.WebURL
	}
	switch f.MimeType {
	case FolderType:
		return drive + "/drive/folders/" + f.ID
	case SheetType:
		return docs + "/spreadsheets/d/" + f.ID + "/edit?usp=drivesdk"
	}
	return drive + "/file/d/" + f.ID + "/view?usp=drivesdk"
}

func person(email, who string) map[string]any {
	name := email
	for _, p := range fake.Cast() {
		if p.Email == email {
			name = p.RealName
		}
	}
	if email == fake.GoogleAccount {
		name = "Hikeshi"
	}
	return map[string]any{"kind": "drive#user", "displayName": name, "emailAddress": email, "permissionId": permissionID(email), "me": email == who}
}

func optional(v map[string]any, name, text string) {
	if text != "" {
		v[name] = text
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// newID makes an id as long as Drive's.
func newID() string {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // never fails
	return "1" + base64.RawURLEncoding.EncodeToString(raw)
}
