package sheets

import (
	"context"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// nowhere is the id of no sheet.
const nowhere = "hikeshi-looks-whether-sheets-answers"

// Reach looks whether the Sheets API answers our account, by asking for a sheet that is not there. It only reads.
func (c *Client) Reach(ctx context.Context) error {
	_, err := c.sheets.Get(nowhere).Fields("spreadsheetId").Context(ctx).Do()
	if err == nil {
		return nil
	}
	f := google.Call{System: "sheets", Op: "ask Google Sheets", Kind: google.Read}.Fault(err)
	if f.Class == activities.NotFound {
		return nil
	}
	return f.Error()
}
