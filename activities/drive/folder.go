package drive

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// OpenFolder asks for a folder with an id from ReserveFolderID.
type OpenFolder struct {
	activities.Effect
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Parent     string            `json:"parent"`               // id of the folder or shared drive it goes into
	Properties map[string]string `json:"properties,omitempty"` // private to us; key and value at most 124 bytes together
}

// Folder is a folder that exists.
type Folder struct {
	ID  string `json:"id"`
	URL string `json:"url"` // opens it in a browser
	activities.Receipt
}

// OpenFolder creates the folder. Running it twice is harmless. Attempts with one id cannot make two folders: Drive
// refuses an id that is in use, and the folder that has it is adopted, even if people have renamed or moved it
// meanwhile. An effect that is not provably new may have been tried with another id, which nobody knows any more: then
// the folder is also looked for by our key where it was put, and none is created until Drive's lists have caught up
// with the earlier tries. Folder.ID may therefore differ from the id asked for. Final are NotFound and Denied for the
// parent, and Invalid where something else has the id or our folder with it is in the trash.
// https://developers.google.com/workspace/drive/api/guides/create-file#generate-ids
func (a *Activities) OpenFolder(ctx context.Context, in OpenFolder) (Folder, error) {
	adopted := false
	lookUp := func(ctx context.Context, _ time.Time) (bool, *drivesdk.File, error) {
		return a.Client.findFolder(ctx, in)
	}
	effect := in.Effect
	effect.Settle = 0 // a request of this execution that arrives late finds the id in use
	file, receipt, err := activities.Once(ctx, effect, lookUp, func(ctx context.Context) (*drivesdk.File, error) {
		file, err := a.Client.create(ctx, &drivesdk.File{
			Id: in.ID, Name: in.Name, MimeType: folderType, Parents: []string{in.Parent}, AppProperties: properties(in.Properties, in.Key),
		})
		switch {
		case answered(err, http.StatusConflict):
			adopted = true
			return a.Client.adoptFolder(ctx, in)
		case err != nil: // with the id the create is safe to repeat
			return nil, a.Client.closed(ctx, fault(google.SafeWrite, err, "open the folder"), in.Parent).Error()
		case file.Id != in.ID:
			return nil, fault(google.SafeWrite, errors.New("Drive sent no id, or another one than was reserved"), "open the folder").Error()
		}
		return file, nil
	})
	if err != nil {
		return Folder{}, err
	}
	receipt.Adopted = receipt.Adopted || adopted
	return Folder{ID: file.Id, URL: file.WebViewLink, Receipt: receipt}, nil
}

// findFolder looks for the folder of this effect: first by the id, which Drive answers without any lag, then by key.
// The lag counts from the tries before this execution: all attempts within it have used the same id, so where it is
// not in use a create is safe, whatever became of them.
func (c *Client) findFolder(ctx context.Context, in OpenFolder) (bool, *drivesdk.File, error) {
	file, err := c.get(ctx, in.ID)
	switch {
	case err == nil:
		file, err = ours(file, in)
		return err == nil, file, err
	case !answered(err, http.StatusNotFound):
		return false, nil, fault(google.Read, err, "look for the folder").Error()
	case in.First:
		return false, nil, nil
	}
	last := in.Since
	if in.Last.After(last) {
		last = in.Last
	}
	return c.find(ctx, sought{"folder", folderType, in.Parent, in.Key}, last.Add(in.Settle))
}

func answered(err error, status int) bool {
	var answer *googleapi.Error
	return errors.As(err, &answer) && answer.Code == status
}

// adoptFolder reads the file that has the reserved id, which Drive says is in use, and takes it if it is ours.
func (c *Client) adoptFolder(ctx context.Context, in OpenFolder) (*drivesdk.File, error) {
	file, err := c.get(ctx, in.ID)
	if err != nil {
		f := fault(google.Read, err, "read folder %s, which exists already", in.ID)
		return nil, c.closed(ctx, f, in.ID).Error()
	}
	return ours(file, in)
}

// ours returns the file that has the reserved id if this effect made it and it is not in the trash.
func ours(file *drivesdk.File, in OpenFolder) (*drivesdk.File, error) {
	foreign := activities.Fault{Class: activities.Invalid, System: "drive", Op: "open folder \"" + in.Name + "\""}
	switch {
	case !isFolderOf(file, in):
		foreign.Cause, foreign.Hint = "another file has the id "+in.ID, "reserve another id"
	case file.Trashed:
		foreign.Cause, foreign.Hint = "the folder "+in.ID+" is in the trash", "take it out of the trash, then retry"
	default:
		return file, nil
	}
	return nil, foreign.Error()
}

// isFolderOf reports whether the file was made by this effect. Our key proves it; a folder without any key counts if
// it has the name and the place asked for.
func isFolderOf(file *drivesdk.File, in OpenFolder) bool {
	if file.MimeType != folderType {
		return false
	}
	if key := file.AppProperties[keyProperty]; key != "" {
		return key == mark(in.Key)
	}
	return file.Name == in.Name && slices.Contains(file.Parents, in.Parent)
}
