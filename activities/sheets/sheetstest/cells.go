package sheetstest

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"

	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/internal/google/fieldmask"
)

// updateCells writes cells from a place on, or over a range, whose other cells lose the named fields.
func (e *edit) updateCells(r *sheets.UpdateCellsRequest) error {
	mask, err := cellFields(r.Fields)
	if err != nil {
		return err
	}
	a, err := e.target(r)
	if err != nil {
		return err
	}
	for i, row := range r.Rows {
		if a.top+int64(i) >= a.bottom {
			return invalid("Attempting to write row: %d, beyond the last requested row of: %d", a.top+int64(i), a.bottom-1)
		}
		if over := a.left + int64(len(row.Values)); over > a.right {
			return invalid("Attempting to write column: %d, beyond the last requested column of: %d", over-1, a.right-1)
		}
	}
	if err := tooLong(r.Rows); err != nil {
		return err
	}
	if err := e.guard(a); err != nil {
		return err
	}
	for row := a.top; row < a.bottom; row++ {
		for column := a.left; column < a.right; column++ {
			data := given(r.Rows, row-a.top, column-a.left)
			if data != nil || r.Range != nil && a.tab.cell(row, column) != nil {
				a.tab.open(row, column).set(data, mask)
			}
		}
	}
	return nil
}

// maxText is how many characters a cell holds.
const maxText = 50_000

func tooLong(rows []*sheets.RowData) error {
	for _, row := range rows {
		for _, cell := range row.Values {
			if v := cell.UserEnteredValue; v != nil && v.StringValue != nil && len(utf16.Encode([]rune(*v.StringValue))) > maxText {
				return invalid("Your input contains more than the maximum of %d characters in a single cell.", maxText)
			}
		}
	}
	return nil
}

// target is the rectangle that an update may write to.
func (e *edit) target(r *sheets.UpdateCellsRequest) (area, error) {
	if r.Range != nil {
		return e.book.area(r.Range)
	}
	if r.Start == nil {
		return area{}, invalid("One of start or range is required.")
	}
	t := e.book.tab(r.Start.SheetId)
	if t == nil {
		return area{}, invalid("No grid with id: %d", r.Start.SheetId)
	}
	a := area{tab: t, top: r.Start.RowIndex, left: r.Start.ColumnIndex}
	a.bottom, a.right = min(t.Rows, a.top+int64(len(r.Rows))), a.left
	for _, row := range r.Rows {
		a.right = min(t.Columns, max(a.right, a.left+int64(len(row.Values))))
	}
	return a, nil
}

func given(rows []*sheets.RowData, row, column int64) *sheets.CellData {
	if row >= int64(len(rows)) || rows[row] == nil || column >= int64(len(rows[row].Values)) {
		return nil
	}
	return rows[row].Values[column]
}

func cellFields(fields string) (fieldmask.Mask, error) {
	mask, err := fieldmask.Parse(fields)
	if err != nil {
		return nil, invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
	}
	for name := range mask {
		if !slices.Contains([]string{"*", "userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns"}, name) {
			return nil, invalid("Invalid field: %s", name)
		}
	}
	return mask, nil
}

// set takes the named fields of the data; nil data empties them.
func (c *Cell) set(data *sheets.CellData, mask fieldmask.Mask) {
	if data == nil {
		data = &sheets.CellData{}
	}
	if wants(mask, "userEnteredValue") {
		c.Value = data.UserEnteredValue
	}
	if wants(mask, "userEnteredFormat") {
		c.Format = data.UserEnteredFormat
	}
	if wants(mask, "note") {
		c.Note = data.Note
	}
	if wants(mask, "dataValidation") {
		c.Validation = data.DataValidation
	}
}

// appendCells writes below the last row that holds anything, and makes the tab longer if need be.
func (e *edit) appendCells(r *sheets.AppendCellsRequest) error {
	t := e.book.tab(r.SheetId)
	if t == nil {
		return invalid("No grid with id: %d", r.SheetId)
	}
	last := t.Rows
	for last > 0 && t.empty(last-1) {
		last--
	}
	t.Rows = max(t.Rows, last+int64(len(r.Rows)))
	return e.updateCells(&sheets.UpdateCellsRequest{
		Start: &sheets.GridCoordinate{SheetId: r.SheetId, RowIndex: last}, Rows: r.Rows, Fields: r.Fields,
	})
}

func (e *edit) repeatCell(r *sheets.RepeatCellRequest) error {
	mask, err := cellFields(r.Fields)
	if err != nil {
		return err
	}
	a, err := e.book.area(r.Range)
	if err == nil {
		err = e.guard(a)
	}
	if err != nil {
		return err
	}
	for row := a.top; row < a.bottom; row++ {
		for column := a.left; column < a.right; column++ {
			a.tab.open(row, column).set(r.Cell, mask)
		}
	}
	return nil
}

func (e *edit) setDataValidation(r *sheets.SetDataValidationRequest) error {
	a, err := e.book.area(r.Range)
	if err == nil {
		err = e.guard(a)
	}
	if err != nil {
		return err
	}
	if r.Rule != nil && (r.Rule.Condition == nil || r.Rule.Condition.Type == "ONE_OF_LIST" && len(r.Rule.Condition.Values) == 0) {
		return invalid("A condition with values is required for a list.")
	}
	for row := a.top; row < a.bottom; row++ {
		for column := a.left; column < a.right; column++ {
			a.tab.open(row, column).Validation = r.Rule
		}
	}
	return nil
}

// sortRange sorts whole rows of the range. Developer metadata of rows stays at its place.
func (e *edit) sortRange(r *sheets.SortRangeRequest) error {
	a, err := e.book.area(r.Range)
	if err == nil {
		err = e.guard(a)
	}
	if err != nil {
		return err
	}
	rows := a.copied()
	for _, spec := range slices.Backward(r.SortSpecs) { // stable sorts, the first key last
		if spec.DimensionIndex < a.left || spec.DimensionIndex >= a.right {
			return invalid("Sort column %d is outside the range.", spec.DimensionIndex)
		}
		slices.SortStableFunc(rows, func(x, y []*Cell) int {
			return order(x[spec.DimensionIndex-a.left], y[spec.DimensionIndex-a.left], spec.SortOrder)
		})
	}
	for i, line := range rows {
		for k, cell := range line {
			*a.tab.open(a.top+int64(i), a.left+int64(k)) = *cell
		}
	}
	return nil
}

// copied returns the area's cells row by row, apart from those in the tab.
func (a area) copied() [][]*Cell {
	rows := make([][]*Cell, 0, a.bottom-a.top)
	for row := a.top; row < a.bottom; row++ {
		line := make([]*Cell, 0, a.right-a.left)
		for column := a.left; column < a.right; column++ {
			var cell Cell
			if have := a.tab.cell(row, column); have != nil {
				cell = *have
			}
			line = append(line, &cell)
		}
		rows = append(rows, line)
	}
	return rows
}

// order compares as Sheets sorts: numbers before text, empty cells always last.
func order(a, b *Cell, direction string) int {
	x, y := text(a), text(b)
	if x == "" || y == "" {
		return -cmp.Compare(min(len(x), 1), min(len(y), 1))
	}
	sign := 1
	if direction == "DESCENDING" {
		sign = -1
	}
	switch n, m := a.Value.NumberValue, b.Value.NumberValue; {
	case n != nil && m != nil:
		return sign * cmp.Compare(*n, *m)
	case n != nil:
		return -sign
	case m != nil:
		return sign
	}
	return sign * strings.Compare(strings.ToLower(x), strings.ToLower(y))
}
