package drive

import (
	"context"

	drivesdk "google.golang.org/api/drive/v3"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// RenameFile asks for a new name of a folder, a sheet or any other file.
type RenameFile struct {
	ID         string            `json:"id"`
	Name       string            `json:"name,omitempty"`       // empty: keep it
	Properties map[string]string `json:"properties,omitempty"` // added to those it has
}

// RenameFile gives a file another name, for example when a case gets its final number. Running it twice is harmless:
// it says the wanted state. Final are NotFound, Denied and Invalid.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/update
func (a *Activities) RenameFile(ctx context.Context, in RenameFile) error {
	change := &drivesdk.File{Name: in.Name, AppProperties: in.Properties}
	_, err := a.Client.files.Update(in.ID, change).SupportsAllDrives(true).Fields("id").Context(ctx).Do()
	if err == nil {
		return nil
	}
	f := fault(google.SafeWrite, err, "rename file %s", in.ID)
	if (f.Class == activities.NotFound || f.Class == activities.Denied) && f.Hint == "" {
		f.Hint = "share the file " + in.ID + " with " + a.Client.whoWeAre(ctx) + " as an editor, or take it out of the trash"
	}
	return f.Error()
}
