package drivetest

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"hikeshi/activities/fake"
)

// Permission is a right on a file or, for members, on a whole shared drive.
type Permission struct {
	ID     string
	Type   string // user, group, domain or anyone
	Role   string
	Email  string `json:",omitempty"`
	Domain string `json:",omitempty"`
}

// Drive's roles from the weakest to the strongest; 0 is none.
const (
	reader = iota + 1
	commenter
	writer
	fileOrganizer
	organizer
	owner
)

var roleNames = []string{"", "reader", "commenter", "writer", "fileOrganizer", "organizer", "owner"}

func roleRank(name string) int { return max(0, slices.Index(roleNames, name)) }

// permissionID is a number that stays the same for a person on all files.
func permissionID(email string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(email))) // never fails
	return fmt.Sprintf("%020d", h.Sum64())
}

func userPermission(email, role string) Permission {
	return Permission{ID: permissionID(email), Type: "user", Role: role, Email: email}
}

func (p Permission) covers(who string) bool {
	switch p.Type {
	case "anyone":
		return true
	case "domain":
		return strings.HasSuffix(who, "@"+p.Domain)
	case "group":
		return slices.Contains(groupMembers(p.Email), who)
	}
	return strings.EqualFold(p.Email, who)
}

// groupMembers knows the cast's groups as mailing lists: csirt@csirt.example and so on.
func groupMembers(address string) []string {
	handle, _, _ := strings.Cut(address, "@")
	var members []string
	for _, g := range fake.Groups() {
		for _, p := range fake.Cast() {
			if g.Handle == handle && slices.Contains(g.Members, p.ID) {
				members = append(members, p.Email)
			}
		}
	}
	return members
}

// right is a permission with the place it comes from: the file itself, a folder above it, or its shared drive.
type right struct {
	Permission
	from string // id of the folder or drive; "" for the file itself
}

// rights lists all rights on the file, its own first.
func (s *Server) rights(f File) []right {
	var list []right
	for at, from := f, ""; ; {
		for _, p := range at.Permissions {
			list = append(list, right{p, from})
		}
		if d, ok := s.drives.Get(at.ID); ok {
			for _, p := range d.Members {
				list = append(list, right{p, d.ID})
			}
		}
		above, ok := s.files.Get(at.Parent)
		if !ok {
			return list
		}
		at, from = above, above.ID
	}
}

// role is the strongest right the account has on the file.
func (s *Server) role(f File, who string) int {
	best := 0
	for _, r := range s.rights(f) {
		if r.covers(who) {
			best = max(best, roleRank(r.Role))
		}
	}
	return best
}

func (s *Server) canSee(id, who string) bool {
	f, ok := s.files.Get(id)
	return ok && s.role(f, who) >= reader
}

// canShare: in a shared drive folders are shared by those who organise files.
func (s *Server) canShare(f File, who string) bool {
	if f.DriveID != "" && f.MimeType == FolderType {
		return s.role(f, who) >= fileOrganizer
	}
	return s.role(f, who) >= writer
}

func (s *Server) canTrash(f File, who string) bool {
	if f.DriveID != "" {
		return s.role(f, who) >= fileOrganizer && f.ID != f.DriveID
	}
	return f.Owner == who
}

// trashed reports whether the file or a folder above it is in the trash.
func (s *Server) trashed(f File) bool {
	for {
		if f.Trashed {
			return true
		}
		above, ok := s.files.Get(f.Parent)
		if !ok {
			return false
		}
		f = above
	}
}

// find returns a file that the caller may see.
func (s *Server) find(c *call, id string) (File, error) {
	if id == "root" {
		id = s.root(c.who)
	}
	f, ok := s.files.Get(id)
	if !ok || s.role(f, c.who) < reader || f.DriveID != "" && !c.flag("supportsAllDrives") && !c.flag("supportsTeamDrives") {
		return File{}, notFound(id)
	}
	return f, nil
}
