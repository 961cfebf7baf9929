package sheetstest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/sheets"
)

// T is what a check needs of a test.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Target is the Sheets that the contract is checked on: the fake, or Google itself.
type Target struct {
	Activities *sheets.Activities
	// Run runs an activity as a worker does and decodes its result into out, unless that is nil.
	Run func(activity, in, out any) error
	// NewSheet makes a fresh Google Sheet and returns its id.
	NewSheet func() (string, error)
	// Read returns the cells of a range in A1 notation as they were entered, without empty ones at the end. What is not
	// text must look different from any text: a formula as "formula =1+1".
	Read func(sheet, cells string) ([][]string, error)
	// Titles returns the titles of the tabs in order.
	Titles func(sheet string) ([]string, error)
}

// Check is one promise of the adapter that holds on the fake and on Google alike.
type Check struct {
	Name string
	Run  func(T, Target)
}

// Contract lists what must hold of the adapter on any Sheets. It is a list, not a test, so that the sandbox, which
// links this package, does not link the testing package.
func Contract() []Check {
	return []Check{
		{"board is laid out once", checkBoard},
		{"tab that was deleted comes back", checkMissingTab},
		{"projection replaces all rows", checkProjection},
		{"rows are inserted once and filled in", checkRows},
		{"rows of a read-only tab", checkManyRows},
		{"rows that cannot be written", checkWrongRows},
		{"missing sheet is not found", checkMissing},
	}
}

// Board is the board that the checks lay out.
func Board(sheet string) sheets.LayOutBoard {
	return sheets.LayOutBoard{
		Effect: activities.Effect{Key: "contract/" + rand.Text() + "/lay.board", First: true, Since: time.Now().Add(-time.Hour)},
		Sheet:  sheet,
		Tabs: []sheets.Tab{
			{
				ID: 101, Title: "Tasks", Columns: []string{"Id", "Task", "Status", "Owner"}, Hidden: []string{"Id"},
				Choices: map[string][]string{"Status": {"open", "doing", "done"}},
				Rows:    [][]string{{"t1", "=IMPORTXML(\"https://evil.example\")", "open", ""}, {"t2", "0123", "done", "葵"}},
			},
			{ID: 102, Title: "Mirror's timeline", Columns: []string{"Time", "Entry"}, ReadOnly: true},
		},
	}
}

func checkBoard(t T, x Target) {
	in := Board(newSheet(t, x))
	var first, second sheets.BoardLaidOut
	must(t, x.Run(x.Activities.LayOutBoard, in, &first))
	in.First = false
	must(t, x.Run(x.Activities.LayOutBoard, in, &second))
	if first.Adopted || !second.Adopted {
		t.Errorf("adopted: first %t, second %t, want only the second", first.Adopted, second.Adopted)
	}
	wantTitles(t, x, in.Sheet, "Tasks", "Mirror's timeline")
	wantCells(t, x, in.Sheet, "Tasks!A1:D3", [][]string{
		{"Id", "Task", "Status", "Owner"}, {"t1", "=IMPORTXML(\"https://evil.example\")", "open"}, {"t2", "0123", "done", "葵"},
	})
}

func checkMissingTab(t T, x Target) {
	in := Board(newSheet(t, x))
	all := in.Tabs
	in.Tabs = all[:1]
	must(t, x.Run(x.Activities.LayOutBoard, in, nil))
	in.Tabs, in.First = all, false
	var again sheets.BoardLaidOut
	must(t, x.Run(x.Activities.LayOutBoard, in, &again))
	if again.Adopted {
		t.Errorf("a board without one of its tabs was adopted")
	}
	wantTitles(t, x, in.Sheet, "Tasks", "Mirror's timeline")
}

func checkProjection(t T, x Target) {
	in := Board(newSheet(t, x))
	must(t, x.Run(x.Activities.LayOutBoard, in, nil))
	var long [][]string
	for i := range 300 {
		long = append(long, []string{fmt.Sprint(i), "=1+1"})
	}
	for _, rows := range [][][]string{{{"09:00", "=HYPERLINK(\"https://evil.example\")"}, {"09:05", "+49"}}, long, {{"only"}}, nil} {
		for range 2 {
			must(t, x.Run(x.Activities.WriteProjection, sheets.WriteProjection{Sheet: in.Sheet, Tab: 102, Rows: rows}, nil))
		}
		wantCells(t, x, in.Sheet, "'Mirror''s timeline'", append([][]string{{"Time", "Entry"}}, rows...))
	}
	wrong := sheets.WriteProjection{Sheet: in.Sheet, Tab: 999, Rows: [][]string{{"x"}}}
	wantClass(t, x.Run(x.Activities.WriteProjection, wrong, nil), activities.Invalid)
	wide := sheets.WriteProjection{Sheet: in.Sheet, Tab: 102, Rows: [][]string{{"a", "b", "c"}}}
	wantClass(t, x.Run(x.Activities.WriteProjection, wide, nil), activities.Invalid)
}

func checkRows(t T, x Target) {
	board := Board(newSheet(t, x))
	must(t, x.Run(x.Activities.LayOutBoard, board, nil))
	in := sheets.WriteRows{Sheet: board.Sheet, Tab: 101, Rows: []sheets.Row{
		{ID: "t2", Set: map[string]string{"Task": "=1+1", "Owner": ""}, Fresh: map[string]string{"Task": "not this"}},
		{ID: "t3", Set: map[string]string{"Status": "doing"}, Fresh: map[string]string{"Task": "+49 30", "Status": "open"}},
	}}
	for try, inserted := range [][]string{{"t3"}, nil} {
		var got sheets.RowsWritten
		must(t, x.Run(x.Activities.WriteRows, in, &got))
		if !slices.Equal(got.Inserted, inserted) || len(got.Repeated) != 0 {
			t.Errorf("try %d: %+v, want %q inserted", try+1, got, inserted)
		}
		wantCells(t, x, in.Sheet, "Tasks!A1:D", [][]string{
			{"Id", "Task", "Status", "Owner"}, {"t1", "=IMPORTXML(\"https://evil.example\")", "open"}, {"t2", "=1+1", "done"}, {"t3", "+49 30", "doing"},
		})
	}
}

func checkManyRows(t T, x Target) {
	board := Board(newSheet(t, x))
	must(t, x.Run(x.Activities.LayOutBoard, board, nil))
	in := sheets.WriteRows{Sheet: board.Sheet, Tab: 102}
	want := [][]string{{"Time", "Entry"}}
	for i := range 300 {
		id := fmt.Sprintf("e%d", i)
		in.Rows = append(in.Rows, sheets.Row{ID: id, Fresh: map[string]string{"Entry": "@" + id}})
		want = append(want, []string{id, "@" + id})
	}
	for range 2 {
		must(t, x.Run(x.Activities.WriteRows, in, nil))
		wantCells(t, x, in.Sheet, "'Mirror''s timeline'", want)
	}
}

func checkWrongRows(t T, x Target) {
	board := Board(newSheet(t, x))
	must(t, x.Run(x.Activities.LayOutBoard, board, nil))
	for _, in := range []sheets.WriteRows{
		{Tab: 999, Rows: []sheets.Row{{ID: "t1"}}},
		{Tab: 101, Rows: []sheets.Row{{ID: "t1", Set: map[string]string{"Cost": "1"}}}},
		{Tab: 101, Rows: []sheets.Row{{ID: "t9", Fresh: map[string]string{"Cost": "1"}}}},
		{Tab: 101, Rows: []sheets.Row{{ID: "t1", Set: map[string]string{"Id": "t2"}}}},
		{Tab: 101, Rows: []sheets.Row{{ID: "t8"}, {ID: "t8"}}},
		{Tab: 101, Rows: []sheets.Row{{}}},
	} {
		in.Sheet = board.Sheet
		wantClass(t, x.Run(x.Activities.WriteRows, in, nil), activities.Invalid)
	}
	wantCells(t, x, board.Sheet, "Tasks!A2:A", [][]string{{"t1"}, {"t2"}})
}

func checkMissing(t T, x Target) {
	missing := "1" + rand.Text() + rand.Text()
	wantClass(t, x.Run(x.Activities.WriteRows, sheets.WriteRows{Sheet: missing, Tab: 101, Rows: []sheets.Row{{ID: "t1"}}}, nil), activities.NotFound)
	wantClass(t, x.Run(x.Activities.LayOutBoard, Board(missing), nil), activities.NotFound)
	wantClass(t, x.Run(x.Activities.WriteProjection, sheets.WriteProjection{Sheet: missing, Tab: 102}, nil), activities.NotFound)
}

func newSheet(t T, x Target) string {
	t.Helper()
	id, err := x.NewSheet()
	must(t, err)
	return id
}

func wantTitles(t T, x Target, sheet string, want ...string) {
	t.Helper()
	got, err := x.Titles(sheet)
	must(t, err)
	if !slices.Equal(got, want) {
		t.Errorf("tabs are %q, want %q", got, want)
	}
}

func wantCells(t T, x Target, sheet, cells string, want [][]string) {
	t.Helper()
	got, err := x.Read(sheet, cells)
	must(t, err)
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%s holds %q, want %q", cells, got, want)
	}
}

func must(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func wantClass(t T, err error, want activities.Class) {
	t.Helper()
	if !activities.Is(err, want) {
		t.Errorf("got error %v, want %s", err, want)
	}
}
