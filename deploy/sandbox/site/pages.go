package site

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

//go:embed pages/*.html static/*
var files embed.FS

// view is what every page but the workspace gets.
type view struct {
	Title  string
	Path   string // of this page, for the selector of the reader
	Query  string // of this page
	Reader fake.Person
	Lang   string
	Cast   []fake.Person
	Where  Addresses
	Data   any
}

// sheets are the templates that are used at several addresses, by language.
type sheets struct{ slack map[string]*template.Template }

// pages routes the main port.
func (s *Site) pages() http.Handler {
	mux := http.NewServeMux()
	s.control(mux)
	mux.Handle(authorityPath, http.StripPrefix(strings.TrimSuffix(authorityPath, "/"), s.Timestamp))
	static, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // the folder is embedded
	}
	mux.Handle("GET /static/", noStore(http.StripPrefix("/static/", http.FileServerFS(static))))
	mux.HandleFunc("GET /live", s.live)
	s.page(mux, "GET /{$}", "together.html", s.togetherPage)
	s.page(mux, "GET /about", "index.html", s.indexPage)
	mux.HandleFunc("GET /cases", s.casesOf)
	s.slack(mux)
	s.page(mux, "GET /jira", "issues.html", s.issuesPage)
	s.page(mux, "GET /jira/{key}", "issue.html", s.issuePage)
	s.page(mux, "GET /drive", "drive.html", s.drivePage)
	s.page(mux, "GET /drive/folders/{id}", "drive.html", s.drivePage)
	s.page(mux, "GET /spreadsheets/d/{id}/edit", "sheet.html", s.sheetPage)
	s.page(mux, "GET /pager", "pager.html", s.pagerPage)
	mux.HandleFunc("GET /file/d/{id}/view", s.fileContent)
	mux.Handle(UIPath+"/", s.ui())
	guard := http.NewCrossOriginProtection()
	mux.Handle("POST /spreadsheets/d/{id}/cells", guard.Handler(http.HandlerFunc(s.editSheet)))
	return mux
}

func (s *Site) slack(mux *http.ServeMux) {
	s.sheets.slack = map[string]*template.Template{}
	for _, lang := range []string{"en", "ja"} {
		s.sheets.slack[lang] = template.Must(template.New("slack.html").Funcs(s.funcs(lang)).ParseFS(files, "pages/slack.html", "pages/message.html", "pages/element.html"))
	}
	guard := http.NewCrossOriginProtection()
	mux.HandleFunc("GET /slack", s.slackPage)
	mux.HandleFunc("GET /slack/{channel}", s.slackPage)
	mux.HandleFunc("GET /slack/{channel}/{message}", s.toMessage)
	mux.HandleFunc("GET /slack/_part/{what}", s.part)
	mux.HandleFunc("GET /slack/_file/{file}", s.fileOf)
	mux.HandleFunc("GET /slack/_lists/all", s.lists)
	mux.Handle("POST /slack/_do/{deed}", guard.Handler(http.HandlerFunc(s.do)))
}

// funcs are what templates can use. The reader travels in every link, so that each page has an address that shows the
// same to everyone.
func (s *Site) funcs(lang string) template.FuncMap {
	return template.FuncMap{"wiki": wiki, "clock": clock, "below": below, "as": as,
		"below2": func(c sideChannel, side sideView) map[string]any { return map[string]any{"Channel": c, "Side": side} },
		"t":      func(key string) string { return say(fake.Person{Locale: lang}, key) },
		"json": func(v any) (string, error) {
			text, err := json.Marshal(v)
			return string(text), err
		}}
}

func as(path string, p fake.Person) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "as=" + url.QueryEscape(p.Name)
}

// look makes a page's title and data for a reader; false: there is no such thing, or not for this reader.
type look func(r *http.Request, reader fake.Person) (title string, data any, ok bool)

func (s *Site) page(mux *http.ServeMux, pattern, name string, l look) {
	sheets := map[string]*template.Template{}
	for _, lang := range []string{"en", "ja"} {
		sheets[lang] = template.Must(template.New("layout.html").Funcs(s.funcs(lang)).ParseFS(files, "pages/layout.html", "pages/"+name))
	}
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		reader, _ := s.reader(r)
		v := view{Path: r.URL.Path, Query: r.URL.RawQuery, Reader: reader, Lang: language(reader), Cast: s.everybody(), Where: s.Addresses}
		var ok bool
		if v.Title, v.Data, ok = l(r, reader); !ok {
			http.Error(w, "There is no such thing here, or "+reader.Name+" may not see it.", http.StatusNotFound)
			return
		}
		show(w, func(out io.Writer) error { return sheets[v.Lang].Execute(out, v) })
	})
}

// show shows a page when all of it is there: what goes wrong must not end half of one.
func show(w http.ResponseWriter, page func(io.Writer) error) {
	var out bytes.Buffer
	if err := page(&out); err != nil {
		http.Error(w, "show the page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	secure(w)
	_, _ = w.Write(out.Bytes()) // the reader is gone: nothing to do
}

// secure sends what keeps a page from doing harm. People write what is shown here: even if it slipped through the
// escaping, it must not run.
func secure(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "+
		"form-action 'self'; frame-ancestors 'self'; base-uri 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

func noStore(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache") // another version of the program has others
		w.Header().Set("X-Content-Type-Options", "nosniff")
		h.ServeHTTP(w, r)
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

// everybody is the cast, and whoever has joined the workspace since.
func (s *Site) everybody() []fake.Person {
	all := fake.Cast()
	for _, u := range s.Slack.Users() {
		if _, known := inCast(u.Name); !known && u.BotID == "" && !u.Deleted {
			all = append(all, fake.Person{ID: u.ID, Name: u.Name, RealName: u.RealName, Email: u.Email, Locale: u.Locale, TZ: u.TZ, Company: "outside"})
		}
	}
	return all
}

func inCast(name string) (fake.Person, bool) {
	for _, p := range fake.Cast() {
		if p.Name == name {
			return p, true
		}
	}
	return fake.Person{}, false
}

// reader is who looks, by handle; known: the address says who. Else it is whoever was chosen last in this browser, or the
// first of the cast who reads the browser's language.
func (s *Site) reader(r *http.Request) (p fake.Person, known bool) {
	all := s.everybody()
	named := func(name string) int {
		return slices.IndexFunc(all, func(p fake.Person) bool { return p.Name == name })
	}
	if i := named(r.URL.Query().Get("as")); i >= 0 {
		return all[i], true
	}
	if last, err := r.Cookie("as"); err == nil {
		if i := named(last.Value); i >= 0 {
			return all[i], false
		}
	}
	tongue := r.Header.Get("Accept-Language")
	japanese := tongue == "" || strings.HasPrefix(tongue, "ja")
	i := slices.IndexFunc(all, func(p fake.Person) bool { return japanese == (language(p) == "ja") })
	return all[max(0, i)], false
}
