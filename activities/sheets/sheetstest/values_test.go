package sheetstest_test

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/drive/drivetest"
)

func TestA1(t *testing.T) {
	w := start(t, drivetest.Options{})
	const odd = "It's 50%/2: 予定!"
	noError(t, w.batch(w.ours, tab(7, "Tasks"), tab(8, odd),
		&sheets.Request{AddNamedRange: &sheets.AddNamedRangeRequest{NamedRange: &sheets.NamedRange{Name: "Ids", Range: &sheets.GridRange{SheetId: 7, EndColumnIndex: 1}}}}))
	quoted := "'" + strings.ReplaceAll(odd, "'", "''") + "'"
	noError(t, w.put(w.ours, "Tasks!A1:C3", []any{"a1", "b1", "c1"}, []any{"a2"}, []any{"a3", "b3"}))
	noError(t, w.put(w.ours, quoted+"!B2", []any{"odd"}))
	for cells, want := range map[string]string{
		"Tasks":           `[["a1","b1","c1"],["a2"],["a3","b3"]]`,
		"'Tasks'":         `[["a1","b1","c1"],["a2"],["a3","b3"]]`,
		"Tasks!A1:B2":     `[["a1","b1"],["a2"]]`,
		"Tasks!A:A":       `[["a1"],["a2"],["a3"]]`,
		"Tasks!2:3":       `[["a2"],["a3","b3"]]`,
		"Tasks!B2:B":      `[[],["b3"]]`,
		"tasks!$B$3":      `"400"`,
		"Tasks!$B$3":      `[["b3"]]`,
		"Tasks!D5:D9":     `null`,
		"A1:B2":           `[["a1","b1"],["a2"]]`, // of the first tab: Tasks was put before the one the sheet came with
		"Ids":             `[["a1"],["a2"],["a3"]]`,
		quoted + "!A2:C9": `[["","odd"]]`,
		quoted:            `[[],["","odd"]]`,
		"Missing!A1":      `"400"`,
		"Tasks!A1:Z99":    `"400"`,
		"Tasks!1A":        `"400"`,
		"Tasks!A1:B2:C3":  `"400"`,
	} {
		if cells == "A1:B2" {
			noError(t, w.batch(w.ours, &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
				Properties: &sheets.SheetProperties{SheetId: 7, ForceSendFields: []string{"Index"}}, Fields: "index",
			}}))
		}
		v, err := w.ours.Values.Get(w.id, cells).Do()
		if want == `"400"` {
			wantError(t, err, 400, "")
			continue
		}
		noError(t, err)
		if got, _ := json.Marshal(v.Values); string(got) != want {
			t.Errorf("%s reads %s, want %s", cells, got, want)
		}
	}
}

func TestRawAndTyped(t *testing.T) {
	w := start(t, drivetest.Options{})
	typed := []any{"=1+1", "12.50", "true", "'007", "text", 3, false}
	noError(t, w.put(w.ours, "A1", typed))
	_, err := w.ours.Values.Update(w.id, "A2", &sheets.ValueRange{Values: [][]any{typed}}).ValueInputOption("USER_ENTERED").Do()
	noError(t, err)
	_, err = w.ours.Values.Update(w.id, "A3", &sheets.ValueRange{Values: [][]any{typed}}).Do()
	wantError(t, err, 400, "valueInputOption")
	v, err := w.ours.Values.Get(w.id, "A1:G2").ValueRenderOption("UNFORMATTED_VALUE").Do()
	noError(t, err)
	got, _ := json.Marshal(v.Values)
	if want := `[["=1+1","12.50","true","'007","text",3,false],["=1+1",12.5,true,"007","text",3,false]]`; string(got) != want {
		t.Errorf("read %s, want %s", got, want)
	}
	s, err := w.ours.Get(w.id).Ranges("A1:A2").Fields("sheets.data.rowData.values.userEnteredValue").Do()
	noError(t, err)
	data := s.Sheets[0].Data[0].RowData
	if raw := data[0].Values[0].UserEnteredValue; raw.StringValue == nil || raw.FormulaValue != nil {
		t.Errorf("raw text that looks like a formula is %+v", raw)
	}
	if formula := data[1].Values[0].UserEnteredValue; formula.FormulaValue == nil {
		t.Errorf("a typed formula is %+v", formula)
	}
}

func TestNullSkipsAndEmptyClears(t *testing.T) {
	w := start(t, drivetest.Options{})
	noError(t, w.put(w.ours, "A1", []any{"a", "b", "c"}))
	noError(t, w.put(w.ours, "A1", []any{nil, "", "C"}))
	w.shows(0, "a||C")
	wantError(t, w.put(w.ours, "A1:B1", []any{1, 2, 3}), 400, "tried writing")
	_, err := w.ours.Values.BatchUpdate(w.id, &sheets.BatchUpdateValuesRequest{ValueInputOption: "RAW", Data: []*sheets.ValueRange{
		{Range: "A2", Values: [][]any{{"kept out"}}}, {Range: "Nowhere!A1", Values: [][]any{{"x"}}},
	}}).Do()
	wantError(t, err, 400, "Unable to parse range")
	w.shows(0, "a||C")
	_, err = w.ours.Values.BatchUpdate(w.id, &sheets.BatchUpdateValuesRequest{ValueInputOption: "RAW", Data: []*sheets.ValueRange{
		{Range: "A2", Values: [][]any{{"x"}}}, {Range: "B1:C1", MajorDimension: "COLUMNS", Values: [][]any{{"y"}, {"z"}}},
	}}).Do()
	noError(t, err)
	w.shows(0, "a|y|z", "x")
	batch, err := w.ours.Values.BatchGet(w.id).Ranges("A1:A2", "C1").MajorDimension("COLUMNS").Do()
	noError(t, err)
	if got, _ := json.Marshal([]any{batch.ValueRanges[0].Values, batch.ValueRanges[1].Values}); string(got) != `[[["a","x"]],[["z"]]]` {
		t.Errorf("read in columns: %s", got)
	}
	_, err = w.ours.Values.Clear(w.id, "B1:C1", &sheets.ClearValuesRequest{}).Do()
	noError(t, err)
	w.shows(0, "a", "x")
}

// Append takes the first blank row for the end of the table: what people left a gap in is overwritten.
func TestAppendStopsAtABlankRow(t *testing.T) {
	w := start(t, drivetest.Options{})
	noError(t, w.put(w.ours, "A1", []any{"h"}, []any{"1"}, []any{""}, []any{"after the gap"}))
	add := func(how string, values ...[]any) {
		t.Helper()
		call := w.ours.Values.Append(w.id, "A1:B1", &sheets.ValueRange{Values: values}).ValueInputOption("RAW")
		if how != "" {
			call.InsertDataOption(how)
		}
		_, err := call.Do()
		noError(t, err)
	}
	add("INSERT_ROWS", []any{"2"})
	w.shows(0, "h", "1", "2", "", "after the gap")
	add("", []any{"3"}, []any{"4"})
	w.shows(0, "h", "1", "2", "3", "4")
}

func TestUnknownNamesAreRefused(t *testing.T) {
	w := start(t, drivetest.Options{})
	r, err := w.post("/v4/spreadsheets/"+w.id+":batchUpdate", `{"requests":[{"addTab":{}}]}`)
	noError(t, err)
	if !strings.HasPrefix(r, "400") || !strings.Contains(r, "addTab") {
		t.Errorf("got %s, want 400 that names the unknown field", r)
	}
}

func TestExport(t *testing.T) {
	w := start(t, drivetest.Options{})
	noError(t, w.put(w.ours, "A1", []any{"a,b", `say "x"`}, []any{"葵"}))
	r, err := w.files.Files.Export(w.id, "text/csv").Download()
	noError(t, err)
	got, err := io.ReadAll(r.Body)
	noError(t, err)
	noError(t, r.Body.Close())
	if want := "\"a,b\",\"say \"\"x\"\"\"\n葵,\n"; string(got) != want {
		t.Errorf("exported %q, want %q", got, want)
	}
	_, err = w.files.Files.Export(w.id, "application/pdf").Download()
	wantError(t, err, 400, "conversion is not supported")
}

func TestBoardSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "google.db")
	var id string
	t.Run("first", func(t *testing.T) {
		w := start(t, drivetest.Options{Path: path})
		id = w.id
		noError(t, w.batch(w.ours, tab(7, "Tasks"), note(42, "key", 1)))
		noError(t, w.put(w.ours, "Tasks!A1", []any{"kept"}))
	})
	t.Run("second", func(t *testing.T) {
		w := start(t, drivetest.Options{Path: path})
		w.id = id
		w.shows(7, "kept")
		wantError(t, w.batch(w.ours, note(42, "key", 1)), 400, "already exists")
		noError(t, w.drive.Reset())
		if tabs := w.fake.Tabs(id); tabs != nil {
			t.Errorf("after a reset the sheet still has tabs: %+v", tabs)
		}
	})
}
