package drivetest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

// Options configure the fake. The zero value keeps its state in memory and has no lag.
type Options struct {
	Path    string        // database file; contents lie beside it in PATH.content; "": in memory
	NameLag time.Duration // how long searches by name miss a new name
	ListLag time.Duration // how long all lists miss a new file
	WebURL  string        // where a browser opens files: http://127.0.0.1:8090; "": Google's own addresses
}

// Server is the fake. It is an http.Handler; the faults, calls and limits of Control apply to all of its calls.
type Server struct {
	*fake.Control
	// Mux routes the vendor's calls. Package sheetstest adds those of Sheets.
	Mux *http.ServeMux
	// Export turns a Google Sheet into another format; false: that format is not supported. Nil: none is.
	Export func(id, mimeType string) ([]byte, bool)
	// RefuseSheets writes the error of a fault that strikes a call of Sheets.
	RefuseSheets func(w http.ResponseWriter, status int)

	options  Options
	contents *contents
	files    *fake.Table[File]
	drives   *fake.Table[SharedDrive]
	changes  *fake.Table[change]
	reserved *fake.Table[string] // id → account it was reserved for
	uploads  *fake.Table[upload]
}

// Open starts the fake, with the state that its file holds or with the seed.
func Open(o Options) (*Server, error) {
	store, err := fake.OpenStore(o.Path)
	if err != nil {
		return nil, err
	}
	s := &Server{Control: &fake.Control{Store: store}, Mux: http.NewServeMux(), options: o}
	if err := s.load(store); err != nil {
		_ = store.Close() // the first error says what is wrong
		return nil, fmt.Errorf("open the state of Drive: %w", err)
	}
	s.Handler, s.Name, s.Limits, s.Refuse, s.Seed = s.Mux, nil, s.limits, s.refuse, s.seed
	s.routes()
	s.Handle("POST /_control/flip", s.flipByte)
	if s.files.Len() == 0 {
		if err := store.Locked(s.seed); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// ServeHTTP serves the control endpoints, Drive's calls, and those that were added. A piece of an upload is read even if
// a fault then refuses it: a server that leaves it unread keeps the client waiting for half a second.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/upload/") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client is gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	s.Control.ServeHTTP(asked{w, r}, r)
}

// asked remembers the request of a reply, so that a fault is answered in the right vendor's form.
type asked struct {
	http.ResponseWriter
	r *http.Request
}

func (s *Server) refuse(w http.ResponseWriter, status int) {
	if a, ok := w.(asked); ok && s.RefuseSheets != nil && strings.HasPrefix(a.r.URL.Path, "/v4/") {
		s.RefuseSheets(w, status)
		return
	}
	refuse(w, status)
}

func (s *Server) load(store *fake.Store) (err error) {
	if s.files, err = fake.NewTable[File](store, "files"); err != nil {
		return err
	}
	if s.drives, err = fake.NewTable[SharedDrive](store, "drives"); err != nil {
		return err
	}
	if s.changes, err = fake.NewTable[change](store, "changes"); err != nil {
		return err
	}
	if s.reserved, err = fake.NewTable[string](store, "reserved"); err != nil {
		return err
	}
	if s.uploads, err = fake.NewTable[upload](store, "uploads"); err != nil {
		return err
	}
	s.contents, err = openContents(s.options.Path)
	return err
}

// Close writes what is left and closes the state.
func (s *Server) Close() error { return s.Store.Close() }

// Start opens a fake for a test, serves it on a local port and closes it when the test ends.
func Start(t interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}, o Options) (*Server, string) {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatalf("start the fake of Drive: %v", err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.CloseClientConnections() // a call that a fault lets hang would keep Close waiting
		web.Close()
		if err := s.Close(); err != nil {
			t.Fatalf("close the fake of Drive: %v", err)
		}
	})
	return s, web.URL
}
