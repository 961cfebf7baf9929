package sheetstest_test

import (
	"testing"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/drive/drivetest"
)

func tab(id int64, title string) *sheets.Request {
	return &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{
		SheetId: id, Title: title, GridProperties: &sheets.GridProperties{RowCount: 20, ColumnCount: 4},
	}}}
}

func note(id int64, key string, row int64) *sheets.Request {
	return &sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataId: id, MetadataKey: key, Visibility: "DOCUMENT",
		Location: &sheets.DeveloperMetadataLocation{DimensionRange: &sheets.DimensionRange{SheetId: 7, Dimension: "ROWS", StartIndex: row, EndIndex: row + 1}},
	}}}
}

func rows(from, to int64) *sheets.DimensionRange {
	return &sheets.DimensionRange{SheetId: 7, Dimension: "ROWS", StartIndex: from, EndIndex: to}
}

// One request that is refused takes the whole batch with it, whatever kind it is.
func TestBatchIsAtomic(t *testing.T) {
	w := start(t, drivetest.Options{})
	noError(t, w.batch(w.ours, tab(7, "Tasks")))
	wrong := map[string]*sheets.Request{
		"Invalid requests[1].addSheet":                tab(7, "Other"),
		"A sheet with the name":                       tab(8, "Tasks"),
		"Invalid requests[1].deleteSheet":             {DeleteSheet: &sheets.DeleteSheetRequest{SheetId: 99}},
		"Invalid requests[1].updateCells":             {UpdateCells: &sheets.UpdateCellsRequest{Fields: "userEnteredValue", Range: &sheets.GridRange{SheetId: 7, EndRowIndex: 21}}},
		"At least one field must be listed":           {UpdateCells: &sheets.UpdateCellsRequest{Range: &sheets.GridRange{SheetId: 7}}},
		"Invalid requests[1].repeatCell":              {RepeatCell: &sheets.RepeatCellRequest{Fields: "note", Range: &sheets.GridRange{SheetId: 99}}},
		"Invalid requests[1].appendDimension":         {AppendDimension: &sheets.AppendDimensionRequest{SheetId: 7, Dimension: "ROWS", Length: -1}},
		"Invalid requests[1].insertDimension":         {InsertDimension: &sheets.InsertDimensionRequest{Range: rows(5, 5)}},
		"Invalid requests[1].deleteDimension":         {DeleteDimension: &sheets.DeleteDimensionRequest{Range: rows(15, 25)}},
		"Invalid requests[1].setDataValidation":       {SetDataValidation: &sheets.SetDataValidationRequest{Range: &sheets.GridRange{SheetId: 99}}},
		"Invalid requests[1].addProtectedRange":       {AddProtectedRange: &sheets.AddProtectedRangeRequest{ProtectedRange: &sheets.ProtectedRange{}}},
		"Invalid requests[1].deleteProtectedRange":    {DeleteProtectedRange: &sheets.DeleteProtectedRangeRequest{ProtectedRangeId: 99}},
		"Invalid requests[1].createDeveloperMetadata": {CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{MetadataKey: "k"}}},
		"Invalid requests[1].addNamedRange":           {AddNamedRange: &sheets.AddNamedRangeRequest{NamedRange: &sheets.NamedRange{Name: "n", Range: &sheets.GridRange{SheetId: 99}}}},
		"Invalid requests[1].sortRange":               {SortRange: &sheets.SortRangeRequest{Range: &sheets.GridRange{SheetId: 7}, SortSpecs: []*sheets.SortSpec{{DimensionIndex: 9}}}},
	}
	for message, request := range wrong {
		wantError(t, w.batch(w.ours, tab(9, "Lost"), request), 400, message)
	}
	wantError(t, w.batch(w.ours), 400, "at least one request")
	if tabs := w.fake.Tabs(w.id); len(tabs) != 2 {
		t.Errorf("a refused batch has left %d tabs, want 2", len(tabs))
	}
}

// Inserting a row once: the second try meets the metadata id that is taken.
func TestMetadataIdIsTakenOnce(t *testing.T) {
	w := start(t, drivetest.Options{})
	noError(t, w.batch(w.ours, tab(7, "Tasks")))
	noError(t, w.put(w.ours, "Tasks!A1", []any{"id"}, []any{"t1"}))
	insert := []*sheets.Request{{InsertDimension: &sheets.InsertDimensionRequest{Range: rows(1, 2)}}, note(42, "key", 1)}
	noError(t, w.batch(w.ours, insert...))
	wantError(t, w.batch(w.ours, insert...), 400, "createDeveloperMetadata")
	w.shows(7, "id", "", "t1")

	noError(t, w.batch(w.ours, &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: rows(0, 3)}}))
	m, err := w.ours.DeveloperMetadata.Get(w.id, 42).Do()
	noError(t, err)
	if d := m.Location.DimensionRange; d.StartIndex != 4 || m.Location.LocationType != "ROW" {
		t.Errorf("after three rows were inserted above, the note hangs on %+v", m.Location)
	}
	search := &sheets.SearchDeveloperMetadataRequest{DataFilters: []*sheets.DataFilter{{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: "key"}}}}
	found, err := w.ours.DeveloperMetadata.Search(w.id, search).Do()
	noError(t, err)
	if len(found.MatchedDeveloperMetadata) != 1 {
		t.Errorf("%d notes found by key, want 1", len(found.MatchedDeveloperMetadata))
	}
	noError(t, w.batch(w.ours, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: rows(4, 5)}}))
	_, err = w.ours.DeveloperMetadata.Get(w.id, 42).Do()
	wantError(t, err, 404, "not found")
	noError(t, w.batch(w.ours, note(42, "key", 0)))
	gone := &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{DataFilter: search.DataFilters[0]}}
	noError(t, w.batch(w.ours, gone))
	_, err = w.ours.DeveloperMetadata.Get(w.id, 42).Do()
	wantError(t, err, 404, "not found")
}

func TestProtectedCells(t *testing.T) {
	w := start(t, drivetest.Options{})
	noError(t, w.batch(w.ours, tab(7, "Tasks"), &sheets.Request{AddProtectedRange: &sheets.AddProtectedRangeRequest{ProtectedRange: &sheets.ProtectedRange{
		ProtectedRangeId: 5, Range: &sheets.GridRange{SheetId: 7, EndColumnIndex: 1},
	}}}))
	for _, shown := range w.fake.Tabs(w.id) {
		if shown.Protected {
			t.Errorf("%q has a lock, but people may write into it", shown.Title)
		}
	}
	noError(t, w.put(w.ours, "Tasks!A1:B2", []any{"t1", "a"}, []any{"t2", "b"}))
	const refused = "protected cell"
	wantError(t, w.put(w.aoi, "Tasks!A1", []any{"mine"}), 400, refused)
	_, err := w.aoi.Values.Clear(w.id, "Tasks!A1:B1", &sheets.ClearValuesRequest{}).Do()
	wantError(t, err, 400, refused)
	wantError(t, w.batch(w.aoi, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: rows(0, 1)}}), 400, refused)
	wantError(t, w.batch(w.aoi, &sheets.Request{SortRange: &sheets.SortRangeRequest{Range: &sheets.GridRange{SheetId: 7}}}), 400, refused)
	wantError(t, w.batch(w.aoi, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: 7}}), 400, refused)
	wantError(t, w.batch(w.aoi, &sheets.Request{DeleteProtectedRange: &sheets.DeleteProtectedRangeRequest{ProtectedRangeId: 5}}), 400, "permission")
	noError(t, w.put(w.aoi, "Tasks!B1", []any{"done"}))
	w.shows(7, "t1|done", "t2|b")

	open := &sheets.ProtectedRange{ProtectedRangeId: 5, Editors: &sheets.Editors{Users: []string{"aoi@csirt.example"}}}
	noError(t, w.batch(w.ours, &sheets.Request{UpdateProtectedRange: &sheets.UpdateProtectedRangeRequest{ProtectedRange: open, Fields: "editors"}}))
	noError(t, w.put(w.aoi, "Tasks!A1", []any{"hers"}))
	noError(t, w.batch(w.aoi, &sheets.Request{DeleteProtectedRange: &sheets.DeleteProtectedRangeRequest{ProtectedRangeId: 5}}))
	noError(t, w.put(w.as("ben"), "Tasks!A2", []any{"his"}))
	w.shows(7, "hers|done", "his|b")
}

func TestCellsAndDimensions(t *testing.T) {
	w := start(t, drivetest.Options{})
	noError(t, w.batch(w.ours, tab(7, "Tasks")))
	noError(t, w.put(w.ours, "Tasks!A1", []any{"c", "1"}, []any{"a", "2"}, []any{"b", "3"}))
	sort := &sheets.SortRangeRequest{
		Range: &sheets.GridRange{SheetId: 7, EndRowIndex: 3}, SortSpecs: []*sheets.SortSpec{{DimensionIndex: 0, SortOrder: "DESCENDING"}},
	}
	noError(t, w.batch(w.aoi, &sheets.Request{SortRange: sort}))
	w.shows(7, "c|1", "b|3", "a|2")
	text := func(s string) *sheets.CellData {
		return &sheets.CellData{UserEnteredValue: &sheets.ExtendedValue{StringValue: &s}}
	}
	noError(t, w.batch(w.ours, &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{ // covers two rows, writes one cell
		Range: &sheets.GridRange{SheetId: 7, StartRowIndex: 1, EndRowIndex: 3}, Fields: "userEnteredValue", Rows: []*sheets.RowData{{Values: []*sheets.CellData{text("=x")}}},
	}}))
	w.shows(7, "c|1", "=x")
	noError(t, w.batch(w.ours,
		&sheets.Request{AppendCells: &sheets.AppendCellsRequest{SheetId: 7, Fields: "userEnteredValue", Rows: []*sheets.RowData{{Values: []*sheets.CellData{text("end")}}}}},
		&sheets.Request{RepeatCell: &sheets.RepeatCellRequest{Range: &sheets.GridRange{SheetId: 7, StartColumnIndex: 3, EndRowIndex: 1}, Cell: text("r"), Fields: "userEnteredValue"}},
		&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: &sheets.DimensionRange{SheetId: 7, Dimension: "COLUMNS", StartIndex: 1, EndIndex: 2}}},
		&sheets.Request{AppendDimension: &sheets.AppendDimensionRequest{SheetId: 7, Dimension: "ROWS", Length: 30}},
	))
	w.shows(7, "c||1||r", "=x", "end")
	s, err := w.ours.Get(w.id).Fields("sheets.properties").Do()
	noError(t, err)
	if g := s.Sheets[0].Properties.GridProperties; g.RowCount != 50 || g.ColumnCount != 5 {
		t.Errorf("the grid is %d by %d, want 50 by 5", g.RowCount, g.ColumnCount)
	}
	noError(t, w.batch(w.ours, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{
		Range: &sheets.DimensionRange{SheetId: 7, Dimension: "COLUMNS", StartIndex: 1, EndIndex: 4},
	}}))
	w.shows(7, "c|r", "=x", "end")
}

// A spreadsheet is open to a person exactly as its file in Drive is, and an edit shows there.
func TestRightsAndVersionAreThoseOfDrive(t *testing.T) {
	w := start(t, drivetest.Options{})
	token, err := w.files.Changes.GetStartPageToken().SupportsAllDrives(true).Do()
	noError(t, err)
	before := w.file()
	noError(t, w.put(w.aoi, "A1", []any{"x"}))
	after := w.file()
	if after.Version <= before.Version || after.LastModifyingUser.EmailAddress != "aoi@csirt.example" {
		t.Errorf("version went from %d to %d, changed by %+v", before.Version, after.Version, after.LastModifyingUser)
	}
	l, err := w.files.Changes.List(token.StartPageToken).SupportsAllDrives(true).IncludeItemsFromAllDrives(true).Do()
	noError(t, err)
	if len(l.Changes) != 1 || l.Changes[0].FileId != w.id {
		t.Errorf("changes are %+v, want the sheet", l.Changes)
	}
	_, err = w.kenji.Values.Get(w.id, "A1").Do()
	noError(t, err)
	wantError(t, w.put(w.kenji, "A1", []any{"y"}), 403, "does not have permission")
	wantError(t, w.batch(w.kenji, tab(7, "x")), 403, "does not have permission")
	_, err = w.lena.Get(w.id).Do()
	wantError(t, err, 403, "does not have permission")
	_, err = w.ours.Get("1nothing").Do()
	wantError(t, err, 404, "not found")
	_, err = w.ours.Get(drivetest.AcmeFolder).Do()
	wantError(t, err, 400, "not supported for this document")
	w.drive.Trash(w.id)
	wantError(t, w.put(w.aoi, "A1", []any{"z"}), 403, "does not have permission")
	w.shows(0, "x")
}

func (w *world) file() *drive.File {
	w.t.Helper()
	f, err := w.files.Files.Get(w.id).SupportsAllDrives(true).Fields("version,lastModifyingUser").Do()
	noError(w.t, err)
	return f
}
