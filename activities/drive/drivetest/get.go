package drivetest

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// get answers with a file's metadata or, with alt=media, its content.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/get
func (s *Server) get(c *call) (any, error) {
	f, err := s.find(c, c.r.PathValue("file"))
	if err != nil {
		return nil, err
	}
	if c.query("alt") != "media" {
		return s.view(f, c.who), nil
	}
	if f.Blob == "" {
		return nil, &refusal{http.StatusForbidden, "fileNotDownloadable", "Only files with binary content can be downloaded. Use Export with Docs Editors files.", "alt"}
	}
	content, err := s.contents.read(f.Blob)
	if err != nil {
		return nil, err
	}
	c.w.Header().Set("Content-Type", f.MimeType)
	http.ServeContent(c.w, c.r, "", f.Modified, bytes.NewReader(content)) // ranges too
	return answered{}, nil
}

// export turns a Google Sheet into another format. https://developers.google.com/workspace/drive/api/reference/rest/v3/files/export
func (s *Server) export(c *call) (any, error) {
	f, ok := s.files.Get(c.r.PathValue("file")) // in shared drives, too: this call has no parameter to ask for them
	if !ok || s.role(f, c.who) < reader {
		return nil, notFound(c.r.PathValue("file"))
	}
	if !strings.HasPrefix(f.MimeType, "application/vnd.google-apps.") {
		return nil, &refusal{http.StatusForbidden, "fileNotExportable", "Export only supports Docs Editors files.", ""}
	}
	as := c.query("mimeType")
	if as == "" {
		return nil, &refusal{http.StatusBadRequest, "required", "Required parameter: mimeType", "mimeType"}
	}
	if s.Export != nil && f.MimeType == SheetType {
		if content, ok := s.Export(f.ID, as); ok {
			c.w.Header().Set("Content-Type", as)
			_, _ = c.w.Write(content) // the client is gone: nothing to do
			return answered{}, nil
		}
	}
	return nil, &refusal{http.StatusBadRequest, "badRequest", "The requested conversion is not supported.", "convertTo"}
}

// remove deletes a file for good, with all that is below it.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/delete
func (s *Server) remove(c *call) (any, error) {
	f, err := s.find(c, c.r.PathValue("file"))
	if err != nil {
		return nil, err
	}
	if f.DriveID != "" && s.role(f, c.who) < organizer || f.DriveID == "" && f.Owner != c.who || f.ID == f.DriveID || f.Parent == "" {
		return nil, notAllowed(f.ID)
	}
	return nil, s.erase(f, c.who)
}

func (s *Server) erase(f File, who string) error {
	for _, below := range s.files.All() {
		if below.Parent == f.ID {
			if err := s.erase(below, who); err != nil {
				return err
			}
		}
	}
	s.note(f, true)
	s.files.Delete(f.ID)
	return s.contents.remove(f.Blob)
}

// number reads a parameter that is a number within bounds.
func (c *call) number(name string, absent, low, high int) (int, error) {
	text := c.query(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, invalidParameter(name, "Invalid value '"+text+"'. Values must be within the range: ["+strconv.Itoa(low)+", "+strconv.Itoa(high)+"]")
	}
	return n, nil
}
