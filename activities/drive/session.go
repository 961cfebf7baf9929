package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities/internal/deposit"
)

// Google's SDK sends large contents in pieces, too, but keeps the address of the session to itself: an upload that was
// interrupted would begin anew. So the protocol is spoken here.
// https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable

// googlesTypes begin the types of Drive's own formats. A content with such a type would be converted into one.
const googlesTypes = "application/vnd.google-apps."

// plainType is a type under which Drive stores bytes as they are, and which fits into a header.
func plainType(kind string) string {
	if _, _, err := mime.ParseMediaType(kind); err != nil || strings.HasPrefix(strings.ToLower(kind), googlesTypes) {
		return "application/octet-stream"
	}
	return kind
}

// startSession asks for the address of an upload: of a new file with the reserved id, or of a new content for it.
func (c *Client) startSession(ctx context.Context, f deposit.File, exists bool) (string, error) {
	to, err := c.conn.Uploads()
	if err != nil {
		return "", err
	}
	method, meta := http.MethodPost, &drivesdk.File{
		Id: f.ID, Name: f.Name, MimeType: f.Mime, Parents: []string{f.Folder}, AppProperties: properties(nil, f.Key),
	}
	if exists {
		method, meta = http.MethodPatch, &drivesdk.File{Name: f.Name, MimeType: f.Mime}
		to = to.JoinPath(url.PathEscape(f.ID))
	}
	to.RawQuery = url.Values{"uploadType": {"resumable"}, "supportsAllDrives": {"true"}, "fields": {storedFields}, "alt": {"json"}}.Encode()
	body, err := json.Marshal(meta)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	req.Header.Set("X-Upload-Content-Type", f.Mime)
	answer, err := c.conn.HTTP.Do(req)
	if err != nil {
		return "", err
	}
	defer googleapi.CloseBody(answer)
	if err := googleapi.CheckResponse(answer); err != nil {
		return "", err
	}
	return sessionIn(answer, to)
}

// sessionIn reads the address of the session. It must be where we asked: a file is sent to nobody else.
func sessionIn(answer *http.Response, asked *url.URL) (string, error) {
	location, err := answer.Location()
	switch {
	case err != nil:
		return "", errors.New("the answer names no address for the upload")
	case location.Host != asked.Host || location.Scheme != asked.Scheme:
		return "", fmt.Errorf("the address for the upload is on another host (%s)", location.Host)
	}
	return location.String(), nil
}

// ourSession reports whether the session is at the Drive that we talk to.
func (c *Client) ourSession(address string) bool {
	to, err := c.conn.Uploads()
	at, wrong := url.Parse(address)
	return err == nil && wrong == nil && at.Host == to.Host && at.Scheme == to.Scheme && strings.HasPrefix(at.Path, to.Path)
}

// progress is how far an upload has come.
type progress struct {
	received int64          // bytes that are there
	file     *drivesdk.File // not nil: the upload has ended, and this is the file
}

// put sends a piece, or with no data asks how much is there. span is its place: "0-99/*", or "*/*" for a question.
func (c *Client) put(ctx context.Context, address, mime, span string, data []byte) (progress, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(data))
	if err != nil {
		return progress{}, errors.New("the upload has no usable address")
	}
	req.Header.Set("Content-Type", mime)
	req.Header.Set("Content-Range", "bytes "+span)
	req.Header.Set("X-GUploader-No-308", "yes") // 308 now means a redirect
	answer, err := c.conn.HTTP.Do(req)
	if err != nil {
		return progress{}, err
	}
	defer googleapi.CloseBody(answer)
	if answer.StatusCode == http.StatusPermanentRedirect || answer.Header.Get("X-Http-Status-Code-Override") == "308" {
		n, err := received(answer.Header.Get("Range"))
		return progress{received: n}, err
	}
	if err := googleapi.CheckResponse(answer); err != nil {
		return progress{}, err
	}
	var file drivesdk.File
	if err := json.NewDecoder(answer.Body).Decode(&file); err != nil {
		return progress{}, err
	}
	if file.Id == "" {
		return progress{}, errors.New("the answer names no file")
	}
	return progress{file: &file}, nil
}

// received reads the header Range, which is left out as long as nothing is there.
func received(header string) (int64, error) {
	if header == "" {
		return 0, nil
	}
	var last int64
	if n, err := fmt.Sscanf(header, "bytes=0-%d", &last); n != 1 || err != nil || last < 0 {
		return 0, errors.New("the answer does not say how much has arrived")
	}
	return last + 1, nil
}
