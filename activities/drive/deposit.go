package drive

import (
	"context"
	"net/http"
	"strings"

	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/google"
)

// storedFields are what we read of a file that was put away. Drive has a SHA-256 only of contents that it stores: not of
// folders and Google's own formats.
const storedFields = "id,name,mimeType,size,sha256Checksum,webViewLink,trashed,appProperties"

func stored(f *drivesdk.File) deposit.Stored {
	return deposit.Stored{
		ID: f.Id, Name: f.Name, URL: f.WebViewLink, Mime: f.MimeType, Size: f.Size, SHA256: f.Sha256Checksum,
		Key: f.AppProperties[keyProperty], Trashed: f.Trashed,
	}
}

// Stat reads what Drive holds under an id; a nil error and an empty Stored.ID say that it holds nothing, or nothing that
// we may see. Of a key longer than a property Stored.Key is a digest.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/get
func (c *Client) Stat(ctx context.Context, id string) (deposit.Stored, error) {
	f, err := c.stat(ctx, id)
	switch {
	case answered(err, http.StatusNotFound):
		return deposit.Stored{}, nil
	case err != nil:
		return deposit.Stored{}, fault(google.Read, err, "read file %s", id).Error()
	}
	return stored(f), nil
}

func (c *Client) stat(ctx context.Context, id string) (*drivesdk.File, error) {
	return c.files.Get(id).SupportsAllDrives(true).Fields(googleapi.Field(storedFields)).Context(ctx).Do()
}

// OpenUpload begins to put a file away, or goes on from a checkpoint. Doing it twice is harmless: the file has a
// reserved id, and where an earlier try has made it, it gets its content anew. What was sent becomes the file's content
// only with the last byte, so people never see half of it.
//
// A checkpoint whose upload Drive has forgotten gives an Ambiguous error: the caller starts again from nothing. The
// writer makes its requests under ctx, each with its own time-out. Final are NotFound and Denied for the folder, and
// Invalid where another file has the id, or ours with it is in the trash.
// https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable
func (c *Client) OpenUpload(ctx context.Context, f deposit.File, from *deposit.Checkpoint) (deposit.Writer, error) {
	f.Mime = plainType(f.Mime)
	if from != nil {
		return c.goOn(ctx, f, *from)
	}
	address, err := c.begin(ctx, f)
	if err != nil {
		return nil, err
	}
	return newUpload(ctx, c, f, address), nil
}

// begin asks for an upload session, and returns its address.
func (c *Client) begin(ctx context.Context, f deposit.File) (string, error) {
	exists, err := c.mine(ctx, f)
	if err != nil {
		return "", err
	}
	address, err := c.startSession(ctx, f, exists)
	if answered(err, http.StatusConflict) { // another try has made it since
		if exists, err = c.mine(ctx, f); err != nil {
			return "", err
		}
		if !exists {
			return "", another(f).Error()
		}
		address, err = c.startSession(ctx, f, exists)
	}
	if err != nil { // with the id, a second session is as good as the first
		return "", c.closed(ctx, fault(google.SafeWrite, err, "upload file %s", f.ID), f.Folder).Error()
	}
	return address, nil
}

// mine reports whether the file is there already; its error says that something else has the id.
func (c *Client) mine(ctx context.Context, f deposit.File) (bool, error) {
	have, err := c.stat(ctx, f.ID)
	switch {
	case answered(err, http.StatusNotFound):
		return false, nil
	case err != nil:
		return false, fault(google.Read, err, "look for file %s", f.ID).Error()
	case have.AppProperties[keyProperty] != mark(f.Key) || strings.HasPrefix(have.MimeType, googlesTypes):
		return false, another(f).Error()
	case have.Trashed:
		trashed := activities.Fault{Class: activities.Invalid, System: "drive", Op: "upload file " + f.ID}
		trashed.Cause, trashed.Hint = "the file is in the trash", "take it out of the trash, then retry"
		return false, trashed.Error()
	}
	return true, nil
}

func another(f deposit.File) activities.Fault {
	return activities.Fault{
		Class: activities.Invalid, System: "drive", Op: "upload file " + f.ID, Cause: "another file has the id", Hint: "reserve another id",
	}
}
