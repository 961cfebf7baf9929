package site

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/sheets/sheetstest"
)

// branch is a file and what lies in it, as one person sees it.
type branch struct {
	drivetest.File
	Page     string // the address of its page; empty: none
	Children []branch
}

// Icon stands before its name.
func (b branch) Icon() string {
	switch b.MimeType {
	case drivetest.FolderType:
		return "📁"
	case drivetest.SheetType:
		return "📊"
	}
	return "📄"
}

// Plain reports whether it is a file of bytes, which is shown by itself.
func (b branch) Plain() bool { return b.Icon() == "📄" }

// drivePage shows the tree below a folder, or everything a person sees.
func (s *Site) drivePage(r *http.Request, reader fake.Person) (string, any, bool) {
	seen := s.Drive.FilesAs(reader.Email)
	tree := func(f drivetest.File) branch { return grow(f, seen) }
	if id := r.PathValue("id"); id != "" {
		i := slices.IndexFunc(seen, func(f drivetest.File) bool { return f.ID == id })
		if i < 0 {
			return "", nil, false
		}
		return seen[i].Name, []branch{tree(seen[i])}, true
	}
	var roots []branch
	for _, f := range seen {
		above := func(other drivetest.File) bool { return other.ID == f.Parent }
		if !slices.ContainsFunc(seen, above) {
			roots = append(roots, tree(f))
		}
	}
	return "Drive", roots, true
}

func grow(f drivetest.File, seen []drivetest.File) branch {
	b := branch{File: f, Page: filePage(f)}
	for _, other := range seen {
		if other.Parent == f.ID && other.ID != f.ID {
			b.Children = append(b.Children, grow(other, seen))
		}
	}
	slices.SortStableFunc(b.Children, func(x, y branch) int { // folders first, as Drive lists them
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x.Name, y.Name))
	})
	return b
}

func rank(b branch) int {
	if b.MimeType == drivetest.FolderType {
		return 0
	}
	return 1
}

func filePage(f drivetest.File) string {
	switch f.MimeType {
	case drivetest.FolderType:
		return "/drive/folders/" + f.ID
	case drivetest.SheetType:
		return "/spreadsheets/d/" + f.ID + "/edit"
	}
	return "/file/d/" + f.ID + "/view"
}

// sheetView is a spreadsheet with one of its tabs.
type sheetView struct {
	Name, ID string
	Tabs     []sheetstest.TabView
	Chosen   int64
	Tab      string // title of that tab
	Rows     []rowView
}

// rowView is a row with the cells of the whole width.
type rowView struct {
	Number int
	Cells  []cellView
}

type cellView struct{ At, Text string }

// spare is how many empty rows and columns stand around what is written, to be written in.
const spare = 2

func (s *Site) sheetPage(r *http.Request, reader fake.Person) (string, any, bool) {
	id := r.PathValue("id")
	seen := s.Drive.FilesAs(reader.Email)
	i := slices.IndexFunc(seen, func(f drivetest.File) bool { return f.ID == id })
	tabs := s.Sheets.Tabs(id)
	if i < 0 || len(tabs) == 0 {
		return "", nil, false
	}
	v := sheetView{Name: seen[i].Name, ID: id, Tabs: tabs, Chosen: tabs[0].ID}
	if asked, err := strconv.ParseInt(r.URL.Query().Get("tab"), 10, 64); err == nil {
		v.Chosen = asked
	}
	for _, t := range tabs {
		if t.ID == v.Chosen {
			v.Tab = t.Title
		}
	}
	v.Rows = rows(s.Sheets.Grid(id, v.Chosen))
	return v.Name, v, true
}

func rows(grid [][]string) (list []rowView) {
	width := 0
	for _, line := range grid {
		width = max(width, len(line))
	}
	for i := range len(grid) + spare {
		row := rowView{Number: i + 1}
		for j := range width + spare {
			cell := cellView{At: letters(j) + strconv.Itoa(i+1)}
			if i < len(grid) && j < len(grid[i]) {
				cell.Text = grid[i][j]
			}
			row.Cells = append(row.Cells, cell)
		}
		list = append(list, row)
	}
	return list
}

// fileContent shows what is in a file, to those who may read it. It is whatever somebody has put there: nothing in it may
// run, load or submit anything, and it gets no origin of its own.
func (s *Site) fileContent(w http.ResponseWriter, r *http.Request) {
	reader, _ := s.reader(r)
	seen := s.Drive.FilesAs(reader.Email)
	i := slices.IndexFunc(seen, func(f drivetest.File) bool { return f.ID == r.PathValue("id") })
	content, has := s.Drive.Content(r.PathValue("id"))
	if i < 0 || !has {
		http.Error(w, "There is no such file here, or "+reader.Name+" may not see it.", http.StatusNotFound)
		return
	}
	kind := "text/plain; charset=utf-8"
	switch {
	case seen[i].MimeType == "text/html":
		kind = "text/html; charset=utf-8"
	case !utf8.Valid(content):
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(content) // the reader is gone: nothing to do
}
