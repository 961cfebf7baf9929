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

// OpenFolder creates the folder. Running it twice is harmless: Drive refuses an id that is in use, and the folder
// that has it is then compared and adopted, even if people have renamed or moved it meanwhile. Final are NotFound and
// Denied for the parent, and Invalid where something else has the id or our folder is in the trash.
// https://developers.google.com/workspace/drive/api/guides/create-file#generate-ids
func (a *Activities) OpenFolder(ctx context.Context, in OpenFolder) (Folder, error) {
	adopted := false
	noLookUp := func(context.Context, time.Time) (bool, *drivesdk.File, error) { return false, nil, nil } // the 409 is the look-up
	file, receipt, err := activities.Once(ctx, in.Effect, noLookUp, func(ctx context.Context) (*drivesdk.File, error) {
		file, err := a.Client.create(ctx, &drivesdk.File{
			Id: in.ID, Name: in.Name, MimeType: folderType, Parents: []string{in.Parent}, AppProperties: properties(in.Properties, in.Key),
		})
		var answer *googleapi.Error
		switch {
		case errors.As(err, &answer) && answer.Code == http.StatusConflict:
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
	receipt.Adopted = adopted
	return Folder{ID: file.Id, URL: file.WebViewLink, Receipt: receipt}, nil
}

// adoptFolder reads the file that has the reserved id and takes it if it is ours.
func (c *Client) adoptFolder(ctx context.Context, in OpenFolder) (*drivesdk.File, error) {
	file, err := c.get(ctx, in.ID)
	if err != nil {
		f := fault(google.Read, err, "read folder %s, which exists already", in.ID)
		return nil, c.closed(ctx, f, in.ID).Error()
	}
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
