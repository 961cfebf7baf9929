package drivetest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/internal/google"
	"hikeshi/activities/internal/google/fieldmask"
)

// call is one request as the handlers see it.
type call struct {
	w   http.ResponseWriter
	r   *http.Request
	who string // e-mail address of the account it acts for
	now time.Time
}

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }
func (c *call) flag(name string) bool    { return c.query(name) == "true" }

// answered is what a handler returns that has written its answer itself.
type answered struct{}

func (s *Server) routes() {
	s.route("GET /drive/v3/about", "", s.about)
	s.route("GET /drive/v3/files", "kind,nextPageToken,incompleteSearch,files("+briefFile+")", s.list)
	s.route("POST /drive/v3/files", briefFile, s.create)
	s.route("GET /drive/v3/files/generateIds", "*", s.generateIDs)
	s.route("GET /drive/v3/files/{file}", briefFile, s.get)
	s.route("PATCH /drive/v3/files/{file}", briefFile, s.update)
	s.route("DELETE /drive/v3/files/{file}", "*", s.remove)
	s.route("GET /drive/v3/files/{file}/export", "*", s.export)
	s.route("GET /drive/v3/files/{file}/permissions", "kind,nextPageToken,permissions("+briefPermission+")", s.listPermissions)
	s.route("POST /drive/v3/files/{file}/permissions", briefPermission, s.createPermission)
	s.route("GET /drive/v3/files/{file}/permissions/{permission}", briefPermission, s.getPermission)
	s.route("PATCH /drive/v3/files/{file}/permissions/{permission}", briefPermission, s.updatePermission)
	s.route("DELETE /drive/v3/files/{file}/permissions/{permission}", "*", s.deletePermission)
	s.route("GET /drive/v3/changes/startPageToken", "*", s.startPageToken)
	s.route("GET /drive/v3/changes", "kind,nextPageToken,newStartPageToken,changes(kind,type,changeType,time,removed,fileId,file("+briefFile+"))", s.listChanges)
	s.route("GET /drive/v3/drives", "kind,nextPageToken,drives(kind,id,name)", s.listDrives)
	s.route("GET /drive/v3/drives/{drive}", "kind,id,name", s.getDrive)
	s.route("POST /upload/drive/v3/files", briefFile, s.upload)
	s.route("PATCH /upload/drive/v3/files/{file}", briefFile, s.upload)
	s.route("PUT /upload/drive/v3/files", briefFile, s.uploadPiece)
	s.route("PUT /upload/drive/v3/files/{file}", briefFile, s.uploadPiece)
	s.route("POST /upload/drive/v3/files/{file}", briefFile, s.uploadPiece) // the Go client sends pieces with POST
}

// route adds one call. brief is the fields that it answers with unless the caller asks for others.
func (s *Server) route(pattern, brief string, h func(*call) (any, error)) {
	s.Mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		who, err := Caller(r)
		if err != nil {
			writeError(w, err)
			return
		}
		c := &call{w: w, r: r, who: who, now: time.Now().UTC().Truncate(time.Millisecond)}
		answer, err := h(c)
		if err == nil {
			answer, err = c.part(answer, brief)
		}
		switch answer := answer.(type) {
		case answered:
		case nil:
			if err != nil {
				writeError(w, err)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		default:
			fake.WriteJSON(w, answer)
		}
	})
}

// part cuts the answer down to the fields asked for.
func (c *call) part(answer any, brief string) (any, error) {
	if _, done := answer.(answered); done || answer == nil {
		return answer, nil
	}
	wanted := c.query("fields")
	if wanted == "" {
		wanted = brief
	}
	mask, err := fieldmask.Parse(wanted)
	if err != nil {
		return nil, invalidParameter("fields", err.Error())
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, err
	}
	return mask.Apply(tree), nil
}

// Caller says for whom a request acts: the person of the cast whose token it carries, or without a token the product.
func Caller(r *http.Request) (string, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok && r.Header.Get("Authorization") == "" {
		return fake.GoogleAccount, nil
	}
	for _, p := range fake.Cast() {
		if ok && token == fake.GoogleUserToken(p) {
			return p.Email, nil
		}
	}
	return "", &refusal{http.StatusUnauthorized, "authError", "Invalid Credentials", "Authorization"}
}

// limits are the quota units of one account, and those of the project.
func (s *Server) limits(r *http.Request) []fake.Limit {
	who, err := Caller(r)
	if err != nil {
		return nil
	}
	units := float64(google.Units(r))
	return []fake.Limit{
		{Key: "drive " + who, PerMinute: 325_000, Cost: units},
		{Key: "drive project", PerMinute: 1_000_000, Cost: units},
	}
}
