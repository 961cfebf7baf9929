package drivetest

import (
	"slices"
	"strings"
)

// Files returns all files, sorted by id.
func (s *Server) Files() []File {
	var list []File
	s.locked(func() { list = s.files.All() })
	return list
}

// FilesAs returns the files that a person may see, by e-mail address, without those in the trash.
func (s *Server) FilesAs(email string) []File {
	var list []File
	s.locked(func() {
		for _, f := range s.files.All() {
			if s.role(f, email) >= reader && !s.trashed(f) {
				list = append(list, f)
			}
		}
	})
	return list
}

// Node is a file in its tree.
type Node struct {
	File
	Readers  []string // accounts that may see it, sorted
	Children []Node   // folders first, then by name
}

// Tree returns what lies in a shared drive or a folder, without what is in the trash.
func (s *Server) Tree(id string) Node {
	var tree Node
	s.locked(func() {
		if f, ok := s.files.Get(id); ok {
			tree = s.node(f)
		}
	})
	return tree
}

func (s *Server) node(f File) Node {
	n := Node{File: f}
	for _, who := range accounts() {
		if s.role(f, who) >= reader {
			n.Readers = append(n.Readers, who)
		}
	}
	slices.Sort(n.Readers)
	for _, below := range s.files.All() {
		if below.Parent == f.ID && !below.Trashed {
			n.Children = append(n.Children, s.node(below))
		}
	}
	slices.SortFunc(n.Children, func(a, b Node) int {
		if d := boolOrder(b.MimeType == FolderType, a.MimeType == FolderType); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return n
}

// Content returns the bytes of a file that was uploaded; false: there is none.
func (s *Server) Content(id string) ([]byte, bool) {
	var data []byte
	found := false
	s.locked(func() {
		if f, ok := s.files.Get(id); ok && f.Blob != "" {
			var err error
			data, err = s.contents.read(f.Blob)
			found = err == nil
		}
	})
	return data, found
}

// locked runs f between requests. A disk that is full shows at the next request, too.
func (s *Server) locked(f func()) { _ = s.Store.Locked(f) }

// Spreadsheet returns the file of a Google Sheet and whether the account may write to it. It is for calls that Mux
// routes elsewhere, and runs inside a request. seen is false if the account may not even read it.
func (s *Server) Spreadsheet(id, who string) (f File, seen, writable bool) {
	f, ok := s.files.Get(id)
	if !ok || f.MimeType != SheetType {
		return File{}, false, false
	}
	role := s.role(f, who)
	return f, role >= reader, role >= writer && !f.ReadOnly && !s.trashed(f)
}

// Organizes reports whether the account owns the file or organises its shared drive: protected cells are open to it.
func (s *Server) Organizes(f File, who string) bool { return s.role(f, who) >= organizer }

// Touch notes that the account changed a file's content: its version and the list of changes move. It runs inside a
// request, such as an edit of a Google Sheet.
func (s *Server) Touch(id, who string) {
	if f, ok := s.files.Get(id); ok {
		s.save(f, who)
	}
}

// File returns one file. It is for calls that are routed elsewhere, and runs inside a request.
func (s *Server) File(id string) (File, bool) { return s.files.Get(id) }

// CanRead reports whether the account may see the file. It runs inside a request.
func (s *Server) CanRead(f File, who string) bool { return s.role(f, who) >= reader }

// Trash puts a file into the trash as a person does who organises the drive.
func (s *Server) Trash(id string) {
	s.locked(func() {
		if f, ok := s.files.Get(id); ok {
			f.Trashed = true
			s.save(f, accounts()[1])
		}
	})
}

// Change changes a file behind everybody's back, as for a test that needs one of a certain history.
func (s *Server) Change(id string, f func(*File)) {
	s.locked(func() {
		if file, ok := s.files.Get(id); ok {
			f(&file)
			s.files.Put(id, file)
		}
	})
}

// Copy makes a file of ours a second time, with all its properties, as for a test of what an unseen request left behind.
func (s *Server) Copy(id, as string) {
	s.locked(func() {
		if file, ok := s.files.Get(id); ok {
			file.ID = as
			s.files.Put(as, file)
		}
	})
}
