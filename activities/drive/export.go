package drive

import (
	"context"
	"io"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// Export opens a Google Sheet in another format, given as a MIME type. Drive exports up to 10 MB; a larger sheet is
// Denied. It only reads, so it may be done as often as one likes. Final are NotFound, Denied and Invalid, the last for
// a format that Drive does not offer. Errors while reading are Faults, too.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/export
func (c *Client) Export(ctx context.Context, id, mime string) (io.ReadCloser, error) {
	answer, err := c.files.Export(id, mime).Context(ctx).Download()
	if err == nil {
		return exported{answer.Body, id}, nil
	}
	f := fault(google.Read, err, "export file %s", id)
	switch {
	case f.Hint != "":
	case strings.Contains(f.Cause, "exportSizeLimitExceeded"):
		f.Hint = "Drive exports up to 10 MB: put a copy into the folder by hand"
	case f.Class == activities.NotFound, f.Class == activities.Denied:
		f.Hint = "share the file " + id + " with " + c.whoWeAre(ctx)
	}
	return nil, f.Error()
}

// exported says what it means if the answer breaks off: half a file must not be taken for a whole one.
type exported struct {
	io.ReadCloser
	id string
}

func (e exported) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = fault(google.Read, err, "export file %s", e.id).Error()
	}
	return n, err
}
