package site

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

//go:embed pages/*.html pages/style.css
var files embed.FS

// view is what every page gets.
type view struct {
	Title  string
	Path   string // of this page, for the selector of the reader
	Reader fake.Person
	Cast   []fake.Person
	Where  Addresses
	Data   any
}

// pages routes the main port.
func (s *Site) pages() http.Handler {
	mux := http.NewServeMux()
	s.control(mux)
	mux.Handle(authorityPath, http.StripPrefix(strings.TrimSuffix(authorityPath, "/"), s.Timestamp))
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "pages/style.css") })
	s.page(mux, "GET /{$}", "index.html", s.indexPage)
	s.page(mux, "GET /slack", "channels.html", s.channelsPage)
	s.page(mux, "GET /slack/{channel}", "channel.html", s.channelPage)
	mux.HandleFunc("GET /slack/{channel}/{message}", toMessage)
	s.deeds(mux)
	s.page(mux, "GET /jira", "issues.html", s.issuesPage)
	s.page(mux, "GET /jira/{key}", "issue.html", s.issuePage)
	s.page(mux, "GET /drive", "drive.html", s.drivePage)
	s.page(mux, "GET /drive/folders/{id}", "drive.html", s.drivePage)
	s.page(mux, "GET /spreadsheets/d/{id}/edit", "sheet.html", s.sheetPage)
	s.page(mux, "GET /pager", "pager.html", s.pagerPage)
	mux.HandleFunc("GET /file/d/{id}/view", s.fileContent)
	return mux
}

// look makes a page's title and data for a reader; false: there is no such thing, or not for this reader.
type look func(r *http.Request, reader fake.Person) (title string, data any, ok bool)

func (s *Site) page(mux *http.ServeMux, pattern, name string, l look) {
	// The reader travels in every link, so that each page has an address that shows the same to everyone.
	funcs := template.FuncMap{"mrkdwn": s.mrkdwn, "wiki": wiki, "clock": clock, "below": below, "as": func(path string, p fake.Person) string {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		return path + sep + "as=" + url.QueryEscape(p.Name)
	}}
	t := template.Must(template.New("layout.html").Funcs(funcs).ParseFS(files, "pages/layout.html", "pages/"+name))
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		reader, known := person(r.URL.Query().Get("as"))
		if !known {
			reader = fake.Cast()[0]
		}
		v := view{Path: r.URL.Path, Reader: reader, Cast: fake.Cast(), Where: s.Addresses}
		var ok bool
		if v.Title, v.Data, ok = l(r, reader); !ok {
			http.Error(w, "There is no such thing here, or "+reader.Name+" may not see it.", http.StatusNotFound)
			return
		}
		var out bytes.Buffer
		if err := t.Execute(&out, v); err != nil {
			http.Error(w, "show the page: "+err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		// People write what is shown here: even if it slipped through the escaping, it must not run.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'self'")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(out.Bytes()) // the reader is gone: nothing to do
	})
}

// below pairs a branch with the reader: a nested template gets one value.
func below(b branch, reader fake.Person) map[string]any {
	return map[string]any{"Branch": b, "Reader": reader}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// counts is what the index shows: how much of each thing the reader sees.
type counts struct{ Channels, Issues, Files, Pages int }

func (s *Site) indexPage(_ *http.Request, reader fake.Person) (string, any, bool) {
	return "Sandbox", counts{len(s.channelsOf(reader)), len(s.issuesOf(reader)), len(s.Drive.FilesAs(reader.Email)), len(s.Pager.Pages())}, true
}

// person returns somebody of the cast by handle.
func person(name string) (fake.Person, bool) {
	for _, p := range fake.Cast() {
		if p.Name == name {
			return p, true
		}
	}
	return fake.Person{}, false
}
