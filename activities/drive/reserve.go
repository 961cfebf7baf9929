package drive

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// FolderID is an id that Drive has set aside for one file that we will create.
type FolderID struct {
	ID string `json:"id"`
}

// ReserveFolderID asks Drive for an unused id. It is an activity of its own so that the id is in the event history
// before a folder is created with it. Running it twice is harmless: an id that is never used costs nothing.
// No error of it is final but Denied.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/generateIds
func (a *Activities) ReserveFolderID(ctx context.Context) (FolderID, error) {
	ids, err := a.Client.files.GenerateIds().Count(1).Space("drive").Type("files").Context(ctx).Do()
	if err == nil && (len(ids.Ids) == 0 || ids.Ids[0] == "") {
		err = errors.New("Drive sent no id")
	}
	if err != nil {
		return FolderID{}, fault(google.Read, err, "reserve an id for a folder").Error()
	}
	return FolderID{ID: ids.Ids[0]}, nil
}

// ReserveFileIDs asks for ids of files that we will create.
type ReserveFileIDs struct {
	Count int `json:"count"` // up to 100
}

// FileIDs are ids that Drive has set aside for us.
type FileIDs struct {
	IDs []string `json:"ids"`
}

// maxFileIDs bounds what a result brings into the event history.
const maxFileIDs = 100

// ReserveFileIDs asks Drive for unused ids, as ReserveFolderID does. Running it twice is harmless: an id that is never
// used costs nothing. Final are Denied, and Invalid for a wrong number.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/generateIds
func (a *Activities) ReserveFileIDs(ctx context.Context, in ReserveFileIDs) (FileIDs, error) {
	if in.Count < 1 || in.Count > maxFileIDs {
		f := activities.Fault{Class: activities.Invalid, System: "drive", Op: "reserve ids for files"}
		f.Cause = fmt.Sprintf("%d ids were asked for, not 1 to %d", in.Count, maxFileIDs)
		return FileIDs{}, f.Error()
	}
	ids, err := a.Client.files.GenerateIds().Count(int64(in.Count)).Space("drive").Type("files").Context(ctx).Do()
	if err == nil && (len(ids.Ids) != in.Count || slices.Contains(ids.Ids, "")) {
		err = errors.New("Drive sent fewer ids than were asked for")
	}
	if err != nil {
		return FileIDs{}, fault(google.Read, err, "reserve ids for files").Error()
	}
	return FileIDs{IDs: ids.Ids}, nil
}

// DriveAccess is who we are to Drive.
type DriveAccess struct {
	Account string `json:"account"` // e-mail address: share the case folders with it
}

// CheckDriveAccess asks Drive who we are, to see that the credentials work. It writes nothing, so it may run as often
// as one likes; its typical error is Credentials.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
func (a *Activities) CheckDriveAccess(ctx context.Context) (DriveAccess, error) {
	account, err := a.Client.conn.Account(ctx)
	if err != nil {
		return DriveAccess{}, fault(google.Read, err, "ask Drive who we are").Error()
	}
	if account == "" {
		f := activities.Fault{Class: activities.Unavailable, System: "drive", Op: "ask Drive who we are", Cause: "the answer names no account"}
		return DriveAccess{}, f.Error()
	}
	return DriveAccess{Account: account}, nil
}
