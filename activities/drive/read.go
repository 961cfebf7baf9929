package drive

import (
	"context"
	"fmt"
	"io"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// Read reads the bytes of a file of at most that size. It only reads, so it may be done as often as one likes. Final are
// NotFound and Denied, and Invalid for a larger file.
// https://developers.google.com/workspace/drive/api/guides/manage-downloads
func (c *Client) Read(ctx context.Context, id string, most int64) ([]byte, error) {
	answer, err := c.files.Get(id).SupportsAllDrives(true).Context(ctx).Download()
	if err != nil {
		return nil, fault(google.Read, err, "read file %s", id).Error()
	}
	defer answer.Body.Close() //nolint:errcheck // it was read, or its error is told
	b, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	if err != nil {
		return nil, fault(google.Read, err, "read file %s", id).Error()
	}
	if int64(len(b)) > most {
		f := activities.Fault{Class: activities.Invalid, System: "drive", Op: "read file " + id}
		f.Cause = fmt.Sprintf("it is larger than %d bytes", most)
		return nil, f.Error()
	}
	return b, nil
}
