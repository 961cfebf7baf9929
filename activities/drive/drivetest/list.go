package drivetest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// list searches files. https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
func (s *Server) list(c *call) (any, error) {
	inDrives, err := s.corpus(c)
	if err != nil {
		return nil, err
	}
	match := condition(func(File) bool { return true })
	if q := c.query("q"); q != "" {
		if match, err = s.parseQuery(q, c); err != nil {
			return nil, err
		}
	}
	size, err := c.number("pageSize", 100, 1, 1000)
	if err != nil {
		return nil, err
	}
	found := s.search(c, inDrives, match)
	if err := sortFiles(found, c.query("orderBy")); err != nil {
		return nil, err
	}
	page, next, err := c.page(len(found), size)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, f := range found[page.from:page.to] {
		list = append(list, s.view(f, c.who))
	}
	answer := map[string]any{"kind": "drive#fileList", "incompleteSearch": false, "files": list}
	optional(answer, "nextPageToken", next)
	return answer, nil
}

// corpus checks the parameters that say where to search; true: in shared drives, too.
func (s *Server) corpus(c *call) (bool, error) {
	inDrives := c.flag("includeItemsFromAllDrives")
	if inDrives && !c.flag("supportsAllDrives") {
		return false, invalidParameter("includeItemsFromAllDrives", "The supportsAllDrives parameter must be set to true if includeItemsFromAllDrives is set to true.")
	}
	corpora, drive := c.query("corpora"), c.query("driveId")
	switch corpora {
	case "", "user", "domain", "allDrives":
		if drive != "" {
			return false, invalidParameter("driveId", "The driveId parameter must be specified if and only if corpora is set to drive.")
		}
		if corpora == "allDrives" && !inDrives {
			return false, invalidParameter("corpora", "The includeItemsFromAllDrives parameter must be set to true when corpora=allDrives.")
		}
		return inDrives, nil
	case "drive":
		if drive == "" || !inDrives {
			return false, invalidParameter("driveId", "The driveId and includeItemsFromAllDrives parameters must be set when corpora=drive.")
		}
		return true, s.checkDrive(c)
	}
	return false, invalidParameter("corpora", "Invalid Value")
}

// search returns the files that the caller may see and that match.
func (s *Server) search(c *call, inDrives bool, match condition) []File {
	var found []File
	p := &queryParser{s: s, c: c}
	drive := c.query("driveId")
	for _, f := range s.files.All() {
		switch {
		case f.Parent == "", f.DriveID != "" && !inDrives, drive != "" && f.DriveID != drive:
		case s.role(f, c.who) < reader, p.fresh(f.Placed, s.options.ListLag), !match(f):
		default:
			found = append(found, f)
		}
	}
	return found
}

// sortFiles sorts as orderBy says; without it the newest change comes first.
func sortFiles(list []File, orderBy string) error {
	orders := map[string]func(a, b File) int{
		"name":         func(a, b File) int { return cmp.Compare(a.Name, b.Name) },
		"name_natural": func(a, b File) int { return cmp.Compare(a.Name, b.Name) },
		"createdTime":  func(a, b File) int { return a.Created.Compare(b.Created) },
		"modifiedTime": func(a, b File) int { return a.Modified.Compare(b.Modified) },
		"folder":       func(a, b File) int { return boolOrder(b.MimeType == FolderType, a.MimeType == FolderType) },
	}
	if orderBy == "" {
		orderBy = "modifiedTime desc"
	}
	keys := strings.Split(orderBy, ",")
	for _, key := range slices.Backward(keys) { // stable sorts, the first key last
		name, direction, _ := strings.Cut(strings.TrimSpace(key), " ")
		order := orders[name]
		if order == nil || direction != "" && direction != "desc" {
			return invalidParameter("orderBy", "Invalid Value")
		}
		slices.SortStableFunc(list, func(a, b File) int {
			if direction == "desc" {
				a, b = b, a
			}
			return order(a, b)
		})
	}
	return nil
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

type span struct{ from, to int }

// page cuts a list of n entries at the caller's page token, which is a position.
func (c *call) page(n, size int) (span, string, error) {
	from := 0
	if token := c.query("pageToken"); token != "" {
		at, err := strconv.Atoi(token)
		if err != nil || at < 0 || at > n {
			return span{}, "", &refusal{400, "invalid", "Invalid Value", "pageToken"}
		}
		from = at
	}
	if from+size >= n {
		return span{from, n}, "", nil
	}
	return span{from, from + size}, strconv.Itoa(from + size), nil
}
