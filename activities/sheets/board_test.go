package sheets_test

import (
	"strings"
	"testing"

	sheetssdk "google.golang.org/api/sheets/v4"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/sheets"
	"hikeshi/activities/sheets/sheetstest"
)

// A contributor may fill in the board, but neither rename a row nor write what the case says itself.
func TestPeopleWriteOnlyTheirCells(t *testing.T) {
	_, s, url := sheetstest.Start(t, drivetest.Options{})
	aoi := rawOnFake(t, url, fake.GoogleUserToken(fake.Cast()[0]))
	sheet, err := rawOnFake(t, url, "").newSheet()
	noError(t, err)
	acts := newActivities(t, url)
	noError(t, run(acts)(acts.LayOutBoard, sheetstest.Board(sheet), nil))

	for cell, allowed := range map[string]bool{
		"Tasks!A2": false, "Tasks!C1": false, "Tasks!C2": true, "Tasks!D9": true, "'Mirror''s timeline'!B2": false,
	} {
		_, err := aoi.sheets.Spreadsheets.Values.Update(sheet, cell, &sheetssdk.ValueRange{Values: [][]any{{"done"}}}).ValueInputOption("RAW").Do()
		if refused := err != nil && strings.Contains(err.Error(), "protected"); refused == allowed || err != nil && !refused {
			t.Errorf("writing to %s: %v, want it allowed: %t", cell, err, allowed)
		}
	}
	noError(t, run(acts)(acts.WriteProjection, sheets.WriteProjection{Sheet: sheet, Tab: 102, Rows: [][]string{{"09:00", "ours"}}}, nil))
	if got := s.Grid(sheet, 102); len(got) != 2 || got[1][1] != "ours" {
		t.Errorf("our own tab holds %q", got)
	}
}

func TestBoardsForm(t *testing.T) {
	_, _, url := sheetstest.Start(t, drivetest.Options{})
	r := rawOnFake(t, url, "")
	sheet, err := r.newSheet()
	noError(t, err)
	acts := newActivities(t, url)
	noError(t, run(acts)(acts.LayOutBoard, sheetstest.Board(sheet), nil))

	got, err := r.sheets.Spreadsheets.Get(sheet).Ranges("Tasks").IncludeGridData(true).Do()
	noError(t, err)
	tab := got.Sheets[0]
	if tab.Properties.GridProperties.FrozenRowCount != 1 || tab.Properties.SheetId != 101 {
		t.Errorf("the tab is %+v, want 101 with its header in view", tab.Properties)
	}
	data := tab.Data[0]
	if head := data.RowData[0].Values[1].UserEnteredFormat; head == nil || !head.TextFormat.Bold {
		t.Errorf("the header is not bold: %+v", head)
	}
	if row := data.RowData[1].Values[1].UserEnteredFormat; row != nil && row.TextFormat.Bold {
		t.Error("a row is bold, too")
	}
	if !data.ColumnMetadata[0].HiddenByUser || data.ColumnMetadata[1].HiddenByUser {
		t.Errorf("hidden columns: %+v, want only the ids", data.ColumnMetadata)
	}
	rule := data.RowData[5].Values[2].DataValidation // an empty row has the choices, too
	if rule == nil || !rule.Strict || len(rule.Condition.Values) != 3 || data.RowData[0].Values[2].DataValidation != nil {
		t.Errorf("choices of the status: %+v, want three, strict, below the header", rule)
	}
	for _, p := range tab.ProtectedRanges {
		if p.WarningOnly || len(p.Editors.Users) != 1 || p.Editors.Users[0] != fake.GoogleAccount {
			t.Errorf("protected for %+v, want us alone", p)
		}
	}
	if len(tab.ProtectedRanges) != 2 {
		t.Errorf("%d protected ranges, want the ids and the header", len(tab.ProtectedRanges))
	}
}
