package drivetest

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// upload makes a file with content, or replaces a file's content, in the way that uploadType says.
// https://developers.google.com/workspace/drive/api/guides/manage-uploads
func (s *Server) upload(c *call) (any, error) {
	switch c.query("uploadType") {
	case "media":
		data, err := io.ReadAll(c.r.Body)
		if err != nil {
			return nil, err
		}
		return s.store(c, metadata{}, c.r.Header.Get("Content-Type"), data)
	case "multipart":
		return s.uploadMultipart(c)
	case "resumable":
		if c.query("upload_id") != "" {
			return s.uploadPiece(c)
		}
		return s.startUpload(c)
	}
	return nil, invalidParameter("uploadType", "Invalid upload type.")
}

// uploadMultipart takes the metadata and the content in one request.
func (s *Server) uploadMultipart(c *call) (any, error) {
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, &refusal{http.StatusBadRequest, "badContent", "Missing boundary in multipart body.", ""}
	}
	parts := multipart.NewReader(c.r.Body, params["boundary"])
	var m metadata
	first, err := parts.NextPart()
	if err == nil {
		err = json.NewDecoder(first).Decode(&m)
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "parseError", "Parse Error", ""}
	}
	second, err := parts.NextPart()
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "badContent", "Malformed multipart body.", ""}
	}
	data, err := io.ReadAll(second)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "badContent", "Malformed multipart body.", ""}
	}
	return s.store(c, m, second.Header.Get("Content-Type"), data)
}

// store makes or updates the file that the request names, with this content.
func (s *Server) store(c *call, m metadata, contentType string, data []byte) (any, error) {
	f, fresh, err := s.target(c, m, c.r.PathValue("file"), contentType)
	if err != nil {
		return nil, err
	}
	if err := s.fill(&f, data); err != nil {
		return nil, err
	}
	return s.stored(c, f, fresh), nil
}

// target returns the file to be filled: a new one, or the one that is to be updated.
func (s *Server) target(c *call, m metadata, id, contentType string) (f File, fresh bool, err error) {
	if m.MimeType == nil && contentType != "" {
		m.MimeType = &contentType
	}
	if id == "" {
		if f, err = s.draft(c, m); err == nil && isGoogles(f) {
			err = &refusal{http.StatusBadRequest, "badRequest", "The sandbox does not convert uploads to Google's formats.", ""}
		}
		return f, true, err
	}
	if f, err = s.find(c, id); err != nil {
		return f, false, err
	}
	switch {
	case f.ReadOnly:
		err = readOnly(f)
	case isGoogles(f):
		err = &refusal{http.StatusForbidden, "fileNotDownloadable", "This kind of file has no content of its own.", ""}
	default:
		if err = s.change(c, &f, m); err == nil && m.MimeType != nil {
			f.MimeType = *m.MimeType
		}
	}
	return f, false, err
}

func (s *Server) stored(c *call, f File, fresh bool) any {
	if fresh {
		s.place(c, f)
	} else {
		s.save(f, c.who)
	}
	now, _ := s.files.Get(f.ID)
	return s.view(now, c.who)
}

func isGoogles(f File) bool {
	return f.Blob == "" && f.MimeType == FolderType || f.MimeType == SheetType
}
