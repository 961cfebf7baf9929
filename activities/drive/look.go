package drive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	drivesdk "google.golang.org/api/drive/v3"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// sought describes the file of an effect, by which a look-up knows it.
type sought struct {
	what     string // for people: sheet or folder
	mimeType string
	parent   string // id of the folder it was put into
	key      string // of the effect
}

// maxLookWait bounds how long a look-up that proves nothing yet asks to wait before the next one.
const maxLookWait = 20 * time.Second

// find looks for the file in its folder. Until the search lag after the latest write has passed, finding none proves
// nothing. Should there be two, the older one counts, for everybody alike.
func (c *Client) find(ctx context.Context, w sought, last time.Time) (bool, *drivesdk.File, error) {
	asked := time.Now() // before the list, not after it
	q := fmt.Sprintf("'%s' in parents and mimeType='%s' and trashed=false", quote(w.parent), w.mimeType)
	files, err := c.list(ctx, w.parent, q)
	if err != nil {
		return false, nil, c.closed(ctx, fault(google.Read, err, "look for the %s", w.what), w.parent).Error()
	}
	files = slices.DeleteFunc(files, func(f *drivesdk.File) bool { return f.AppProperties[keyProperty] != mark(w.key) })
	if len(files) > 0 {
		return true, slices.MinFunc(files, older), nil
	}
	if rest := last.Add(c.searchLag).Sub(asked); rest > 0 {
		f := activities.Fault{
			Class: activities.Ambiguous, System: "drive", Op: "look for the " + w.what,
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
