package drivetest

import (
	"net/http"
	"slices"
	"strings"
)

const briefPermission = "kind,id,type,role"

// listPermissions lists who has rights on a file. https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions/list
func (s *Server) listPermissions(c *call) (any, error) {
	f, err := s.find(c, c.r.PathValue("file"))
	if err != nil {
		return nil, err
	}
	if s.role(f, c.who) < writer {
		return nil, insufficientPermissions()
	}
	all := s.viewPermissions(f)
	size, err := c.number("pageSize", 100, 1, 100)
	if err != nil {
		return nil, err
	}
	page, next, err := c.page(len(all), size)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"kind": "drive#permissionList", "permissions": all[page.from:page.to]}
	optional(answer, "nextPageToken", next)
	return answer, nil
}

func insufficientPermissions() error {
	return &refusal{http.StatusForbidden, "insufficientFilePermissions", "The user does not have sufficient permissions for this file.", ""}
}

// viewPermissions joins the rights of the file, its folders and its drive: one entry per person, with the strongest.
func (s *Server) viewPermissions(f File) []map[string]any {
	var order []string
	joined := map[string][]right{}
	for _, r := range s.rights(f) {
		if joined[r.ID] == nil {
			order = append(order, r.ID)
		}
		joined[r.ID] = append(joined[r.ID], r)
	}
	list := make([]map[string]any, 0, len(order))
	for _, id := range order {
		list = append(list, viewPermission(f, joined[id]))
	}
	return list
}

func viewPermission(f File, rights []right) map[string]any {
	best := slices.MaxFunc(rights, func(a, b right) int { return roleRank(a.Role) - roleRank(b.Role) })
	v := map[string]any{"kind": "drive#permission", "id": best.ID, "type": best.Type, "role": best.Role, "allowFileDiscovery": false}
	if best.Type == "user" || best.Type == "group" {
		v["emailAddress"], v["displayName"], v["deleted"], v["pendingOwner"] = best.Email, person(best.Email, "")["displayName"], false, false
		delete(v, "allowFileDiscovery")
	}
	optional(v, "domain", best.Domain)
	if f.DriveID == "" {
		return v
	}
	var details []any
	for _, r := range rights {
		d := map[string]any{"role": r.Role, "permissionType": "file", "inherited": r.from != ""}
		if r.from == f.DriveID {
			d["permissionType"] = "member"
		}
		optional(d, "inheritedFrom", r.from)
		details = append(details, d)
	}
	v["permissionDetails"] = details
	return v
}

// createPermission gives a right. One that the person has on this file already is changed, not doubled.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions/create
func (s *Server) createPermission(c *call) (any, error) {
	f, err := s.shareable(c)
	if err != nil {
		return nil, err
	}
	var in struct {
		Type         string `json:"type"`
		Role         string `json:"role"`
		EmailAddress string `json:"emailAddress"`
		Domain       string `json:"domain"`
	}
	if err := decode(c.r, &in); err != nil {
		return nil, err
	}
	p := Permission{Type: in.Type, Role: in.Role, Email: in.EmailAddress, Domain: in.Domain}
	if err := s.checkPermission(c, f, &p); err != nil {
		return nil, err
	}
	f.Permissions = slices.Clone(f.Permissions)
	if at := slices.IndexFunc(f.Permissions, func(have Permission) bool { return have.ID == p.ID }); at < 0 {
		f.Permissions = append(f.Permissions, p)
	} else if roleRank(p.Role) > roleRank(f.Permissions[at].Role) {
		f.Permissions[at].Role = p.Role
	}
	s.save(f, c.who)
	return s.viewOne(f, p.ID), nil
}

// checkPermission checks a new right and gives it its id.
func (s *Server) checkPermission(c *call, f File, p *Permission) error {
	if rank := roleRank(p.Role); rank == 0 || rank == owner || f.DriveID == "" && rank > writer {
		return &refusal{http.StatusForbidden, "invalid", "The specified role " + p.Role + " is not allowed here.", "permission.role"}
	}
	switch p.Type {
	case "user", "group":
		known := slices.Contains(accounts(), strings.ToLower(p.Email)) || groupMembers(p.Email) != nil
		if !strings.Contains(p.Email, "@") {
			return &refusal{http.StatusBadRequest, "invalid", "The specified emailAddress is invalid or not applicable for the given permission type.", "permission.emailAddress"}
		}
		if !known && c.query("sendNotificationEmail") == "false" {
			return &refusal{http.StatusBadRequest, "invalidSharingRequest", "Bad Request. User message: \"You are trying to invite " + p.Email + ". Since there is no Google account associated with this email address, you must check the \"Notify people\" box to invite this recipient.\"", ""}
		}
		p.Email = strings.ToLower(p.Email)
		p.ID = permissionID(p.Email)
	case "domain":
		p.ID = permissionID(p.Domain) + "k"
	case "anyone":
		p.ID = "anyoneWithLink"
	default:
		return &refusal{http.StatusBadRequest, "invalid", "The permission type field is required.", "permission.type"}
	}
	return nil
}

// shareable returns the file of the request if the caller may change its rights.
func (s *Server) shareable(c *call) (File, error) {
	f, err := s.find(c, c.r.PathValue("file"))
	if err == nil && !s.canShare(f, c.who) {
		err = insufficientPermissions()
	}
	return f, err
}

func (s *Server) viewOne(f File, id string) any {
	for _, v := range s.viewPermissions(f) {
		if v["id"] == id {
			return v
		}
	}
	return nil
}

// getPermission answers with one right. https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions/get
func (s *Server) getPermission(c *call) (any, error) {
	f, err := s.find(c, c.r.PathValue("file"))
	if err != nil {
		return nil, err
	}
	if s.role(f, c.who) < writer {
		return nil, insufficientPermissions()
	}
	if v := s.viewOne(f, c.r.PathValue("permission")); v != nil {
		return v, nil
	}
	return nil, noPermission(c)
}

func noPermission(c *call) error {
	return &refusal{http.StatusNotFound, "notFound", "Permission not found: " + c.r.PathValue("permission") + ".", "permissionId"}
}

// updatePermission changes the role of a right that was given on this very file.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions/update
func (s *Server) updatePermission(c *call) (any, error) {
	f, at, err := s.ownPermission(c)
	if err != nil {
		return nil, err
	}
	var in struct {
		Role string `json:"role"`
	}
	if err := decode(c.r, &in); err != nil {
		return nil, err
	}
	if rank := roleRank(in.Role); rank == 0 || rank == owner || f.DriveID == "" && rank > writer {
		return nil, &refusal{http.StatusForbidden, "invalid", "The specified role " + in.Role + " is not allowed here.", "permission.role"}
	}
	f.Permissions = slices.Clone(f.Permissions)
	f.Permissions[at].Role = in.Role
	s.save(f, c.who)
	return s.viewOne(f, f.Permissions[at].ID), nil
}

// deletePermission takes a right away. https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions/delete
func (s *Server) deletePermission(c *call) (any, error) {
	f, at, err := s.ownPermission(c)
	if err != nil {
		return nil, err
	}
	f.Permissions = slices.Delete(slices.Clone(f.Permissions), at, at+1)
	s.save(f, c.who)
	return nil, nil
}

// ownPermission finds a right on this very file. One that comes from above cannot be changed here.
func (s *Server) ownPermission(c *call) (File, int, error) {
	f, err := s.shareable(c)
	if err != nil {
		return File{}, 0, err
	}
	id := c.r.PathValue("permission")
	at := slices.IndexFunc(f.Permissions, func(p Permission) bool { return p.ID == id && p.Role != "owner" })
	if at >= 0 {
		return f, at, nil
	}
	if s.viewOne(f, id) != nil {
		return File{}, 0, &refusal{http.StatusForbidden, "cannotModifyInheritedPermission", "Cannot update or remove a permission that is inherited or belongs to the owner.", ""}
	}
	return File{}, 0, noPermission(c)
}
