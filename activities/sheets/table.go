package sheets

import (
	"context"
	"slices"
	"strconv"

	"google.golang.org/api/googleapi"
	sheetssdk "google.golang.org/api/sheets/v4"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// tabFields are what we read of a tab: cells as they were entered, so that a formula is not taken for the text it shows.
const tabFields = "sheets(properties(sheetId,title,gridProperties(rowCount)),data(rowData(values(userEnteredValue))))"

// seenTab is a tab as it was when it was read. Positions count from 0; row 0 is the header.
type seenTab struct {
	title    string
	length   int64 // rows, empty ones too
	cells    [][]*sheetssdk.ExtendedValue
	columns  map[string]int // by name; of equal names the first
	rows     map[string]int // by id; of equal ids the first
	repeated map[string]bool
	last     int // the last row with an id; 0: there is none
}

// readTab reads a tab by its id: people may rename tabs.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/getByDataFilter
func (c *Client) readTab(ctx context.Context, sheet string, tab int64) (*seenTab, error) {
	answer, err := c.sheets.GetByDataFilter(sheet, &sheetssdk.GetSpreadsheetByDataFilterRequest{
		DataFilters: []*sheetssdk.DataFilter{{GridRange: &sheetssdk.GridRange{SheetId: tab, ForceSendFields: []string{"SheetId"}}}},
	}).Fields(googleapi.Field(tabFields)).Context(ctx).Do()
	if err != nil {
		f := fault(google.Read, err, "read the rows of sheet", sheet)
		if f.Class == activities.Invalid && f.Hint == "" {
			f.Hint = "if the tab was deleted, take it back from the sheet's version history"
		}
		return nil, f.Error()
	}
	for _, t := range answer.Sheets {
		if t.Properties != nil && t.Properties.SheetId == tab {
			return newSeenTab(t), nil
		}
	}
	return nil, invalid(sheet, "the sheet has no tab "+strconv.FormatInt(tab, 10), "take it back from the sheet's version history")
}

func newSeenTab(s *sheetssdk.Sheet) *seenTab {
	t := &seenTab{title: s.Properties.Title, columns: map[string]int{}, rows: map[string]int{}, repeated: map[string]bool{}}
	if g := s.Properties.GridProperties; g != nil {
		t.length = g.RowCount
	}
	for _, part := range s.Data {
		for _, row := range part.RowData {
			var line []*sheetssdk.ExtendedValue
			for _, cell := range row.Values {
				line = append(line, cell.UserEnteredValue)
			}
			t.cells = append(t.cells, line)
		}
	}
	t.index()
	return t
}

func (t *seenTab) index() {
	for row := range t.cells {
		id := text(t.cell(row, 0))
		switch _, known := t.rows[id]; {
		case row == 0:
			for at, v := range slices.Backward(t.cells[0]) {
				t.columns[text(v)] = at
			}
			delete(t.columns, "")
		case id == "":
		case known:
			t.repeated[id], t.last = true, row
		default:
			t.rows[id], t.last = row, row
		}
	}
}

// repeatedOf lists those rows whose ids stand in the tab more than once.
func (t *seenTab) repeatedOf(rows []Row) (ids []string) {
	for _, row := range rows {
		if t.repeated[row.ID] {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

func (t *seenTab) cell(row, column int) *sheetssdk.ExtendedValue {
	if row >= len(t.cells) || column >= len(t.cells[row]) {
		return nil
	}
	return t.cells[row][column]
}

// holds reports whether a cell holds this very text. A number that looks like it is not the same.
func (t *seenTab) holds(row, column int, want string) bool {
	have := t.cell(row, column)
	if want == "" {
		return have == nil || have.StringValue != nil && *have.StringValue == ""
	}
	return have != nil && have.StringValue != nil && *have.StringValue == want
}

// text is what stands in the cell of an id or a column's name. People may have typed it, and 7 becomes a number then.
func text(v *sheetssdk.ExtendedValue) string {
	switch {
	case v == nil:
	case v.StringValue != nil:
		return *v.StringValue
	case v.NumberValue != nil:
		return strconv.FormatFloat(*v.NumberValue, 'f', -1, 64)
	}
	return ""
}
