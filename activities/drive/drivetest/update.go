package drivetest

import (
	"net/http"
	"strings"
)

// Drive's limits for properties, in bytes and in number.
const (
	maxPropertyBytes = 124
	maxProperties    = 30
)

// update changes a file's metadata. https://developers.google.com/workspace/drive/api/reference/rest/v3/files/update
func (s *Server) update(c *call) (any, error) {
	f, err := s.find(c, c.r.PathValue("file"))
	if err != nil {
		return nil, err
	}
	var m metadata
	if err := decode(c.r, &m); err != nil {
		return nil, err
	}
	if err := s.change(c, &f, m); err != nil {
		return nil, err
	}
	s.save(f, c.who)
	return s.view(f, c.who), nil
}

// change applies metadata and moves to a file that exists.
func (s *Server) change(c *call, f *File, m metadata) error {
	if s.role(*f, c.who) < writer {
		return notAllowed(f.ID)
	}
	if m.ID != nil && *m.ID != f.ID || m.Parents != nil {
		return &refusal{http.StatusForbidden, "fieldNotWritable", "The resource body includes fields which are not directly writable.", ""}
	}
	if f.ReadOnly && (m.Name != nil || m.Description != nil) && !s.unlocks(m) {
		return readOnly(*f)
	}
	if m.Trashed != nil && *m.Trashed != f.Trashed {
		if !s.canTrash(*f, c.who) {
			return notAllowed(f.ID)
		}
		f.Trashed = *m.Trashed
	}
	if err := s.move(c, f); err != nil {
		return err
	}
	if m.Name != nil && *m.Name != "" && *m.Name != f.Name {
		f.Named = c.now
	}
	return s.apply(c, f, m)
}

func (s *Server) unlocks(m metadata) bool {
	return len(m.ContentRestrictions) == 1 && m.ContentRestrictions[0].ReadOnly != nil && !*m.ContentRestrictions[0].ReadOnly
}

func readOnly(f File) error {
	return &refusal{http.StatusForbidden, "cannotModifyRestrictedContent", "The file " + f.ID + " is read-only: its content is restricted.", ""}
}

// apply sets the given metadata.
func (s *Server) apply(c *call, f *File, m metadata) (err error) {
	if m.Name != nil && *m.Name != "" {
		f.Name = *m.Name
	}
	if m.Description != nil {
		f.Description = *m.Description
	}
	if f.Properties, err = merge(f.Properties, m.Properties); err != nil {
		return err
	}
	if f.AppProperties, err = merge(f.AppProperties, m.AppProperties); err != nil {
		return err
	}
	for _, r := range m.ContentRestrictions {
		if r.ReadOnly != nil {
			f.ReadOnly, f.ReadOnlyReason = *r.ReadOnly, r.Reason
		}
	}
	return nil
}

// merge sets and, where the value is null, deletes properties.
func merge(old map[string]string, set map[string]*string) (map[string]string, error) {
	out := map[string]string{}
	for k, v := range old {
		out[k] = v
	}
	for k, v := range set {
		if v == nil {
			delete(out, k)
			continue
		}
		if len(k)+len(*v) > maxPropertyBytes {
			return nil, invalid("The property %s exceeds the size limit of %d bytes in UTF-8.", k, maxPropertyBytes)
		}
		out[k] = *v
	}
	if len(out) > maxProperties {
		return nil, &refusal{http.StatusForbidden, "propertyLimitExceeded", "The file has too many properties.", ""}
	}
	return out, nil
}

// move puts the file into another folder, as addParents and removeParents say.
func (s *Server) move(c *call, f *File) error {
	to, away := c.query("addParents"), c.query("removeParents")
	if to == "" {
		if away != "" {
			return &refusal{http.StatusForbidden, "cannotRemoveParent", "A file must have a parent.", ""}
		}
		return nil
	}
	if strings.Contains(to, ",") || away != f.Parent && to != f.Parent {
		return &refusal{http.StatusForbidden, "cannotAddParent", "Increasing the number of parents is not allowed", ""}
	}
	folder, err := s.find(c, to)
	if err != nil {
		return err
	}
	if s.role(folder, c.who) < writer || f.DriveID != "" && s.role(*f, c.who) < fileOrganizer {
		return notAllowed(f.ID)
	}
	for above := folder; ; {
		if above.ID == f.ID {
			return &refusal{http.StatusForbidden, "cyclicMembershipsNotAllowed", "A folder cannot be moved into itself.", ""}
		}
		next, ok := s.files.Get(above.Parent)
		if !ok {
			break
		}
		above = next
	}
	f.Parent, f.Placed = folder.ID, c.now
	s.adopt(f, folder.DriveID)
	return nil
}

// adopt gives a moved file and all below it the drive they are in now.
func (s *Server) adopt(f *File, driveID string) {
	if f.DriveID == driveID {
		return
	}
	f.DriveID = driveID
	if driveID != "" {
		f.Owner = ""
	}
	for _, below := range s.files.All() {
		if below.Parent == f.ID {
			s.adopt(&below, driveID)
			s.files.Put(below.ID, below)
		}
	}
}
