package drive

import (
	"context"
	"errors"
	"time"

	drivesdk "google.golang.org/api/drive/v3"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// OpenSheet asks for an empty Google Sheet in a folder.
type OpenSheet struct {
	activities.Effect
	Name       string            `json:"name"`
	Folder     string            `json:"folder"`               // id of the folder it goes into
	Properties map[string]string `json:"properties,omitempty"` // private to us; key and value at most 124 bytes together
}

// Sheet is a Google Sheet that exists.
type Sheet struct {
	ID  string `json:"id"`
	URL string `json:"url"` // opens it in a browser
	activities.Receipt
}

// OpenSheet creates the sheet through Drive, because Sheets itself would put it into the service account's own
// storage, which does not exist. Running it twice is harmless: a try that may not be the first looks in the folder for
// a sheet with our key, and does not believe that there is none until Drive's lists have caught up with the latest try.
// Final are NotFound and Denied for the folder, and Invalid.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/create
func (a *Activities) OpenSheet(ctx context.Context, in OpenSheet) (Sheet, error) {
	lookUp := func(ctx context.Context, last time.Time) (bool, *drivesdk.File, error) {
		return a.Client.find(ctx, sought{"sheet", sheetType, in.Folder, in.Key}, last)
	}
	file, receipt, err := activities.Once(ctx, in.Effect, lookUp, func(ctx context.Context) (*drivesdk.File, error) {
		file, err := a.Client.create(ctx, &drivesdk.File{
			Name: in.Name, MimeType: sheetType, Parents: []string{in.Folder}, AppProperties: properties(in.Properties, in.Key),
		})
		if err == nil && file.Id == "" {
			err = errors.New("Drive sent no id")
		}
		if err != nil {
			return nil, a.Client.closed(ctx, fault(google.UnsafeWrite, err, "open the sheet"), in.Folder).Error()
		}
		return file, nil
	})
	if err != nil {
		return Sheet{}, err
	}
	return Sheet{ID: file.Id, URL: file.WebViewLink, Receipt: receipt}, nil
}
