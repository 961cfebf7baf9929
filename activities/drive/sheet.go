package drive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// maxLookWait bounds how long a look-up that proves nothing yet asks to wait before the next one.
const maxLookWait = 20 * time.Second

// OpenSheet creates the sheet through Drive, because Sheets itself would put it into the service account's own
// storage, which does not exist. Running it twice is harmless: a try that may not be the first looks in the folder for
// a sheet with our key, and does not believe that there is none until Drive's lists have caught up with the latest try.
// Final are NotFound and Denied for the folder, and Invalid.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/create
func (a *Activities) OpenSheet(ctx context.Context, in OpenSheet) (Sheet, error) {
	lookUp := func(ctx context.Context, last time.Time) (bool, *drivesdk.File, error) {
		return a.Client.findSheet(ctx, in, last)
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

// findSheet looks for the sheet of this effect. Until the search lag after the latest write has passed, finding none
// proves nothing. Should there be two, the older one counts, for everybody alike.
func (c *Client) findSheet(ctx context.Context, in OpenSheet, last time.Time) (bool, *drivesdk.File, error) {
	asked := time.Now() // before the list, not after it
	q := fmt.Sprintf("'%s' in parents and mimeType='%s' and trashed=false", quote(in.Folder), sheetType)
	files, err := c.list(ctx, in.Folder, q)
	if err != nil {
		return false, nil, c.closed(ctx, fault(google.Read, err, "look for the sheet"), in.Folder).Error()
	}
	files = slices.DeleteFunc(files, func(f *drivesdk.File) bool { return f.AppProperties[keyProperty] != mark(in.Key) })
	if len(files) > 0 {
		return true, slices.MinFunc(files, older), nil
	}
	if rest := last.Add(c.searchLag).Sub(asked); rest > 0 {
		f := activities.Fault{
			Class: activities.Ambiguous, System: "drive", Op: "look for the sheet",
			Cause: "an earlier try may have made it, and Drive's lists may not show it yet", After: min(rest, maxLookWait),
		}
		return false, nil, f.Error()
	}
	return false, nil, nil
}

func older(a, b *drivesdk.File) int {
	return cmp.Or(strings.Compare(a.CreatedTime, b.CreatedTime), strings.Compare(a.Id, b.Id))
}

// quote makes text safe inside a quoted value of a Drive query.
func quote(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text)
}
