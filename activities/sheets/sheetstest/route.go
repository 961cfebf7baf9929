package sheetstest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/google/fieldmask"
)

// call is one request as the handlers see it.
type call struct {
	r    *http.Request
	who  string // e-mail address of the account it acts for
	file drivetest.File
	book *Book // a copy, to be changed freely
	rest string
}

// A route of the form METHOD and what follows the spreadsheet's id; "*" stands for a range or a number.
type route struct {
	method, before, after string
	writes                bool
	handle                func(*Server, *call) (any, error)
}

func routes() []route {
	return []route{
		{"GET", "", "", false, (*Server).get},
		{"POST", ":getByDataFilter", "", false, (*Server).getByDataFilter},
		{"POST", ":batchUpdate", "", true, (*Server).batchUpdate},
		{"GET", "/values:batchGet", "", false, (*Server).batchGetValues},
		{"POST", "/values:batchUpdate", "", true, (*Server).batchUpdateValues},
		{"POST", "/developerMetadata:search", "", false, (*Server).searchMetadata},
		{"GET", "/developerMetadata/", "", false, (*Server).getMetadata},
		{"POST", "/values/", ":append", true, (*Server).appendValues},
		{"POST", "/values/", ":clear", true, (*Server).clearValues},
		{"GET", "/values/", "", false, (*Server).getValues},
		{"PUT", "/values/", "", true, (*Server).updateValues},
	}
}

// serve finds the spreadsheet, checks the caller's rights, runs the call and cuts the answer to the fields asked for.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answer(r)
	if err != nil {
		writeError(w, err)
		return
	}
	fake.WriteJSON(w, answer)
}

func (s *Server) answer(r *http.Request) (any, error) {
	who, err := drivetest.Caller(r)
	if err != nil {
		return nil, plain(http.StatusUnauthorized)
	}
	id, rest := split(r.URL)
	for _, at := range routes() {
		inner, ok := at.match(r.Method, rest)
		if !ok {
			continue
		}
		c := &call{r: r, who: who, rest: inner}
		if err := s.open(c, id, at.writes); err != nil {
			return nil, err
		}
		answer, err := at.handle(s, c)
		if err != nil {
			return nil, err
		}
		return c.part(answer)
	}
	return nil, plain(http.StatusNotFound)
}

// split cuts a path into the spreadsheet's id and what follows it. Ranges come with their marks encoded.
func split(u *url.URL) (id, rest string) {
	path := strings.TrimPrefix(u.EscapedPath(), "/v4/spreadsheets/")
	if at := strings.IndexAny(path, "/:"); at >= 0 {
		id, rest = path[:at], path[at:]
	} else {
		id = path
	}
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain
	}
	return id, rest
}

func (at route) match(method, rest string) (inner string, ok bool) {
	if method != at.method {
		return "", false
	}
	if !strings.HasSuffix(at.before, "/") {
		return "", rest == at.before
	}
	inner, ok = strings.CutPrefix(rest, at.before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(inner, at.after)
}

func (s *Server) open(c *call, id string, writes bool) (err error) {
	file, exists := s.drive.File(id)
	_, seen, writable := s.drive.Spreadsheet(id, c.who)
	switch {
	case !exists:
		return plain(http.StatusNotFound)
	case file.MimeType != drivetest.SheetType && s.drive.CanRead(file, c.who):
		return &refusal{http.StatusBadRequest, "FAILED_PRECONDITION", "This operation is not supported for this document"}
	case !seen, writes && !writable:
		return plain(http.StatusForbidden)
	}
	c.file = file
	c.book, err = s.book(id)
	return err
}

// keep stores the changed spreadsheet and tells Drive.
func (s *Server) keep(c *call) {
	s.books.Put(c.book.ID, *c.book)
	s.drive.Touch(c.book.ID, c.who)
}

// decode reads a body strictly: Sheets refuses names it does not know.
func (c *call) decode(v any) error {
	d := json.NewDecoder(c.r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return invalid("Invalid JSON payload received. %v", err)
	}
	return nil
}

func (c *call) part(answer any) (any, error) {
	wanted := c.r.URL.Query().Get("fields")
	raw, err := json.Marshal(answer)
	if err != nil || wanted == "" {
		return json.RawMessage(raw), err
	}
	mask, err := fieldmask.Parse(wanted)
	if err != nil {
		return nil, invalid("Request contains an invalid argument.")
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, err
	}
	return mask.Apply(tree), nil
}
