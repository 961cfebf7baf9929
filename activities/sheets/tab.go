package sheets

import (
	"slices"

	sheetssdk "google.golang.org/api/sheets/v4"
)

// spareRows are the empty rows below what a tab holds, for people to write into.
const spareRows = 200

// requests are the changes that make the tab. Zero values that mean something must be forced into the JSON.
func (t Tab) requests(index int, us string) []*sheetssdk.Request {
	list := []*sheetssdk.Request{
		{AddSheet: &sheetssdk.AddSheetRequest{Properties: &sheetssdk.SheetProperties{
			SheetId: t.ID, Title: t.Title, Index: int64(index), ForceSendFields: []string{"Index"},
			GridProperties: &sheetssdk.GridProperties{
				RowCount: int64(len(t.Rows) + 1 + spareRows), ColumnCount: int64(max(len(t.Columns), 1)), FrozenRowCount: 1,
			},
		}}},
		{UpdateCells: &sheetssdk.UpdateCellsRequest{
			Start:  &sheetssdk.GridCoordinate{SheetId: t.ID},
			Rows:   append([]*sheetssdk.RowData{bold(cells(t.Columns))}, table(t.Rows)...),
			Fields: "userEnteredValue,userEnteredFormat.textFormat.bold",
		}},
	}
	list = append(list, t.protection(us)...)
	for at, column := range t.Columns {
		if allowed := t.Choices[column]; len(allowed) > 0 {
			list = append(list, t.choice(at, allowed))
		}
		if slices.Contains(t.Hidden, column) {
			list = append(list, t.hide(at))
		}
	}
	return list
}

// protection keeps a read-only tab as a whole to us, of others the header and the ids: a row is found by its id.
func (t Tab) protection(us string) []*sheetssdk.Request {
	protect := func(why string, r *sheetssdk.GridRange) *sheetssdk.Request {
		return &sheetssdk.Request{AddProtectedRange: &sheetssdk.AddProtectedRangeRequest{ProtectedRange: &sheetssdk.ProtectedRange{
			Range: r, Description: why, Editors: &sheetssdk.Editors{Users: []string{us}},
			WarningOnly: false, ForceSendFields: []string{"WarningOnly"},
		}}}
	}
	if t.ReadOnly {
		return []*sheetssdk.Request{protect("kept up to date by the case", &sheetssdk.GridRange{SheetId: t.ID})}
	}
	return []*sheetssdk.Request{
		protect("ids of the rows", &sheetssdk.GridRange{SheetId: t.ID, EndColumnIndex: 1}),
		protect("names of the columns", &sheetssdk.GridRange{SheetId: t.ID, EndRowIndex: 1}),
	}
}

// choice lets a column below the header take only some values.
func (t Tab) choice(column int, allowed []string) *sheetssdk.Request {
	var values []*sheetssdk.ConditionValue
	for _, v := range allowed {
		values = append(values, &sheetssdk.ConditionValue{UserEnteredValue: v})
	}
	return &sheetssdk.Request{SetDataValidation: &sheetssdk.SetDataValidationRequest{
		Range: &sheetssdk.GridRange{SheetId: t.ID, StartRowIndex: 1, StartColumnIndex: int64(column), EndColumnIndex: int64(column) + 1},
		Rule: &sheetssdk.DataValidationRule{
			Condition: &sheetssdk.BooleanCondition{Type: "ONE_OF_LIST", Values: values}, Strict: true, ShowCustomUi: true,
		},
	}}
}

func (t Tab) hide(column int) *sheetssdk.Request {
	return &sheetssdk.Request{UpdateDimensionProperties: &sheetssdk.UpdateDimensionPropertiesRequest{
		Range:      &sheetssdk.DimensionRange{SheetId: t.ID, Dimension: "COLUMNS", StartIndex: int64(column), EndIndex: int64(column) + 1},
		Properties: &sheetssdk.DimensionProperties{HiddenByUser: true}, Fields: "hiddenByUser",
	}}
}

func table(rows [][]string) []*sheetssdk.RowData {
	list := make([]*sheetssdk.RowData, 0, len(rows))
	for _, row := range rows {
		list = append(list, cells(row))
	}
	return list
}

// cells makes a row of texts. An empty text leaves its cell empty.
func cells(texts []string) *sheetssdk.RowData {
	row := &sheetssdk.RowData{}
	for _, text := range texts {
		cell := &sheetssdk.CellData{}
		if text != "" {
			cell.UserEnteredValue = &sheetssdk.ExtendedValue{StringValue: &text}
		}
		row.Values = append(row.Values, cell)
	}
	return row
}

func bold(row *sheetssdk.RowData) *sheetssdk.RowData {
	for _, cell := range row.Values {
		cell.UserEnteredFormat = &sheetssdk.CellFormat{TextFormat: &sheetssdk.TextFormat{Bold: true}}
	}
	return row
}
