package drivetest

import (
	"encoding/json"
	"net/http"
	"strings"

	"hikeshi/activities/fake"
)

// metadata is the body of a create or an update: only what is given is set.
type metadata struct {
	ID                  *string            `json:"id"`
	Name                *string            `json:"name"`
	MimeType            *string            `json:"mimeType"`
	Description         *string            `json:"description"`
	Parents             []string           `json:"parents"`
	Trashed             *bool              `json:"trashed"`
	Properties          map[string]*string `json:"properties"`
	AppProperties       map[string]*string `json:"appProperties"`
	ContentRestrictions []struct {
		ReadOnly *bool  `json:"readOnly"`
		Reason   string `json:"reason"`
	} `json:"contentRestrictions"`
}

func decode(r *http.Request, v any) error {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil && err.Error() != "EOF" {
		return &refusal{http.StatusBadRequest, "parseError", "Parse Error", ""}
	}
	return nil
}

// create makes a file without content. https://developers.google.com/workspace/drive/api/reference/rest/v3/files/create
func (s *Server) create(c *call) (any, error) {
	var m metadata
	if err := decode(c.r, &m); err != nil {
		return nil, err
	}
	f, err := s.draft(c, m)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(f.MimeType, "application/vnd.google-apps.") {
		if err := s.fill(&f, nil); err != nil { // an empty file
			return nil, err
		}
	}
	s.place(c, f)
	return s.view(f, c.who), nil
}

// draft checks everything about a new file and returns it, not yet stored.
func (s *Server) draft(c *call, m metadata) (File, error) {
	f := File{ID: newID(), Name: "Untitled", MimeType: "application/octet-stream", Created: c.now}
	if m.MimeType != nil && *m.MimeType != "" {
		f.MimeType = *m.MimeType
	}
	if err := s.chosenID(c, &f, m.ID); err != nil {
		return File{}, err
	}
	if err := s.under(c, &f, m.Parents); err != nil {
		return File{}, err
	}
	return f, s.apply(c, &f, m)
}

// chosenID takes an id that was reserved for the caller.
func (s *Server) chosenID(c *call, f *File, id *string) error {
	if id == nil || *id == "" {
		return nil
	}
	if strings.HasPrefix(f.MimeType, "application/vnd.google-apps.") && f.MimeType != FolderType {
		return invalid("Generated IDs are not supported for Docs Editors formats.")
	}
	if _, taken := s.files.Get(*id); taken {
		return &refusal{http.StatusConflict, "fileIdInUse", "A file already exists with the provided ID.", ""}
	}
	if by, ok := s.reserved.Get(*id); !ok || by != c.who {
		return invalid("The provided file ID is not usable.")
	}
	f.ID = *id
	return nil
}

// under puts the file into its folder, or the caller's My Drive.
func (s *Server) under(c *call, f *File, parents []string) error {
	if len(parents) > 1 {
		return &refusal{http.StatusForbidden, "cannotAddParent", "Increasing the number of parents is not allowed", ""}
	}
	parent := s.root(c.who)
	if len(parents) == 1 {
		parent = parents[0]
	}
	folder, err := s.find(c, parent)
	if err != nil {
		return err
	}
	switch {
	case folder.MimeType != FolderType:
		return &refusal{http.StatusForbidden, "parentNotAFolder", "The specified parent is not a folder.", ""}
	case s.role(folder, c.who) < writer:
		return &refusal{http.StatusForbidden, "insufficientFilePermissions", "Insufficient permissions for the specified parent.", ""}
	case folder.DriveID == "" && c.who == fake.GoogleAccount:
		return &refusal{http.StatusForbidden, "storageQuotaExceeded", "Service Accounts do not have storage quota. Leverage shared drives (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation (http://support.google.com/a/answer/7281227) instead.", ""}
	}
	f.Parent, f.DriveID = folder.ID, folder.DriveID
	if f.DriveID == "" {
		f.Owner, f.Permissions = c.who, []Permission{userPermission(c.who, "owner")}
	}
	return nil
}

// place stores a new file.
func (s *Server) place(c *call, f File) {
	f.Placed, f.Named = c.now, c.now
	s.save(f, c.who)
}

// generateIDs sets ids aside for the caller. https://developers.google.com/workspace/drive/api/reference/rest/v3/files/generateIds
func (s *Server) generateIDs(c *call) (any, error) {
	count, err := c.number("count", 10, 1, 1000)
	if err != nil {
		return nil, err
	}
	if space := c.query("space"); space != "" && space != "drive" && space != "appDataFolder" {
		return nil, invalidParameter("space", "Invalid Value")
	}
	ids := make([]string, count)
	for i := range ids {
		ids[i] = newID()
		s.reserved.Put(ids[i], c.who)
	}
	return map[string]any{"kind": "drive#generatedIds", "space": "drive", "ids": ids}, nil
}
