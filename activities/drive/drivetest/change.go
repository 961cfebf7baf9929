package drivetest

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"hikeshi/activities/fake"
)

// change is one entry of Drive's list of changes.
type change struct {
	At      time.Time
	FileID  string
	Removed bool
	Seen    []string // of a removed file: the accounts that could see it
	DriveID string
}

// save stores a file that was made or changed, with a new version, and notes the change.
func (s *Server) save(f File, who string) {
	f.Modified, f.Modifier = time.Now().UTC().Truncate(time.Millisecond), who
	f.Version++
	s.files.Put(f.ID, f)
	s.note(f, false)
}

// note adds an entry to the list of changes.
func (s *Server) note(f File, removed bool) {
	e := change{At: time.Now().UTC().Truncate(time.Millisecond), FileID: f.ID, Removed: removed, DriveID: f.DriveID}
	if removed {
		for _, who := range accounts() {
			if s.role(f, who) >= reader {
				e.Seen = append(e.Seen, who)
			}
		}
	}
	s.changes.Put(fmt.Sprintf("%012d", s.changes.Len()+1), e) // entries are never deleted
}

// accounts are all accounts there are: the product's and the cast's.
func accounts() []string {
	list := []string{fake.GoogleAccount}
	for _, p := range fake.Cast() {
		list = append(list, p.Email)
	}
	return list
}

// startPageToken names the present end of the list.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/changes/getStartPageToken
func (s *Server) startPageToken(c *call) (any, error) {
	if err := s.checkDrive(c); err != nil {
		return nil, err
	}
	return map[string]any{"kind": "drive#startPageToken", "startPageToken": strconv.Itoa(s.changes.Len() + 1)}, nil
}

// listChanges lists what changed since a page token, each file once, as of its latest change.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/changes/list
func (s *Server) listChanges(c *call) (any, error) {
	if err := s.checkDrive(c); err != nil {
		return nil, err
	}
	size, err := c.number("pageSize", 100, 1, 1000)
	if err != nil {
		return nil, err
	}
	from, err := strconv.Atoi(c.query("pageToken"))
	if err != nil || from < 1 || from > s.changes.Len()+1 {
		return nil, &refusal{400, "invalid", "Invalid Value", "pageToken"}
	}
	entries := s.changes.All()[from-1:]
	answer := map[string]any{"kind": "drive#changeList"}
	if len(entries) > size {
		entries = entries[:size]
		answer["nextPageToken"] = strconv.Itoa(from + size)
	} else {
		answer["newStartPageToken"] = strconv.Itoa(from + len(entries))
	}
	list := []any{}
	for i, e := range entries {
		later := slices.ContainsFunc(entries[i+1:], func(l change) bool { return l.FileID == e.FileID })
		if v := s.viewChange(c, e); v != nil && !later {
			list = append(list, v)
		}
	}
	answer["changes"] = list
	return answer, nil
}

// viewChange is the entry as the caller may see it; nil if it is none of theirs.
func (s *Server) viewChange(c *call, e change) map[string]any {
	inDrives := c.flag("includeItemsFromAllDrives") && c.flag("supportsAllDrives")
	if d := c.query("driveId"); d != "" && e.DriveID != d || e.DriveID != "" && !inDrives {
		return nil
	}
	v := map[string]any{"kind": "drive#change", "type": "file", "changeType": "file", "time": stamp(e.At), "fileId": e.FileID, "removed": e.Removed}
	f, ok := s.files.Get(e.FileID)
	switch {
	case e.Removed && (!slices.Contains(e.Seen, c.who) || c.query("includeRemoved") == "false"):
		return nil
	case e.Removed:
		return v
	case !ok || s.role(f, c.who) < reader:
		return nil
	}
	v["file"] = s.view(f, c.who)
	return v
}

// checkDrive checks the parameter driveId of calls that take one.
func (s *Server) checkDrive(c *call) error {
	id := c.query("driveId")
	if id == "" {
		return nil
	}
	if !c.flag("supportsAllDrives") {
		return invalidParameter("driveId", "The supportsAllDrives parameter must be set to true if driveId is set.")
	}
	if _, err := s.findDrive(c, id); err != nil {
		return err
	}
	return nil
}
