package drivetest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// upload is a resumable upload under way. It is kept until its file is done, and its result after that, so that a
// client that lost the last answer gets it again.
type upload struct {
	Who     string
	Started time.Time
	FileID  string // file to update; empty: a new file
	Query   string // of the request that started it
	Meta    []byte // metadata, as JSON
	Type    string // of the content
	Total   int64  // -1: not said yet
	Sums    *sums  // of what has arrived
	Done    string // id of the finished file
}

// startUpload opens a session and answers with its address.
func (s *Server) startUpload(c *call) (any, error) {
	meta, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, err
	}
	u := upload{
		Who: c.who, Started: c.now, FileID: c.r.PathValue("file"), Query: c.r.URL.RawQuery, Meta: meta, Sums: newSums(),
		Type: c.r.Header.Get("X-Upload-Content-Type"), Total: -1,
	}
	m, err := u.metadata()
	if err != nil {
		return nil, err
	}
	if n, err := strconv.ParseInt(c.r.Header.Get("X-Upload-Content-Length"), 10, 64); err == nil {
		u.Total = n
	}
	if _, _, err := s.target(c, m, u.FileID, u.Type); err != nil { // refused now rather than after all bytes were sent
		return nil, err
	}
	id := newID()
	s.uploads.Put(id, u)
	address := *c.r.URL
	address.Scheme, address.Host = "http", c.r.Host
	q := address.Query()
	q.Set("upload_id", id)
	address.RawQuery = q.Encode()
	c.w.Header().Set("Location", address.String())
	c.w.Header().Set("X-GUploader-UploadID", id)
	c.w.WriteHeader(http.StatusOK)
	return answered{}, nil
}

func (u upload) received() int64 { return u.Sums.size }

func (u upload) metadata() (m metadata, err error) {
	r, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(string(u.Meta)))
	if err != nil {
		return m, err
	}
	return m, decode(r, &m)
}

// pieceSize: every piece but the last is a multiple of it.
const pieceSize = 256 << 10

// uploadPiece takes one piece, or tells how much has arrived.
func (s *Server) uploadPiece(c *call) (any, error) {
	id := c.query("upload_id")
	u, ok := s.uploads.Get(id)
	if !ok || u.Who != c.who {
		return nil, &refusal{http.StatusNotFound, "notFound", "The upload session does not exist or has expired.", "upload_id"}
	}
	if u.Done != "" {
		f, ok := s.files.Get(u.Done)
		if !ok {
			return nil, notFound(u.Done)
		}
		return s.view(f, c.who), nil
	}
	data, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, err
	}
	p, err := parsePiece(c.r.Header.Get("Content-Range"), int64(len(data)), u)
	if err != nil {
		return nil, err
	}
	if p.total >= 0 {
		u.Total = p.total
	}
	if have := u.received(); len(data) > 0 && p.first <= have { // a piece sent again may reach further than what is there
		data = data[min(have-p.first, int64(len(data))):]
		if err := s.contents.write(id, have, data); err != nil {
			return nil, err
		}
		u.Sums.Write(data)
	}
	s.uploads.Put(id, u)
	if u.Total >= 0 && u.received() >= u.Total && p.first <= u.received() {
		return s.finishUpload(c, id, u)
	}
	return incomplete(c, u), nil
}

// finishUpload turns the pieces into the file.
func (s *Server) finishUpload(c *call, id string, u upload) (any, error) {
	fields := c.query("fields")
	c.r = c.r.Clone(c.r.Context())
	c.r.URL.RawQuery = u.Query // supportsAllDrives and fields were said at the start
	if fields != "" && c.query("fields") == "" {
		c.r.URL.RawQuery += "&fields=" + fields
	}
	m, err := u.metadata()
	if err != nil {
		return nil, err
	}
	f, fresh, err := s.target(c, m, u.FileID, u.Type)
	if err != nil {
		return nil, err
	}
	if u.received() == 0 {
		if err := s.contents.write(id, 0, nil); err != nil {
			return nil, err
		}
	}
	if err := s.take(&f, id, u.Sums); err != nil {
		return nil, err
	}
	u.Done = f.ID
	s.uploads.Put(id, u)
	return s.stored(c, f, fresh), nil
}

// incomplete asks for more: status 308 or, for clients that take that for a redirect, 200 with a header.
func incomplete(c *call, u upload) any {
	if n := u.received(); n > 0 {
		c.w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", n-1))
	}
	if c.r.Header.Get("X-GUploader-No-308") != "" {
		c.w.Header().Set("X-Http-Status-Code-Override", "308")
		c.w.WriteHeader(http.StatusOK)
	} else {
		c.w.WriteHeader(http.StatusPermanentRedirect)
	}
	return answered{}
}

type piece struct {
	first, total int64 // total is -1 where it is not said
}

// parsePiece reads Content-Range: "bytes 0-99/200", "bytes 0-99/*", or "bytes */200" without data.
func parsePiece(header string, size int64, u upload) (piece, error) {
	bad := &refusal{http.StatusBadRequest, "badRequest", fmt.Sprintf("Invalid Content-Range %q for %d bytes.", header, size), "Content-Range"}
	if header == "" {
		return piece{0, size}, nil // the whole content at once
	}
	span, total, ok := strings.Cut(strings.TrimPrefix(header, "bytes "), "/")
	if !ok || !strings.HasPrefix(header, "bytes ") {
		return piece{}, bad
	}
	p := piece{total: -1}
	var err error
	if total != "*" {
		if p.total, err = strconv.ParseInt(total, 10, 64); err != nil || u.Total >= 0 && p.total != u.Total {
			return piece{}, bad
		}
	}
	if span == "*" {
		p.first = u.received()
		if size != 0 {
			return piece{}, bad
		}
		return p, nil
	}
	var last int64
	if n, err := fmt.Sscanf(span, "%d-%d", &p.first, &last); n != 2 || err != nil || last-p.first+1 != size {
		return piece{}, bad
	}
	if end := last + 1; end != p.total && (p.total >= 0 && end > p.total || size%pieceSize != 0) {
		return piece{}, bad
	}
	return p, nil
}
