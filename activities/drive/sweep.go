package drive

import (
	"context"
	"fmt"

	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// SweepSheets asks for sheets that an effect made beside the one that counts: an earlier try's, which Drive's lists did
// not show when the look-up ran.
type SweepSheets struct {
	Key    string `json:"key"`    // of the effect
	Folder string `json:"folder"` // id of the folder where it put them
	// Sheet is the id of the one that counts; empty: the effect was given up, and none does.
	Sheet string `json:"sheet,omitempty"`
	// Name is put before the name of one that people have written into, so that nobody takes it for the right one.
	Name string `json:"name"`
}

// SheetsSwept lists the sheets that were made beside the one that counts.
type SheetsSwept struct {
	Trashed []string `json:"trashed,omitempty"` // ids: nobody had touched them
	Kept    []string `json:"kept,omitempty"`    // ids: somebody had written into them, and they have another name now
}

// duplicateProperty marks a sheet that does not count any more, with the key under which it was made.
const duplicateProperty = "hikeshiDuplicate"

// sweepFields are what has to be known of a sheet before it is put aside.
const sweepFields = fileFields + ",lastModifyingUser(me)"

// SweepSheets finds sheets with the effect's key in the folder that do not count. One that only we have ever written to
// goes into the trash, where it stays for 30 days; one that somebody else has touched keeps its content and gets another
// name. Call it when the search lag has passed since the last try that may have made one.
//
// Running it twice is harmless: a sheet that was put aside has lost the key, or is in the trash, and is not found again.
//
// Final are NotFound and Denied for the folder.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/update
func (a *Activities) SweepSheets(ctx context.Context, in SweepSheets) (SheetsSwept, error) {
	if in.Key == "" || in.Folder == "" {
		return SheetsSwept{}, activities.Fault{Class: activities.Invalid, System: "drive", Op: "sweep sheets", Cause: "the effect has no key, or no folder"}.Error()
	}
	q := fmt.Sprintf("'%s' in parents and mimeType='%s' and trashed=false", quote(in.Folder), sheetType)
	files, err := a.Client.list(ctx, in.Folder, q)
	if err != nil {
		return SheetsSwept{}, a.Client.closed(ctx, fault(google.Read, err, "look for more sheets"), in.Folder).Error()
	}
	var swept SheetsSwept
	for _, f := range files {
		if f.Id == in.Sheet || f.AppProperties[keyProperty] != mark(in.Key) {
			continue
		}
		if err := a.Client.putAside(ctx, in, f.Id, &swept); err != nil {
			return SheetsSwept{}, err
		}
	}
	return swept, nil
}

// putAside trashes a sheet, or renames it where it is somebody's work or may not be trashed.
func (c *Client) putAside(ctx context.Context, in SweepSheets, id string, swept *SheetsSwept) error {
	file, err := c.files.Get(id).SupportsAllDrives(true).Fields(googleapi.Field(sweepFields)).Context(ctx).Do()
	if err != nil {
		return fault(google.Read, err, "look at sheet %s", id).Error()
	}
	if file.LastModifyingUser != nil && file.LastModifyingUser.Me {
		err := c.change(ctx, id, &drivesdk.File{Trashed: true})
		if err == nil {
			swept.Trashed = append(swept.Trashed, id)
			return nil
		}
		if f := fault(google.SafeWrite, err, "trash sheet %s", id); f.Class != activities.Denied {
			return f.Error()
		}
	}
	change := &drivesdk.File{Name: in.Name + file.Name, AppProperties: map[string]string{duplicateProperty: mark(in.Key)}, NullFields: []string{"AppProperties." + keyProperty}}
	if err := c.change(ctx, id, change); err != nil {
		return fault(google.SafeWrite, err, "rename sheet %s", id).Error()
	}
	swept.Kept = append(swept.Kept, id)
	return nil
}

func (c *Client) change(ctx context.Context, id string, f *drivesdk.File) error {
	_, err := c.files.Update(id, f).SupportsAllDrives(true).Fields("id").Context(ctx).Do()
	return err
}
