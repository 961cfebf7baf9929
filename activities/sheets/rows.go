package sheets

import (
	"context"
	"slices"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// WriteRows asks for rows of a tab to be there, with these texts in some of their cells.
type WriteRows struct {
	Sheet string `json:"sheet"`
	Tab   int64  `json:"tab"`
	Rows  []Row  `json:"rows"`
}

// Row is a row, known by the id in its first column.
type Row struct {
	ID string `json:"id"`
	// Set is what cells should hold, by the name of their column, where the row is there: cells that it does not name
	// stay as people left them.
	Set map[string]string `json:"set,omitempty"`
	// Fresh is what they should hold where the row is not there and has to be inserted; what Set names goes before it.
	Fresh map[string]string `json:"fresh,omitempty"`
}

// RowsWritten says what was done.
type RowsWritten struct {
	Inserted []string `json:"inserted,omitempty"` // ids of rows that were not there, as far as this try knows
	Repeated []string `json:"repeated,omitempty"` // ids that several rows have: somebody pasted one
}

// WriteRows finds rows by their ids, whatever people have done to their order, fills in cells, and inserts rows that are
// missing below the last row with an id. What people wrote below that moves down. Of rows with the same id the first is
// written. Texts are cut where a cell holds no more.
//
// Running it twice is harmless: it looks before it writes, and writes all in one batch, which Sheets applies as a whole
// or not at all. Each inserted row brings a mark whose id is made from the row's: a batch that was sent again, or that
// arrives late, is refused because the mark is there, and a look at the rows then tells that it is done. The mark goes
// when people delete the row, which can therefore be inserted again. Final are NotFound, Denied, and Invalid where the
// tab or a column that was named is missing.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/batchUpdate
func (a *Activities) WriteRows(ctx context.Context, in WriteRows) (RowsWritten, error) {
	if bad := in.wrong(); bad != "" {
		return RowsWritten{}, invalid(in.Sheet, bad, "")
	}
	w := &rowWriter{client: a.Client, in: in}
	for {
		done, err := w.round(ctx)
		if err != nil {
			return RowsWritten{}, err
		}
		if done {
			return w.out, nil
		}
	}
}

// wrong says what is wrong with the input.
func (in WriteRows) wrong() string {
	seen := map[string]bool{}
	for _, row := range in.Rows {
		switch {
		case row.ID == "":
			return "a row has no id"
		case seen[row.ID]:
			return "the row " + row.ID + " is asked for twice"
		}
		seen[row.ID] = true
	}
	return ""
}

func invalid(sheet, cause, hint string) error {
	return activities.Fault{Class: activities.Invalid, System: "sheets", Op: "write rows of sheet " + sheet, Cause: cause, Hint: hint}.Error()
}

// maxWrites is how often one try writes. People sort a sheet while we do, so what was read may be elsewhere when it is
// written: the look that follows finds that, and the cells are written again. If they still differ after that, somebody
// is writing to them, or Sheets keeps the text in another form.
const maxWrites = 2

// rowWriter is one try.
type rowWriter struct {
	client *Client
	in     WriteRows
	out    RowsWritten
	writes int
	salt   int   // of the marks
	no     error // with which the last batch was refused
}

// round looks and, if anything is missing, writes. It is done when a look finds nothing to do.
func (w *rowWriter) round(ctx context.Context) (done bool, err error) {
	seen, err := w.client.readTab(ctx, w.in.Sheet, w.in.Tab)
	if err != nil {
		return false, err
	}
	change, err := seen.changeTo(w.in, w.salt)
	if err != nil {
		return false, err
	}
	w.out.Repeated = seen.repeatedOf(w.in.Rows)
	switch {
	case w.writes > 0 && len(change.inserted) > 0:
		return false, activities.Fault{
			Class: activities.Unavailable, System: "sheets", Op: "write rows of sheet " + w.in.Sheet,
			Cause: "rows are not there after they were inserted: " + strings.Join(change.inserted, ", "),
		}.Error()
	case len(change.requests) == 0 || w.writes == maxWrites:
		return true, nil
	}
	return false, w.write(ctx, change)
}

// write applies a change. A refusal is worth another look: an earlier try's batch may have come through. If the look
// finds rows missing all the same, their marks are stale, or equal to others by chance, and other marks will do.
func (w *rowWriter) write(ctx context.Context, c change) error {
	err := w.client.batch(ctx, w.in.Sheet, c.requests)
	if err == nil {
		w.writes, w.no = w.writes+1, nil
		w.out.Inserted = slices.Concat(w.out.Inserted, c.inserted)
		return nil
	}
	f := fault(google.UnsafeWrite, err, "write rows of sheet", w.in.Sheet)
	taken := f.Class == activities.Invalid && strings.Contains(f.Cause, "createDeveloperMetadata")
	switch {
	case f.Class != activities.Invalid, w.no != nil && !taken, w.salt == maxSalt:
		return f.Error()
	case taken && w.no != nil:
		w.salt++
	}
	w.no = f.Error()
	return nil
}
