package drive

import (
	"context"
	"fmt"

	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// Google's names for the two kinds of file that Drive makes without content.
const (
	folderType = "application/vnd.google-apps.folder"
	sheetType  = "application/vnd.google-apps.spreadsheet"
)

// fileFields are what we read of a file. Drive answers only a few fields unless asked.
const fileFields = "id,name,mimeType,parents,webViewLink,appProperties,createdTime,trashed,driveId"

func fault(kind google.Kind, err error, op string, args ...any) activities.Fault {
	return google.Call{System: "drive", Op: fmt.Sprintf(op, args...), Kind: kind}.Fault(err)
}

// create makes a file without content: a folder or a sheet.
func (c *Client) create(ctx context.Context, f *drivesdk.File) (*drivesdk.File, error) {
	return c.files.Create(f).SupportsAllDrives(true).Fields(fileFields).Context(ctx).Do()
}

func (c *Client) get(ctx context.Context, id string) (*drivesdk.File, error) {
	return c.files.Get(id).SupportsAllDrives(true).Fields(fileFields).Context(ctx).Do()
}

// whoWeAre returns our own e-mail address, asked for once. It is part of hints, so a failure is not worth an error.
func (c *Client) whoWeAre(ctx context.Context) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.account == "" {
		if account, err := c.conn.Account(ctx); err == nil {
			c.account = account
		}
	}
	if c.account == "" {
		return "our service account"
	}
	return c.account
}

// closed adds the hint to a fault that means the folder is missing or not ours to write to. Drive answers "not found"
// also for what we may not see.
func (c *Client) closed(ctx context.Context, f activities.Fault, folder string) activities.Fault {
	if (f.Class == activities.NotFound || f.Class == activities.Denied) && f.Hint == "" {
		f.Hint = fmt.Sprintf("share the folder %s with %s, or put the right folder id into google.folders", folder, c.whoWeAre(ctx))
	}
	return f
}

// list walks all pages of a query inside one folder. Drive finds files of a shared drive only if the drive is named,
// so the folder is read first.
func (c *Client) list(ctx context.Context, folder, q string) ([]*drivesdk.File, error) {
	parent, err := c.get(ctx, folder)
	if err != nil {
		return nil, err
	}
	call := c.files.List().Q(q).PageSize(100).SupportsAllDrives(true).IncludeItemsFromAllDrives(true).
		Fields("nextPageToken", "incompleteSearch", googleapi.Field("files("+fileFields+")"))
	if parent.DriveId != "" {
		call = call.Corpora("drive").DriveId(parent.DriveId)
	}
	var found []*drivesdk.File
	err = call.Pages(ctx, func(page *drivesdk.FileList) error {
		found = append(found, page.Files...)
		if page.IncompleteSearch {
			return errIncomplete
		}
		return nil
	})
	return found, err
}
