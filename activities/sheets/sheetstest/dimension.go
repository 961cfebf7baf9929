package sheetstest

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/internal/google/fieldmask"
)

func (e *edit) appendDimension(r *sheets.AppendDimensionRequest) error {
	t := e.book.tab(r.SheetId)
	if t == nil {
		return invalid("No grid with id: %d", r.SheetId)
	}
	if err := e.guardTab(t); err != nil {
		return err
	}
	if r.Length < 1 {
		return invalid("Length must be positive: %d", r.Length)
	}
	switch r.Dimension {
	case "ROWS":
		t.Rows += r.Length
	case "COLUMNS":
		t.Columns += r.Length
	default:
		return invalid("Unknown dimension: %s", r.Dimension)
	}
	return t.checkGrid()
}

// dimension finds the rows or columns that a request means.
func (e *edit) dimension(r *sheets.DimensionRange) (t *Tab, rows bool, from, to int64, err error) {
	if r == nil {
		return nil, false, 0, 0, invalid("range is required")
	}
	if t = e.book.tab(r.SheetId); t == nil {
		return nil, false, 0, 0, invalid("No grid with id: %d", r.SheetId)
	}
	rows = r.Dimension == "ROWS"
	if !rows && r.Dimension != "COLUMNS" {
		return nil, false, 0, 0, invalid("Unknown dimension: %s", r.Dimension)
	}
	from, to = r.StartIndex, r.EndIndex
	if to == 0 {
		to = t.length(rows)
	}
	if from < 0 || to <= from {
		return nil, false, 0, 0, invalid("Invalid range: [%d, %d)", from, to)
	}
	return t, rows, from, to, e.guardTab(t)
}

func (t *Tab) length(rows bool) int64 {
	if rows {
		return t.Rows
	}
	return t.Columns
}

func (e *edit) insertDimension(r *sheets.InsertDimensionRequest) error {
	t, rows, from, to, err := e.dimension(r.Range)
	if err != nil {
		return err
	}
	if from > t.length(rows) {
		return invalid("range.startIndex[%d] is beyond the grid of %d", from, t.length(rows))
	}
	switch {
	case r.InheritFromBefore && from == 0:
		return invalid("range.startIndex must be greater than 0 if inheritFromBefore is true")
	case !r.InheritFromBefore && from == t.length(rows):
		return invalid("range.startIndex[%d] must be less than the grid size (%d) if inheritFromBefore is false.", from, t.length(rows))
	}
	n := to - from
	if rows {
		t.insertRows(from, n, r.InheritFromBefore)
	} else {
		t.Columns += n
		for i, row := range t.Cells {
			if from < int64(len(row)) {
				t.Cells[i] = slices.Insert(row, int(from), make([]*Cell, n)...)
			}
		}
	}
	e.shift(t, rows, func(start, end int64) (int64, int64) { return moved(start, from, n), movedEnd(end, from, n) })
	return t.checkGrid()
}

// insertRows adds empty rows that look like the row before or after them.
func (t *Tab) insertRows(from, n int64, before bool) {
	like := from
	if before {
		like--
	}
	fresh := make([][]*Cell, n)
	if like < int64(len(t.Cells)) {
		for i := range fresh {
			fresh[i] = looksLike(t.Cells[like])
		}
	}
	t.Rows += n
	if from < int64(len(t.Cells)) || like < int64(len(t.Cells)) {
		t.Cells = slices.Insert(t.Cells, int(from), fresh...)
	}
}

func looksLike(row []*Cell) []*Cell {
	fresh := make([]*Cell, len(row))
	for i, cell := range row {
		if cell != nil && (cell.Format != nil || cell.Validation != nil) {
			fresh[i] = &Cell{Format: cell.Format, Validation: cell.Validation}
		}
	}
	return fresh
}

func moved(at, from, n int64) int64 {
	if at >= from {
		return at + n
	}
	return at
}

func movedEnd(end, from, n int64) int64 {
	if end > from {
		return end + n
	}
	return end // 0, an open end, stays open
}

func (e *edit) deleteDimension(r *sheets.DeleteDimensionRequest) error {
	t, rows, from, to, err := e.dimension(r.Range)
	if err != nil {
		return err
	}
	if to > t.length(rows) {
		return invalid("Cannot delete [%d, %d): the grid ends at %d", from, to, t.length(rows))
	}
	a := area{tab: t, top: from, bottom: to, right: t.Columns}
	if !rows {
		a = area{tab: t, left: from, right: to, bottom: t.Rows}
	}
	if err := e.guard(a); err != nil {
		return err
	}
	if rows {
		t.Rows -= to - from
		t.Cells = cut(t.Cells, from, to)
	} else {
		t.Columns -= to - from
		for i, row := range t.Cells {
			t.Cells[i] = cut(row, from, to)
		}
	}
	e.shift(t, rows, func(start, end int64) (int64, int64) { return pulled(start, from, to), pulled(end, from, to) })
	return t.checkGrid()
}

func cut[T any](list []T, from, to int64) []T {
	n := int64(len(list))
	return slices.Delete(list, int(min(from, n)), int(min(to, n)))
}

func pulled(at, from, to int64) int64 {
	switch {
	case at >= to:
		return at - (to - from)
	case at > from:
		return from
	}
	return at
}

// shift moves what is tied to rows or columns along with them. What has lost all of them is gone.
func (e *edit) shift(t *Tab, rows bool, where func(start, end int64) (int64, int64)) {
	grid := func(r *sheets.GridRange) (gone bool) {
		if r == nil || r.SheetId != t.ID {
			return false
		}
		start, end := &r.StartColumnIndex, &r.EndColumnIndex
		if rows {
			start, end = &r.StartRowIndex, &r.EndRowIndex
		}
		closed := *end != 0
		*start, *end = where(*start, *end)
		return closed && *start >= *end
	}
	t.Protected = slices.DeleteFunc(t.Protected, func(p *sheets.ProtectedRange) bool { return grid(p.Range) })
	e.book.Named = slices.DeleteFunc(e.book.Named, func(n *sheets.NamedRange) bool { return grid(n.Range) })
	e.book.Metadata = slices.DeleteFunc(e.book.Metadata, func(m *sheets.DeveloperMetadata) bool {
		d := m.Location.DimensionRange
		if d == nil || d.SheetId != t.ID || (d.Dimension == "ROWS") != rows {
			return false
		}
		d.StartIndex, d.EndIndex = where(d.StartIndex, d.EndIndex)
		return d.StartIndex >= d.EndIndex
	})
	if !rows {
		var hidden []int64
		for _, column := range t.HiddenColumns {
			if start, end := where(column, column+1); start < end {
				hidden = append(hidden, start)
			}
		}
		t.HiddenColumns = hidden
	}
}

// updateDimensionProperties hides or shows columns; other properties of rows and columns are not kept.
func (e *edit) updateDimensionProperties(r *sheets.UpdateDimensionPropertiesRequest) error {
	mask, err := fieldmask.Parse(r.Fields)
	if err != nil || r.Properties == nil {
		return invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
	}
	t, rows, from, to, err := e.dimension(r.Range)
	if err != nil || rows || !wants(mask, "hiddenByUser") {
		return err
	}
	if to > t.Columns {
		return invalid("range.endIndex[%d] is beyond the grid of %d", to, t.Columns)
	}
	t.HiddenColumns = slices.DeleteFunc(t.HiddenColumns, func(column int64) bool { return column >= from && column < to })
	for column := from; column < to && r.Properties.HiddenByUser; column++ {
		t.HiddenColumns = append(t.HiddenColumns, column)
	}
	return nil
}
