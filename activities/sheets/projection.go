package sheets

import (
	"context"

	sheetssdk "google.golang.org/api/sheets/v4"

	"hikeshi/activities/internal/google"
)

// WriteProjection asks that a read-only tab show exactly these rows below its header.
type WriteProjection struct {
	Sheet string     `json:"sheet"` // id of the spreadsheet
	Tab   int64      `json:"tab"`   // id of the tab
	Rows  [][]string `json:"rows"`  // as text; no row may be wider than the tab
}

// WriteProjection replaces all rows of the tab in one call: the tab is made as long as the rows, and the cells that
// the rows do not cover are emptied. Running it twice is harmless: it says the wanted contents, and only we write
// them. Final are NotFound and Denied for the sheet, and Invalid, for example where the tab was deleted.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#updatecellsrequest
func (a *Activities) WriteProjection(ctx context.Context, in WriteProjection) error {
	length := &sheetssdk.Request{UpdateSheetProperties: &sheetssdk.UpdateSheetPropertiesRequest{
		Properties: &sheetssdk.SheetProperties{
			SheetId:        in.Tab,
			GridProperties: &sheetssdk.GridProperties{RowCount: int64(max(len(in.Rows), 1) + 1)}, // a frozen header needs a row below it
		},
		Fields: "gridProperties.rowCount",
	}}
	contents := &sheetssdk.Request{UpdateCells: &sheetssdk.UpdateCellsRequest{
		Range: &sheetssdk.GridRange{SheetId: in.Tab, StartRowIndex: 1}, Rows: table(in.Rows), Fields: "userEnteredValue",
	}}
	if err := a.Client.batch(ctx, in.Sheet, []*sheetssdk.Request{length, contents}); err != nil {
		return fault(google.SafeWrite, err, "write a tab of sheet", in.Sheet).Error()
	}
	return nil
}
