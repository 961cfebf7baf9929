package drivetest

import (
	"net/http"

	"hikeshi/activities/fake"
)

// about says who the caller is. https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
func (s *Server) about(c *call) (any, error) {
	if c.query("fields") == "" {
		return nil, &refusal{http.StatusBadRequest, "required", "The 'fields' parameter is required for this method.", "fields"}
	}
	return map[string]any{
		"kind": "drive#about", "user": person(c.who, c.who), "canCreateDrives": c.who != fake.GoogleAccount,
		"maxUploadSize": "5242880000000", "storageQuota": map[string]any{"usage": "0", "usageInDrive": "0", "usageInDriveTrash": "0", "limit": s.quota(c.who)},
	}, nil
}

// quota: a service account has no storage.
func (s *Server) quota(who string) string {
	if who == fake.GoogleAccount {
		return "0"
	}
	return "16106127360"
}

// listDrives lists the shared drives of which the caller is a member.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/drives/list
func (s *Server) listDrives(c *call) (any, error) {
	list := []any{}
	for _, d := range s.drives.All() {
		if v := s.viewDrive(d, c.who); v != nil {
			list = append(list, v)
		}
	}
	return map[string]any{"kind": "drive#driveList", "drives": list}, nil
}

// getDrive answers with one shared drive. https://developers.google.com/workspace/drive/api/reference/rest/v3/drives/get
func (s *Server) getDrive(c *call) (any, error) {
	d, err := s.findDrive(c, c.r.PathValue("drive"))
	if err != nil {
		return nil, err
	}
	return s.viewDrive(d, c.who), nil
}

func (s *Server) findDrive(c *call, id string) (SharedDrive, error) {
	d, ok := s.drives.Get(id)
	if !ok || s.viewDrive(d, c.who) == nil {
		return SharedDrive{}, &refusal{http.StatusNotFound, "notFound", "Shared drive not found: " + id, "driveId"}
	}
	return d, nil
}

// viewDrive is the drive as a member sees it; nil for others.
func (s *Server) viewDrive(d SharedDrive, who string) map[string]any {
	best := 0
	for _, p := range d.Members {
		if p.covers(who) {
			best = max(best, roleRank(p.Role))
		}
	}
	if best == 0 {
		return nil
	}
	return map[string]any{
		"kind": "drive#drive", "id": d.ID, "name": d.Name, "createdTime": stamp(d.Created), "hidden": false,
		"capabilities": map[string]any{"canAddChildren": best >= writer, "canManageMembers": best >= organizer, "canListChildren": true},
	}
}
