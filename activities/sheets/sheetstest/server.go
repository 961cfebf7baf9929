package sheetstest

import (
	"net/http"
	"net/http/httptest"
	"strings"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/google"
)

// Server is the fake of Sheets. It has no port of its own: it answers on that of the fake of Drive.
type Server struct {
	drive *drivetest.Server
	books *fake.Table[Book]
}

// New adds Sheets to a fake of Drive, with the sheets that its state holds.
func New(d *drivetest.Server) (*Server, error) {
	books, err := fake.NewTable[Book](d.Store, "spreadsheets")
	if err != nil {
		return nil, err
	}
	s := &Server{drive: d, books: books}
	d.Export, d.RefuseSheets = s.export, refuse
	rest, limits := d.Handler, d.Limits
	d.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isSheets(r) {
			s.serve(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	})
	d.Limits = func(r *http.Request) []fake.Limit {
		if isSheets(r) {
			return sheetsLimits(r)
		}
		return limits(r)
	}
	return s, nil
}

// Start opens both fakes for a test, serves them on one local port and closes them when the test ends.
func Start(t interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}, o drivetest.Options) (*drivetest.Server, *Server, string) {
	t.Helper()
	d, err := drivetest.Open(o)
	if err != nil {
		t.Fatalf("start the fake of Drive: %v", err)
	}
	s, err := New(d)
	if err != nil {
		t.Fatalf("start the fake of Sheets: %v", err)
	}
	web := httptest.NewServer(d)
	t.Cleanup(func() {
		web.CloseClientConnections() // a call that a fault lets hang would keep Close waiting
		web.Close()
		if err := d.Close(); err != nil {
			t.Fatalf("close the fakes of Google: %v", err)
		}
	})
	return d, s, web.URL
}

func isSheets(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/v4/") }

func sheetsLimits(r *http.Request) []fake.Limit {
	who, err := drivetest.Caller(r)
	if err != nil {
		return nil
	}
	kind := "writes"
	if google.SheetsRead(r) {
		kind = "reads"
	}
	return []fake.Limit{
		{Key: "sheets " + kind + " " + who, PerMinute: 60},
		{Key: "sheets " + kind + " project", PerMinute: 300},
	}
}
